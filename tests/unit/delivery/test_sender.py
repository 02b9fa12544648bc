import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from random import Random

import pytest
from tests.unit.delivery.world import (
    BATCH,
    Act,
    Api,
    Receiver,
    SimulatedCrew,
    Time,
    Watch,
    batch,
    fates,
    ledger_with,
    locate,
    order,
)

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import OrderFate
from orderdrop.core.policy import StopReason
from orderdrop.core.problems import Cell, Code, Owner, RaisedBy
from orderdrop.core.progress import Event, Step, Watcher
from orderdrop.delivery.breaker import Breaker
from orderdrop.delivery.circuit import MAX_REST_SECONDS, OUTAGE_AFTER, Closed, Open, State
from orderdrop.delivery.crew import Crew, Threads
from orderdrop.delivery.follow import Asking
from orderdrop.delivery.pace import Pace
from orderdrop.delivery.sender import deliver
from orderdrop.delivery.terms import Back, Delivered, Ended, Rhythm
from orderdrop.destinations.base import Accepted, Answer, Carrier, Parcel
from orderdrop.errors import Busy, LedgerUnavailable
from orderdrop.ledger.ledger import Attempt, AttemptOutcome, Ledger, Outcome
from orderdrop.ledger.memory import MemoryLedger

ONE_BY_ONE = Rhythm(look_seconds=20.0, asking=Asking(give_up_seconds=600.0))


@dataclass(kw_only=True)
class Sending:
    """One delivery of `count` orders in a world of its own."""

    count: int = 10
    concurrency: int = 1
    upserts: bool = True
    rate: float | None = None
    rhythm: Rhythm = ONE_BY_ONE
    time: Time = field(default_factory=Time)
    watcher: Watcher | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.random = Random(1)
        self.watch = Watch()
        self.ledger: MemoryLedger = ledger_with(order(sequence) for sequence in range(self.count))
        self.api = Api(time=self.time, rate=self.rate)
        self.breaker = Breaker(clock=self.time.monotonic)
        self.pace = Pace(self.rate, monotonic=self.time.monotonic)

    def run(
        self,
        *script: Act,
        ledger: Ledger | None = None,
        carrier: Carrier | None = None,
        crew: Crew[Back] | None = None,
    ) -> Delivered:
        self.api.script = deque(script)
        return deliver(
            batch(),
            ledger or self.ledger,
            Receiver(upserts=self.upserts),
            carrier or self.api,
            pace=self.pace,
            breaker=self.breaker,
            clock=self.time.now,
            random=self.random,
            stop=self.stop,
            locate=locate,
            concurrency=self.concurrency,
            watcher=self.watcher or self.watch,
            crew=crew or SimulatedCrew(self.time, Random(2)),
            rhythm=self.rhythm,
        )

    def fates(self) -> set[OrderFate]:
        return set(fates(self.ledger).values())


def test_every_ready_order_is_sent_once_and_accepted() -> None:
    world = Sending(count=12, concurrency=3)
    delivered = world.run()
    assert delivered == Delivered(ended=Ended.DONE, accepted=12, refused=0, unsent=0, pending=0, requests=12)
    assert sorted(world.api.kept) == sorted(f"FR-{n}" for n in range(12))
    assert {stored.reference for stored in world.ledger.orders(BATCH)} == {f"api-FR-{n}" for n in range(12)}


def test_nothing_ready_sends_nothing() -> None:
    world = Sending(count=0)
    assert world.run().requests == 0
    assert [event.step for event in world.watch.events] == [Step.SENT]


def test_orders_that_are_not_ready_are_left_alone() -> None:
    world = Sending(count=3)
    world.ledger.set_fates(BATCH, (OrderFate.READY,), OrderFate.HELD)
    assert world.run().requests == 0
    assert world.fates() == {OrderFate.HELD}


def test_a_second_delivery_sends_nothing() -> None:
    world = Sending(count=5)
    world.run()
    assert world.run().requests == 0


