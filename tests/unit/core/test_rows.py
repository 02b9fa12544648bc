"""Row numbers the way people write them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.core.rows import TABLE_ROWS, compact, expand, in_drop, in_table, ranges, said, told


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


@given(st.integers(0, 20), st.integers(1, TABLE_ROWS - 1))
def test_a_row_of_any_table_tells_its_table_and_its_number_there(table: int, row: int) -> None:
    assert in_table(in_drop(table, row)) == (table, row)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        pytest.param([7], "7", id="the-first-table-needs-no-name"),
        pytest.param([2, 3, in_drop(1, 4), in_drop(1, 5)], "2-3 and 4-5 of table 2", id="rows-of-two-tables"),
        pytest.param([in_drop(2, 9)], "9 of table 3", id="rows-of-a-further-table-alone"),
    ],
)
def test_rows_of_a_drop_are_shown_with_their_numbers_in_their_own_table(rows: list[int], text: str) -> None:
    assert told(rows) == text
    if len(rows) == 1:
        assert said(rows[0]) == text
