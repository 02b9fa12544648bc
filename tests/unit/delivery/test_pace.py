import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.delivery.world import ACCOUNT, Time

from orderdrop.delivery.known import LOOK_SECONDS, Known
from orderdrop.delivery.pace import BLOCK_SECONDS, RAMP_SECONDS, Pace, pace_for
from orderdrop.destinations.base import Limits
from orderdrop.ledger.accounts import AccountState, ChangeAccount
from orderdrop.ledger.memory import MemoryLedger


def drain(pace: Pace, clock: Time, seconds: float) -> list[float]:
    """Everything that may go within so many seconds, by somebody who asks whenever told to."""
    went, end = [], clock.seconds + seconds
    while clock.seconds <= end:
        wait = pace.take()
        if wait:
            clock.advance(wait)
        else:
            went.append(clock.seconds - 1000.0)
    return went


def test_requests_are_evenly_spaced_from_the_first_on() -> None:
    clock = Time()
    went = drain(Pace(2.0, monotonic=clock.monotonic), clock, 2.0)
    assert went == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0])


def test_a_burst_is_earned_by_being_idle_not_by_starting() -> None:
    clock = Time()
    pace = Pace(2.0, burst=3, monotonic=clock.monotonic)
    assert drain(pace, clock, 0.4) == pytest.approx([0.0])
    clock.advance(60.0)
    assert len(drain(pace, clock, 0.4)) == 3


def test_a_pause_holds_everybody_and_ends_without_a_burst() -> None:
    clock = Time()
    pace = Pace(2.0, burst=5, monotonic=clock.monotonic)
    clock.advance(60.0)
    pace.pause(10.0)
    assert pace.take() == pytest.approx(10.0)
    clock.advance(10.0)
    assert drain(pace, clock, 1.0) == pytest.approx([70.0, 70.5, 71.0])


def test_a_shorter_pause_does_not_cut_a_longer_one_short() -> None:
    clock = Time()
    pace = Pace(None, monotonic=clock.monotonic)
    pace.pause(10.0)
    pace.pause(1.0)
    assert pace.wait_seconds() == pytest.approx(10.0)


def test_without_a_limit_only_a_pause_holds() -> None:
    clock = Time()
    pace = Pace(None, monotonic=clock.monotonic)
    assert [pace.take() for _ in range(1000)] == [0.0] * 1000
    pace.pause(3.0)
    assert pace.take() == pytest.approx(3.0)


def test_asking_how_long_takes_nothing() -> None:
    clock = Time()
    pace = Pace(1.0, monotonic=clock.monotonic)
    assert pace.wait_seconds() == 0.0
    assert pace.take() == 0.0
    assert pace.wait_seconds() == pytest.approx(1.0)


@given(
    rate=st.floats(0.1, 50.0),
    burst=st.integers(1, 20),
    steps=st.lists(st.tuples(st.sampled_from(["idle", "take", "pause"]), st.floats(0.0, 5.0)), max_size=60),
)
def test_no_story_goes_faster_than_the_limit(rate: float, burst: int, steps: list[tuple[str, float]]) -> None:
    clock = Time()
    pace = Pace(rate, burst, monotonic=clock.monotonic)
    went: list[float] = []
    held_until = 0.0
    for step, seconds in steps:
        if step == "pause":
            pace.pause(seconds)
            held_until = max(held_until, clock.seconds + seconds)
        elif step == "idle":
            clock.advance(seconds)
        elif not pace.take():
            assert clock.seconds >= held_until - 1e-9
            went.append(clock.seconds)
    for first, start in enumerate(went):
        for last, end in enumerate(went[first:], start=first):
            assert last - first + 1 <= burst + rate * (end - start) + 1e-6


def test_threads_of_one_account_share_one_pace() -> None:
    clock = Time()
    pace = Pace(1.0, burst=7, monotonic=clock.monotonic)
    clock.advance(100.0)
    went: list[float] = []

    def take() -> None:
        for _ in range(500):
            if not pace.take():
                went.append(1.0)
            time.sleep(0)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(went) == 7


@pytest.mark.parametrize(
    ("limits", "burst", "at_once"),
    [
        pytest.param(Limits(requests_per_second=2.0, burst=60), None, 1, id="nobody asked for a burst"),
        pytest.param(Limits(requests_per_second=2.0, burst=60), 10, 10, id="the settings ask for one"),
        pytest.param(Limits(requests_per_second=2.0, burst=5), 10, 5, id="never more than the API bears"),
    ],
)
def test_the_burst_is_what_was_asked_for_within_the_limits(
    limits: Limits, burst: int | None, at_once: int
) -> None:
    clock = Time()
    pace = pace_for(limits, monotonic=clock.monotonic, burst=burst)
    clock.advance(1000.0)
    assert len(drain(pace, clock, 0.0)) == at_once


@pytest.mark.parametrize(("rate", "burst"), [(0.0, 1), (-1.0, 1), (1.0, 0)])
def test_a_pace_that_lets_nothing_go_is_refused(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="a pace"):
        Pace(rate, burst, monotonic=Time().monotonic)


class Written(MemoryLedger):
    """Counts how often something is written about an account."""

    writes = 0

    def change_account(self, account: str, to: ChangeAccount) -> AccountState:
        self.writes += 1
        return super().change_account(account, to)