def test_steps_are_told_in_order_and_count_up_to_the_total() -> None:
    world = Sending(count=4)
    world.run()
    steps = [event.step for event in world.watch.events]
    assert steps[0] is Step.ATTEMPTS_RECORDED
    assert steps[-2:] == [Step.OUTCOMES_RECORDED, Step.SENT]
    assert Step.ANSWERED in steps
    assert [event.done for event in world.watch.events] == sorted(event.done for event in world.watch.events)
    last = world.watch.events[-1]
    assert (last.batch, last.done, last.total) == (BATCH, 4, 4)


def test_where_another_sends_the_same_batch_the_answers_to_what_left_here_are_written_before_it_ends() -> (
    None
):
    world = Sending(count=10, concurrency=3, rate=10.0)
    theirs = Attempt(id="a", request_id="r", batch_id=BATCH, order_id="o-9", started_at=world.time.now())

    def another_takes_the_last_one(_: Parcel) -> None:
        world.api.before_post = lambda _: None
        world.ledger.record_attempts([theirs])

    world.api.before_post = another_takes_the_last_one
    with pytest.raises(Busy, match="has begun to send"):
        world.run(crew=SimulatedCrew(world.time, Random(2), dawdles=0.9))
    posted = [key for keys in world.api.posts for key in keys]
    by_key = {stored.key: stored.fate for stored in world.ledger.orders(BATCH)}
    assert {key for key, fate in by_key.items() if fate is OrderFate.ACCEPTED} == set(posted)
    assert len(posted) == len(set(posted))
    assert [key for key, fate in by_key.items() if fate is OrderFate.SENDING] == ["FR-9"]


def test_a_refusal_is_led_home_to_its_cell() -> None:
    world = Sending(count=3)
    world.api.bad = frozenset({"FR-1"})
    delivered = world.run()
    assert (delivered.accepted, delivered.refused) == (2, 1)
    (problem,) = world.ledger.problems(BATCH)
    assert (problem.code, problem.order, problem.raised_by) == (Code.REFUSED, "FR-1", RaisedBy.API)
    assert problem.cells == (Cell(row=3, column="email"),)


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        pytest.param(Act.SERVER, AttemptOutcome.FAILED, id="500"),
        pytest.param(Act.NOT_CONNECTED, AttemptOutcome.FAILED, id="never left"),
        pytest.param(Act.LOGIN_PAGE, AttemptOutcome.FAILED, id="a web page"),
        pytest.param(Act.LOST, AttemptOutcome.UNKNOWN, id="no answer"),
        pytest.param(Act.LOST_KEPT, AttemptOutcome.UNKNOWN, id="no answer, order is there"),
    ],
)
def test_a_failure_that_may_pass_is_recorded_and_tried_again(act: Act, outcome: AttemptOutcome) -> None:
    world = Sending(count=1)
    world.run(act)
    assert [attempt.outcome for attempt in world.ledger.attempts("o-0")] == [outcome, AttemptOutcome.ACCEPTED]
    assert world.fates() == {OrderFate.ACCEPTED}


def test_others_go_on_while_a_failed_order_waits_for_its_turn() -> None:
    world = Sending(count=5)
    world.run(Act.SERVER)
    assert world.api.posts[0] == ("FR-0",)
    assert world.api.posts[-1] == ("FR-0",)
    assert len(world.api.posts) == 6


def test_a_throttled_account_is_silent_for_as_long_as_it_was_asked() -> None:
    world = Sending(count=6, concurrency=1)
    world.rhythm = Rhythm(look_seconds=20.0, spare_orders=0)
    world.run(Act.WELL, Act.THROTTLED_FOR_2)
    assert world.api.times[2] - world.api.times[1] >= 2.0
    assert world.fates() == {OrderFate.ACCEPTED}


