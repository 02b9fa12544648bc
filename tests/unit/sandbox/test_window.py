"""A sliding minute of requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.sandbox.window import WINDOW_SECONDS, Windows


def test_the_first_requests_of_a_minute_are_taken_and_the_next_one_told_how_long_to_wait() -> None:
    windows = Windows()
    waits = [windows.take("k", limit=2, at=at) for at in (0.0, 10.0, 20.0, 59.0, 60.0, 65.0, 70.0)]

    assert waits == [0, 0, 40, 1, 0, 5, 0]


def test_each_key_has_a_minute_of_its_own() -> None:
    windows = Windows()

    assert [windows.take(key, limit=1, at=0.0) for key in ("a", "b", "a")] == [0, 0, WINDOW_SECONDS]


@pytest.mark.parametrize("count", [1, 500])
def test_no_limit_takes_everything(count: int) -> None:
    windows = Windows()

    assert {windows.take("k", limit=None, at=0.0) for _ in range(count)} == {0.0}


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 5))
def test_no_sixty_seconds_ever_hold_more_than_the_limit(gaps: list[float], limit: int) -> None:
    windows, at, taken = Windows(), 0.0, []
    for gap in gaps:
        at += gap
        wait = windows.take("k", limit=limit, at=at)
        assert wait >= 0
        if not wait:
            taken.append(at)

    for n, last in enumerate(taken[limit:]):
        assert last - taken[n] >= WINDOW_SECONDS - 1e-9
