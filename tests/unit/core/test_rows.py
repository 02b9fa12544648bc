"""Row numbers the way people write them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.core.rows import compact, expand, ranges


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        pytest.param([], "", id="none"),
        pytest.param([7], "7", id="one"),
        pytest.param([4, 2, 3, 9], "2-4,9", id="a-run-and-one-more"),
        pytest.param([5, 5, 6], "5-6", id="repeats-count-once"),
        pytest.param([2, 4, 6], "2,4,6", id="no-run"),
    ],
)
def test_rows_are_written_as_ranges(rows: list[int], text: str) -> None:
    assert compact(rows) == text


@given(st.sets(st.integers(1, 2_000_000)))
def test_what_was_written_reads_back_as_the_same_rows(rows: set[int]) -> None:
    assert expand(compact(rows)) == sorted(rows)


@given(st.sets(st.integers(1, 60)))
def test_ranges_are_as_few_as_can_be(rows: set[int]) -> None:
    found = list(ranges(rows))
    assert all(first <= last for first, last in found)
    assert all(left[1] + 1 < right[0] for left, right in pairwise(found))