def test_a_refused_key_stops_the_account_once_and_rejects_nothing() -> None:
    world = Sending(count=50, concurrency=2)
    delivered = world.run(Act.WELL, Act.BAD_KEY, Act.BAD_KEY, Act.BAD_KEY, Act.BAD_KEY)
    assert (delivered.ended, delivered.reason) == (Ended.ACCOUNT_STOPPED, StopReason.CREDENTIALS)
    assert len(world.api.posts) <= 1 + 2 + world.rhythm.spare_orders
    assert world.fates() == {OrderFate.ACCEPTED, OrderFate.UNSENT}
    assert delivered.unsent == sum(fate is OrderFate.UNSENT for fate in fates(world.ledger).values())
    (problem,) = world.ledger.problems(BATCH)
    assert (problem.code, problem.owner, problem.raised_by, problem.cells) == (
        Code.NOT_SENT,
        Owner.OPS,
        RaisedBy.API,
        (),
    )
    assert problem.message == (
        "shipup does not accept the key of account shop-eu. It said: does not know the key. "
        "The orders that were not sent yet are kept as unsent. "
        "Correct the account's key in the settings and start `orderdrop serve` again. They go by themselves once the "
        "account works again, with `orderdrop serve` or the next `orderdrop run`; at once with: orderdrop rerun b-1 --only unsent"
    )


def test_a_paced_account_with_a_refused_key_gets_no_more_than_what_was_under_way() -> None:
    world = Sending(count=50, concurrency=4, rate=10.0)
    world.run(*[Act.BAD_KEY] * 10)
    assert len(world.api.posts) <= 4


def test_an_outage_stops_the_account_after_a_few_failures_in_a_row() -> None:
    world = Sending(count=500, concurrency=4, rate=10.0)
    delivered = world.run(*[Act.SERVER] * 1000)
    assert (delivered.ended, delivered.reason) == (Ended.ACCOUNT_STOPPED, StopReason.OUTAGE)
    assert len(world.api.posts) < OUTAGE_AFTER + world.concurrency
    assert world.fates() == {OrderFate.UNSENT}
    assert len(world.ledger.problems(BATCH)) == 1


def test_while_an_account_rests_nothing_is_sent_to_it() -> None:
    world = Sending(count=5)
    world.breaker.opened(StopReason.PAYMENT, "trial over")
    delivered = world.run()
    assert (delivered.requests, delivered.unsent, delivered.reason) == (0, 5, StopReason.PAYMENT)
    assert world.api.posts == []


def test_after_the_rest_a_single_request_finds_out_whether_it_works_again() -> None:
    rest = Open(reason=StopReason.OUTAGE, until=900.0)
    world = Sending(count=20, concurrency=4)
    world.breaker = Breaker(clock=world.time.monotonic, state=rest)
    world.run(Act.SERVER)
    assert len(world.api.posts) == 1
    assert world.fates() == {OrderFate.UNSENT}

    world = Sending(count=20, concurrency=4)
    world.breaker = Breaker(clock=world.time.monotonic, state=rest)
    crew = SimulatedCrew(world.time, Random(3))
    world.run(crew=crew)
    assert world.fates() == {OrderFate.ACCEPTED}
    assert world.breaker.state == Closed()


@pytest.mark.parametrize("rests", [1, 2, 11])
def test_what_asks_after_a_rest_is_one_order_alone_and_after_another_rest_another_one(rests: int) -> None:
    world = Sending(count=30, concurrency=4)
    world.api.size = 10
    rest = Open(reason=StopReason.OUTAGE, until=900.0, rests=rests)
    world.breaker = Breaker(clock=world.time.monotonic, state=rest)
    world.run()
    assert world.api.posts[0] == (f"FR-{(rests - 1) % 10}",)
    assert len(world.api.posts[1]) == 9, "those that were passed over travel together"
    assert len(world.api.posts) == 4
    assert world.fates() == {OrderFate.ACCEPTED}


def test_an_order_that_breaks_the_api_does_not_keep_the_account_stopped() -> None:
    world = Sending(count=30)
    world.api.poison = frozenset({"FR-0"})
    state: State = Open(reason=StopReason.OUTAGE, until=900.0)
    for _ in range(2):
        world.breaker = Breaker(clock=world.time.monotonic, state=state)
        world.run()
        state = world.breaker.state
        world.ledger.take_up(BATCH)
        world.time.advance(MAX_REST_SECONDS)
    assert isinstance(state, Closed)
    assert [key for post in world.api.posts[:2] for key in post] == ["FR-0", "FR-1"]


