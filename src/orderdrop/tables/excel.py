"""Opening a workbook: parsed by a child process, its headings found, then streamed as pieces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from orderdrop.core.headings import folded
from orderdrop.core.problems import Code
from orderdrop.frames import Verdict
from orderdrop.mapping.model import FileOptions
from orderdrop.tables import heading_lines
from orderdrop.tables.dialect import no_names, too_many_columns, without_trailing_blanks
from orderdrop.tables.excel_remarks import above
from orderdrop.tables.excel_remarks import remarks as told_of
from orderdrop.tables.excel_rows import Sheet, piece
from orderdrop.tables.excel_run import parse
from orderdrop.tables.limits import Limits
from orderdrop.tables.pieces import Opened, blank_mask, refused
from orderdrop.tables.sniff import Kind

Batches: TypeAlias = Iterator[tuple[int, pa.Table]]
"""Rows of the sheet with the number of the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The heading row (0: none), the headings by position in the stream, and the rows that are left to read."""

    row: int
    names: tuple[str, ...]
    rest: Batches
    lines: tuple[tuple[str, ...], ...] = ()
    remarks: tuple[str, ...] = ()


def open_workbook(
    path: Path,
    options: FileOptions,
    limits: Limits,
    *,
    kind: Kind = Kind.XLSX,
    wanted: Sequence[str] = (),
    used: Sequence[str] | None = None,
    unused: Sequence[int] | None = None,
) -> Opened:
    """Parse a workbook in a child process and stream its sheet; raises FileRefused where that cannot be done.

    Cells as text: integers without ".0", other numbers to Excel's 15 digits, TRUE/FALSE, dates and times in ISO 8601
    (a time at midnight is a date: the workbook keeps no difference); whole numbers as the sheet shows them where their
    format says more than the digits. Rows are numbered as the sheet shows them. A fault in a cell whose heading is not in
    `used` (None: all are) costs nothing; `unused` says the same by columns that were settled before.
    """
    stream, facts = parse(path, kind, options, limits, wanted)
    head = _head(_batches(stream), facts, options, wanted)
    first_column = facts["first_column"] if options.header and head.row else 0
    columns = _columns(stream.schema, head, first_column, facts, options)
    shown = tuple(head.names[at] for at in columns if at < len(head.names))
    too_many_columns(len(shown), limits)
    if unused is None:
        unused = _unused(head.names, first_column, used) if head.row else ()
    sheet = Sheet(
        headings=shown,
        columns=columns,
        first_column=first_column,
        unused=frozenset(unused),
        without_hidden_rows=options.hidden == "ignore",
        limits=limits,
    )
    headed = {first_column + at: name for at, name in enumerate(head.names)}
    told = tuple(told_of(facts, options, headed, frozenset(unused)))
    verdict = Verdict(
        format=str(kind),
        sheet=facts["sheet"],
        header_row=head.row,
        header_rows=max(1, len(head.lines)),
        hidden=options.hidden,
        merged=options.merged,
        unused=tuple(unused),
        remarks=(*told, *head.remarks),
    )
    lines = tuple(tuple(line[at] for at in columns if at < len(head.names)) for line in head.lines)
    return Opened(verdict, shown, (piece(first, batch, sheet) for first, batch in head.rest), lines, told)


def _columns(
    schema: pa.Schema, head: _Head, first_column: int, facts: dict[str, Any], options: FileOptions
) -> tuple[int, ...]:
    """The positions in the stream that are read: hidden columns drop out where the mapping says so."""
    every = range(max(len(schema) - 1, len(head.names)))
    if options.hidden != "ignore":
        return tuple(every)
    hidden = set(facts["hidden_columns"])
    return tuple(at for at in every if first_column + at not in hidden)


def _unused(names: Sequence[str], first_column: int, used: Sequence[str] | None) -> tuple[int, ...]:
    if not used:
        return ()
    known = {folded(name) for name in used}
    return tuple(first_column + at for at, name in enumerate(names) if folded(name) not in known)


def _batches(stream: pa.RecordBatchStreamReader) -> Batches:
    first = 1
    for batch in stream:
        yield first, pa.Table.from_batches([batch])
        first += batch.num_rows


def _head(batches: Batches, facts: dict[str, Any], options: FileOptions, wanted: Sequence[str]) -> _Head:
    if not facts["width"]:
        raise _empty()
    if not options.header:
        return _by_position(batches, facts)
    for first, batch in batches:
        if options.header_row is not None:
            at = options.header_row - first
            if at < batch.num_rows:
                return _on_row(first, batch, at, options.header_rows or 1, batches)
            continue
        filled = np.flatnonzero(~blank_mask(batch.columns[:-1]))
        if len(filled):
            top = int(filled[0])
            return _found(first, batch, top, facts, options, wanted, batches)
    if options.header_row is not None:
        raise refused(
            Code.FILE_NO_ROWS,
            f"The mapping expects the headings in row {options.header_row}, but the sheet ends before it. Correct "
            "`header_row:` under `file:` in the mapping, or send the whole file.",
        )
    raise _empty()


def _found(
    first: int,
    batch: pa.Table,
    top: int,
    facts: dict[str, Any],
    options: FileOptions,
    wanted: Sequence[str],
    batches: Batches,
) -> _Head:
    rows = _texts(batch.slice(top, heading_lines.LOOKED_AT))
    found = heading_lines.find(rows, wanted, lines=options.header_rows)
    assert found is not None  # the first of the rows is not blank
    row = first + top + found.at
    if found.lines == 0 and "header" not in options.model_fields_set:
        if wanted:
            raise no_names("sheet", rows[found.at], row)
        told = (
            f"Row {row} holds data, so the sheet was read without headings: its columns are 1, 2, ... If that row holds "
            "the headings, write `header: true` under `file:` in the mapping."
        )
        return _by_position(chain([(first, batch)], batches), facts, (told,))
    lines = rows[found.at : found.at + max(1, found.lines)]
    remarks = (*above(rows[: found.at], row), *found.remarks)
    if len(lines) > 1:
        remarks += (f"The headings take rows {row} to {row + len(lines) - 1}, joined column by column.",)
    return _made(row, lines, first, batch, batches, remarks)


def _on_row(first: int, batch: pa.Table, at: int, count: int, batches: Batches) -> _Head:
    lines = _texts(batch.slice(at, count))
    for offset, line in enumerate(lines):
        if not without_trailing_blanks(line):
            raise refused(
                Code.FILE_NO_ROWS,
                f"Row {first + at + offset} should hold the headings but is blank. Correct `header_row:` under `file:` in "
                "the mapping.",
                row=first + at + offset,
            )
    return _made(first + at, lines, first, batch, batches, ())


def _made(
    row: int,
    lines: Sequence[tuple[str, ...]],
    first: int,
    batch: pa.Table,
    batches: Batches,
    told: tuple[str, ...],
) -> _Head:
    below = row + len(lines)
    return _Head(
        row=row,
        names=without_trailing_blanks(heading_lines.joined(lines)),
        rest=_below(below, batch.slice(below - first), batches),
        lines=tuple(lines),
        remarks=told,
    )


def _by_position(batches: Batches, facts: dict[str, Any], told: tuple[str, ...] = ()) -> _Head:
    names = tuple(str(at) for at in range(1, facts["first_column"] + facts["width"] + 1))
    return _Head(
        row=0,
        names=names,
        rest=(_padded(first, batch, facts["first_column"]) for first, batch in batches),
        remarks=told,
    )


def _texts(rows: pa.Table) -> list[tuple[str, ...]]:
    columns = [column.to_pylist() for column in rows.columns[:-1]]
    return list(zip(*columns, strict=True))


def _below(first: int, batch: pa.Table, batches: Batches) -> Batches:
    if batch.num_rows:
        yield first, batch
    yield from batches


def _padded(first: int, batch: pa.Table, columns: int) -> tuple[int, pa.Table]:
    """Rows of a sheet without headings, whose columns count from A."""
    blank = pa.chunked_array([pa.array([""] * batch.num_rows, pa.string())])
    arrays = [blank] * columns + batch.columns
    return first, pa.Table.from_arrays(arrays, names=[str(at) for at in range(len(arrays))])


def _empty() -> Exception:
    return refused(
        Code.FILE_EMPTY,
        "The sheet is empty. Check that the rows are on the first visible sheet, or name it with `sheet:` under "
        "`file:` in the mapping.",
    )
