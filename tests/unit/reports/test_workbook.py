"""The reject report as a workbook, opened with a reader that is not ours."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.reports.small import problem

from orderdrop.core.neutral import restore
from orderdrop.reports.rows import RejectRow, Remarks
from orderdrop.reports.workbook import Page, write_xlsx

HEADINGS = ("Ref", "Qty", "Town")


def _row(
    row: int, *cells: str, guilty: dict[str | None, list[str]] | None = None, surplus: tuple[str, ...] = ()
) -> RejectRow:
    remarks = Remarks(fate="rejected")
    for column, messages in (guilty or {}).items():
        remarks.by_column[column] += messages
        remarks.problems.append(problem(row, column, messages[0]))
    return RejectRow(row=row, cells=cells, remarks=remarks, surplus=surplus)


def _sheet(
    folder: Path, rows: list[RejectRow], *, sheet: str = "Orders", header: bool = True, blank_lines: int = 0
) -> Any:
    path = folder / "r.xlsx"
    page = Page(sheet=sheet, headings=HEADINGS, header=header, blank_lines=blank_lines, rows=rows)
    write_xlsx(path, [page], "b-1")
    return openpyxl.load_workbook(path).worksheets[0]


def _text(sheet: Any) -> list[list[str]]:
    return [["" if value is None else value for value in row] for row in sheet.iter_rows(values_only=True)]


def test_exactly_the_guilty_cells_are_coloured_and_carry_their_messages(tmp_path: Path) -> None:
    sheet = _sheet(
        tmp_path,
        [
            _row(
                4,
                "A-1",
                "two",
                "Gent",
                guilty={"Qty": ["Qty is no number."], "Town": ["differs", "differs", "odd"]},
            ),
            _row(5, "A-2", "1", "", guilty={None: ["the same as row 4"]}),
        ],
    )
    marked = {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment}
    coloured = {cell.coordinate for row in sheet for cell in row if cell.fill.fgColor.rgb == "FFFDE2DF"}
    assert marked == {"B2": "Qty is no number.", "C2": "differs\nodd"}
    assert coloured == {"B2", "C2"}


def test_a_blank_cell_can_be_the_guilty_one(tmp_path: Path) -> None:
    sheet = _sheet(tmp_path, [_row(4, "A-1", "", "Gent", guilty={"Qty": ["Qty is blank."]})])
    assert sheet["B2"].comment.text == "Qty is blank."
    assert sheet["B2"].fill.fgColor.rgb == "FFFDE2DF"


def test_the_header_is_frozen_and_filters_the_rows(tmp_path: Path) -> None:
    sheet = _sheet(tmp_path, [_row(4, "a", "b", "c"), _row(5, "a", "b", "c")])
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G3"
    assert [cell.value for cell in sheet[1]] == [
        "Ref",
        "Qty",
        "Town",
        "_row",
        "_problems",
        "_fix_by",
        "_batch",
    ]
    assert all(cell.font.bold for cell in sheet[1])


def test_every_cell_is_text_and_none_is_a_formula(tmp_path: Path) -> None:
    cells = ("=1+1", "00123", "1E+05")
    sheet = _sheet(tmp_path, [_row(4, *cells), _row(5, "2026-11-22", "http://x.io", "12345678901234567890")])
    assert [cell.value for cell in sheet[2]][:3] == list(cells)
    assert {cell.data_type for row in sheet for cell in row if cell.value is not None} <= {"s", "inlineStr"}
    assert {cell.number_format for row in sheet for cell in row} == {"@"}
    assert not [cell for row in sheet for cell in row if cell.hyperlink]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), min_size=3, max_size=3))
def test_any_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    sheet = _sheet(tmp_path_factory.mktemp("r"), [_row(4, *cells)])
    assert list(map(restore, _text(sheet)[1][:3])) == cells


def test_a_file_without_headings_and_one_with_a_fixed_heading_row_keep_their_form(tmp_path: Path) -> None:
    assert _text(_sheet(tmp_path, [_row(4, "a", "b", "c")], header=False))[0][:4] == ["a", "b", "c", "4"]
    sheet = _sheet(tmp_path, [_row(4, "a", "b", "c")], blank_lines=2)
    assert (sheet["A3"].value, sheet["A4"].value, sheet.freeze_panes) == ("Ref", "a", "A4")


def test_cells_beyond_the_last_heading_stand_behind_our_columns(tmp_path: Path) -> None:
    sheet = _sheet(tmp_path, [_row(4, "a", "b", "c", surplus=("d", "e"))])
    assert [cell.value for cell in sheet[2]][6:] == ["b-1", "d", "e"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("Bestellungen", "Bestellungen", id="kept"),
        pytest.param("x" * 40, "x" * 31, id="too-long"),
        pytest.param("a/b:c*d?e[f]g\\h", "a_b_c_d_e_f_g_h", id="characters-that-excel-forbids"),
        pytest.param("'quoted'", "quoted", id="apostrophes-around-it"),
        pytest.param("History", "Rejects", id="a-name-that-excel-keeps-for-itself"),
        pytest.param("", "Rejects", id="no-name"),
    ],
)
def test_the_sheet_is_called_as_the_drops_was_where_excel_allows_it(
    tmp_path: Path, name: str, shown: str
) -> None:
    assert _sheet(tmp_path, [_row(4, "a", "b", "c")], sheet=name).title == shown


def test_a_cell_that_is_too_long_for_a_workbook_says_where_all_of_it_is(tmp_path: Path) -> None:
    text = str(_sheet(tmp_path, [_row(4, "x" * 40_000, "b", "c")])["A2"].value)
    assert len(text) == 32_767
    assert text.endswith("x [cut here: the CSV report has all of it]")


def test_past_the_cap_of_comments_cells_are_still_coloured_and_explained(tmp_path: Path) -> None:
    rows = [_row(row, "a", "b", "c", guilty={"Qty": ["wrong."]}) for row in range(2, 7)]
    path = tmp_path / "r.xlsx"
    write_xlsx(path, [Page(sheet="Orders", headings=HEADINGS, rows=rows)], "b-1", comments_max=3)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [cell.comment is not None for cell in sheet["B"][1:]] == [True, True, True, False, False]
    assert {cell.fill.fgColor.rgb for cell in sheet["B"][1:]} == {"FFFDE2DF"}
    assert {cell.value for cell in sheet["E"][1:]} == {"Qty: wrong."}


def test_the_sheet_stands_where_the_mapping_looks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    page = Page(sheet="Orders", headings=HEADINGS, rows=[_row(2, "a", "b", "c")], position=3)
    write_xlsx(path, [page], "b-1")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[2] == "Orders"
    assert book.active is not None
    assert book.active.title == "Orders"