def test_what_was_not_sent_when_the_account_was_stopped_waits_for_it() -> None:
    world = Sending(count=5)
    world.run(Act.WELL, Act.BAD_KEY)
    (waits,) = world.ledger.waiting()
    assert waits.waits_since is not None
    world.ledger.take_up(BATCH)
    assert world.ledger.problems(BATCH) == []
    world.breaker = Breaker(clock=world.time.monotonic)
    world.run()
    assert world.fates() == {OrderFate.ACCEPTED}
    assert world.ledger.waiting() == []


def test_one_order_that_breaks_the_api_does_not_keep_back_the_others() -> None:
    world = Sending(count=100)
    world.api.size = 100
    world.api.poison = frozenset({"FR-63"})
    delivered = world.run()
    assert (delivered.accepted, delivered.unsent) == (99, 1)
    assert fates(world.ledger)["o-63"] is OrderFate.UNSENT
    (problem,) = world.ledger.problems(BATCH)
    assert (problem.code, problem.owner, problem.order) == (Code.NOT_SENT, Owner.OPS, "FR-63")
    assert problem.cells[0].row == 65
    assert "has a fault of its own. It is kept as unsent." in problem.message
    assert len(world.api.posts) < 30


def test_a_parcel_too_large_is_halved_until_it_fits() -> None:
    world = Sending(count=8)
    world.api.size = 8
    world.run(Act.TOO_LARGE, Act.TOO_LARGE)
    assert sorted(len(post) for post in world.api.posts) == [2, 2, 4, 4, 8]
    assert world.fates() == {OrderFate.ACCEPTED}


def test_an_account_without_batches_gets_the_same_orders_one_by_one_at_once() -> None:
    world = Sending(count=7)
    world.api.size = 5
    began = world.time.seconds
    world.run(Act.NO_BATCHES)
    assert sorted(len(post) for post in world.api.posts) == [1] * 7 + [2, 5]
    assert all(len(world.ledger.attempts(f"o-{n}")) == 2 for n in range(7))
    assert world.fates() == {OrderFate.ACCEPTED}
    assert world.time.seconds - began < 60.0


def test_an_answer_that_passes_an_order_over_leaves_it_unknown_and_sends_it_again() -> None:
    world = Sending(count=4)
    world.api.size = 4
    world.run(Act.HALF)
    assert world.api.posts == [("FR-0", "FR-1", "FR-2", "FR-3"), ("FR-1", "FR-3")]
    assert world.ledger.attempts("o-1")[0].outcome is AttemptOutcome.UNKNOWN


def test_late_answers_are_followed_to_their_end() -> None:
    world = Sending(count=10)
    world.api.size = 5
    world.api.bad = frozenset({"FR-7"})
    delivered = world.run(Act.PENDING, Act.PENDING)
    assert (delivered.accepted, delivered.refused, delivered.pending) == (9, 1, 0)
    assert len(world.api.posts) == 2


def test_a_new_start_follows_the_tickets_of_the_old_one() -> None:
    world = Sending(count=6)
    world.api.size = 3
    world.rhythm = Rhythm(look_seconds=20.0, asking=Asking(give_up_seconds=0.5))
    first = world.run(Act.PENDING, Act.PENDING)
    assert (first.ended, first.pending, first.accepted) == (Ended.DONE, 6, 0)
    world.rhythm = ONE_BY_ONE
    second = world.run()
    assert (second.pending, second.accepted) == (0, 6)
    assert len(world.api.posts) == 2
    assert [attempt.outcome for attempt in world.ledger.attempts("o-0")] == [AttemptOutcome.ACCEPTED]


def test_a_second_order_of_a_key_waits_for_the_ticket_of_an_earlier_run() -> None:
    world = Sending(count=1)
    world.rhythm = Rhythm(look_seconds=20.0, asking=Asking(give_up_seconds=0.5))
    world.run(Act.PENDING)
    ledger = ledger_with([order(0), order(1, "FR-0")])
    (pending,) = world.ledger.orders(BATCH)
    attempt = Attempt(id="a-0", request_id="r-0", batch_id=BATCH, order_id="o-0", started_at=world.time.now())
    ledger.record_attempts([attempt])
    outcome = Outcome(
        attempt_id="a-0",
        order_id="o-0",
        fate=OrderFate.PENDING,
        attempt=AttemptOutcome.PENDING,
        at=world.time.now(),
        reference=pending.reference,
    )
    ledger.record_outcomes([outcome], "shop-eu")
    world.rhythm = ONE_BY_ONE
    open_tickets: list[int] = []
    world.api.before_post = lambda parcel: open_tickets.append(world.api.tickets["job-1"].asked)
    world.run(ledger=ledger)
    assert open_tickets == [3]
    assert set(fates(ledger).values()) == {OrderFate.ACCEPTED}


