"""The policy, row by row, each with its reason."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.core.failures import FailureKind
from orderdrop.core.policy import (
    MAX_ATTEMPTS,
    MAX_ATTEMPTS_THROTTLED,
    MAX_BACKOFF_SECONDS,
    MAX_RETRY_AFTER_SECONDS,
    AskAgain,
    Decision,
    GiveUp,
    LookUpFirst,
    Refuse,
    Regroup,
    Retry,
    Split,
    StopAccount,
    StopReason,
    after,
    after_asking,
    pause_seconds,
    signals_outage,
)

K = FailureKind


class Highest(Random):
    """Jitter at its upper end, so that a row can name its seconds."""

    def uniform(self, a: float, b: float) -> float:
        return b


def decide(
    kind: FailureKind,
    *,
    status: int | None = None,
    attempt: int = 1,
    retry_after: float | None = None,
    upserts: bool = True,
    orders: int = 1,
    shrinks: bool = False,
) -> Decision:
    return after(
        kind,
        attempt=attempt,
        upserts=upserts,
        random=Highest(),
        status=status,
        retry_after_seconds=retry_after,
        orders=orders,
        shrinks=shrinks,
    )


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        pytest.param(
            decide(K.CREDENTIALS, status=401),
            StopAccount(reason=StopReason.CREDENTIALS),
            id="401: every other order would be answered the same, and accounts get locked",
        ),
        pytest.param(
            decide(K.PAYMENT, status=402, retry_after=5.0),
            StopAccount(reason=StopReason.PAYMENT),
            id="402: waiting pays no bill",
        ),
        pytest.param(
            decide(K.FORBIDDEN, status=403, orders=100),
            StopAccount(reason=StopReason.FORBIDDEN),
            id="403: it is the key, not the rows",
        ),
        pytest.param(
            decide(K.NO_SUCH_ENDPOINT, status=404, orders=100, shrinks=True),
            Regroup(),
            id="404 on the batch endpoint, carrier falls back: the same orders, one by one",
        ),
        pytest.param(
            decide(K.NO_SUCH_ENDPOINT, status=404),
            StopAccount(reason=StopReason.MISCONFIGURED),
            id="404 with nothing to fall back to: the address is wrong",
        ),
        pytest.param(
            decide(K.TOO_LARGE, status=413, orders=100, upserts=False),
            Split(),
            id="413 for several: smaller parcels; nothing was taken, so safe without upserts",
        ),
        pytest.param(
            decide(K.TOO_LARGE, status=413),
            Refuse(),
            id="413 for one order: that order is refused, not the file",
        ),
        pytest.param(
            decide(K.HELD_UP, status=400, orders=99, upserts=False),
            Regroup(),
            id="refused with others that were named: nothing was taken, so without those at once",
        ),
        pytest.param(
            decide(K.HELD_UP, status=400),
            Regroup(),
            id="the only one that was not named: not at fault, so not refused",
        ),
        pytest.param(
            decide(K.UNREADABLE, status=400, orders=8),
            Split(),
            id="a 400 that names no order: halve until the guilty one stands alone",
        ),
        pytest.param(
            decide(K.UNREADABLE, status=422), Refuse(), id="a 422 without reasons for one order: refused"
        ),
        pytest.param(
            decide(K.UNREADABLE, status=302),
            StopAccount(reason=StopReason.MISCONFIGURED),
            id="a redirect: not followed on a write, the base_url is wrong",
        ),
        pytest.param(
            decide(K.UNREADABLE, status=415),
            StopAccount(reason=StopReason.MISCONFIGURED),
            id="a 4xx that no wait cures",
        ),
        pytest.param(
            decide(K.UNREADABLE, status=409),
            Retry(in_seconds=1.0),
            id="409: another request with this order is at work, wait",
        ),
        pytest.param(
            decide(K.UNREADABLE, status=200),
            Retry(in_seconds=1.0),
            id="200 with a login page: not sent until proven",
        ),
        pytest.param(
            decide(K.UNREADABLE, status=200, upserts=False),
            LookUpFirst(),
            id="200 with cut JSON, no upserts: it may be there",
        ),
        pytest.param(
            decide(K.THROTTLED, status=429),
            Retry(in_seconds=1.0, pauses_account=True),
            id="429 without Retry-After: back off, all batches of the account",
        ),
        pytest.param(
            decide(K.THROTTLED, status=429, retry_after=17.0),
            Retry(in_seconds=17.0, pauses_account=True),
            id="429 with Retry-After: obeyed to the second",
        ),
        pytest.param(
            decide(K.THROTTLED, status=429, retry_after=86_400.0),
            Retry(in_seconds=300.0, pauses_account=True),
            id="429 for a day: asked again after five minutes",
        ),
        pytest.param(
            decide(K.THROTTLED, status=429, retry_after=-1.0, attempt=2),
            Retry(in_seconds=2.0, pauses_account=True),
            id="429 with a Retry-After in the past: as if it were not there",
        ),
        pytest.param(
            decide(K.THROTTLED, status=429, upserts=False),
            Retry(in_seconds=1.0, pauses_account=True),
            id="429 without upserts: turned away at the door, nothing is there",
        ),
        pytest.param(
            decide(K.THROTTLED, status=429, attempt=8),
            StopAccount(reason=StopReason.THROTTLED),
            id="429 for the eighth time: give the account a rest, say so",
        ),
        pytest.param(
            decide(K.SERVER, status=500), Retry(in_seconds=1.0), id="500: most pass within a second"
        ),
        pytest.param(
            decide(K.SERVER, status=500, attempt=4),
            Retry(in_seconds=8.0),
            id="500 again: twice as long each time",
        ),
        pytest.param(
            decide(K.SERVER, status=503, retry_after=30.0),
            Retry(in_seconds=30.0, pauses_account=True),
            id="503 with Retry-After: maintenance, for everybody",
        ),
        pytest.param(
            decide(K.SERVER, status=500, attempt=3, orders=100),
            Split(in_seconds=4.0),
            id="500 three times for a parcel: one order may break it for the others",
        ),
        pytest.param(
            decide(K.SERVER, status=500, attempt=5),
            GiveUp(),
            id="500 five times for one order: unsent, not rejected",
        ),
        pytest.param(
            decide(K.SERVER, status=500, upserts=False),
            LookUpFirst(),
            id="500 without upserts: the order may have been stored",
        ),
        pytest.param(
            decide(K.NOT_CONNECTED, upserts=False),
            Retry(in_seconds=1.0),
            id="never left: a clear no, safe to repeat anywhere",
        ),
        pytest.param(
            decide(K.NOT_CONNECTED, attempt=4, orders=100),
            Retry(in_seconds=8.0),
            id="never left: smaller parcels would not arrive either",
        ),
        pytest.param(
            decide(K.NOT_CONNECTED, attempt=5, orders=100), GiveUp(), id="never left, five times: unsent"
        ),
        pytest.param(
            decide(K.NO_ANSWER), Retry(in_seconds=1.0), id="unknown, upserts: sending again leaves one order"
        ),
        pytest.param(
            decide(K.NO_ANSWER, upserts=False), LookUpFirst(), id="unknown, no upserts: never guess"
        ),
        pytest.param(
            decide(K.NO_ANSWER, attempt=3, orders=2),
            Split(in_seconds=4.0),
            id="time-outs of a parcel: a smaller one may get through in time",
        ),
    ],
)
def test_what_follows_from_a_send_without_a_verdict(decision: Decision, expected: Decision) -> None:
    assert decision == expected


def asking(
    kind: FailureKind,
    *,
    status: int | None = None,
    asked: int = 1,
    attempt: int = 1,
    orders: int = 1,
    upserts: bool = True,
) -> Decision:
    return after_asking(
        kind,
        attempt=attempt,
        asked=asked,
        upserts=upserts,
        random=Highest(),
        status=status,
        orders=orders,
    )


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        pytest.param(
            asking(K.SERVER, status=502, asked=3),
            AskAgain(in_seconds=4.0),
            id="a question doubles nothing: ask again, less and less often",
        ),
        pytest.param(
            asking(K.NO_ANSWER, upserts=False),
            AskAgain(in_seconds=1.0),
            id="an unanswered question leaves no order in doubt",
        ),
        pytest.param(
            asking(K.THROTTLED, status=429),
            AskAgain(in_seconds=1.0, pauses_account=True),
            id="questions count towards the limit",
        ),
        pytest.param(
            asking(K.LOST_TICKET, status=404),
            Retry(in_seconds=1.0),
            id="the job is gone: send its orders again, counted as a send",
        ),
        pytest.param(
            asking(K.LOST_TICKET, orders=100, attempt=3),
            Split(in_seconds=4.0),
            id="jobs that die again and again: one order may kill them",
        ),
        pytest.param(asking(K.LOST_TICKET, attempt=5), GiveUp(), id="five lost jobs for one order: unsent"),
        pytest.param(
            asking(K.LOST_TICKET, upserts=False),
            LookUpFirst(),
            id="the job is gone, no upserts: it may be there",
        ),
        pytest.param(
            asking(K.CREDENTIALS, status=401),
            StopAccount(reason=StopReason.CREDENTIALS),
            id="the key was taken away meanwhile",
        ),
        pytest.param(
            asking(K.UNREADABLE, status=301),
            StopAccount(reason=StopReason.MISCONFIGURED),
            id="the address moved meanwhile",
        ),
    ],
)
def test_what_follows_from_a_question_without_an_answer(decision: Decision, expected: Decision) -> None:
    assert decision == expected


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("upserts", [True, False])
@pytest.mark.parametrize("orders", [1, 100])
def test_every_failure_is_decided_and_comes_to_an_end(kind: FailureKind, upserts: bool, orders: int) -> None:
    most = max(MAX_ATTEMPTS, MAX_ATTEMPTS_THROTTLED)
    decision = decide(kind, attempt=most, upserts=upserts, orders=orders)
    assert not isinstance(decision, Retry | AskAgain)


@given(
    attempt=st.integers(1, 1000),
    asked_for=st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)),
    seed=st.integers(0, 1000),
)
def test_no_pause_is_negative_endless_or_longer_than_stated(
    attempt: int, asked_for: float | None, seed: int
) -> None:
    seconds = pause_seconds(attempt, asked_for, Random(seed))
    assert 0.0 <= seconds <= MAX_RETRY_AFTER_SECONDS
    if asked_for is None or math.isnan(asked_for) or asked_for <= 0:
        assert seconds <= min(MAX_BACKOFF_SECONDS, 2.0 ** (attempt - 1))
    elif asked_for <= MAX_RETRY_AFTER_SECONDS:
        assert seconds == asked_for


def test_clients_that_failed_together_do_not_come_back_together() -> None:
    waits = {round(pause_seconds(5, None, Random(seed)), 3) for seed in range(50)}
    assert len(waits) > 40
    assert min(waits) < 4.0 < 12.0 < max(waits)


@pytest.mark.parametrize(
    ("kind", "status", "outage"),
    [
        pytest.param(K.SERVER, 500, True, id="the API is broken"),
        pytest.param(K.NOT_CONNECTED, None, True, id="the API is away"),
        pytest.param(K.NO_ANSWER, None, True, id="the API is silent"),
        pytest.param(K.UNREADABLE, 200, True, id="something else answers in its place"),
        pytest.param(K.UNREADABLE, None, True, id="noise"),
        pytest.param(K.UNREADABLE, 409, False, id="an answer about the order: the API lives"),
        pytest.param(K.THROTTLED, 429, False, id="it lives, and asks for less"),
        pytest.param(K.TOO_LARGE, 413, False, id="it lives, and asks for smaller"),
        pytest.param(K.HELD_UP, 400, False, id="it lives, and minds the neighbours"),
        pytest.param(K.LOST_TICKET, 404, False, id="it lives, and has forgotten"),
    ],
)
def test_what_counts_towards_an_outage(kind: FailureKind, status: int | None, outage: bool) -> None:
    assert signals_outage(kind, status) is outage
