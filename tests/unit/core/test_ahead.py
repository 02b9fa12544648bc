"""The next item is made while one is used, and nobody can tell but by the clock."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.core.ahead import ahead


@given(items=st.lists(st.none() | st.integers()))
def test_every_item_comes_once_and_in_order(items: list[int | None]) -> None:
    assert list(ahead(iter(items))) == items


def test_the_next_item_is_made_while_one_is_used() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    coming = ahead(items())
    assert next(coming) == 1
    assert made.wait(timeout=30)
    assert list(coming) == [2]


def test_what_making_an_item_raises_comes_behind_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    coming = ahead(items())
    assert next(coming) == 1
    with pytest.raises(ValueError, match="no more"):
        next(coming)


def test_who_stops_early_leaves_no_thread() -> None:
    coming = ahead(iter(range(1000)))
    next(coming)
    coming.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
