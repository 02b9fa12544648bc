"""Old, binary and OpenDocument workbooks: the same reading as of an .xlsx with the same cells."""

import shutil
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.unit.tables.opening import opened
from tests.workbooks import (
    DATA,
    HEADINGS,
    book,
    ods,
    ods_row,
    ole,
    record,
    rewritten,
    shipments,
    table,
    xls,
    xls_formula,
    xls_number,
    xls_rows,
    xls_text,
    xlsb,
    xlsb_error,
    xlsb_number,
    xlsb_record,
    xlsb_row,
    xlsb_text,
)

from orderdrop.core.problems import Code
from orderdrop.errors import FileRefused
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.excel_ole import stream
from orderdrop.tables.open import reopen

ALL = ("Order", "Email", "SKU", "Qty", "Zip", "Ordered", "Price")


def reading(path: Path, **options: Any) -> tuple[Any, ...]:
    found = opened(path, ALL, **options)
    (frame,) = found.frames
    problems = [(problem.code, problem.row, problem.column) for problem in frame.problems]
    verdict = found.verdict
    return (
        found.headings,
        list(frame.cells.itertuples(name=None)),
        problems,
        (verdict.sheet, verdict.header_row),
        verdict.remarks,
    )


@pytest.mark.parametrize(
    "options", [{}, {"merged": "fill", "hidden": "ignore"}], ids=["as-usual", "declared"]
)
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_workbook_converted_by_libreoffice_reads_like_its_original(
    tmp_path: Path, kind: str, options: dict[str, Any]
) -> None:
    copy = Path(shutil.copy(DATA / f"shipments.{kind}", tmp_path))
    original = book(tmp_path / "shipments.xlsx", shipments)
    assert reading(copy, **options) == reading(original, **options)
    assert opened(copy, ALL).verdict.format == kind


def test_the_original_shows_numbers_as_its_sheet_does(tmp_path: Path) -> None:
    _, rows, problems, place, remarks = reading(book(tmp_path / "shipments.xlsx", shipments))
    first = (4, "ORD-0017", "anna0@example.com", "000123", "1", "00501", "2026-03-01T14:30:00", "1234.5", "a")
    assert rows[0] == first
    assert [row[0] for row in rows] == [4, 5, 6, 10]
    assert problems == [
        (Code.CELL_MERGED, 7, "Order"),
        (Code.CELL_MERGED, 8, "Order"),
        (Code.CELL_ERROR, 9, "Qty"),
        (Code.CELL_ERROR, 11, "Order"),
    ]
    assert place == ("Orders", 3)
    assert remarks == (
        'The sheet "Orders" was read: it has 7 headings of the mapping; not read: "Notes" and 2 hidden.',
        '1 hidden row and 1 hidden column ("Internal") were read like the others.',
        'The headings are in row 3; rows 1 to 2 above them were passed over: "Acme shipments of March".',
    )


def test_a_binary_workbook_is_read(tmp_path: Path) -> None:
    headings = [xlsb_text(at, name) for at, name in enumerate(HEADINGS)]
    records = [
        *[xlsb_row(2), *headings],
        *[xlsb_row(3), xlsb_number(0, 17, 1), xlsb_text(2, "S-1"), xlsb_number(3, 2)],
        *[xlsb_row(4, hidden=True), xlsb_number(0, 18, 1), xlsb_text(2, "S-2"), xlsb_number(3, 0.1 + 0.2)],
        *[xlsb_row(5), xlsb_text(0, "A-3"), xlsb_error(3, 0x2A)],
        *[xlsb_row(6), xlsb_text(0, "A-4"), xlsb_number(3, 1)],
        *[xlsb_row(7), xlsb_number(3, 2)],
        xlsb_record(176, struct.pack("<IIII", 6, 7, 0, 0)),
    ]
    columns = [
        xlsb_record(390, b""),
        xlsb_record(60, struct.pack("<IIIIH", 1, 1, 0, 0, 1)),
        xlsb_record(391, b""),
    ]
    found = opened(xlsb(tmp_path / "drop.xlsb", records, formats=["000000"], before=columns))
    (frame,) = found.frames
    assert (found.verdict.format, found.verdict.header_row) == ("xlsb", 3)
    assert list(frame.cells.itertuples(name=None)) == [
        (4, "000017", "", "S-1", "2"),
        (5, "000018", "", "S-2", "0.3"),
    ]
    assert [(problem.code, problem.row, problem.value) for problem in frame.problems] == [
        (Code.CELL_ERROR, 6, "#N/A"),
        (Code.CELL_MERGED, 7, ""),
        (Code.CELL_MERGED, 8, ""),
    ]
    assert '1 hidden row and 1 hidden column ("Email") were read like the others.' in found.verdict.remarks
    again = reopen(tmp_path / "drop.xlsb", FileOptions(), found.verdict)
    assert next(again.frames).cells.equals(frame.cells)


