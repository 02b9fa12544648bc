"""Opening a workbook: checked as a zip, parsed by a child process, then streamed as pieces."""

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orderdrop.core.problems import Code, Problem
from orderdrop.errors import FileRefused
from orderdrop.frames import Verdict
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.careful import too_long
from orderdrop.tables.dialect import too_many_columns, without_trailing_blanks
from orderdrop.tables.excel_scan import UNSAVED, column_letters
from orderdrop.tables.limits import Limits
from orderdrop.tables.pieces import BLANKS, Piece, Text, blank_mask, keep, refused, row_problem

_CHILD = "orderdrop.tables.excel_child"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    headings: tuple[str, ...]
    first_column: int  # index from 0 of the column that the first heading stands in
    limits: Limits


def open_workbook(
    path: Path, options: FileOptions, limits: Limits, *, wanted: Sequence[str] = ()
) -> tuple[Verdict, tuple[str, ...], Iterator[Piece]]:
    """Parse a workbook in a child process and stream its sheet; raises FileRefused where that cannot be done.

    Cells as text: integers without ".0", other numbers to Excel's 15 digits, TRUE/FALSE, dates and times in ISO 8601
    (a time at midnight is a date: the workbook keeps no difference). Rows are numbered as the sheet shows them.
    """
    _check_archive(path, limits)
    stream, facts = _parse(path, options, limits)
    remarks = _remarks(facts, options)
    batches = _batches(stream)
    header_row, headings, rest = _headings(batches, facts, options)
    too_many_columns(len(headings), limits)
    if header_row > 1 and options.header_row is None:
        remarks.append(f"The headings are in row {header_row}; the rows above are blank.")
    first_column = facts["first_column"] if options.header else 0
    sheet = _Sheet(headings=headings, first_column=first_column, limits=limits)
    verdict = Verdict(format="xlsx", sheet=facts["sheet"], header_row=header_row, remarks=tuple(remarks))
    return verdict, headings, (_piece(first, batch, sheet) for first, batch in rest)


