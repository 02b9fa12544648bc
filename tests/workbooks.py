"""Workbooks as tests need them: written by programs of others where there are such, else record by record.

Nothing here is read by the code under test; layouts are those of the published formats (MS-CFB, MS-XLS, MS-XLSB).
"""

import datetime as dt
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

DATA = Path(__file__).parent / "data" / "workbooks"
"""Small files that programs wrote which tests cannot run: see the README there."""

HEADINGS = ("Order", "Email", "SKU", "Qty")


def book(path: Path, fill: Callable[[Any], None], **options: Any) -> Path:
    """A workbook that `fill` fills, written by xlsxwriter."""
    workbook = xlsxwriter.Workbook(str(path), options)
    fill(workbook)
    workbook.close()
    return path


def table(sheet: Any, *rows: Sequence[Any], at: int = 0) -> None:
    """Headings and rows from row `at` on, counted from 0."""
    for offset, row in enumerate((HEADINGS, *rows)):
        sheet.write_row(at + offset, 0, row)


def rewritten(path: Path, parts: Mapping[str, bytes | None], name: str = "rewritten.xlsx") -> Path:
    """A copy of a workbook with some parts replaced, added, or left out where there is None."""
    out = path.with_name(name)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in dict.fromkeys([*source.namelist(), *parts]):
            content = parts[part] if part in parts else source.read(part)
            if content is not None:
                target.writestr(part, content)
    return out


def shipments(workbook: Any) -> None:
    """The workbook of which `shipments.xls` and `shipments.ods` are copies: a little of everything that goes wrong."""
    notes = workbook.add_worksheet("Notes")
    notes.write(0, 0, "Read me first")
    sheet = workbook.add_worksheet("Orders")
    forms = {
        name: workbook.add_format({"num_format": code})
        for name, code in {
            "order": '"ORD-"0000',
            "sku": "000000",
            "zip": "00000",
            "moment": "yyyy-mm-dd hh:mm",
            "price": "#,##0.00",
        }.items()
    }
    sheet.write(0, 0, "Acme shipments of March")
    sheet.write_row(2, 0, ["Order", "Email", "SKU", "Qty", "Zip", "Ordered", "Price", "Internal"])
    for at, (price, internal) in enumerate(
        [(1234.5, "a"), (0.1 + 0.2, "b"), (5, "c"), (5, "d"), (5, "e"), (5, "f"), (5, "g")]
    ):
        row = 3 + at
        sheet.write(row, 0, 17 + at, forms["order"])
        sheet.write(row, 1, f"anna{at}@example.com")
        sheet.write(row, 2, 123 + at, forms["sku"])
        sheet.write(row, 3, at + 1)
        sheet.write(row, 4, 501, forms["zip"])
        sheet.write_datetime(row, 5, dt.datetime(2026, 3, 1 + at, 14, 30), forms["moment"])
        sheet.write(row, 6, price, forms["price"])
        sheet.write(row, 7, internal)
    sheet.set_row(5, None, None, {"hidden": True})
    sheet.merge_range(6, 0, 7, 0, 20, forms["order"])
    sheet.write_formula(8, 3, "=NA()", None, "#N/A")
    sheet.write_formula(9, 3, "=3+4", None, 7)
    sheet.write(10, 0, 12345678901234567890)
    sheet.write(10, 2, "typed 007")
    sheet.set_column(7, 7, None, None, {"hidden": True})
    workbook.add_worksheet("Secret").hide()
    workbook.add_worksheet("Deep").very_hidden()


