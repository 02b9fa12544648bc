"""The child process that parses a workbook: `python -m orderdrop.tables.excel_child`, with a request on its stdin.

Calamine can abort the whole process on a hostile workbook, so nobody but a child may call it, under a limit of memory
and time. The request is JSON: path, kind, sheet, headings, wanted, fill, out, memory_bytes, seconds. The rows go to the file
`out` as an Arrow stream of text columns, the first of which is row 1 of the sheet, with a last column of marks: lines of
"column<TAB>kind<TAB>text" (see `excel_marks.Kind`). The answer goes to stdout as one line of JSON.
"""

import contextlib
import ctypes
import gc
import json
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from orderdrop.tables import excel_ods, excel_scan, excel_xls, excel_xlsb
from orderdrop.tables.excel_choose import Choice, Tab, choose, tabs
from orderdrop.tables.excel_marks import Kind, Marks
from orderdrop.tables.excel_merged import Merged
from orderdrop.tables.excel_text import as_shown, as_text

CHUNK_ROWS = 10_000
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_NOT_SEEN = "cells with errors or without a saved result, hidden rows, and how numbers are shown"


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Parse the workbook and write its rows; what is returned tells the parent what was chosen or what was wrong."""
    try:
        with CalamineWorkbook.from_path(request["path"]) as workbook:
            found = tabs(workbook)
            choice = choose(workbook, found, request["sheet"], request["headings"], request["wanted"])
            if choice.tab is None:
                return _question(choice, found)
            sheet, marks = _parse(workbook, choice, request)
    except PasswordError:
        return {"error": "password"}
    except CalamineError as error:
        return {"error": "unreadable", "detail": str(error)}
    if marks.unplaced:
        return {"error": "unplaced", "count": marks.unplaced}
    merged = Merged.of(sheet.merged_cell_ranges or (), marks.merged, end=sheet.end, fill=request["fill"])
    counts = _Writer(sheet, marks, merged).write(Path(request["out"]))
    return {
        "sheet": choice.tab.name,
        "why": choice.why,
        "matched": choice.matched,
        "better": choice.better,
        "others": [tab.name for tab in found if tab.visible and tab != choice.tab],
        "hidden_sheets": [tab.name for tab in found if not tab.visible and tab != choice.tab],
        "first_column": sheet.start[1] if sheet.start else 0,
        "width": sheet.width if sheet.start else 0,
        "hidden_columns": sorted(marks.hidden_columns),
        "counts": {f"{column} {kind}": count for (column, kind), count in counts.items()},
        "merged": merged.count(),
        "blind_to": sorted(marks.blind_to),
    }


def _question(choice: Choice, found: Sequence[Tab]) -> dict[str, Any]:
    return {
        "error": choice.error,
        "sheets": list(choice.alike) or [tab.name for tab in found if tab.visible],
        "hidden_sheets": [tab.name for tab in found if not tab.visible],
    }


def _parse(
    workbook: CalamineWorkbook, choice: Choice, request: dict[str, Any]
) -> tuple[CalamineSheet, Marks]:
    """The sheet, and what its own parts say beside it: side by side, for calamine lets other threads run."""
    assert choice.tab is not None
    with ThreadPoolExecutor(1) as scanner:
        scanning = scanner.submit(_scan, request["kind"], request["path"], choice.tab)
        sheet = choice.sheet or workbook.get_sheet_by_name(choice.tab.name)
        return sheet, scanning.result() or Marks(blind_to=frozenset({_NOT_SEEN}))


def _scan(kind: str, path: str, tab: Tab) -> Marks | None:
    match kind:
        case "xls":
            return excel_xls.scan(path, tab.position)
        case "xlsb":
            return excel_xlsb.scan(path, tab.name)
        case "ods":
            return excel_ods.scan(path, tab.name)
        case _:
            return excel_scan.scan(path, tab.name)


class _Writer:
    """Writes the rows of one sheet, chunk by chunk."""

    def __init__(self, sheet: CalamineSheet, marks: Marks, merged: Merged) -> None:
        self._sheet, self._marks, self._merged = sheet, marks, merged
        self._width = sheet.width if sheet.start else 0
        self._offset = sheet.start[1] if sheet.start else 0
        self._counts: Counter[tuple[int, Kind]] = Counter()

    def write(self, out: Path) -> Counter[tuple[int, Kind]]:
        """Write everything; how many cells of each column bear which mark."""
        schema = pa.schema([pa.field(str(at), pa.string()) for at in range(self._width + 1)])
        with pa.OSFile(str(out), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
            rows = self._sheet.iter_rows() if self._width else iter(())
            first = 1
            while chunk := list(islice(rows, CHUNK_ROWS)):
                writer.write_batch(pa.RecordBatch.from_arrays(self._columns(chunk, first), schema=schema))
                first += len(chunk)
        return self._counts

    def _columns(self, chunk: list[list[Any]], first: int) -> list[pa.StringArray]:
        notes: dict[int, list[str]] = {}
        columns: list[Sequence[str]] = []
        for at, values in enumerate(zip(*chunk, strict=True), start=self._offset):
            texts, doubtful = as_text(values)
            if (forms := self._marks.shown.get(at)) is not None:
                texts = as_shown(values, texts, forms, first)
            for place, kind in doubtful:
                self._note(notes, first + place, at, kind, texts[place])
            columns.append(self._merged.filled(at, texts, first))
        for row in range(first, first + len(chunk)) if self._marks.suspects else ():
            for column, (kind, text) in self._marks.suspects.get(row, {}).items():
                self._note(notes, row, column, kind, text)
        for row, column, text in self._merged.covered(first, chunk):
            self._note(notes, row, column, Kind.MERGED, text)
        for row in sorted(self._marks.hidden_rows.intersection(range(first, first + len(chunk)))):
            self._note(notes, row, -1, Kind.HIDDEN, "")
        lines = ["\n".join(notes.get(row, ())) for row in range(first, first + len(chunk))] if notes else None
        columns.append(lines or [""] * len(chunk))
        return [pa.array(texts, pa.string()) for texts in columns]

    def _note(self, notes: dict[int, list[str]], row: int, column: int, kind: Kind, text: str) -> None:
        self._counts[column, kind] += 1
        notes.setdefault(row, []).append(f"{column}\t{kind}\t{' '.join(text.split())}")


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


def main() -> int:
    """Answer one request; a panic of the parser is an answer too."""
    _die_with_the_parent()
    gc.disable()  # nothing here goes in circles, and walking over millions of cells costs more than reading them
    request = json.load(sys.stdin)
    _limit(request["memory_bytes"], request["seconds"])
    try:
        found = answer(request)
    except BaseException as error:  # noqa: BLE001 - calamine's PanicException is no Exception, and MemoryError comes too
        found = {"error": "unreadable", "detail": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
