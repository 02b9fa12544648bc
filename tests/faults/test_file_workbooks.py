"""Faults of workbooks: what a preview, which is the pipeline with nothing sent, says of each."""

import random
import re
import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.faults.place import Place
from tests.faults.previewing import COLUMNS, previewed
from tests.workbooks import (
    DATA,
    HEADINGS,
    book,
    ods,
    ods_row,
    ole,
    rewritten,
    shipments,
    table,
    xls,
    xls_rows,
    xlsb,
    xlsb_number,
    xlsb_row,
    xlsb_text,
)

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def row(number: int) -> tuple[str, str, str, int]:
    return f"A-{number}", "anna@example.com", f"S-{number}", number


def plain(folder: Path, rows: int = 2, name: str = "drop.xlsx") -> Path:
    """A workbook of good orders 1, 2, ..."""
    return book(
        folder / name,
        lambda workbook: table(workbook.add_worksheet("Orders"), *map(row, range(1, rows + 1))),
    )


def filled(folder: Path, fill: Callable[[Any, Any], None], **options: Any) -> Path:
    """Orders 1 to 3, then what `fill` does to workbook and sheet."""

    def write(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Orders")
        table(sheet, row(1), row(2), row(3))
        fill(workbook, sheet)

    return book(folder / "drop.xlsx", write, **options)


def orders(receipt: Any) -> list[str]:
    return [payload["merchant_id"] for payload in receipt["payloads"]]


def refusals(receipt: Any) -> list[tuple[str, int | None, str | None]]:
    """Code, row and column of every problem that blocks."""
    return [
        (problem["code"], problem["row"], problem["column"])
        for problem in receipt["problems"]
        if problem["severity"] == "error"
    ]


def refusal(receipt: Any) -> tuple[str, str]:
    """Code and words of the one problem for which a file is refused as a whole."""
    assert (receipt["status"], receipt["rows"]["read"], receipt["payloads"]) == ("failed", 0, [])
    (problem,) = receipt["problems"]
    return problem["code"], problem["message"]


HTML = b"<html><body><table><tr><td>Order</td></tr></table></body></html>"
XML_2003 = (
    b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("drop.xls", HTML, "a web page (HTML)", id="html-named-xls"),
        pytest.param("drop.xlsx", HTML, "a web page (HTML)", id="html-named-xlsx"),
        pytest.param("drop.xls", XML_2003, "an XML spreadsheet of Excel 2003", id="xml-of-2003"),
        pytest.param("drop.xlsx", b'{"orders": []}', "a JSON document", id="json"),
        pytest.param("drop.xlsx", b"%PDF-1.7\n", "a PDF document", id="pdf"),
        pytest.param("drop.xls", b"\x09\x04\x06\x00\x00\x00\x10\x00", "a workbook of Excel 4", id="excel-4"),
        pytest.param("drop.xls", b"\xff\x00\x02\x00\x04\x04\x05\x54\x02", "a Works spreadsheet", id="works"),
        pytest.param("drop.xlsx", random.Random(5).randbytes(4096), "binary data", id="noise"),
    ],
)
def test_F31_what_is_no_workbook_is_refused_by_its_real_name(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    code, message = refusal(previewed(tmp_path / name))
    assert code == "file_not_a_table"
    assert f"The file is {words}, not a table, whatever its name says." in message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("drop.xlsx", "Order,Email,SKU,Qty\nA-1,anna@example.com,S-1,1\n", id="csv-named-xlsx"),
        pytest.param(
            "drop.xls", "Order\tEmail\tSKU\tQty\nA-1\tanna@example.com\tS-1\t1\n", id="tsv-named-xls"
        ),
    ],
)
def test_F31_text_under_the_name_of_a_workbook_is_read_as_text(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    assert orders(previewed(tmp_path / name)) == ["A-1"]


def test_F31_a_workbook_under_another_name_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = xls(
        tmp_path / "drop.xlsx", {"Orders": xls_rows([HEADINGS, ("A-1", "anna@example.com", "S-1", 1.0)])}
    )
    assert orders(previewed(path)) == ["A-1"]
    assert orders(previewed(path.rename(tmp_path / "drop.csv"))) == ["A-1"]


@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_F32_a_workbook_with_a_password_says_so(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"drop.{kind}"
    if kind == "xlsx":
        ole(path, {"EncryptionInfo": b"x", "EncryptedPackage": b"y"})
    else:
        shutil.copy(DATA / f"locked.{kind}", path)
    code, message = refusal(previewed(path))
    assert code == "file_password"
    assert message.startswith("The workbook is protected with a password. Save it without one")


def _chart(workbook: Any) -> None:
    chart = workbook.add_chart({"type": "line"})
    chart.add_series({"values": "=Orders!$D$2:$D$3"})
    workbook.add_chartsheet("Chart").set_chart(chart)


def _notes(workbook: Any) -> None:
    workbook.add_worksheet("Notes").write_row(0, 0, ["Read me", "first"])


def _hidden(workbook: Any) -> None:
    sheet = workbook.add_worksheet("Old")
    table(sheet, row(9))
    sheet.hide()


def _very_hidden(workbook: Any) -> None:
    sheet = workbook.add_worksheet("Old")
    table(sheet, row(9))
    sheet.very_hidden()


@pytest.mark.parametrize(
    ("before", "told"),
    [
        pytest.param(_notes, 'not read: "Notes"', id="another-sheet-first"),
        pytest.param(_hidden, "not read: 1 hidden", id="a-hidden-sheet-first"),
        pytest.param(_very_hidden, "not read: 1 hidden", id="a-very-hidden-sheet-first"),
        pytest.param(_chart, "", id="a-chart-first"),
    ],
)
def test_F33_the_visible_sheet_with_the_headings_is_read_whatever_stands_first(
    tmp_path: Path, before: Callable[[Any], None], told: str
) -> None:
    def fill(workbook: Any) -> None:
        before(workbook)
        table(workbook.add_worksheet("Orders"), row(1))
        workbook.get_worksheet_by_name("Orders").activate()

    receipt = previewed(book(tmp_path / "drop.xlsx", fill))
    assert orders(receipt) == ["A-1"]
    assert told in receipt["remarks"]


def test_F33_two_sheets_that_fit_are_a_question_until_the_mapping_names_one(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        table(workbook.add_worksheet("March"), row(3))
        table(workbook.add_worksheet("April"), row(4))

    path = book(tmp_path / "drop.xlsx", fill)
    code, message = refusal(previewed(path))
    assert code == "file_ambiguous"
    assert 'The sheets "March", "April" have the same of the mapping\'s headings' in message
    assert orders(previewed(path, sheet="April")) == ["A-4"]


def _two_lines_of_one_order(_: Any, sheet: Any) -> None:
    sheet.write_blank(3, 0, None)
    sheet.merge_range(2, 0, 3, 0, "A-2")


def test_F34_merged_cells_are_filled_down_only_if_that_is_declared(tmp_path: Path) -> None:
    path = filled(tmp_path, _two_lines_of_one_order)
    receipt = previewed(path)
    assert orders(receipt) == ["A-1"]
    assert refusals(receipt) == [("cell_merged", 3, "Order"), ("cell_merged", 4, "Order")]
    declared = previewed(path, merged="fill")
    assert orders(declared) == ["A-1", "A-2"]
    assert [len(payload["line_items"]) for payload in declared["payloads"]] == [1, 2]


def _a_filtered_row(_: Any, sheet: Any) -> None:
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column(1, 1, None, None, {"hidden": True})


def test_F35_hidden_rows_and_columns_are_read_and_counted_or_left_out_and_counted(tmp_path: Path) -> None:
    path = filled(tmp_path, _a_filtered_row)
    receipt = previewed(path)
    assert orders(receipt) == ["A-1", "A-2", "A-3"]
    assert '1 hidden row and 1 hidden column ("Email") were read like the others.' in receipt["remarks"]
    without = previewed(path, hidden="ignore")
    assert orders(without) == ["A-1", "A-3"]
    assert (without["rows"]["read"], without["rows"]["ignored"]) == (3, 1)
    assert not any("email" in payload for payload in without["payloads"])


def test_F36_errors_and_formulas_without_a_result_cost_their_rows(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_formula("A2", "=VLOOKUP(1,A:A,1)", None, "#N/A")
        sheet.write_formula("B3", "=Z1", None, "#REF!")
        sheet.write_formula("C3", "=Z1", None, "")

    receipt = previewed(filled(tmp_path, fill))
    assert orders(receipt) == ["A-3"]
    assert sorted(refusals(receipt), key=str) == [
        ("cell_error", 2, "Order"),
        ("cell_error", 3, "Email"),
        ("cell_error", 3, "SKU"),
    ]
    assert receipt["rows"]["rejected"] == 2


def test_F36_an_error_keeps_back_the_other_rows_of_its_order(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row("A5", ["A-2", "anna@example.com", "S-9"])
        sheet.write_formula("D5", "=VLOOKUP(1,A:A,1)", None, "#N/A")

    receipt = previewed(filled(tmp_path, fill))
    assert (orders(receipt), refusals(receipt)) == (["A-1", "A-3"], [("cell_error", 5, "Qty")])
    assert (receipt["rows"]["rejected"], receipt["rows"]["held"]) == (1, 1)


def test_F36_a_workbook_that_was_never_calculated_gives_no_blanks(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(HEADINGS)
    sheet.append(["A-1", "=CONCATENATE(1)", "S-1", 1])
    sheet.append(row(2))
    workbook.save(tmp_path / "drop.xlsx")
    receipt = previewed(tmp_path / "drop.xlsx")
    assert (orders(receipt), refusals(receipt)) == (["A-2"], [("cell_error", 2, "Email")])


def test_F36_an_error_in_a_column_that_is_not_sent_costs_nothing(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write(0, 4, "Internal")
        sheet.write_formula("E2", "=NA()", None, "#N/A")

    receipt = previewed(filled(tmp_path, fill), columns={**COLUMNS, "Internal": "ignore"})
    assert orders(receipt) == ["A-1", "A-2", "A-3"]
    assert '1 cell of the column "Internal", which is not sent' in receipt["remarks"]


@pytest.mark.parametrize(
    ("options", "serial", "sent"),
    [
        pytest.param({}, 46085.5, 1772625600, id="1900"),
        pytest.param({"date_1904": True}, 44623.5, 1772625600, id="1904"),
        pytest.param({}, 46085.999998843, 1772668799, id="just-before-midnight"),
        pytest.param({}, 60, None, id="the-day-that-was-not"),
    ],
)
def test_F37_a_serial_number_is_the_day_that_the_sheet_shows(
    tmp_path: Path, options: dict[str, Any], serial: float, sent: int | None
) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write(0, 4, "Ordered")
        sheet.write_number(1, 4, serial, workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"}))

    columns = {**COLUMNS, "Ordered": {"to": "ordered_at", "type": "datetime"}}
    receipt = previewed(filled(tmp_path, fill, **options), columns=columns)
    first = receipt["payloads"][0]
    if sent is None:
        assert refusals(receipt) == [("cell_error", 2, "Ordered")]
        assert first["merchant_id"] == "A-2"
    else:
        assert first["ordered_at"] == sent


def test_F38_numbers_are_sent_as_the_sheet_shows_them(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_number(1, 2, 501, workbook.add_format({"num_format": "00000"}))
        sheet.write_number(2, 0, 17, workbook.add_format({"num_format": '"ORD-"0000'}))
        sheet.write_string(2, 2, "000123")
        sheet.write_number(3, 0, 3.0)
        sheet.write_number(3, 2, 0.1 + 0.2)

    receipt = previewed(filled(tmp_path, fill))
    assert [
        (order["merchant_id"], order["line_items"][0]["merchant_id"]) for order in receipt["payloads"]
    ] == [
        ("A-1", "00501"),
        ("ORD-0017", "000123"),
        ("3", "0.3"),
    ]


def test_F38_a_number_that_excel_has_cut_is_refused(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_number(1, 2, 12345678901234567890)

    receipt = previewed(filled(tmp_path, fill))
    assert refusals(receipt) == [("cell_error", 2, "SKU")]
    assert "more digits than Excel keeps" in receipt["problems"][0]["message"]


def _dimension(reference: bytes) -> Callable[[bytes], bytes]:
    return lambda sheet: re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="%s"/>' % reference, sheet)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_dimension(b"A1"), id="dimension-too-small"),
        pytest.param(_dimension(b"A1:XFD1048576"), id="dimension-too-large"),
        pytest.param(lambda sheet: re.sub(rb"<dimension[^>]*/>", b"", sheet), id="no-dimension"),
        pytest.param(lambda sheet: re.sub(rb' r="[A-Z]*[0-9]+"', b"", sheet), id="no-cell-addresses"),
    ],
)
def test_F39_the_rows_that_are_there_are_read_whatever_the_sheet_says_of_its_size(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    path = plain(tmp_path)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read(SHEET)
    assert change(sheet) != sheet
    assert orders(previewed(rewritten(path, {SHEET: change(sheet)}))) == ["A-1", "A-2"]


def test_F39_rows_that_have_nothing_but_colours_are_no_rows_of_orders(tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        grey = workbook.add_format({"bg_color": "#cccccc"})
        for at in range(4, 2_999):
            for column in range(4):
                sheet.write_blank(at, column, None, grey)

    receipt = previewed(filled(tmp_path, fill))
    assert orders(receipt) == ["A-1", "A-2", "A-3"]
    assert receipt["rows"]["rejected"] == 0


def test_F39_a_cell_at_the_far_end_of_the_sheet_costs_the_file_and_not_the_process(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_string(1_048_575, 16_383, "x")

    code, message = refusal(previewed(filled(tmp_path, fill)))
    assert code == "file_unreadable"
    assert "a cell far away from the table" in message


LOL = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><sst xmlns="%s"><si><t>&c;</t></si></sst>' % MAIN
)
XXE = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet xmlns="%s"/>'
    % MAIN
)


@pytest.mark.parametrize(
    ("parts", "code", "words"),
    [
        pytest.param({STRINGS: LOL}, "file_unreadable", "DOCTYPE", id="billion-laughs"),
        pytest.param({SHEET: XXE}, "file_unreadable", "DOCTYPE", id="outside-entity"),
        pytest.param({SHEET: XXE.decode().encode("utf-16")}, "file_unreadable", "DOCTYPE", id="in-utf-16"),
        pytest.param({SHEET: b" " * (80 << 20)}, "file_too_large", "unpack to 80 MiB", id="zip-bomb"),
        pytest.param(
            {STRINGS: b"<sst>" + b"<si><t>a</t></si>" * (6 << 20)},
            "file_too_large",
            "more than is read",
            id="bomb-of-shared-strings",
        ),
    ],
)
def test_F40_a_bomb_is_refused_before_anything_is_parsed(
    tmp_path: Path, parts: dict[str, bytes], code: str, words: str
) -> None:
    path = rewritten(plain(tmp_path), parts)
    found, message = refusal(previewed(path))
    assert (found, words in message) == (code, True)


def test_F40_a_name_that_leads_out_of_the_archive_leads_nowhere(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    path = rewritten(plain(inner), {"../../slipped.txt": b"x", "/tmp/slipped.txt": b"x"})
    assert orders(previewed(path)) == ["A-1", "A-2"]
    assert list(tmp_path.rglob("slipped*")) == []


def _strict(content: bytes) -> bytes:
    for now, strict in ((MAIN, b"main"), (OFFICE, b"relationships")):
        kind = b"spreadsheetml" if strict == b"main" else b"officeDocument"
        content = content.replace(now, b"http://purl.oclc.org/ooxml/%s/%s" % (kind, strict))
    return content


def _with_prefix(content: bytes) -> bytes:
    if MAIN not in content:
        return content
    content = content.replace(b'xmlns="%s"' % MAIN, b'xmlns:x="%s"' % MAIN)
    return re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", content)


@pytest.mark.parametrize(
    "change", [pytest.param(_strict, id="strict"), pytest.param(_with_prefix, id="namespaces-with-a-prefix")]
)
def test_F41_odd_but_lawful_workbooks_are_read(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    path = plain(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {
            name: change(archive.read(name))
            for name in archive.namelist()
            if name.startswith("xl/") and not name.startswith("xl/theme")
        }
    assert orders(previewed(rewritten(path, parts))) == ["A-1", "A-2"]


def test_F41_backslashes_in_the_archive_are_read_as_slashes(tmp_path: Path) -> None:
    path = tmp_path / "odd.xlsx"
    with zipfile.ZipFile(plain(tmp_path)) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo()
            entry.filename = name.replace("/", "\\")
            target.writestr(entry, source.read(name))
    assert orders(previewed(path)) == ["A-1", "A-2"]


@pytest.mark.parametrize(
    "part", [pytest.param(STRINGS, id="shared-strings"), pytest.param(SHEET, id="sheet")]
)
def test_F41_a_workbook_without_a_part_that_it_needs_is_refused(tmp_path: Path, part: str) -> None:
    code, _ = refusal(previewed(rewritten(plain(tmp_path), {part: None})))
    assert code == "file_unreadable"


def _binary(folder: Path) -> Path:
    cells = [xlsb_row(0), *(xlsb_text(at, name) for at, name in enumerate(HEADINGS))]
    cells += [xlsb_row(1), xlsb_text(0, "A-1"), xlsb_text(2, "S-1"), xlsb_number(3, 1)]
    return xlsb(folder / "drop.xlsb", cells)


_MADE: dict[str, Callable[[Path], Path]] = {
    "xlsx": lambda folder: book(folder / "drop.xlsx", shipments),
    "xlsb": _binary,
    "xls": lambda folder: Path(shutil.copy(DATA / "shipments.xls", folder / "drop.xls")),
    "ods": lambda folder: Path(shutil.copy(DATA / "shipments.ods", folder / "drop.ods")),
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", _MADE)
def test_F42_a_workbook_with_bytes_changed_at_random_gives_one_verdict(
    tmp_path: Path, kind: str, seed: int
) -> None:
    path = _MADE[kind](tmp_path)
    chance = random.Random(f"{kind}{seed}")
    content = bytearray(path.read_bytes())
    if seed % 2:
        content = content[: chance.randrange(100, len(content))]
    for _ in range(20):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path.write_bytes(content)
    receipt = previewed(path)
    if receipt["status"] == "failed":
        assert len([problem for problem in receipt["problems"] if problem["severity"] == "error"]) == 1
    else:
        rows = receipt["rows"]
        assert rows["read"] == sum(count for name, count in rows.items() if name != "read")


@pytest.mark.parametrize("kind", ["xls", "xlsb", "ods"])
def test_a_corrected_report_of_any_workbook_loads_again(place: Place, kind: str) -> None:
    place.feed |= {"files": "*.xls*" if kind != "ods" else "*.*s*", "reply": True}
    mapping = place.folder / "small.yaml"
    mapping.write_text(mapping.read_text().replace('"delimiter": ";"', '"sheet": "Orders"'))
    bad, good = f"{place.prefix}-1", f"{place.prefix}-2"
    drop = place.inbox / f"drop.{kind}"
    if kind == "xls":
        rows: list[Sequence[str | float | None]] = [
            HEADINGS,
            (bad, "anna@example.com", "S-1", "two"),
            (good, "anna@example.com", "S-1", 1.0),
        ]
        xls(drop, {"Orders": xls_rows(rows)})
    elif kind == "xlsb":
        cells = [xlsb_row(0), *(xlsb_text(at, name) for at, name in enumerate(HEADINGS))]
        for at, (order, quantity) in enumerate([(bad, "two"), (good, "1")], start=1):
            cells += [xlsb_row(at), xlsb_text(0, order), xlsb_text(2, "S-1"), xlsb_text(3, quantity)]
        xlsb(drop, cells)
    else:
        rows_of_text = [
            HEADINGS,
            (bad, "anna@example.com", "S-1", "two"),
            (good, "anna@example.com", "S-1", "1"),
        ]
        ods(drop, *(ods_row(*cells) for cells in rows_of_text))
    (first,) = place.poll()
    assert (first["orders"]["accepted"], first["rows"]["rejected"]) == (1, 1)
    (report,) = place.inbox.glob("archive/*/*.rejects.xlsx")
    workbook = openpyxl.load_workbook(report)
    sheet = workbook.active
    assert sheet is not None
    sheet["D2"] = "2"
    mended = place.inbox / "mended.xlsx"
    workbook.save(mended)
    (second,) = place.poll()
    assert (second["orders"]["accepted"], second["rows"]["rejected"]) == (1, 0)
    assert place.posts() == {1: 1, 2: 1}
