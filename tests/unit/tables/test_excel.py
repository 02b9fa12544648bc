import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from tests.unit.tables.opening import refusal, rows_of

from orderdrop.core.problems import Code
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.excel_text import as_text, number_text
from orderdrop.tables.limits import Limits
from orderdrop.tables.open import open_table, reopen


def book(folder: Path, fill: Callable[[Any], None], name: str = "drop.xlsx") -> Path:
    path = folder / name
    workbook = xlsxwriter.Workbook(str(path))
    fill(workbook)
    workbook.close()
    return path


def sheet_of(*rows: tuple[Any, ...], at: tuple[int, int] = (0, 0)) -> Callable[[Any], None]:
    """A workbook of one sheet with these rows, the first of which begins at row and column `at`, counted from 0."""

    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        for offset, row in enumerate(rows):
            sheet.write_row(at[0] + offset, at[1], row)

    return fill


def test_every_kind_of_cell_becomes_the_text_a_person_means(tmp_path: Path) -> None:
    day, minute = {"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm"}

    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        sheet.write_row(0, 0, ["text", "whole", "part", "yes", "day", "moment", "blank"])
        sheet.write_row(1, 0, ["007", 5, 0.1 + 0.2, True])
        sheet.write_datetime(1, 4, dt.datetime(2026, 3, 1), workbook.add_format(day))
        sheet.write_datetime(1, 5, dt.datetime(2026, 3, 1, 14, 30), workbook.add_format(minute))

    table = open_table(book(tmp_path, fill), FileOptions())
    assert rows_of(table) == [(2, "007", "5", "0.3", "TRUE", "2026-03-01", "2026-03-01T14:30:00", "")]
    assert (table.verdict.format, table.verdict.sheet, table.verdict.header_row) == ("xlsx", "Orders", 1)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        pytest.param(5.0, "5", id="whole"),
        pytest.param(-0.0, "0", id="minus-zero"),
        pytest.param(0.1 + 0.2, "0.3", id="noise"),
        pytest.param(19.99, "19.99", id="money"),
        pytest.param(123456789012345.0, "123456789012345", id="fifteen-digits"),
        pytest.param(1e-7, "0.0000001", id="small"),
        pytest.param(1e20, "100000000000000000000", id="large"),
    ],
)
def test_a_number_is_written_as_excel_means_it(number: float, text: str) -> None:
    assert number_text(number) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(dt.time(9, 5), "09:05:00", id="time"),
        pytest.param(dt.timedelta(hours=36, minutes=5), "36:05:00", id="duration"),
        pytest.param(dt.datetime(2026, 3, 1, 23, 59, 59, 999_999), "2026-03-02T00:00:00", id="serial-noise"),
        pytest.param(dt.datetime(2026, 3, 1, 23, 59, 59, 900_000), "2026-03-01T23:59:59.900", id="tenths"),
        pytest.param(False, "FALSE", id="no"),
    ],
)
def test_a_value_is_written_in_iso_form(value: Any, text: str) -> None:
    assert as_text([value, "x"]) == ([text, "x"], [])


def test_rows_keep_the_number_the_sheet_shows(tmp_path: Path) -> None:
    path = book(tmp_path, sheet_of(("id", "n"), ("1", "a"), ("", ""), ("2", "b"), at=(2, 3)))
    table = open_table(path, FileOptions())
    (frame,) = table.frames
    assert (table.verdict.header_row, table.headings) == (3, ("id", "n"))
    assert frame.cells.index.tolist() == [4, 6]
    assert frame.blank == (5,)


