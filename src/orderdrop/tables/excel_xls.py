"""A scan of one sheet of an old Excel workbook (.xls): its records (MS-XLS) walked once.

Runs inside the child process only: the file is hostile until shown otherwise.
"""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

from orderdrop.tables.excel_marks import Kind, Marks
from orderdrop.tables.excel_numbers import Forms, form_of
from orderdrop.tables.excel_ole import stream

ERRORS: Mapping[int, str] = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_BOF, _EOF, _BOUNDSHEET, _FORMAT, _XF = 0x809, 0x0A, 0x85, 0x41E, 0xE0
_ROW, _COLINFO, _NUMBER, _RK, _MULRK, _FORMULA, _BOOLERR = 0x208, 0x7D, 0x203, 0x27E, 0xBD, 0x06, 0x205
_BIFF8 = 0x600
_HIDDEN_ROW = 0x20
_ERROR_RESULT, _EMPTY_RESULT = 2, 3


def scan(path: str, position: int) -> Marks:
    """What the sheet at `position` (from 0, of all sheets) says beside its values. Raises ValueError where it is broken."""
    book = stream(Path(path), "Workbook", "Book")
    if book is None:
        raise ValueError("no workbook in the container")
    # Excel and LibreOffice always write a summary; only programs that never calculate leave it out, and in their files
    # an empty result is no result.
    calculated = stream(Path(path), "\x05SummaryInformation") is not None
    starts, forms = _globals(book)
    marks = Marks()
    for kind, data in _records(book, starts[position]):
        _mark(kind, data, forms, marks, calculated=calculated)
    return marks


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, without those of the charts inside it."""
    depth = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        data = book[at + 4 : at + 4 + size]
        at += 4 + size
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
            continue
        if depth == 1:
            yield kind, data


def _globals(book: bytes) -> tuple[list[int], dict[int, Forms]]:
    """Where the sheets start, and the forms of the cell styles that have one."""
    starts: list[int] = []
    codes: dict[int, str] = {}
    styles: list[int] = []
    wide = True
    for kind, data in _records(book, 0):
        if kind == _BOF:
            wide = struct.unpack_from("<H", data)[0] == _BIFF8
        elif kind == _BOUNDSHEET:
            starts.append(struct.unpack_from("<I", data)[0])
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", data, 2)[0])
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _code(data, wide=wide)
    forms = {at: form_of(codes.get(code, "")) for at, code in enumerate(styles)}
    return starts, {at: form for at, form in forms.items() if form}


def _code(data: bytes, *, wide: bool) -> str:
    if not wide:
        return data[3 : 3 + data[2]].decode("latin-1")
    count, flags = struct.unpack_from("<HB", data, 2)
    if flags & 1:
        return data[5 : 5 + 2 * count].decode("utf-16-le", "replace")
    return data[5 : 5 + count].decode("latin-1")


def _mark(kind: int, data: bytes, forms: Mapping[int, Forms], marks: Marks, *, calculated: bool) -> None:
    if kind in (_NUMBER, _RK, _FORMULA, _BOOLERR):
        row, column, style = struct.unpack_from("<HHH", data)
        if kind == _FORMULA and data[12:14] == b"\xff\xff":
            _result(data, row, column, marks, calculated=calculated)
        elif kind == _BOOLERR:
            if data[7]:
                marks.suspect(row + 1, column, Kind.ERROR, ERRORS.get(data[6], "#ERROR"))
        elif style in forms:
            marks.show(row + 1, column, forms[style])
    elif kind == _MULRK and forms:
        row, first = struct.unpack_from("<HH", data)
        for offset, at in enumerate(range(4, len(data) - 2, 6)):
            (style,) = struct.unpack_from("<H", data, at)
            if style in forms:
                marks.show(row + 1, first + offset, forms[style])
    elif kind == _ROW:
        row, first, behind = struct.unpack_from("<HHH", data)
        if data[12] & _HIDDEN_ROW and behind > first:
            marks.hidden_rows.add(row + 1)
    elif kind == _COLINFO:
        first, last, _, _, flags = struct.unpack_from("<HHHHH", data)
        if flags & 1:
            marks.hidden_columns.update(range(first, min(last, 255) + 1))


def _result(data: bytes, row: int, column: int, marks: Marks, *, calculated: bool) -> None:
    if data[6] == _ERROR_RESULT:
        marks.suspect(row + 1, column, Kind.ERROR, ERRORS.get(data[8], "#ERROR"))
    elif data[6] == _EMPTY_RESULT and not calculated:
        marks.suspect(row + 1, column, Kind.FORMULA)
