"""Cells that were corrected before sending lie over the file at every reading."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.arrays import ArrowExtensionArray

from orderdrop.frames import Table, TextFrame, Verdict
from orderdrop.pipeline.preparing.editing import Edits, edited, edits_of, keep_edits

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
HEADINGS = ("Order", "Qty")


def _table(rows: dict[int, tuple[str, str]]) -> Table:
    columns = {
        name: ArrowExtensionArray(pa.array([cells[at] for cells in rows.values()], pa.string()))
        for at, name in enumerate(HEADINGS)
    }
    frame = TextFrame(cells=pd.DataFrame(columns, index=pd.Index(list(rows), dtype="int64")))
    return Table(verdict=Verdict(format="csv"), headings=HEADINGS, frames=iter([frame]))


def _rows(table: Table) -> dict[int, tuple[str, ...]]:
    return {
        int(row): tuple(map(str, cells))
        for frame in table.frames
        for row, *cells in frame.cells.itertuples(name=None)
    }


def test_only_the_corrected_cells_are_other_ones() -> None:
    table = edited(
        _table({2: ("A", "x"), 4: ("B", "2")}), {2: {"Qty": "1"}, 9: {"Qty": "7"}, 4: {"Colour": "red"}}
    )
    assert _rows(table) == {2: ("A", "1"), 4: ("B", "2")}


def test_a_file_without_corrections_is_as_it_came(tmp_path: Path) -> None:
    table = _table({2: ("A", "x")})
    assert keep_edits(tmp_path / "d-1", {}) == ""
    assert edited(table, edits_of(tmp_path / "d-1")) is table


@given(
    edits=st.dictionaries(
        st.integers(2, 1_000), st.dictionaries(TEXT.filter(bool), TEXT, min_size=1), min_size=1
    )
)
def test_corrections_come_back_as_they_were_and_are_named_by_what_they_say(
    edits: Edits, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    named = keep_edits(folder / "d-1", edits)
    assert edits_of(folder / "d-1") == edits
    assert keep_edits(folder / "d-2", dict(reversed(list(edits.items())))) == named
