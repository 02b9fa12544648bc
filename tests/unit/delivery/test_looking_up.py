"""An API that takes every request for new orders: nothing is created twice, whatever is lost and whoever dies."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.unit.delivery.world import (
    ACCOUNT,
    BATCH,
    START,
    Death,
    Receiver,
    SimulatedCrew,
    Time,
    Watch,
    batch,
    ledger_with,
    locate,
    order,
)

from orderdrop.core.identity import digest
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.delivery.breaker import Breaker
from orderdrop.delivery.pace import Pace
from orderdrop.delivery.sender import deliver
from orderdrop.delivery.terms import Delivered, Grouping, Rhythm
from orderdrop.destinations.base import (
    Accepted,
    Answer,
    Failure,
    FailureKind,
    Limits,
    Parcel,
    PathProblem,
    Pending,
    Refused,
    Verdict,
)
from orderdrop.ledger.ledger import AttemptOutcome, Drop
from orderdrop.ledger.memory import MemoryLedger

K = FailureKind
LOSSES = (
    Failure(kind=K.NO_ANSWER, message="gave no answer in time"),
    Failure(kind=K.SERVER, message="has a fault of its own", status=500),
    Failure(kind=K.UNREADABLE, message="answered with a web page", status=200),
    Failure(kind=K.UNREADABLE, message="the answer's compression is damaged"),
)
HARMLESS = (
    Failure(kind=K.NOT_CONNECTED, message="could not be reached"),
    Failure(kind=K.THROTTLED, message="slow down", status=429),
)


@dataclass(slots=True, kw_only=True)
class Creator:
    """Creates an order for every body that it is sent. `trouble` is how often, of a hundred, a call goes wrong.

    A `bad` order has its request refused: with its name where the API `names` it, else with a mere no.
    """

    random: Random
    trouble: int = 0
    bad: frozenset[str] = frozenset()
    reviewed: frozenset[str] = frozenset()
    names: bool = True
    size: int = 4
    answers_look_ups: bool = True
    created: list[tuple[str, bytes]] = field(default_factory=list)
    posts: list[tuple[str, ...]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    followed: list[str] = field(default_factory=list)

    @property
    def limits(self) -> Limits:
        return Limits(requests_per_second=None)

    def parcel_size(self, waiting: int) -> int:
        return self.size

    def lane(self, body: bytes) -> str:
        return str(json.loads(body).get("lane", ""))

    def send(self, parcel: Parcel) -> Answer:
        self.posts.append(parcel.keys)
        assert len({self.lane(body) for body in parcel.bodies}) == 1, "two lanes in one request"
        bad = [key for key in parcel.keys if key in self.bad]
        fate = self.random.randrange(100)
        if fate < self.trouble / 4:
            return Answer(failure=self.random.choice(HARMLESS))
        if bad:
            return self._refused(parcel.keys, bad)
        reached = fate >= self.trouble / 2
        if reached:
            self.created += zip(parcel.keys, parcel.bodies, strict=True)
        if fate < self.trouble:
            return Answer(failure=self.random.choice(LOSSES))
        verdicts = {key: self._standing(key) for key in parcel.keys}
        if self.random.randrange(100) < self.trouble:
            verdicts.pop(parcel.keys[0])  # an entry is missing
        return Answer(verdicts=verdicts, status=200)

    def look_up(self, key: str) -> Verdict | Failure | None:
        self.looked_up.append(key)
        if not self.answers_look_ups or self.random.randrange(100) < self.trouble / 2:
            return self.random.choice((*LOSSES, *HARMLESS))
        return self._standing(key) if self.holds(key) else None

    def follow(self, ticket: str, keys: Sequence[str]) -> Answer:
        self.followed.append(ticket)
        return Answer(verdicts={key: self._standing(key) for key in keys}, status=200)

    def close(self) -> None:
        pass

    def holds(self, key: str) -> bool:
        return any(name == key for name, _ in self.created)

    def _standing(self, key: str) -> Verdict:
        if key in self.reviewed:
            return Pending(ticket=f"api-{key}", until_next_run=True)
        return Accepted(reference=f"api-{key}")

    def _refused(self, keys: Sequence[str], bad: Sequence[str]) -> Answer:
        no = Refused(problems=(PathProblem(path="cod", message="is odd"),))
        if len(keys) == 1:
            return Answer(verdicts={keys[0]: no}, status=400)
        kind = K.HELD_UP if self.names else K.TOO_LARGE
        verdicts: dict[str, Verdict] = dict.fromkeys(bad, no) if self.names else {}
        return Answer(
            verdicts=verdicts, failure=Failure(kind=kind, message="refused", status=400), status=400
        )


def run(
    ledger: MemoryLedger, api: object, random: Random, *, watch: Watch | None = None, name: str = BATCH
) -> Delivered:
    """One process, from what the ledger says of the time before."""
    time = Time()
    ledger.reopen(name, time.now())
    found = ledger.batch(name)
    assert found is not None
    return deliver(
        found,
        ledger,
        Receiver(upserts=False),
        api,  # type: ignore[arg-type]  # a carrier in all that it is asked
        pace=Pace(None, 1, monotonic=time.monotonic),
        breaker=Breaker(clock=time.monotonic),
        clock=time.now,
        random=random,
        stop=threading.Event(),
        locate=locate,
        concurrency=3,
        watcher=watch or Watch(),
        crew=SimulatedCrew(time, random),
        rhythm=Rhythm(
            page_orders=7, grouping=Grouping(orders=5), hasty_grouping=Grouping(orders=5), look_seconds=20.0
        ),
    )


def laned(sequence: int, lane: str = "") -> StoredOrder:
    payload = json.dumps({"row": sequence, "lane": lane}).encode()
    return order(sequence)._replace(payload=payload, digest=digest(payload))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    lanes=st.lists(st.sampled_from(["slot", "flex"]), min_size=1, max_size=25),
    bad=st.sets(st.integers(0, 24), max_size=4),
    reviewed=st.sets(st.integers(0, 24), max_size=4),
    names=st.booleans(),
    size=st.integers(1, 8),
    trouble=st.integers(0, 60),
    deaths=st.lists(st.integers(0, 40), max_size=5),
    seed=st.integers(0, 2**16),
)
def test_nothing_is_ever_created_twice_and_everything_good_once(
    lanes: list[str],
    bad: set[int],
    reviewed: set[int],
    names: bool,
    size: int,
    trouble: int,
    deaths: list[int],
    seed: int,
) -> None:
    random = Random(seed)
    ledger = ledger_with(laned(sequence, lane) for sequence, lane in enumerate(lanes))
    api = Creator(
        random=random,
        trouble=trouble,
        bad=frozenset(f"FR-{number}" for number in bad),
        reviewed=frozenset(f"FR-{number}" for number in reviewed),
        names=names,
        size=size,
    )
    for death in deaths:
        try:
            run(ledger, api, random, watch=Watch(death))
        except Death:
            event("died")
        ledger.set_fates(BATCH, (OrderFate.UNSENT,), OrderFate.READY)
    run(ledger, api, random)
    api.trouble, api.reviewed = 0, frozenset()  # the API is well again, and somebody mended the addresses
    ledger.set_fates(BATCH, (OrderFate.UNSENT,), OrderFate.READY)
    run(ledger, api, random)
    keys = [key for key, _ in api.created]
    assert sorted(keys) == sorted(set(keys))
    for stored in ledger.orders(BATCH):
        assert stored.fate is (OrderFate.REFUSED if stored.key in api.bad else OrderFate.ACCEPTED)
        assert api.holds(stored.key) is (stored.fate is OrderFate.ACCEPTED)
        assert all(attempt.outcome is not None for attempt in ledger.attempts(stored.id))


def test_orders_that_are_new_are_not_looked_up() -> None:
    ledger, api = ledger_with(laned(number) for number in range(9)), Creator(random=Random(0))
    run(ledger, api, Random(0))
    assert api.looked_up == []
    assert [len(post) for post in api.posts] == [4, 4, 1]


def test_orders_of_different_lanes_travel_apart_in_full_parcels() -> None:
    lanes = ["slot", "flex"] * 8
    ledger = ledger_with(laned(number, lane) for number, lane in enumerate(lanes))
    api = Creator(random=Random(0))
    run(ledger, api, Random(0))
    assert sorted(len(post) for post in api.posts) == [4, 4, 4, 4]


class Scripted(Creator):
    """A creator whose first posts go as the script says."""

    script: list[Callable[[Parcel], Answer]]

    def send(self, parcel: Parcel) -> Answer:
        if self.script:
            self.posts.append(parcel.keys)
            return self.script.pop(0)(parcel)
        return Creator.send(self, parcel)


def scripted(*script: Callable[[Parcel], Answer], **facts: int) -> Scripted:
    api = Scripted(random=Random(0), **facts)  # type: ignore[arg-type]  # only whole numbers are given
    api.script = list(script)
    return api


def lost(parcel: Parcel) -> Answer:
    return Answer(failure=LOSSES[0])


def test_what_was_lost_and_is_not_there_goes_again_together() -> None:
    ledger, api = ledger_with(laned(number) for number in range(40)), scripted(lost, size=40)
    run(ledger, api, Random(0))
    assert sorted(api.looked_up) == sorted(f"FR-{number}" for number in range(40))
    assert len(api.posts) <= 10
    assert {stored.fate for stored in ledger.orders(BATCH)} == {OrderFate.ACCEPTED}


def test_one_order_that_breaks_every_request_does_not_keep_back_the_others() -> None:
    class Breaks(Creator):
        def send(self, parcel: Parcel) -> Answer:
            self.posts.append(parcel.keys)
            if "FR-2" in parcel.keys:
                return Answer(failure=LOSSES[1])
            return Creator.send(self, parcel)

    ledger, api = ledger_with(laned(number) for number in range(4)), Breaks(random=Random(0))
    run(ledger, api, Random(0))
    fates = [stored.fate for stored in ledger.orders(BATCH)]
    assert fates == [OrderFate.ACCEPTED, OrderFate.ACCEPTED, OrderFate.UNSENT, OrderFate.ACCEPTED]
    [problem] = ledger.problems(BATCH)
    assert "tried 5 times" in problem.message


def test_a_look_up_waits_for_what_the_api_may_still_be_storing() -> None:
    moments: list[float] = []
    ledger, api = ledger_with([laned(0)]), scripted(lost)
    run(ledger, api, Random(0))
    attempts = ledger.attempts("o-0")
    moments = [(attempt.started_at - START).total_seconds() for attempt in attempts]
    assert moments[1] - moments[0] >= 5.0


def test_an_order_that_can_be_neither_sent_nor_looked_up_waits_for_a_person() -> None:
    ledger, api = ledger_with([laned(0)]), scripted(lost, answers_look_ups=False)
    run(ledger, api, Random(0))
    assert len(api.looked_up) == 5
    [stored] = ledger.orders(BATCH)
    assert stored.fate is OrderFate.UNSENT
    [problem] = ledger.problems(BATCH)
    assert "Look it up at the destination before it is sent again." in problem.message


def test_a_wrong_key_stops_a_look_up_too_and_burns_nothing() -> None:
    class Closed(Creator):
        def look_up(self, key: str) -> Verdict | Failure | None:
            return Failure(kind=K.CREDENTIALS, message="does not know the key", status=401)

    ledger, api = ledger_with([laned(0)]), Closed(random=Random(0))
    ledger.record_attempts([])
    first = scripted(lost)
    first.answers_look_ups = False
    run(ledger, first, Random(0))
    ledger.set_fates(BATCH, (OrderFate.UNSENT,), OrderFate.READY)
    delivered = run(ledger, api, Random(0))
    assert delivered.reason is not None
    assert api.posts == []
    assert ledger.possibly_held(ACCOUNT, ["FR-0"]) == {"FR-0": {laned(0).digest}}


def test_an_order_in_review_is_asked_about_once_a_run() -> None:
    ledger, api = ledger_with([laned(0)]), Creator(random=Random(0), reviewed=frozenset({"FR-0"}))
    assert run(ledger, api, Random(0)).pending == 1
    assert api.followed == []
    assert run(ledger, api, Random(0)).pending == 1
    assert api.followed == ["api-FR-0"]
    api.reviewed = frozenset()
    assert run(ledger, api, Random(0)).accepted == 1
    assert len(api.posts) == 1


def second_drop(ledger: MemoryLedger, *orders: StoredOrder) -> None:
    again = replace(
        batch(),
        id="b-2",
        drop=Drop(id="d-2", feed=None, name="b", sha256="1" * 64, size=1, arrived_at=START, kept_at="d-2"),
    )
    ledger.open_batch(again)
    ledger.begin_preparation("b-2")
    ledger.add_orders("b-2", [one._replace(id=f"again-{one.id}", batch_id="b-2") for one in orders])
    ledger.finish_preparation("b-2", rows_read=len(orders), verdict="{}", status=BatchStatus.SENDING)


def test_a_changed_order_of_a_later_drop_is_not_made_a_second_one() -> None:
    ledger, api = ledger_with([laned(0)]), Creator(random=Random(0))
    run(ledger, api, Random(0))
    second_drop(ledger, laned(0, "flex"), laned(1, "flex"))
    run(ledger, api, Random(1), name="b-2")
    assert api.looked_up == ["FR-0"]
    assert [stored.fate for stored in ledger.orders("b-2")] == [OrderFate.REFUSED, OrderFate.ACCEPTED]
    assert [key for key, _ in api.created] == ["FR-0", "FR-1"]
    [problem] = ledger.problems("b-2")
    assert "already has an order of this number, api-FR-0, which" in problem.message


def test_the_same_order_of_a_later_drop_is_found_where_its_answer_was_lost() -> None:
    def kept(parcel: Parcel) -> Answer:
        api.created += zip(parcel.keys, parcel.bodies, strict=True)
        return Answer(failure=LOSSES[0])

    ledger, api = ledger_with([laned(0)]), scripted(kept, answers_look_ups=False)
    run(ledger, api, Random(0))
    api.answers_look_ups = True
    second_drop(ledger, laned(0))
    run(ledger, api, Random(1), name="b-2")
    assert [stored.fate for stored in ledger.orders("b-2")] == [OrderFate.ACCEPTED]
    assert len(api.created) == 1


@pytest.mark.parametrize("failure", LOSSES)
def test_whatever_may_have_arrived_stays_possible(failure: Failure) -> None:
    ledger = ledger_with([laned(0)])
    api = scripted(lambda parcel: Answer(failure=failure, status=failure.status), answers_look_ups=False)
    run(ledger, api, Random(0))
    assert ledger.attempts("o-0")[0].outcome in (AttemptOutcome.UNKNOWN, AttemptOutcome.FAILED)
    assert "FR-0" in ledger.possibly_held(ACCOUNT, ["FR-0"])


def test_a_carrier_without_look_ups_sends_nothing_that_may_be_there() -> None:
    class Blind:
        """A creator that says nothing about its lanes and what it holds."""

        def __init__(self, api: Scripted) -> None:
            self.limits, self.parcel_size, self.send = api.limits, api.parcel_size, api.send
            self.follow, self.close = api.follow, api.close

    ledger, api = ledger_with([laned(0)]), scripted(lost)
    for _ in range(2):
        run(ledger, Blind(api), Random(0))
        assert [stored.fate for stored in ledger.orders(BATCH)] == [OrderFate.UNSENT]
        ledger.set_fates(BATCH, (OrderFate.UNSENT,), OrderFate.READY)
    assert len(api.posts) == 1