@pytest.mark.parametrize(
    ("summary", "problems"),
    [
        pytest.param(True, [], id="excel-saves-an-empty-result"),
        pytest.param(False, [Code.CELL_ERROR], id="a-program-that-does-not-calculate-leaves-it-out"),
    ],
)
def test_an_empty_result_in_an_old_workbook_counts_if_the_program_calculates(
    tmp_path: Path, summary: bool, problems: list[Code]
) -> None:
    rows = xls_rows([HEADINGS, ("A-1", None, "S-1", 1.0)])
    empty = xls_formula(1, 1, b"\x03\x00\x00\x00\x00\x00\xff\xff")
    (frame,) = opened(xls(tmp_path / "drop.xls", {"Orders": [*rows, empty]}, summary=summary)).frames
    assert [problem.code for problem in frame.problems] == problems


def test_an_error_of_a_formula_in_an_old_workbook_is_a_problem(tmp_path: Path) -> None:
    rows = xls_rows([HEADINGS, ("A-1", None, "S-1", 1.0)])
    error = xls_formula(1, 1, b"\x02\x00\x17\x00\x00\x00\xff\xff")
    (frame,) = opened(xls(tmp_path / "drop.xls", {"Orders": [*rows, error]})).frames
    assert [(problem.column, problem.value) for problem in frame.problems] == [("Email", "#REF!")]


def test_an_old_workbook_counts_days_from_1904_if_it_says_so(tmp_path: Path) -> None:
    globals_ = [
        record(0x22, struct.pack("<H", 1)),
        *[record(0xE0, struct.pack("<HHHBBBBIIH", 0, code, 0, 0, 0, 0, 0, 0, 0, 0)) for code in (0, 14)],
    ]
    cells = [*xls_rows([HEADINGS]), xls_text(1, 0, "A-1"), xls_number(1, 1, 44623, 1)]
    (frame,) = opened(xls(tmp_path / "drop.xls", {"Orders": cells}, more=globals_)).frames
    assert frame.cells["Email"].tolist() == ["2026-03-04"]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        pytest.param('<table:table-cell table:formula="of:=1+1"/>', "formula without a saved", id="unsaved"),
        pytest.param(
            '<table:table-cell table:formula="of:=NA()" office:value-type="float" office:value="0"><text:p>#N/A</text:p>'
            "</table:table-cell>",
            "the Excel error #N/A",
            id="error-with-a-value-of-0",
        ),
        pytest.param(
            '<table:table-cell office:value-type="float" office:value="12345678901234567890"><text:p>1</text:p>'
            "</table:table-cell>",
            "more digits than Excel keeps",
            id="too-many-digits",
        ),
    ],
)
def test_a_faulty_cell_of_an_opendocument_spreadsheet_is_a_problem(
    tmp_path: Path, cell: str, problem: str
) -> None:
    path = ods(tmp_path / "drop.ods", ods_row(*HEADINGS), ods_row("A-1", cell, "S-1", "1"), ods_row("A-2"))
    (frame,) = opened(path).frames
    assert [found.row for found in frame.problems] == [2]
    assert problem in frame.problems[0].message


@pytest.mark.parametrize(
    ("value", "shown", "read"),
    [
        pytest.param("501", "00501", "00501", id="leading-zeros"),
        pytest.param("17", "ORD-0017", "ORD-0017", id="letters-before"),
        pytest.param("17", "ORD-17", "ORD-17", id="letters-before-without-zeros"),
        pytest.param("1234567", "12-34567", "12-34567", id="signs-between"),
        pytest.param("5", "5 pcs", "5", id="unit"),
        pytest.param("1234", "1.234", "1234", id="thousands"),
        pytest.param("1234", "EUR 1234", "1234", id="currency"),
        pytest.param("5", "5.00", "5", id="decimals"),
        pytest.param("0.05", "5%", "0.05", id="share"),
    ],
)
def test_a_number_is_read_as_an_opendocument_spreadsheet_shows_it(
    tmp_path: Path, value: str, shown: str, read: str
) -> None:
    cell = f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{shown}</text:p></table:table-cell>'
    path = ods(tmp_path / "drop.ods", ods_row(*HEADINGS), ods_row(cell, "b", "c", "d"))
    (frame,) = opened(path).frames
    assert frame.cells["Order"].tolist() == [read]