def _check_archive(path: Path, limits: Limits) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    unzipped = sum(entry.file_size for entry in entries)
    ratio = unzipped / max(1, path.stat().st_size)
    bomb = unzipped > limits.workbook_ratio_from_bytes and ratio > limits.workbook_ratio
    if len(entries) > limits.workbook_entries or unzipped > limits.workbook_unzipped_bytes or bomb:
        raise refused(
            Code.FILE_TOO_LARGE,
            f"The workbook would unpack to {unzipped / 1024**2:,.0f} MiB in {len(entries):,} parts, which is more than "
            "is read. Copy the table alone into a new workbook, or send it as CSV.",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise _password()


def _parse(
    path: Path, options: FileOptions, limits: Limits
) -> tuple[pa.RecordBatchStreamReader, dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="orderdrop-") as folder:
        out = Path(folder) / "rows.arrow"
        request = {
            "path": str(path.resolve()),
            "sheet": options.sheet,
            "out": str(out),
            "memory_bytes": limits.workbook_memory_bytes,
            "seconds": limits.workbook_seconds,
        }
        try:
            child = subprocess.run(  # noqa: S603 - our own interpreter and module, arguments as a list
                [sys.executable, "-m", _CHILD, json.dumps(request)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=limits.workbook_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _unreadable(f"could not be read within {limits.workbook_seconds:g} seconds") from None
        facts = _answer(child)
        # The open file outlives its folder: nothing is left behind however the reading ends.
        return pa.ipc.open_stream(pa.OSFile(str(out), "rb")), facts


def _answer(child: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(child.stdout)
    except ValueError:
        raise _unreadable(
            "made the reader give up; it may be damaged or hold a cell far away from the table"
        ) from None
    match facts.get("error"):
        case None:
            return facts
        case "password":
            raise _password()
        case "no_sheet":
            names = ", ".join(f'"{name}"' for name in facts["sheets"]) or "none"
            raise refused(
                Code.FILE_UNREADABLE,
                f"The workbook does not have the sheet that the mapping names; its visible sheets are {names}. Rename "
                "the sheet, or correct `sheet:` under `file:` in the mapping.",
            )
        case _:
            raise _unreadable("is damaged")


def _unreadable(what: str) -> FileRefused:
    return refused(
        Code.FILE_UNREADABLE,
        f"The workbook {what}. Open it in Excel, copy the table into a new workbook, save that as .xlsx and send it.",
    )


def _password() -> FileRefused:
    return refused(
        Code.FILE_PASSWORD,
        "The workbook is protected with a password. Save it without one (File, Info, Protect Workbook) and send it "
        "again.",
    )


def _remarks(facts: dict[str, Any], options: FileOptions) -> list[str]:
    remarks: list[str] = []
    if options.sheet is None and (facts["others"] or facts["hidden"]):
        others = ", ".join(f'"{name}"' for name in facts["others"])
        hidden = f"{facts['hidden']} hidden" if facts["hidden"] else ""
        left = " and ".join(filter(None, [others, hidden]))
        remarks.append(f'The first visible sheet "{facts["sheet"]}" was read; not read: {left}.')
    if not facts["scanned"]:
        remarks.append(
            "Cells with Excel errors such as #N/A could not be told from blank ones in this workbook."
        )
    return remarks


def _batches(stream: pa.RecordBatchStreamReader) -> Iterator[tuple[int, pa.Table]]:
    first = 1
    for batch in stream:
        yield first, pa.Table.from_batches([batch])
        first += batch.num_rows


def _headings(
    batches: Iterator[tuple[int, pa.Table]], facts: dict[str, Any], options: FileOptions
) -> tuple[int, tuple[str, ...], Iterator[tuple[int, pa.Table]]]:
    """The heading row's number (0: none), the headings, and the rows below."""
    if not options.header:
        names = tuple(str(at) for at in range(1, facts["first_column"] + facts["width"] + 1))
        if not facts["width"]:
            raise _empty()
        return 0, names, (_padded(first, batch, facts["first_column"]) for first, batch in batches)
    for first, batch in batches:
        cells = batch.columns[:-1]
        filled = np.flatnonzero(~blank_mask(cells))
        wanted = options.header_row
        at = wanted - first if wanted is not None else (int(filled[0]) if len(filled) else batch.num_rows)
        if at < batch.num_rows:
            headings = without_trailing_blanks([column[at].as_py() for column in cells])
            if headings:
                return first + at, headings, _below(first + at + 1, batch.slice(at + 1), batches)
            raise refused(
                Code.FILE_NO_ROWS,
                f"Row {first + at} should hold the headings but is blank. Correct `header_row:` under `file:` in the "
                "mapping.",
                row=first + at,
            )
    if options.header_row is not None and facts["width"]:
        raise refused(
            Code.FILE_NO_ROWS,
            f"The mapping expects the headings in row {options.header_row}, but the sheet ends before it. Correct "
            "`header_row:` under `file:` in the mapping, or send the whole file.",
        )
    raise _empty()


def _empty() -> FileRefused:
    return refused(
        Code.FILE_EMPTY,
        "The sheet is empty. Check that the rows are on the first visible sheet, or name it with `sheet:` under "
        "`file:` in the mapping.",
    )


def _below(
    first: int, batch: pa.Table, batches: Iterator[tuple[int, pa.Table]]
) -> Iterator[tuple[int, pa.Table]]:
    if batch.num_rows:
        yield first, batch
    yield from batches


def _padded(first: int, batch: pa.Table, columns: int) -> tuple[int, pa.Table]:
    blank = pa.chunked_array([pa.array([""] * batch.num_rows, pa.string())])
    arrays = [blank] * columns + batch.columns
    return first, pa.Table.from_arrays(arrays, names=[str(at) for at in range(len(arrays))])


def _piece(first: int, batch: pa.Table, sheet: _Sheet) -> Piece:
    *cells, notes = batch.columns
    width = len(sheet.headings)
    columns, surplus = cells[:width], cells[width:]
    problems = _noted(first, notes, sheet)
    if surplus:
        for at in np.flatnonzero(~blank_mask(surplus)).tolist():
            problems.setdefault(first + at, _beyond(first + at, at, surplus, sheet))
    for heading, column in zip(sheet.headings, columns, strict=True):
        for at in _longer(column, sheet.limits.cell_chars):
            text = column[at].as_py()
            problems.setdefault(first + at, too_long(first + at, text, len(text), sheet.limits, heading))
    rows = np.arange(first, first + batch.num_rows, dtype=np.int64)
    wrong = np.isin(rows, list(problems)) if problems else np.zeros(batch.num_rows, dtype=bool)
    blank = blank_mask(columns) & ~wrong
    good = ~(blank | wrong)
    return Piece(
        first=first,
        count=batch.num_rows,
        rows=rows[good],
        columns=keep(columns, good),
        blank=tuple(rows[blank].tolist()),
        problems=tuple(problems[row] for row in sorted(problems)),
        broken={
            row: without_trailing_blanks([cell[row - first].as_py() for cell in cells]) for row in problems
        },
    )


def _noted(first: int, notes: Text, sheet: _Sheet) -> dict[int, Problem]:
    problems: dict[int, Problem] = {}
    for at in np.flatnonzero(pc.binary_length(notes).to_numpy()).tolist():
        index, _, text = notes[at].as_py().partition("\t")
        column = int(index) - sheet.first_column
        if 0 <= column < len(sheet.headings):
            row = first + at
            problems[row] = _suspect(row, f"{column_letters(int(index))}{row}", text, sheet.headings[column])
    return problems


def _suspect(row: int, place: str, text: str, heading: str) -> Problem:
    number = text.removeprefix("number ")
    if text == UNSAVED:
        message = f"Cell {place} holds a formula without a saved result. Open the workbook in Excel, save it, and send it again."
        return row_problem(Code.CELL_ERROR, row, message, "", heading)
    if number != text:
        message = (
            f"Cell {place} holds the number {number}, which has more digits than Excel keeps; its end may be wrong. "
            "Format the column as text and enter the number again."
        )
        return row_problem(Code.CELL_ERROR, row, message, number, heading)
    message = f"Cell {place} holds the Excel error {text}. Correct its formula, or type the value in."
    return row_problem(Code.CELL_ERROR, row, message, text, heading)


def _beyond(row: int, at: int, surplus: Sequence[Text], sheet: _Sheet) -> Problem:
    offset, text = next(
        (offset, column[at].as_py())
        for offset, column in enumerate(surplus)
        if column[at].as_py().strip(BLANKS)
    )
    place = f"{column_letters(sheet.first_column + len(sheet.headings) + offset)}{row}"
    message = f"Cell {place} stands in a column without a heading. Clear it, or give the column a heading."
    return row_problem(Code.ROW_WIDTH, row, message, text)


def _longer(column: Text, chars: int) -> list[int]:
    if not len(column) or (pc.max(pc.binary_length(column)).as_py() or 0) <= chars:
        return []
    return np.flatnonzero(pc.utf8_length(column).to_numpy() > chars).tolist()
