import pytest

from orderdrop.core.policy import StopReason
from orderdrop.delivery.circuit import (
    FIRST_REST_MENDABLE_SECONDS,
    FIRST_REST_SECONDS,
    MAX_REST_SECONDS,
    OUTAGE_AFTER,
    PROBE_SECONDS,
    Closed,
    Gate,
    Open,
    Probing,
    State,
    failed,
    gate,
    left,
    opened,
    rest_seconds,
    worked,
)

NOW = 1000.0
DOWN = StopReason.OUTAGE
RESTING = Open(reason=DOWN, until=NOW + 60.0)
PROBING = Probing(of=Open(reason=DOWN, until=NOW), since=NOW)


@pytest.mark.parametrize(
    ("state", "now", "expected"),
    [
        pytest.param(Closed(failures=3), NOW, Gate.SEND, id="some failures are no outage"),
        pytest.param(RESTING, NOW, Gate.STOP, id="nothing is sent while it rests"),
        pytest.param(RESTING, NOW + 60.0, Gate.SEND, id="after the rest one request finds out"),
        pytest.param(PROBING, NOW + 1.0, Gate.WAIT, id="while it does, the others wait"),
        pytest.param(PROBING, NOW + PROBE_SECONDS, Gate.SEND, id="a probe that died does not block for ever"),
    ],
)
def test_what_may_be_done_in_a_state(state: State, now: float, expected: Gate) -> None:
    assert gate(state, now) is expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(Closed(), Closed(failures=1), id="one failure"),
        pytest.param(
            Closed(failures=OUTAGE_AFTER - 1),
            Open(reason=DOWN, until=NOW + FIRST_REST_SECONDS, detail="gone"),
            id="one too many in a row",
        ),
        pytest.param(RESTING, RESTING, id="a late failure prolongs nothing"),
        pytest.param(
            PROBING,
            Open(reason=DOWN, until=NOW + 2 * FIRST_REST_SECONDS, rests=2, detail="gone"),
            id="a failed probe: a rest twice as long",
        ),
        pytest.param(
            Probing(of=Open(reason=DOWN, until=NOW, rests=50), since=NOW),
            Open(reason=DOWN, until=NOW + MAX_REST_SECONDS, rests=51, detail="gone"),
            id="never longer than the longest",
        ),
    ],
)
def test_failures_that_look_like_an_outage(before: State, after: State) -> None:
    assert failed(before, NOW, "gone") == after


@pytest.mark.parametrize("before", [Closed(), Closed(failures=5)])
def test_a_refused_key_opens_at_once(before: State) -> None:
    state = opened(before, StopReason.CREDENTIALS, NOW, "401")
    assert state == Open(reason=StopReason.CREDENTIALS, until=NOW + FIRST_REST_MENDABLE_SECONDS, detail="401")


def test_a_probe_may_find_another_reason() -> None:
    state = opened(PROBING, StopReason.PAYMENT, NOW)
    assert isinstance(state, Open)
    assert (state.reason, state.rests) == (StopReason.PAYMENT, 2)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(Closed(failures=7), Closed(), id="failures count only in a row"),
        pytest.param(PROBING, Closed(), id="the probe came back with a verdict"),
        pytest.param(RESTING, RESTING, id="an answer that was under way does not open the gate again"),
    ],
)
def test_verdicts(before: State, after: State) -> None:
    assert worked(before) == after


def test_the_request_after_a_rest_is_the_probe() -> None:
    assert left(Open(reason=DOWN, until=NOW), NOW) == PROBING
    assert left(Closed(), NOW) == Closed()


@pytest.mark.parametrize("reason", StopReason)
def test_rests_grow_to_a_quarter_of_an_hour_and_no_further(reason: StopReason) -> None:
    rests = [rest_seconds(reason, number) for number in range(1, 100)]
    assert rests == sorted(rests)
    assert rests[0] in (FIRST_REST_SECONDS, FIRST_REST_MENDABLE_SECONDS)
    assert rests[-1] == MAX_REST_SECONDS


def test_a_rest_may_be_shortened_so_that_not_all_look_at_once() -> None:
    state = opened(Closed(), DOWN, NOW, part=0.8)
    assert isinstance(state, Open)
    assert state.until == NOW + 0.8 * FIRST_REST_SECONDS