def test_a_note_at_a_cell_is_not_what_the_cell_shows(tmp_path: Path) -> None:
    cell = (
        '<table:table-cell office:value-type="float" office:value="7"><office:annotation><text:p>007</text:p>'
        "</office:annotation><text:p>7</text:p></table:table-cell>"
    )
    (frame,) = opened(ods(tmp_path / "drop.ods", ods_row(*HEADINGS), ods_row(cell, "b", "c", "d"))).frames
    assert frame.cells["Order"].tolist() == ["7"]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_workbook_saved_with_a_password_says_so(kind: str) -> None:
    with pytest.raises(FileRefused) as caught:
        opened(DATA / f"locked.{kind}")
    assert caught.value.problem.code is Code.FILE_PASSWORD


@pytest.mark.parametrize("declared", ["xlsx", "xlsm", "xlsb", "xls", "ods"])
def test_a_workbook_is_a_workbook_whatever_kind_was_declared(tmp_path: Path, declared: str) -> None:
    path = book(
        tmp_path / "drop.xlsx", lambda workbook: table(workbook.add_worksheet(), ("A-1", "b", "c", 1))
    )
    assert opened(path, format=declared).verdict.format == "xlsx"


@pytest.mark.parametrize("cut_at", [600, 3000, 5000, 8000])
def test_an_old_workbook_that_is_cut_short_is_refused(tmp_path: Path, cut_at: int) -> None:
    path = tmp_path / "drop.xls"
    path.write_bytes((DATA / "shipments.xls").read_bytes()[:cut_at])
    with pytest.raises(FileRefused) as caught:
        opened(path)
    assert caught.value.problem.code is Code.FILE_UNREADABLE


def test_a_container_whose_sectors_go_in_circles_is_broken(tmp_path: Path) -> None:
    path = ole(tmp_path / "drop.xls", {"Workbook": b"x" * 5000})
    assert stream(path, "Workbook", "Book") == b"x" * 5000
    data = bytearray(path.read_bytes())
    table_at = 512 * (1 + int.from_bytes(data[76:80], "little"))
    data[table_at : table_at + 4] = (0).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ValueError, match="without an end"):
        stream(path, "Workbook")
    with pytest.raises(FileRefused):
        opened(path)


def test_a_stream_longer_than_one_table_of_sectors_is_whole(tmp_path: Path) -> None:
    content = bytes(range(256)) * 400
    assert stream(ole(tmp_path / "a.xls", {"Book": content, "Other": b"y"}), "Workbook", "Book") == content


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
    max_size=12,
).filter(lambda text: text == text.strip() and not text.startswith("<table:"))


def written(kind: str, path: Path, rows: Sequence[Sequence[str]]) -> Path:
    cells = [*(HEADINGS,), *rows]
    if kind == "xlsx":

        def fill(workbook: Any) -> None:
            sheet = workbook.add_worksheet("Orders")
            for at, texts in enumerate(cells):
                for column, text in enumerate(texts):
                    sheet.write_string(at, column, text)

        return book(path, fill)
    if kind == "xls":
        return xls(path, {"Orders": xls_rows(cells)})
    if kind == "ods":
        return ods(path, *(ods_row(*texts) for texts in cells))
    records: list[bytes] = []
    for at, texts in enumerate(cells):
        records += [xlsb_row(at), *(xlsb_text(column, text) for column, text in enumerate(texts))]
    return xlsb(path, records)


@pytest.mark.parametrize("kind", ["xlsx", "xlsb", "xls", "ods"])
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each try starts a process: no shrinking
)
@given(rows=st.lists(st.tuples(TEXTS.filter(bool), TEXTS, TEXTS, TEXTS), min_size=1, max_size=20))
def test_whatever_text_a_workbook_holds_is_read_back_equal(
    tmp_path: Path, kind: str, rows: list[tuple[str, ...]]
) -> None:
    found = opened(written(kind, tmp_path / f"drop.{kind}", rows), header_row=1)
    assert [tuple(cells) for frame in found.frames for cells in frame.cells.to_numpy()] == rows


@pytest.mark.parametrize(
    ("part", "readable"),
    [
        pytest.param("Basic/Standard/Module1.xml", True, id="in-a-macro"),
        pytest.param("content.xml", False, id="in-the-cells"),
    ],
)
def test_a_document_type_is_refused_where_it_would_be_parsed(
    tmp_path: Path, part: str, readable: bool
) -> None:
    path = ods(tmp_path / "drop.ods", ods_row(*HEADINGS), ods_row("A-1", "b", "c", "d"))
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml")
    doctype = (
        b'<?xml version="1.0"?><!DOCTYPE x PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "x.dtd">'
    )
    odd = rewritten(path, {part: doctype + content}, "odd.ods")
    if readable:
        assert next(opened(odd).frames).cells["Order"].tolist() == ["A-1"]
    else:
        with pytest.raises(FileRefused, match="DOCTYPE"):
            opened(odd)
