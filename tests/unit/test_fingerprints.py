from collections.abc import Sequence
from itertools import product

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.fingerprints import fingerprints

CELLS = st.text(alphabet=st.sampled_from("\0\x1f 01aé€😀"), max_size=20)
ROWS = st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=40))


def prints_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """Of rows of one width."""
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    found: list[int] = fingerprints(columns).tolist()
    return found


@given(rows=ROWS)
def test_rows_have_one_fingerprint_where_all_their_cells_are_equal_and_only_there(
    rows: list[tuple[str, ...]],
) -> None:
    by_print = dict(zip(prints_of(rows), rows, strict=True))
    assert len(by_print) == len(set(rows))
    assert [by_print[number] for number in prints_of(rows)] == rows


@given(rows=ROWS, data=st.data())
def test_a_row_has_the_same_fingerprint_whatever_rows_are_beside_it(
    rows: list[tuple[str, ...]], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(rows) - 1))
    columns = [pa.array(column, pa.string()).slice(start) for column in zip(*rows, strict=True)]
    assert fingerprints(columns).tolist() == prints_of(rows[start:]) == prints_of(rows)[start:]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            ("3", "pieces of soap", "4"), ("4", "pieces of soap", "3"), id="two cells changed places"
        ),
        pytest.param(("ab", "c"), ("a", "bc"), id="a letter moved over"),
        pytest.param(("a\x1f", "b"), ("a", "\x1fb"), id="the separator moved over"),
        pytest.param(("a", ""), ("", "a"), id="one blank before or behind"),
        pytest.param(("a",), ("a\0",), id="what fills up words is part of one"),
        pytest.param(("12345678" * 3,), ("12345678" * 4,), id="a word more"),
        pytest.param(
            ("aaaaaaaabbbbbbbb",), ("bbbbbbbbaaaaaaaa",), id="two words changed places within a cell"
        ),
    ],
)
def test_rows_that_nearly_look_alike_differ(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    first, second = prints_of([one, other])
    assert first != second


def test_a_frame_of_many_rows_has_no_two_alike_unless_they_are() -> None:
    numbers = [f"{number:06d}" for number in range(300)]
    rows = [*product(numbers, numbers[:30]), ("000007", "000007")]
    found = prints_of(rows)
    assert len(set(found)) == len(rows) - 1
    assert found[-1] == found[7 * 30 + 7]


def test_no_rows_have_no_fingerprints() -> None:
    assert fingerprints([pa.array([], pa.string())]).tolist() == []