def test_excel_errors_and_unsaved_formulas_are_problems_of_their_cell(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        sheet.write_row(0, 0, ["id", "n"])
        sheet.write_formula("A2", "=NA()", None, "#N/A")
        sheet.write_formula("B3", "=1+1", None, "")
        sheet.write_row(3, 0, ["#N/A", "typed as text"])
        sheet.write_formula("B5", "=1+1", None, 2)
        sheet.write_number("B6", 12345678901234567)

    (frame,) = open_table(book(tmp_path, fill), FileOptions()).frames
    assert [(problem.code, problem.row, problem.column) for problem in frame.problems] == [
        (Code.CELL_ERROR, 2, "id"),
        (Code.CELL_ERROR, 3, "n"),
        (Code.CELL_ERROR, 6, "n"),
    ]
    assert [problem.message for problem in frame.problems] == [
        "Cell A2 holds the Excel error #N/A. Correct its formula, or type the value in.",
        "Cell B3 holds a formula without a saved result. Open the workbook in Excel, save it, and send it again.",
        (
            "Cell B6 holds the number 12345678901234600, which has more digits than Excel keeps; its end may be "
            "wrong. Format the column as text and enter the number again."
        ),
    ]
    assert list(frame.cells.itertuples(name=None)) == [(4, "#N/A", "typed as text"), (5, "", "2")]


def test_a_workbook_of_openpyxl_shows_its_unsaved_formulas(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["id", "n"])
    sheet.append(["=1+1", "x"])
    workbook.save(tmp_path / "drop.xlsx")
    (frame,) = open_table(tmp_path / "drop.xlsx", FileOptions()).frames
    assert [(problem.code, problem.row) for problem in frame.problems] == [(Code.CELL_ERROR, 2)]


def test_a_cell_without_a_heading_is_a_problem_of_its_row(tmp_path: Path) -> None:
    (frame,) = open_table(book(tmp_path, sheet_of(("id",), ("1", "note"), ("2",))), FileOptions()).frames
    assert frame.problems[0].message == (
        "Cell B2 stands in a column without a heading. Clear it, or give the column a heading."
    )
    assert frame.cells.index.tolist() == [3]


def three_sheets(workbook: Any) -> None:
    for name in ("Secret", "March", "April"):
        sheet = workbook.add_worksheet(name)
        sheet.write_row(0, 0, ["id"])
        sheet.write_row(1, 0, [name])
    workbook.get_worksheet_by_name("March").activate()
    workbook.get_worksheet_by_name("Secret").hide()


@pytest.mark.parametrize(
    ("sheet", "read"),
    [
        pytest.param(None, "March", id="first-visible"),
        pytest.param(2, "April", id="by-position-among-the-visible"),
        pytest.param("April", "April", id="by-name"),
        pytest.param("april ", "April", id="by-name-whatever-its-case"),
        pytest.param("Secret", "Secret", id="hidden-by-name"),
    ],
)
def test_the_sheet_is_chosen(tmp_path: Path, sheet: str | int | None, read: str) -> None:
    options = FileOptions() if sheet is None else FileOptions(sheet=sheet)
    table = open_table(book(tmp_path, three_sheets), options)
    assert table.verdict.sheet == read
    assert rows_of(table) == [(2, read)]


def test_sheets_left_out_are_remarked(tmp_path: Path) -> None:
    table = open_table(book(tmp_path, three_sheets), FileOptions())
    assert table.verdict.remarks == (
        'The first visible sheet "March" was read; not read: "April" and 1 hidden.',
    )


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    code, message = refusal(book(tmp_path, three_sheets), FileOptions(sheet="May"))
    assert code is Code.FILE_UNREADABLE
    assert '"March", "April"' in message


def test_a_workbook_named_csv_is_read_and_remarked(tmp_path: Path) -> None:
    path = book(tmp_path, sheet_of(("id",), ("1",)), name="drop.csv")
    table = open_table(path, FileOptions())
    assert table.verdict.remarks[0] == (
        "The name ends in .csv, but the file is an Excel workbook and was read as one."
    )
    assert refusal(path, FileOptions(format="csv"))[0] is Code.FILE_NOT_A_TABLE


def test_text_declared_as_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "drop.xlsx"
    path.write_text("id\n1\n")
    assert refusal(path, FileOptions(format="xlsx"))[0] is Code.FILE_NOT_A_TABLE


def test_a_sheet_without_headings_counts_columns_from_a(tmp_path: Path) -> None:
    path = book(tmp_path, sheet_of(("1", "2"), ("3", "4"), at=(0, 1)))
    table = open_table(path, FileOptions(header=False))
    assert table.headings == ("1", "2", "3")
    assert rows_of(table) == [(1, "", "1", "2"), (2, "", "3", "4")]


@pytest.mark.parametrize(
    ("rows", "options", "code"),
    [
        pytest.param((), FileOptions(), Code.FILE_EMPTY, id="empty-sheet"),
        pytest.param((), FileOptions(header=False), Code.FILE_EMPTY, id="empty-sheet-without-headings"),
        pytest.param((("id",),), FileOptions(), Code.FILE_NO_ROWS, id="header-only"),
        pytest.param(
            (("id",), ("1",)), FileOptions(header_row=9), Code.FILE_NO_ROWS, id="heading-row-past-the-end"
        ),
    ],
)
def test_a_sheet_without_rows_is_refused(
    tmp_path: Path, rows: tuple[tuple[Any, ...], ...], options: FileOptions, code: Code
) -> None:
    assert refusal(book(tmp_path, sheet_of(*rows)), options)[0] is code


def rewritten(path: Path, part: str, content: bytes) -> Path:
    """A copy of the workbook with one part replaced."""
    out = path.with_name("rewritten.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, content if name == part else source.read(name))
    return out


SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        pytest.param(HEAD + b'<row r="1"><c r="A1"><v>1', Limits(), id="cut-xml"),
        pytest.param(b"\0\1\2" * 100, Limits(), id="noise"),
        pytest.param(
            HEAD
            + b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
            b"</sheetData></worksheet>",
            Limits(),
            id="a-cell-so-far-away-that-the-parser-aborts",
        ),
        pytest.param(
            HEAD
            + b'<row r="1"><c r="A1"><v>1</v></c></row><row r="400000"><c r="ZZ400000"><v>1</v></c></row>'
            b"</sheetData></worksheet>",
            Limits(workbook_memory_bytes=1024**3),
            id="more-memory-than-allowed",
        ),
    ],
)
def test_a_workbook_that_breaks_the_parser_breaks_only_the_child(
    tmp_path: Path, content: bytes, limits: Limits
) -> None:
    path = rewritten(book(tmp_path, sheet_of(("id",), ("1",))), SHEET, content)
    code, message = refusal(path, limits=limits)
    assert code is Code.FILE_UNREADABLE
    assert "copy the table into a new workbook" in message