def test_the_orders_of_a_lost_ticket_are_sent_again() -> None:
    world = Sending(count=3)
    world.api.size = 3
    world.run(Act.LOST_TICKET)
    assert len(world.api.posts) == 2
    assert world.fates() == {OrderFate.ACCEPTED}


def test_no_more_orders_leave_while_too_many_answers_are_owed() -> None:
    world = Sending(count=12)
    world.rhythm = Rhythm(look_seconds=5.0, tickets_at_once=3, spare_orders=0)
    owed: list[int] = []
    world.api.before_post = lambda parcel: owed.append(
        sum(ticket.asked < 3 for ticket in world.api.tickets.values())
    )
    world.run(*[Act.PENDING] * 60)
    assert max(owed) == 2
    assert world.fates() == {OrderFate.ACCEPTED}


def test_an_api_that_would_hold_an_order_twice_is_not_sent_it_again() -> None:
    world = Sending(count=2, upserts=False)
    world.run(Act.LOST_KEPT)
    assert world.api.kept == ["FR-0", "FR-1"]
    assert fates(world.ledger) == {"o-0": OrderFate.UNSENT, "o-1": OrderFate.ACCEPTED}
    (problem,) = world.ledger.problems(BATCH)
    assert problem.message == (
        "It is not known whether the order arrived: gave no answer in time. "
        "Look it up at the destination before it is sent again."
    )


@dataclass
class Commits(MemoryLedger):
    """A ledger that counts its transactions, or fails at one."""

    attempts_written: list[int] = field(default_factory=list)
    outcomes_written: list[int] = field(default_factory=list)
    page_limits: list[int | None] = field(default_factory=list)
    fails: bool = False

    def __post_init__(self) -> None:
        MemoryLedger.__init__(self)

    def record_attempts(self, attempts: Sequence[Attempt]) -> None:
        if self.fails:
            raise LedgerUnavailable("The ledger's disk is full.")
        self.attempts_written.append(len(attempts))
        super().record_attempts(attempts)

    def record_outcomes(self, outcomes: Sequence[Outcome], account: str) -> None:
        self.outcomes_written.append(len(outcomes))
        super().record_outcomes(outcomes, account)

    def orders(
        self,
        batch_id: str,
        fates: Collection[OrderFate] | None = None,
        *,
        after: int = -1,
        limit: int | None = None,
    ) -> list[StoredOrder]:
        self.page_limits.append(limit)
        return super().orders(batch_id, fates, after=after, limit=limit)


def commits(count: int) -> Commits:
    ledger = Commits()
    filled = ledger_with(order(sequence) for sequence in range(count))
    ledger.open_batch(batch())
    ledger.begin_preparation(BATCH)
    ledger.add_orders(BATCH, filled.orders(BATCH))
    return ledger


def test_a_thousand_orders_cost_a_few_commits_not_thousands() -> None:
    world = Sending(count=0, concurrency=4)
    ledger = commits(1000)
    crew = SimulatedCrew(world.time, Random(2), dawdles=0.0)
    assert world.run(ledger=ledger, crew=crew).accepted == 1000
    assert len(ledger.attempts_written) <= 12
    assert len(ledger.outcomes_written) <= 40


def test_orders_are_read_in_pages_never_all_at_once() -> None:
    world = Sending(count=0)
    ledger = commits(1200)
    world.run(ledger=ledger)
    assert set(ledger.page_limits) == {500}


def test_what_cannot_be_recorded_is_not_sent() -> None:
    world = Sending(count=0)
    ledger = commits(3)
    ledger.fails = True
    with pytest.raises(LedgerUnavailable):
        world.run(ledger=ledger)
    assert world.api.posts == []


