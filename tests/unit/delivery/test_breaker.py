from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from tests.unit.delivery.world import ACCOUNT, Time

from orderdrop.core.policy import StopReason
from orderdrop.delivery.breaker import Breaker, Turn
from orderdrop.delivery.circuit import (
    FIRST_REST_MENDABLE_SECONDS,
    FIRST_REST_SECONDS,
    LEAST_PART_OF_A_REST,
    OUTAGE_AFTER,
    PROBE_SECONDS,
    Closed,
    Gate,
)
from orderdrop.delivery.known import LOOK_SECONDS, Known
from orderdrop.ledger.memory import MemoryLedger

HOUR = timedelta(hours=1)


@dataclass
class Account:
    """An account that several processes send to: one ledger, one time, clocks that may be set differently."""

    time: Time = field(default_factory=Time)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    told: list[Turn] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    ahead: timedelta = timedelta()

    def process(
        self,
        *,
        insists: bool = False,
        random: Random | None = None,
        ahead: timedelta = timedelta(),
        owner: str = "",
    ) -> Breaker:
        def clock() -> datetime:
            return self.time.now() + self.ahead + ahead

        known = Known(self.ledger, ACCOUNT, clock=clock, monotonic=self.time.monotonic)
        return Breaker(
            clock=self.time.monotonic,
            known=known,
            insists=insists,
            owner=owner,
            has_died=self.dead.__contains__,
            random=random,
            tell=self.told.append,
        )

    def goes_down(self, *processes: Breaker) -> None:
        for number in range(OUTAGE_AFTER * len(processes)):
            processes[number % len(processes)].failed("502")

    def a_moment_later(self, seconds: float = LOOK_SECONDS) -> None:
        self.time.advance(seconds)


def test_an_outage_that_one_process_finds_stops_all_of_them_and_those_that_start_later() -> None:
    account = Account()
    one, other = account.process(), account.process()
    assert other.gate() is Gate.SEND
    account.goes_down(one)
    account.a_moment_later()
    assert [process.gate() for process in (one, other, account.process())] == [Gate.STOP] * 3
    assert not other.leave()


def test_after_the_rest_one_process_looks_and_the_others_wait_for_what_it_finds() -> None:
    account = Account()
    one, other = account.process(), account.process()
    account.goes_down(one)
    account.a_moment_later(FIRST_REST_SECONDS)
    assert (one.gate(), other.gate()) == (Gate.SEND, Gate.SEND)
    assert other.leave()
    assert not one.leave(), "two looked"
    assert one.gate() is Gate.WAIT
    other.worked()
    account.a_moment_later()
    assert (one.gate(), other.gate()) == (Gate.SEND, Gate.SEND)
    assert one.state == other.state == Closed()


def test_a_look_that_fails_makes_the_next_rest_longer_for_all() -> None:
    account = Account()
    one, other = account.process(), account.process()
    account.goes_down(one)
    for rests in (1, 2, 3):
        account.a_moment_later(FIRST_REST_SECONDS * 2 ** (rests - 1))
        looks, waits = (one, other) if rests % 2 else (other, one)
        assert waits.probes_after() == rests
        assert looks.leave()
        looks.failed("502")
        account.a_moment_later()
        assert waits.gate() is Gate.STOP
        account.a_moment_later(-LOOK_SECONDS)


def test_only_the_answer_to_the_look_counts_while_it_is_under_way() -> None:
    account = Account()
    one, other = account.process(), account.process()
    account.goes_down(one)
    account.a_moment_later(FIRST_REST_SECONDS)
    assert one.leave()
    other.gate()
    other.worked()  # of requests that left before the stop
    other.failed("502")
    other.opened(StopReason.PAYMENT)
    account.a_moment_later()
    assert (one.gate(), other.gate()) == (Gate.WAIT, Gate.WAIT)
    one.worked()
    account.a_moment_later()
    assert other.gate() is Gate.SEND


def test_a_look_that_died_with_its_process_is_taken_over_after_a_while_and_counts_no_more() -> None:
    account = Account()
    one, other = account.process(), account.process()
    account.goes_down(one)
    account.a_moment_later(FIRST_REST_SECONDS)
    assert one.leave()
    account.a_moment_later(PROBE_SECONDS)
    assert other.leave()
    account.a_moment_later()
    one.worked()  # it was only slow; by now the other one says how it goes on
    assert one.gate() is Gate.WAIT
    other.failed("502")
    account.a_moment_later()
    assert one.gate() is Gate.STOP


def test_a_look_of_a_process_that_is_certainly_dead_is_taken_over_at_once() -> None:
    account = Account()
    one, other = account.process(owner="one"), account.process(owner="other")
    account.goes_down(one)
    account.a_moment_later(FIRST_REST_SECONDS)
    assert one.leave()
    assert other.gate() is Gate.WAIT
    account.dead.add("one")
    assert other.gate() is Gate.SEND
    assert other.leave()
    other.worked()
    assert account.process().gate() is Gate.SEND
    assert [turn.reason for turn in account.told] == [StopReason.OUTAGE, None]


