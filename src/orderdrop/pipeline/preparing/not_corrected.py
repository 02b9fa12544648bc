"""Rows and orders of a corrected report that nobody corrected: not sent again, with what was said of them before."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from orderdrop.core.problems import Cell, Code, Problem
from orderdrop.core.rows import expand
from orderdrop.frames import Table, TextFrame
from orderdrop.ledger.ledger import Ledger

_TOLD_AGAIN = re.compile(r"Not changed since batch \S+, so it was not sent again: ")
_AS_IT_STANDS = " If it is right as it stands in the report, clear its cell under _batch."
_NOT_READ = frozenset(
    {Code.ROW_WIDTH, Code.ROW_ENCODING, Code.ROW_NUL, Code.ROW_QUOTE, Code.ROW_TOTAL, Code.CELL_TOO_LONG}
    | {Code.CELL_ERROR, Code.CELL_MERGED}
)
"""Why the reader refused a row. A report shows such a row in good form: it would pass if it came back as it was."""


def not_read(ledger: Ledger, batch_id: str) -> dict[int, Problem]:
    """The rows of a batch that the reader refused, and why."""
    found: dict[int, Problem] = {}
    for problem in ledger.problems(batch_id):
        if problem.code in _NOT_READ and problem.blocks and problem.row is not None:
            found.setdefault(problem.row, problem)
    return found


def refused_again(table: Table, rows: str, ledger: Ledger, parent_id: str) -> Table:
    """A corrected report of which these rows are refused as the reader refused them in the batch that it came from."""
    return replace(
        table, frames=_refusing(table.frames, expand(rows), not_read(ledger, parent_id), parent_id)
    )


def _refusing(
    frames: Iterable[TextFrame], rows: list[int], before: Mapping[int, Problem], parent_id: str
) -> Iterator[TextFrame]:
    for frame in frames:
        chosen = frame.cells.index.isin(rows)
        cells = frame.cells[chosen]
        broken = {int(row): tuple(map(str, texts)) for row, *texts in cells.itertuples(name=None)}
        theirs = dict(zip(map(row_number, cells["_row"]), broken, strict=True))
        problems = [again(before[row], parent_id, theirs, or_else=_AS_IT_STANDS) for row in theirs]
        yield replace(
            frame,
            cells=frame.cells[~chosen],
            problems=(*frame.problems, *problems),
            broken={**frame.broken, **broken},
        )


def again(problem: Problem, parent_id: str, ours: Mapping[int, int], or_else: str = "") -> Problem:
    """What was said of a batch's rows, said of the same rows of the report: `ours` by theirs."""
    cells = tuple(Cell(row=ours[cell.row], column=cell.column) for cell in problem.cells if cell.row in ours)
    first_told = _TOLD_AGAIN.sub("", problem.message).removesuffix(_AS_IT_STANDS)
    message = f"Not changed since batch {parent_id}, so it was not sent again: {first_told}{or_else}"
    return replace(problem, cells=cells, message=message)


def not_changed(parent_id: str, key: str, rows: Iterable[int]) -> Problem:
    """That an order came back as it was, where nothing else is known of it."""
    return Problem(
        code=Code.REFUSED,
        message=f"Not changed since batch {parent_id}, so it was not sent again. Correct it, or take it out.",
        cells=tuple(Cell(row=row) for row in rows),
        order=key,
    )


def row_number(text: object) -> int:
    """The row that a report's own column names; 0 where it names none."""
    digits = str(text).strip().removesuffix(".0")  # a spreadsheet may have made a number of it
    return int(digits) if digits.isdecimal() and len(digits) < 12 else 0