class Shared:
    """An account that several processes send to."""

    def __init__(self) -> None:
        self.time = Time()
        self.ledger = Written()
        self.ahead = timedelta()

    def process(self, rate: float | None, burst: int = 1, ahead: timedelta = timedelta()) -> Pace:
        known = Known(
            self.ledger,
            ACCOUNT,
            clock=lambda: self.time.now() + self.ahead + ahead,
            monotonic=self.time.monotonic,
        )
        return Pace(rate, burst, monotonic=self.time.monotonic, known=known)

    def works_again(self) -> None:
        self.ledger.change_account(
            ACCOUNT, lambda state: replace(state, resumed_at=self.time.now(), noted_at=self.time.now())
        )

    def drain(self, paces: Sequence[Pace], seconds: float) -> list[float]:
        """When something went within so many seconds, by processes that ask as soon as they were told to."""
        went: list[float] = []
        end, asks = self.time.seconds + seconds, [self.time.seconds] * len(paces)
        while (now := min(asks)) <= end:
            self.time.seconds = max(self.time.seconds, now)
            who = asks.index(now)
            wait = paces[who].take()
            if not wait:
                went.append(self.time.seconds - 1000.0)
            asks[who] = self.time.seconds + max(wait, 0.0005)
        return went


@pytest.mark.parametrize("rate", [0.5, 2.0, 10.0, 100.0])
@pytest.mark.parametrize("processes", [1, 2, 5])
def test_processes_of_one_account_share_one_pace_and_use_all_of_it(rate: float, processes: int) -> None:
    shared = Shared()
    went = shared.drain([shared.process(rate) for _ in range(processes)], 20.0)
    assert len(went) == pytest.approx(20.0 * rate, rel=0.03, abs=2.0)
    for first, start in enumerate(went):
        for last, end in enumerate(went[first : first + 50], start=first):
            late = BLOCK_SECONDS * rate  # a place may be taken by a process that asks again a moment later
            assert last - first + 1 <= 1 + late + rate * (end - start) + 1e-6


def test_a_process_that_starts_anew_again_and_again_goes_no_faster() -> None:
    shared = Shared()
    went = [at for _ in range(40) for at in shared.drain([shared.process(2.0)], 0.24)]
    assert len(went) <= 40 * 0.25 * 2.0 + 1


def test_the_ledger_is_asked_for_places_a_few_times_a_second_not_for_every_request() -> None:
    shared = Shared()
    went = shared.drain([shared.process(100.0)], 10.0)
    assert len(went) > 950
    assert shared.ledger.writes <= 10.0 / BLOCK_SECONDS + 2


def test_without_a_limit_nothing_is_written() -> None:
    shared = Shared()
    pace = shared.process(None)
    assert [pace.take() for _ in range(1000)] == [0.0] * 1000
    assert shared.ledger.writes == 0


@pytest.mark.parametrize("rate", [None, 2.0, 100.0])
def test_a_pause_that_one_process_was_asked_for_all_obey_after_a_moment(rate: float | None) -> None:
    shared = Shared()
    one, other = shared.process(rate), shared.process(rate)
    assert other.take() == 0.0
    one.pause(10.0)
    shared.time.advance(LOOK_SECONDS)
    assert one.is_paused()
    assert other.is_paused()
    assert shared.process(rate).wait_seconds() == pytest.approx(10.0 - LOOK_SECONDS)
    went = shared.drain([other], 12.0)
    assert min(went) >= 10.0 - 1e-6
    assert not other.is_paused()


def test_a_longer_pause_of_another_process_is_not_cut_short() -> None:
    shared = Shared()
    one, other = shared.process(None), shared.process(None)
    one.pause(60.0)
    other.pause(2.0)
    assert shared.process(None).wait_seconds() == pytest.approx(60.0)


@pytest.mark.parametrize("rate", [None, 1000.0])
def test_an_account_that_works_again_is_not_overrun(rate: float | None) -> None:
    shared = Shared()
    pace = shared.process(rate)
    shared.works_again()
    went = shared.drain([pace], 8.0)
    assert len([at for at in went if at < 1.0]) <= 4
    assert len([at for at in went if at < 3.0]) <= 25
    shared.time.advance(RAMP_SECONDS)
    assert len(shared.drain([pace], 1.0)) > 500


def test_an_account_with_a_low_limit_is_back_at_it_soon() -> None:
    shared = Shared()
    pace = shared.process(2.0)
    shared.works_again()
    assert len(shared.drain([pace], 20.0)) >= 38


@pytest.mark.parametrize(
    "jump",
    [timedelta(hours=-1), timedelta(hours=1), timedelta(days=-400)],
    ids=["an-hour-back", "an-hour-on", "a-year-back"],
)
@pytest.mark.parametrize("anew", [False, True], ids=["goes-on", "starts-anew"])
def test_a_clock_that_jumps_freezes_no_account(jump: timedelta, anew: bool) -> None:
    shared = Shared()
    pace = shared.process(2.0)
    shared.drain([pace], 5.0)
    shared.ahead = jump
    went = shared.drain([shared.process(2.0) if anew else pace], 20.0)
    assert 36 <= len(went) <= 42


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=400)])
def test_a_pause_lasts_no_longer_than_it_was_meant_when_the_clock_is_set_back(back: timedelta) -> None:
    shared = Shared()
    shared.process(None).pause(30.0)
    shared.ahead = -back
    assert shared.process(None).wait_seconds() == pytest.approx(30.0)
