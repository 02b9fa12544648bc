"""A scan of one sheet of a binary workbook (.xlsb): its records (MS-XLSB) walked once.

Runs inside the child process only: the file is hostile until shown otherwise.
"""

import struct
import zipfile
from collections.abc import Iterator, Mapping

from orderdrop.tables.excel_marks import Kind, Marks, Range
from orderdrop.tables.excel_numbers import Forms, form_of
from orderdrop.tables.excel_scan import named_parts, relations
from orderdrop.tables.excel_xls import ERRORS

_ROW, _RK, _ERROR, _REAL, _FORMULA_NUMBER, _FORMULA_ERROR = 0, 2, 3, 5, 9, 11
_FORMAT, _STYLE, _COLUMN, _SHEET, _MERGED = 44, 47, 60, 156, 176
_BEGIN_STYLES, _END_STYLES = 617, 618
_HIDDEN_ROW = 0x10
_COLUMNS = 16_384


def scan(path: str, sheet: str) -> Marks | None:
    """What the sheet says beside its values; None where its part cannot be found. Raises ValueError where it is broken."""
    with zipfile.ZipFile(path) as archive:
        parts = named_parts(archive)
        part = _part_of(archive, parts, sheet)
        if part is None:
            return None
        styles = parts.get("xl/styles.bin")
        forms = _forms(archive.read(styles)) if styles else {}
        return _scan(archive.read(part), forms)


def _scan(data: bytes, forms: Mapping[int, Forms]) -> Marks:
    marks, merged, row = Marks(), list[Range](), 0
    for kind, at, size in _records(data):
        if kind == _ROW and size >= 12:
            (row,) = struct.unpack_from("<I", data, at)
            if data[at + 11] & _HIDDEN_ROW:
                marks.hidden_rows.add(row + 1)
        elif kind in (_ERROR, _FORMULA_ERROR) and size >= 9:
            (column,) = struct.unpack_from("<I", data, at)
            marks.suspect(row + 1, column, Kind.ERROR, ERRORS.get(data[at + 8], "#ERROR"))
        elif forms and kind in (_RK, _REAL, _FORMULA_NUMBER) and size >= 8:
            column, style = struct.unpack_from("<II", data, at)
            if (form := forms.get(style & 0xFFFFFF)) is not None:
                marks.show(row + 1, column, form)
        elif kind == _COLUMN and size >= 18:
            first, last, _, _, flags = struct.unpack_from("<IIIIH", data, at)
            if flags & 1:
                marks.hidden_columns.update(range(first, min(last + 1, _COLUMNS)))
        elif kind == _MERGED and size >= 16:
            first, last, left, right = struct.unpack_from("<IIII", data, at)
            merged.append((first + 1, left, last + 1, right))
    marks.merged = merged
    return marks


def _records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind, position and size of every record."""
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80:
            if at >= len(data):
                raise ValueError("the sheet is cut short")
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            if at >= len(data) or shift > 21:
                raise ValueError("the sheet is cut short")
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if at + size > len(data):
            raise ValueError("the sheet is cut short")
        yield kind, at, size
        at += size


def _part_of(archive: zipfile.ZipFile, parts: Mapping[str, str], sheet: str) -> str | None:
    targets = relations(archive, parts.get("xl/_rels/workbook.bin.rels"))
    data = archive.read(parts["xl/workbook.bin"])
    for kind, at, size in _records(data):
        if kind == _SHEET:
            identity, after = _text(data, at + 8, at + size)
            name, _ = _text(data, after, at + size)
            if name == sheet:
                target = targets.get(identity, "").replace("\\", "/")
                part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                return parts.get(part.lower())
    return None


def _forms(data: bytes) -> dict[int, Forms]:
    codes: dict[int, str] = {}
    styles: list[int] = []
    of_cells = False
    for kind, at, size in _records(data):
        if kind == _FORMAT and size >= 6:
            codes[struct.unpack_from("<H", data, at)[0]] = _text(data, at + 2, at + size)[0]
        elif kind in (_BEGIN_STYLES, _END_STYLES):
            of_cells = kind == _BEGIN_STYLES
        elif kind == _STYLE and of_cells and size >= 4:
            styles.append(struct.unpack_from("<H", data, at + 2)[0])
    forms = {at: form_of(codes.get(code, "")) for at, code in enumerate(styles)}
    return {at: form for at, form in forms.items() if form}


def _text(data: bytes, at: int, end: int) -> tuple[str, int]:
    """A text and where it ends; -1 characters are no text."""
    (count,) = struct.unpack_from("<I", data, at)
    if count == 0xFFFFFFFF:
        return "", at + 4
    after = min(at + 4 + 2 * count, end)
    return data[at + 4 : after].decode("utf-16-le", "replace"), after