def test_a_workbook_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    code, message = refusal(book(tmp_path, sheet_of(("id",), ("1",))), limits=Limits(workbook_seconds=0.01))
    assert code is Code.FILE_UNREADABLE
    assert "within 0.01 seconds" in message


def test_a_zip_bomb_of_a_workbook_is_refused_under_the_usual_limits(tmp_path: Path) -> None:
    path = book(tmp_path, sheet_of(("id",), ("1",)))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet2.xml", b" " * (80 * 1024 * 1024))
    assert path.stat().st_size < 200_000
    assert refusal(path)[0] is Code.FILE_TOO_LARGE


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param(Limits(workbook_entries=3), id="entries"),
        pytest.param(Limits(workbook_unzipped_bytes=1000), id="size"),
        pytest.param(Limits(workbook_ratio=1, workbook_ratio_from_bytes=1000), id="ratio"),
    ],
)
def test_a_swollen_workbook_is_refused_before_it_is_parsed(tmp_path: Path, limits: Limits) -> None:
    assert refusal(book(tmp_path, sheet_of(("id",), ("1",))), limits=limits)[0] is Code.FILE_TOO_LARGE


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    path = book(folder, sheet_of(("id",), ("1",)))
    rows_of(open_table(path, FileOptions()))
    assert list(folder.iterdir()) == [path]


def test_many_rows_come_in_frames_of_the_size_asked(tmp_path: Path) -> None:
    path = book(tmp_path, sheet_of(("id", "n"), *((str(n), n) for n in range(25_000))))
    frames = list(open_table(path, FileOptions(), chunk_rows=10_000).frames)
    assert [len(frame.cells) for frame in frames] == [10_000, 10_000, 5_000]
    assert [row for frame in frames for row in frame.cells.index] == list(range(2, 25_002))


def test_reading_again_by_the_verdict_gives_the_identical_reading(tmp_path: Path) -> None:
    path = book(tmp_path, three_sheets)
    first = open_table(path, FileOptions(sheet=2))
    again = reopen(path, FileOptions(sheet=2), first.verdict)
    assert (again.verdict, again.headings) == (first.verdict, first.headings)
    (one,), (two,) = first.frames, again.frames
    pd.testing.assert_frame_equal(one.cells, two.cells)
