"""A refused row goes back to its sender as far as it could be read."""

from pathlib import Path

import pytest
import xlsxwriter

from orderdrop.mapping.model import FileOptions
from orderdrop.tables.open import open_table


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        pytest.param("1;2;3;4", ("1", "2", "3", "4"), id="too many cells"),
        pytest.param("1;2", ("1", "2"), id="too few cells"),
        pytest.param('1;"2;3', ("1", '"2', "3"), id="a quote that is never closed"),
        pytest.param("1;\0;3", ("1", "\\x00", "3"), id="a zero byte, written out"),
    ],
)
def test_the_cells_of_a_refused_row_are_kept(tmp_path: Path, line: str, cells: tuple[str, ...]) -> None:
    drop = tmp_path / "drop.csv"
    drop.write_text(f"A;B;C\n7;8;9\n{line}\n4;5;6\n")

    frames = list(open_table(drop, FileOptions(delimiter=";")).frames)

    assert [frame.broken for frame in frames] == [{3: cells}]
    assert [list(frame.cells.index) for frame in frames] == [[2, 4]]


def test_every_refused_row_has_its_cells_whatever_the_chunks(tmp_path: Path) -> None:
    drop = tmp_path / "drop.csv"
    drop.write_text("A,B\n" + "".join(f"{n},{n}\n" if n % 3 else f"{n}\n" for n in range(1, 31)))

    frames = list(open_table(drop, FileOptions(), chunk_rows=4).frames)

    refused = {problem.row for frame in frames for problem in frame.problems}
    assert {row for frame in frames for row in frame.broken} == refused
    assert all(set(frame.broken) == {problem.row for problem in frame.problems} for frame in frames)


def test_text_under_no_heading_of_a_workbook_is_kept_with_its_row(tmp_path: Path) -> None:
    drop = tmp_path / "drop.xlsx"
    with xlsxwriter.Workbook(str(drop)) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate((("A", "B"), ("1", "2", "", "stray"), ("3", "4"))):
            sheet.write_row(number, 0, row)

    (frame,) = open_table(drop, FileOptions()).frames

    assert frame.broken == {2: ("1", "2", "", "stray")}
    assert list(frame.cells.index) == [3]