def ole(path: Path, streams: Mapping[str, bytes]) -> Path:
    """A compound file with these streams (MS-CFB), each of which gets zeros up to the size that needs no mini stream."""
    names = list(streams)
    contents = [streams[name].ljust(4096, b"\0") for name in names]
    sectors = [
        content[at : at + 512].ljust(512, b"\0") for content in contents for at in range(0, len(content), 512)
    ]
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1 if names else 0xFFFFFFFF)]
    fat: list[int] = []
    for at, (name, content) in enumerate(zip(names, contents, strict=True), start=1):
        first, count = len(fat), -(-len(content) // 512)
        fat += [*range(first + 1, first + count), 0xFFFFFFFE]
        right = at + 1 if at < len(names) else 0xFFFFFFFF
        entries.append(_entry(name, 2, first, len(content), right=right))
    entries += [bytes(128)] * (-len(entries) % 4)
    directory = len(fat)
    count = len(entries) // 4
    fat += [*range(directory + 1, directory + count), 0xFFFFFFFE]
    sectors += [b"".join(entries[at : at + 4]) for at in range(0, len(entries), 4)]
    tables = 1
    while (len(fat) + tables) > tables * 128:
        tables += 1
    first_table = len(fat)
    fat += [0xFFFFFFFD] * tables
    fat += [0xFFFFFFFF] * (tables * 128 - len(fat))
    sectors += [struct.pack("<128I", *fat[at : at + 128]) for at in range(0, len(fat), 128)]
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<IIIIIIIIII", 0, tables, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, first_table)
        + struct.pack("<108I", *range(first_table + 1, first_table + tables), *[0xFFFFFFFF] * (109 - tables))
    )
    path.write_bytes(header + b"".join(sectors))
    return path


def _entry(
    name: str, kind: int, first: int, size: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF
) -> bytes:
    text = name.encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text) + 2, kind, 1)
        + struct.pack("<III", 0xFFFFFFFF, right, child)
        + bytes(36)
        + struct.pack("<IQ", first, size)
    )


Value = str | float | None


def xls(
    path: Path, sheets: Mapping[str, Sequence[bytes]], *, summary: bool = True, more: Sequence[bytes] = ()
) -> Path:
    """An old workbook (BIFF8) of sheets that are given as records; `more` are records of the workbook as a whole."""
    bof = struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6)
    head = [record(0x809, bof), *more]
    bounds = [struct.pack("<IBBBB", 0, 0, 0, len(name), 0) + name.encode("latin-1") for name in sheets]
    at = sum(map(len, head)) + sum(4 + len(bound) for bound in bounds) + 4
    parts: list[bytes] = []
    for number, records in enumerate(sheets.values()):
        bounds[number] = struct.pack("<I", at) + bounds[number][4:]
        part = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6)) + b"".join(records)
        parts.append(part + record(0x0A, b""))
        at += len(parts[-1])
    globals_ = b"".join([*head, *(record(0x85, bound) for bound in bounds), record(0x0A, b"")])
    streams = {"Workbook": globals_ + b"".join(parts)}
    return ole(path, streams | ({"\x05SummaryInformation": b"\0"} if summary else {}))


def record(kind: int, data: bytes) -> bytes:
    """One record of an .xls."""
    return struct.pack("<HH", kind, len(data)) + data


