"""The rows of a sheet as pieces: good ones, blank ones, and those with a cell that nobody may send."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orderdrop.core.problems import Code, Problem
from orderdrop.tables.careful import too_long
from orderdrop.tables.dialect import without_trailing_blanks
from orderdrop.tables.excel_marks import Kind, column_letters
from orderdrop.tables.limits import Limits
from orderdrop.tables.pieces import BLANKS, Piece, Text, blank_mask, keep, row_problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How the columns of the stream are read.

    `columns` are positions in the stream, headed ones first in the order of `headings`, then those without; `first_column`
    is the index on the sheet of the stream's first column. A fault in an `unused` column (on the sheet) costs nothing.
    """

    headings: tuple[str, ...]
    columns: tuple[int, ...]
    first_column: int
    unused: frozenset[int]
    without_hidden_rows: bool
    limits: Limits

    def heading_of(self, column: int) -> str | None:
        """The heading over a column of the sheet, None where there is none or its cells cost nothing."""
        at = column - self.first_column
        if column in self.unused or at not in self.columns:
            return None
        place = self.columns.index(at)
        return self.headings[place] if place < len(self.headings) else None


def piece(first: int, batch: pa.Table, sheet: Sheet) -> Piece:
    """Some consecutive rows, sorted."""
    *cells, notes = batch.columns
    chosen = [cells[at] for at in sheet.columns]
    width = len(sheet.headings)
    columns, surplus = chosen[:width], chosen[width:]
    marks = list(_marks(first, notes))
    problems: dict[int, list[Problem]] = {}
    for row, column, kind, text in marks:
        heading = sheet.heading_of(column)
        if heading is not None and kind is not Kind.HIDDEN:
            problems.setdefault(row, []).append(_suspect(row, column, kind, text, heading))
    _check_cells(first, columns, surplus, sheet, problems)
    hidden = {row for row, _, kind, _ in marks if kind is Kind.HIDDEN} if sheet.without_hidden_rows else set()
    empty = {first + at for at in np.flatnonzero(blank_mask(chosen)).tolist()}
    problems = {row: found for row, found in problems.items() if row not in hidden}
    blank = sorted((empty - problems.keys()) | hidden)
    rows = np.arange(first, first + batch.num_rows, dtype=np.int64)
    good = ~np.isin(rows, [*blank, *problems]) if blank or problems else np.ones(len(rows), dtype=bool)
    return Piece(
        first=first,
        count=batch.num_rows,
        rows=rows[good],
        columns=keep(columns, good),
        blank=tuple(blank),
        problems=tuple(problem for row in sorted(problems) for problem in problems[row]),
        broken={
            row: without_trailing_blanks([cell[row - first].as_py() for cell in chosen]) for row in problems
        },
    )


def _marks(first: int, notes: Text) -> Iterator[tuple[int, int, Kind, str]]:
    """Row, column on the sheet, kind and text of every mark."""
    for at in np.flatnonzero(pc.binary_length(notes).to_numpy()).tolist():
        for line in notes[at].as_py().split("\n"):
            column, kind, text = line.split("\t", 2)
            yield first + at, int(column), Kind(kind), text


def _suspect(row: int, column: int, kind: Kind, text: str, heading: str) -> Problem:
    place = f"{column_letters(column)}{row}"
    match kind:
        case Kind.FORMULA:
            message = f"Cell {place} holds a formula without a saved result. Open the workbook in Excel, save it, and send it again."
        case Kind.NUMBER:
            message = (
                f"Cell {place} holds the number {text}, which has more digits than Excel keeps; its end may be wrong. "
                "Format the column as text and enter the number again."
            )
        case Kind.DAY:
            message = (
                f"Cell {place} holds 28 or 29 February 1900, which Excel does not count right. Enter the day as text: "
                "YYYY-MM-DD."
            )
        case Kind.MERGED:
            message = (
                f"Cell {place} is part of the merged cells {text}, whose value stands in the first of them only. Unmerge "
                "them and fill in each row, or write `merged: fill` under `file:` in the mapping."
            )
            return row_problem(Code.CELL_MERGED, row, message, "", heading)
        case _:
            message = f"Cell {place} holds the Excel error {text}. Correct its formula, or type the value in."
    return row_problem(Code.CELL_ERROR, row, message, text, heading)


def _check_cells(
    first: int,
    columns: Sequence[Text],
    surplus: Sequence[Text],
    sheet: Sheet,
    problems: dict[int, list[Problem]],
) -> None:
    if surplus:
        for at in np.flatnonzero(~blank_mask(surplus)).tolist():
            problems.setdefault(first + at, []).append(_beyond(first + at, at, surplus, sheet))
    for heading, column in zip(sheet.headings, columns, strict=True):
        for at in _longer(column, sheet.limits.cell_chars):
            text = column[at].as_py()
            problems.setdefault(first + at, []).append(
                too_long(first + at, text, len(text), sheet.limits, heading)
            )


def _beyond(row: int, at: int, surplus: Sequence[Text], sheet: Sheet) -> Problem:
    offset, text = next(
        (offset, column[at].as_py())
        for offset, column in enumerate(surplus)
        if column[at].as_py().strip(BLANKS)
    )
    column = sheet.first_column + sheet.columns[len(sheet.headings) + offset]
    message = f"Cell {column_letters(column)}{row} stands in a column without a heading. Clear it, or give the column a heading."
    return row_problem(Code.ROW_WIDTH, row, message, text)


def _longer(column: Text, chars: int) -> list[int]:
    if not len(column) or (pc.max(pc.binary_length(column)).as_py() or 0) <= chars:
        return []
    return np.flatnonzero(pc.utf8_length(column).to_numpy() > chars).tolist()
