"""A reject report that comes back is recognised, and its text is what the sender wrote."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.arrays import ArrowExtensionArray

from orderdrop.frames import Table, TextFrame, Verdict
from orderdrop.pipeline.preparing.corrections import peek_at_correction

HEADINGS = ("'+Ref", "Qty", "_row", "_problems", "_fix_by", "_batch")


def _column(texts: list[str]) -> ArrowExtensionArray:
    """In as many chunks as there are texts, as a reader of a large file may have it."""
    values: Any = pa.chunked_array([[text] for text in texts], pa.string())
    return ArrowExtensionArray(values)


def _frame(
    first: int, rows: list[tuple[str, ...]], broken: dict[int, tuple[str, ...]] | None = None
) -> TextFrame:
    columns = {name: _column([row[at] for row in rows]) for at, name in enumerate(HEADINGS)}
    index = pd.Index(range(first, first + len(rows)), dtype="int64", name="row")
    return TextFrame(cells=pd.DataFrame(columns, index=index), broken=broken or {})


def _table(*frames: TextFrame, headings: tuple[str, ...] = HEADINGS) -> Table:
    return Table(verdict=Verdict(format="csv"), headings=headings, frames=iter(frames))


def _row(ref: str, qty: str) -> tuple[str, ...]:
    return ref, qty, "7", "'=problem", "sender", "b-1"


def _cells(frames: Iterator[TextFrame]) -> list[tuple[int, str, str]]:
    return [
        (int(row), str(ref), str(qty))
        for frame in frames
        for row, ref, qty in frame.cells[["+Ref", "Qty"]].itertuples(name=None)
    ]


def test_every_cell_is_restored_and_stays_in_its_row() -> None:
    table, batch = peek_at_correction(
        _table(_frame(2, [_row("'=A", "1"), _row("''=B", "'-2")]), _frame(4, [_row("C", "'+3")]))
    )
    assert batch == "b-1"
    assert table.headings[0] == "+Ref"
    assert _cells(table.frames) == [(2, "=A", "1"), (3, "'=B", "-2"), (4, "C", "+3")]


def test_rows_that_the_reader_refused_are_restored_too() -> None:
    table, _ = peek_at_correction(_table(_frame(2, [_row("A", "1")], {3: ("'=X", "1", "'@surplus")})))
    assert [frame.broken for frame in table.frames] == [{3: ("=X", "1", "@surplus")}]


def test_a_frame_without_a_single_good_row_is_no_stumbling_block() -> None:
    table, batch = peek_at_correction(_table(_frame(2, [], {2: ("'=X",)}), _frame(3, [_row("'=A", "1")])))
    assert batch is None
    assert _cells(table.frames) == [(3, "=A", "1")]


def test_any_other_file_is_left_alone() -> None:
    plain = Table(verdict=Verdict(format="csv"), headings=("Ref", "_row"), frames=iter([]))
    assert peek_at_correction(plain) == (plain, None)


def test_a_report_whose_batch_cells_were_cleared_is_still_restored() -> None:
    table, batch = peek_at_correction(_table(_frame(2, [("'=A", "1", "", "", "", "")])))
    assert batch is None
    assert _cells(table.frames) == [(2, "=A", "1")]
