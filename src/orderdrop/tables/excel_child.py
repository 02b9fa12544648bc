"""The child process that parses a workbook: `python -m orderdrop.tables.excel_child REQUEST`.

Calamine can abort the whole process on a hostile workbook, so nobody but a child may call it, under a limit of memory
and time. REQUEST is JSON: path, sheet, out, memory_bytes, seconds. The rows go to the file `out` as an Arrow stream
of text columns, the first of which is row 1 of the sheet, with a last column that is "" or a suspect cell
("index<TAB>text"); the answer goes to stdout as one line of JSON.
"""

import contextlib
import ctypes
import json
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from orderdrop.tables.excel_scan import suspects

CHUNK_ROWS = 10_000
TOO_LONG_NUMBER = "number"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_EXACT = 1e15  # Excel keeps 15 digits; a longer number has lost its end


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Parse the workbook and write its rows; what is returned tells the parent what was chosen or what was wrong."""
    try:
        with CalamineWorkbook.from_path(request["path"]) as workbook:
            tables = [
                found.name for found in workbook.sheets_metadata if found.typ is SheetTypeEnum.WorkSheet
            ]
            visible = [
                found.name
                for found in workbook.sheets_metadata
                if found.name in tables and found.visible is SheetVisibleEnum.Visible
            ]
            name = choose(request["sheet"], tables, visible)
            if name is None:
                return {"error": "no_sheet", "sheets": visible}
            sheet = workbook.get_sheet_by_name(name)
    except PasswordError:
        return {"error": "password"}
    except CalamineError as error:
        return {"error": "unreadable", "detail": str(error)}
    marked = suspects(request["path"], name)
    width = _write(sheet, marked or {}, Path(request["out"]))
    return {
        "sheet": name,
        "others": [other for other in visible if other != name],
        "hidden": len(tables) - len(visible),
        "first_column": sheet.start[1] if sheet.start else 0,
        "width": width,
        "scanned": marked is not None,
    }


def choose(wanted: str | int | None, tables: Sequence[str], visible: Sequence[str]) -> str | None:
    """The sheet by name (hidden or not), by position among the visible ones, or the first visible one."""
    if isinstance(wanted, int):
        return visible[wanted - 1] if 0 < wanted <= len(visible) else None
    if wanted is None:
        return visible[0] if visible else None
    if wanted in tables:
        return wanted
    alike = [name for name in tables if name.strip().casefold() == wanted.strip().casefold()]
    return alike[0] if len(alike) == 1 else None


def _write(sheet: CalamineSheet, marked: dict[int, tuple[int, str]], out: Path) -> int:
    width = sheet.width if sheet.start else 0
    offset = sheet.start[1] if sheet.start else 0
    schema = pa.schema([pa.field(str(at), pa.string()) for at in range(width + 1)])
    with pa.OSFile(str(out), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        rows = sheet.iter_rows() if width else iter(())
        first = 1
        while chunk := list(islice(rows, CHUNK_ROWS)):
            writer.write_batch(_batch(chunk, first, offset, marked, schema))
            first += len(chunk)
    return width


def _batch(
    chunk: list[list[Any]], first: int, offset: int, marked: dict[int, tuple[int, str]], schema: pa.Schema
) -> pa.RecordBatch:
    notes = [""] * len(chunk)
    columns: list[pa.StringArray] = []
    for at, values in enumerate(zip(*chunk, strict=True)):
        texts, lossy = as_text(values)
        for row in lossy:
            notes[row] = notes[row] or f"{at + offset}\t{TOO_LONG_NUMBER} {texts[row]}"
        columns.append(pa.array(texts, pa.string()))
    if marked:
        for row in range(len(chunk)):
            if first + row in marked:
                column, text = marked[first + row]
                notes[row] = f"{column}\t{text}"
    columns.append(pa.array(notes, pa.string()))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def as_text(values: Sequence[Any]) -> tuple[Sequence[str], list[int]]:
    """A column as text, and the positions of numbers that are longer than Excel keeps."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return values, []
    texts = [value if type(value) is str else _WRITERS[type(value)](value) for value in values]
    lossy: list[int] = []
    if kinds & {float, int}:
        lossy = [
            at
            for at, value in enumerate(values)
            if type(value) in {float, int} and (value >= _EXACT or value <= -_EXACT)
        ]
    return texts, lossy


def number_text(value: float) -> str:
    """A number as Excel means it: 5.0 -> "5", 0.30000000000000004 -> "0.3", never with an exponent it can do without."""
    if value.is_integer() and -_EXACT < value < _EXACT:
        return str(int(value))
    text = f"{value:.15g}"
    if "e" in text and 1e-20 < abs(value) < 1e30:
        return format(Decimal(text), "f")
    return text


def datetime_text(value: datetime) -> str:
    """ISO 8601 to the second; the noise that serial numbers leave behind is rounded away at the millisecond."""
    value = value + timedelta(microseconds=500)
    millisecond = value.microsecond // 1000
    return value.isoformat(timespec="milliseconds" if millisecond else "seconds")


def duration_text(value: timedelta) -> str:
    """Hours, minutes and seconds, as Excel shows [h]:mm:ss."""
    total = round(value.total_seconds())
    sign, total = ("-", -total) if total < 0 else ("", total)
    return f"{sign}{total // 3600}:{total // 60 % 60:02d}:{total % 60:02d}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    float: number_text,
    int: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime: datetime_text,
    date: date.isoformat,
    time: lambda value: value.isoformat("seconds"),
    timedelta: duration_text,
    type(None): lambda _: "",
}


def _limit(memory_bytes: int, seconds: float) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _die_with_the_parent() -> None:
    """Whoever kills the parent (kill -9 too) wants no parser left behind; Linux alone can promise it."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main(arguments: Sequence[str]) -> int:
    """Answer one request; a panic of the parser is an answer too."""
    _die_with_the_parent()
    request = json.loads(arguments[0])
    _limit(request["memory_bytes"], request["seconds"])
    try:
        found = answer(request)
    except BaseException as error:  # noqa: BLE001 - calamine's PanicException is no Exception, and MemoryError comes too
        found = {"error": "unreadable", "detail": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
