import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.delivery.world import Time

from orderdrop.delivery.pace import Pace, pace_for
from orderdrop.destinations.base import Limits


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
