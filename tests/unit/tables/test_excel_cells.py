"""What stands in single cells and rows of a sheet: hidden, merged, faulty."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.workbooks import HEADINGS, book, table

from orderdrop.core.problems import Code
from orderdrop.frames import Table, TextFrame
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.open import open_table, reopen


def row(number: int) -> tuple[str, str, str, int]:
    return f"A-{number}", "anna@example.com", "S-1", number


def filtered(workbook: Any) -> None:
    sheet = workbook.add_worksheet("Orders")
    table(sheet, row(1), row(2), row(3))
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column(2, 2, None, None, {"hidden": True})


def merged(workbook: Any) -> None:
    sheet = workbook.add_worksheet("Orders")
    table(sheet, row(1), row(2), row(3), row(4))
    sheet.merge_range(2, 0, 3, 0, "A-9")


def opened(path: Path, used: Sequence[str] | None = None, **options: Any) -> Table:
    return open_table(path, FileOptions.model_validate(options), wanted=HEADINGS, used=used)


def only(found: Table) -> TextFrame:
    (frame,) = found.frames
    return frame


def test_hidden_rows_and_columns_are_read_and_counted(tmp_path: Path) -> None:
    found = opened(book(tmp_path / "drop.xlsx", filtered))
    assert found.verdict.remarks == ('1 hidden row and 1 hidden column ("SKU") were read like the others.',)
    assert only(found).cells.index.tolist() == [2, 3, 4]
    assert found.told_later() == found.verdict.remarks


def test_hidden_rows_and_columns_are_left_out_where_that_is_declared(tmp_path: Path) -> None:
    path = book(tmp_path / "drop.xlsx", filtered)
    found = opened(path, hidden="ignore")
    assert found.verdict.remarks == (
        '1 hidden row and 1 hidden column ("SKU") were left out, as the mapping says.',
    )
    assert found.headings == ("Order", "Email", "Qty")
    frame = only(found)
    assert (frame.cells.index.tolist(), frame.blank) == ([2, 4], (3,))
    again = only(reopen(path, FileOptions(), found.verdict))
    assert again.cells.equals(frame.cells)


def test_rows_of_merged_cells_are_refused_together(tmp_path: Path) -> None:
    frame = only(opened(book(tmp_path / "drop.xlsx", merged)))
    assert [(problem.code, problem.row, problem.column) for problem in frame.problems] == [
        (Code.CELL_MERGED, 3, "Order"),
        (Code.CELL_MERGED, 4, "Order"),
    ]
    assert frame.problems[1].message == (
        "Cell A4 is part of the merged cells A3:A4, whose value stands in the first of them only. Unmerge them and fill "
        "in each row, or write `merged: fill` under `file:` in the mapping."
    )
    assert frame.cells.index.tolist() == [2, 5]


def test_merged_cells_are_filled_down_where_that_is_declared(tmp_path: Path) -> None:
    found = opened(book(tmp_path / "drop.xlsx", merged), merged="fill")
    assert found.verdict.remarks == ("1 range of cells merged over several rows were filled down.",)
    assert only(found).cells["Order"].tolist() == ["A-1", "A-9", "A-9", "A-4"]


def test_what_is_merged_with_blank_rows_or_within_a_row_is_no_loss(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        table(sheet, row(1), row(2), ("", "", "", ""), ("A-4", "", "S-1", 4))
        sheet.merge_range(2, 0, 3, 0, "A-2")
        sheet.merge_range(4, 0, 4, 1, "A-4")

    frame = only(opened(book(tmp_path / "drop.xlsx", fill)))
    assert (frame.problems, frame.cells["Order"].tolist()) == ((), ["A-1", "A-2", "A-4"])


def test_a_range_over_many_rows_is_filled_across_chunks(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        table(sheet, *(row(number) for number in range(1, 10_200)))
        sheet.merge_range(9_990, 0, 10_010, 0, "A-9")

    path = book(tmp_path / "drop.xlsx", fill)
    filled = [value for frame in opened(path, merged="fill").frames for value in frame.cells["Order"]]
    assert filled.count("A-9") == 22  # the 21 of the range, and the ninth order
    left = [problem.row for frame in opened(path).frames for problem in frame.problems]
    assert left == list(range(9_991, 10_012))


def test_every_faulty_cell_of_a_row_is_a_problem(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        table(sheet, row(1), row(2))
        sheet.write_formula("A2", "=NA()", None, "#N/A")
        sheet.write_formula("D2", "=1/0", None, "#DIV/0!")

    frame = only(opened(book(tmp_path / "drop.xlsx", fill)))
    assert [(problem.row, problem.column, problem.value) for problem in frame.problems] == [
        (2, "Order", "#N/A"),
        (2, "Qty", "#DIV/0!"),
    ]


def test_an_error_in_a_column_that_is_not_sent_costs_nothing_and_is_told(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        table(sheet, row(1), row(2))
        sheet.write_formula("B2", "=NA()", None, "#N/A")

    path = book(tmp_path / "drop.xlsx", fill)
    found = opened(path, used=["Order", "SKU", "Qty"])
    assert found.verdict.remarks == (
        '1 cell of the column "Email", which is not sent, hold Excel errors or formulas without a saved result.',
    )
    frame = only(found)
    assert (frame.problems, frame.cells.index.tolist()) == ((), [2, 3])
    again = only(reopen(path, FileOptions(), found.verdict))
    assert again.cells.equals(frame.cells)


@pytest.mark.parametrize(
    ("options", "serial", "shown"),
    [
        pytest.param({}, 46085, "2026-03-04", id="1900"),
        pytest.param({"date_1904": True}, 44623, "2026-03-04", id="1904"),
        pytest.param({}, 46085.999998843, "2026-03-04T23:59:59.900", id="a-tenth-before-midnight"),
        pytest.param({}, 46085.999999999, "2026-03-05T00:00:00", id="noise-before-midnight"),
        pytest.param({}, 61, "1900-03-01", id="the-day-after"),
    ],
)
def test_serial_numbers_become_the_day_that_the_sheet_shows(
    tmp_path: Path, options: dict[str, Any], serial: float, shown: str
) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        table(sheet, row(1))
        sheet.write_number(1, 1, serial, workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}))

    path = book(tmp_path / "drop.xlsx", fill, **options)
    assert only(opened(path)).cells["Email"].tolist() == [shown]


@pytest.mark.parametrize("serial", [59, 60, 60.5])
def test_the_day_that_1900_did_not_have_is_a_problem(tmp_path: Path, serial: float) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        table(sheet, row(1))
        sheet.write_number(1, 1, serial, workbook.add_format({"num_format": "yyyy-mm-dd"}))

    (problem,) = only(opened(book(tmp_path / "drop.xlsx", fill))).problems
    assert problem.message == (
        "Cell B2 holds 28 or 29 February 1900, which Excel does not count right. Enter the day as text: YYYY-MM-DD."
    )


def test_a_moment_is_a_moment_whatever_its_cell_shows(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        table(sheet, row(1))
        style = workbook.add_format({"num_format": "dd/mm"})
        sheet.write_datetime(1, 1, dt.datetime(2026, 3, 4, 14, 30), style)

    assert only(opened(book(tmp_path / "drop.xlsx", fill))).cells["Email"].tolist() == ["2026-03-04T14:30:00"]


def test_headings_in_two_rows_are_joined(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        sheet.write_row(0, 0, ["Export of March"])
        sheet.write_row(1, 0, ["Ship to", "", "Item", ""])
        sheet.write_row(2, 0, ["Order", "Email", "SKU", "Qty"])
        sheet.write_row(3, 0, row(1))

    path = book(tmp_path / "drop.xlsx", fill)
    found = opened(path, header_row=2, header_rows=2)
    assert found.headings == ("Ship to Order", "Email", "Item SKU", "Qty")
    assert (found.verdict.header_row, found.verdict.header_rows) == (2, 2)
    assert reopen(path, FileOptions(), found.verdict).headings == found.headings


def test_a_sheet_without_headings_is_refused_where_the_mapping_has_some(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        for number in range(5):
            sheet.write_row(number, 0, row(number))

    with pytest.raises(Exception, match="The sheet has no headings: row 1 is data already"):
        opened(book(tmp_path / "drop.xlsx", fill))