def xls_text(row: int, column: int, text: str) -> bytes:
    """A cell with text of its own."""
    data = text.encode("utf-16-le")
    return record(0x204, struct.pack("<HHHHB", row, column, 0, len(data) // 2, 1) + data)


def xls_number(row: int, column: int, value: float, style: int = 0) -> bytes:
    """A cell with a number."""
    return record(0x203, struct.pack("<HHHd", row, column, style, value))


def xls_formula(row: int, column: int, result: bytes) -> bytes:
    """A cell with the formula =1+1 and these eight bytes as its result."""
    tokens = b"\x1e\x01\x00\x1e\x01\x00\x03"
    return record(
        0x06, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", 0, 0, len(tokens)) + tokens
    )


def xls_rows(rows: Sequence[Sequence[Value]]) -> list[bytes]:
    """Cells with text and numbers."""
    return [
        xls_text(at, column, value) if isinstance(value, str) else xls_number(at, column, value)
        for at, row in enumerate(rows)
        for column, value in enumerate(row)
        if value is not None
    ]


_TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/>
<Override PartName="/xl/styles.bin" ContentType="application/vnd.ms-excel.styles"/></Types>"""
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
    "</Relationships>"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsb(
    path: Path, records: Sequence[bytes], *, formats: Sequence[str] = (), before: Sequence[bytes] = ()
) -> Path:
    """A binary workbook with the sheet "Orders": records of cells, one cell style for each of `formats` after the plain one.

    `before` are records in front of the cells (columns), those behind the cells (merged ranges) come with kind 176.
    """
    behind = [one for one in records if one[:2] == b"\xb0\x01"]
    cells = [one for one in records if one[:2] != b"\xb0\x01"]
    sheet = b"".join(
        [
            xlsb_record(129, b""),
            xlsb_record(148, struct.pack("<IIII", 0, 99, 0, 19)),
            *before,
            xlsb_record(145, b""),
            *cells,
            xlsb_record(146, b""),
            *(
                [xlsb_record(177, struct.pack("<I", len(behind))), *behind, xlsb_record(178, b"")]
                if behind
                else []
            ),
            xlsb_record(130, b""),
        ]
    )
    codes = b"".join(
        xlsb_record(44, struct.pack("<H", 164 + at) + _wide(code)) for at, code in enumerate(formats)
    )
    styles = b"".join(
        xlsb_record(47, struct.pack("<HHHHHBBHH", 0, code, 0, 0, 0, 0, 0, 0, 0))
        for code in (0, *range(164, 164 + len(formats)))
    )
    book_ = xlsb_record(131, b"") + xlsb_record(143, b"")
    book_ += xlsb_record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Orders"))
    book_ += xlsb_record(144, b"") + xlsb_record(132, b"")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        to_book = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.bin"/>'
        archive.writestr("_rels/.rels", _RELATIONS.format(to_book))
        archive.writestr("xl/workbook.bin", book_)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            _RELATIONS.format(
                f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.bin"/>'
                f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.bin"/>'
            ),
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        archive.writestr(
            "xl/styles.bin",
            xlsb_record(278, b"")
            + xlsb_record(615, struct.pack("<I", len(formats)))
            + codes
            + xlsb_record(616, b"")
            + xlsb_record(617, struct.pack("<I", 1 + len(formats)))
            + styles
            + xlsb_record(618, b"")
            + xlsb_record(279, b""),
        )
    return path


def xlsb_record(kind: int, data: bytes) -> bytes:
    """One record of an .xlsb: kind and size in groups of seven bits."""
    size = len(data)
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    while size >= 0x80:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + data


def xlsb_row(row: int, *, hidden: bool = False) -> bytes:
    """The beginning of a row."""
    return xlsb_record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0x10 if hidden else 0, 0, 0))


def xlsb_text(column: int, text: str) -> bytes:
    """A cell with text of its own."""
    return xlsb_record(6, struct.pack("<II", column, 0) + _wide(text))


def xlsb_number(column: int, value: float, style: int = 0) -> bytes:
    """A cell with a number."""
    return xlsb_record(5, struct.pack("<IId", column, style, value))


def xlsb_error(column: int, code: int) -> bytes:
    """A cell with an error."""
    return xlsb_record(3, struct.pack("<IIB", column, 0, code))


def _wide(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return struct.pack("<I", len(data) // 2) + data


_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def ods(path: Path, *rows: str) -> Path:
    """An OpenDocument spreadsheet with the sheet "Orders" of these rows."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {_SPACES}><office:body><office:spreadsheet>"
            f'<table:table table:name="Orders">{"".join(rows)}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def ods_row(*cells: str) -> str:
    """A row of texts; what begins with <table: is an element as it stands."""
    return f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>"


def _ods_cell(cell: str) -> str:
    if cell.startswith("<table:"):
        return cell
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