def test_a_stop_leaves_the_rest_ready_and_takes_back_what_did_not_leave() -> None:
    world = Sending(count=300, concurrency=2)
    world.rhythm = Rhythm(look_seconds=20.0, spare_orders=10)

    def stop_after_ten(event: Event) -> None:
        if len(world.api.posts) >= 10:
            world.stop.set()

    world.watcher = stop_after_ten
    delivered = world.run()
    assert delivered.ended is Ended.STOPPED
    assert world.fates() == {OrderFate.ACCEPTED, OrderFate.READY}
    assert len(world.api.posts) == delivered.accepted < 300
    taken_back = [
        attempt
        for stored in world.ledger.orders(BATCH, (OrderFate.READY,))
        for attempt in world.ledger.attempts(stored.id)
    ]
    assert taken_back
    assert {attempt.outcome for attempt in taken_back} == {AttemptOutcome.FAILED}
    world.stop.clear()
    world.watcher = None
    assert world.run().accepted == 300 - delivered.accepted
    assert sorted(world.api.kept) == sorted(set(world.api.kept))


class OneThread:
    """A crew of one that begins a task only when somebody waits for results."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._tasks: deque[Callable[[], Back]] = deque()

    def submit(self, task: Callable[[], Back]) -> None:
        self._tasks.append(task)

    def collect(self, timeout_seconds: float, linger_seconds: float = 0.0) -> list[Back]:
        self._time.advance(0.01 if self._tasks else timeout_seconds)
        return [self._tasks.popleft()()] if self._tasks else []

    def close(self) -> None:
        pass


def test_requests_handed_over_before_a_refused_key_was_known_do_not_leave() -> None:
    world = Sending(count=50)
    world.run(Act.WELL, Act.BAD_KEY, crew=OneThread(world.time))
    assert world.api.posts == [("FR-0",), ("FR-1",)]
    assert sorted(fates(world.ledger).values()) == [OrderFate.ACCEPTED] + [OrderFate.UNSENT] * 49


def test_requests_handed_over_before_a_stop_do_not_leave() -> None:
    world = Sending(count=50)

    def stop_after_the_second(parcel: Parcel) -> None:
        if parcel.keys == ("FR-1",):
            world.stop.set()

    world.api.before_post = stop_after_the_second
    world.run(crew=OneThread(world.time))
    assert world.api.posts == [("FR-0",), ("FR-1",)]
    assert sorted(fates(world.ledger).values()) == [OrderFate.ACCEPTED] * 2 + [OrderFate.READY] * 48


def test_requests_handed_over_before_a_pause_wait_for_its_end() -> None:
    world = Sending(count=50)
    world.run(Act.WELL, Act.THROTTLED_FOR_2, crew=OneThread(world.time))
    assert world.api.times[2] - world.api.times[1] >= 2.0
    assert world.fates() == {OrderFate.ACCEPTED}
    assert sorted(world.api.kept) == sorted(set(world.api.kept))


class Hanging(Api):
    """An API that answers nothing until it is let go."""

    def __init__(self, time: Time) -> None:
        super().__init__(time=time)
        self.arrived = threading.Semaphore(0)
        self.let_go = threading.Event()

    def send(self, parcel: Parcel) -> Answer:
        self.arrived.release()
        self.let_go.wait(20)
        return Answer(verdicts={key: Accepted() for key in parcel.keys})


def test_a_stop_waits_for_requests_under_way_only_so_long_and_owns_up() -> None:
    world = Sending(count=5, concurrency=2)
    world.rhythm = Rhythm(look_seconds=0.01, stop_grace_seconds=0.0, spare_orders=0)
    api = Hanging(world.time)
    found: list[Delivered] = []
    sender = threading.Thread(target=lambda: found.append(world.run(carrier=api, crew=Threads(2, "test"))))
    sender.start()
    for _ in range(2):
        assert api.arrived.acquire(timeout=10)
    world.stop.set()
    sender.join(timeout=10)
    api.let_go.set()
    assert found
    assert found[0].ended is Ended.STOPPED
    assert sorted(fates(world.ledger).values()) == sorted([OrderFate.READY] * 3 + [OrderFate.SENDING] * 2)
    assert Step.SENT not in [event.step for event in world.watch.events]
    assert world.ledger.reopen(BATCH, world.time.now()) == 2