def test_an_outage_is_told_once_and_its_end_once_whoever_meets_it() -> None:
    account = Account()
    processes = [account.process() for _ in range(3)]
    account.goes_down(*processes)
    for rests in range(1, 9):
        account.a_moment_later(FIRST_REST_SECONDS * 2**rests)
        prober = processes[rests % 3]
        assert prober.leave()
        prober.failed("502")
        account.a_moment_later()
        for process in processes:
            process.failed("502")
    account.a_moment_later(3600.0)
    assert processes[0].leave()
    processes[0].worked()
    account.a_moment_later()
    for process in processes:
        process.worked()
    assert [(turn.reason, turn.detail) for turn in account.told] == [(StopReason.OUTAGE, "502"), (None, "")]


def test_a_look_that_finds_another_reason_tells_it() -> None:
    account = Account()
    process = account.process()
    account.goes_down(process)
    account.a_moment_later(FIRST_REST_SECONDS)
    assert process.leave()
    process.opened(StopReason.CREDENTIALS, "401")
    assert [turn.reason for turn in account.told] == [StopReason.OUTAGE, StopReason.CREDENTIALS]
    assert account.ledger.account_state(ACCOUNT).since == account.time.now() - timedelta(
        seconds=FIRST_REST_SECONDS
    )


def test_a_process_that_starts_looks_at_once_where_a_person_may_have_mended_the_cause() -> None:
    account = Account()
    account.process().opened(StopReason.CREDENTIALS, "401")
    started = account.process()
    assert started.leave()
    started.opened(StopReason.CREDENTIALS, "401")
    assert started.gate() is Gate.STOP
    account.a_moment_later(FIRST_REST_MENDABLE_SECONDS)
    assert started.gate() is Gate.STOP, "the second rest is longer"


@pytest.mark.parametrize(
    ("reason", "gate"),
    [
        pytest.param(StopReason.OUTAGE, Gate.SEND, id="a person asks for it"),
        pytest.param(StopReason.THROTTLED, Gate.STOP, id="the API asked for silence"),
    ],
)
def test_who_insists_looks_at_once_but_never_into_a_silence(reason: StopReason, gate: Gate) -> None:
    account = Account()
    account.process().opened(reason)
    assert account.process().gate() is Gate.STOP
    insisting = account.process(insists=True)
    assert insisting.gate() is gate
    if gate is Gate.SEND:
        assert insisting.leave()
        insisting.failed("502")
        assert insisting.gate() is Gate.STOP, "it insisted once"


@pytest.mark.parametrize("jump", [-HOUR, HOUR, -24 * HOUR], ids=["an-hour-back", "an-hour-on", "a-day-back"])
def test_a_clock_that_jumps_neither_ends_a_rest_nor_prolongs_it(jump: timedelta) -> None:
    account = Account()
    process = account.process()
    account.goes_down(process)
    account.ahead = jump
    account.a_moment_later(FIRST_REST_SECONDS - 1.0)
    assert process.gate() is Gate.STOP
    account.a_moment_later(1.0)
    assert process.gate() is Gate.SEND
    assert process.leave()
    process.worked()
    assert process.gate() is Gate.SEND


@pytest.mark.parametrize("back", [timedelta(seconds=3), HOUR, 24 * HOUR])
def test_a_process_that_starts_after_the_clock_was_set_back_rests_no_longer_than_was_meant(
    back: timedelta,
) -> None:
    account = Account()
    account.goes_down(account.process())
    account.ahead = -back
    started = account.process()
    assert started.gate() is Gate.STOP
    account.a_moment_later(FIRST_REST_SECONDS)
    assert started.leave()
    started.worked()
    assert account.process().gate() is Gate.SEND


def test_hosts_whose_clocks_differ_a_little_agree() -> None:
    account = Account()
    one, other = account.process(), account.process(ahead=-timedelta(seconds=20))
    account.goes_down(one)
    account.a_moment_later(FIRST_REST_SECONDS)
    account.a_moment_later(20.0)
    assert other.leave()
    assert one.gate() is Gate.WAIT
    other.worked()
    account.a_moment_later()
    assert one.gate() is Gate.SEND


def test_rests_are_shortened_at_random_by_a_quarter_at_most() -> None:
    lengths = set()
    for seed in range(20):
        account = Account()
        account.goes_down(account.process(random=Random(seed)))
        (turn,) = account.told
        lengths.add(round(turn.rest_seconds, 3))
    assert len(lengths) > 15
    assert min(lengths) >= LEAST_PART_OF_A_REST * FIRST_REST_SECONDS
    assert max(lengths) <= FIRST_REST_SECONDS


def test_while_all_is_well_nothing_is_written() -> None:
    account = Account()
    process = account.process()
    for _ in range(50):
        assert process.leave()
        process.worked()
        process.failed("500")
        account.a_moment_later()
    assert account.ledger.account_states() == []


def test_an_outage_runs_its_course() -> None:
    time = Time()
    breaker = Breaker(clock=time.monotonic)
    for _ in range(OUTAGE_AFTER):
        assert breaker.leave()
        breaker.failed("502")
    assert breaker.gate() is Gate.STOP
    assert not breaker.leave()
    time.advance(FIRST_REST_SECONDS)
    assert breaker.leave()
    assert not breaker.leave(), "a second probe left"
    breaker.failed("502")
    time.advance(FIRST_REST_SECONDS)
    assert breaker.gate() is Gate.STOP, "the second rest is longer"
    time.advance(FIRST_REST_SECONDS)
    assert breaker.leave()
    breaker.worked()
    assert breaker.state == Closed()
