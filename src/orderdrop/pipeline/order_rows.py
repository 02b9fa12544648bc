"""The rows of one order as the sender wrote them, read from the kept drop just as it was read first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.problems import Problem
from orderdrop.core.rows import in_table
from orderdrop.errors import OrderdropError
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.batches.batch import pinned
from orderdrop.pipeline.marking import Row, Sheet, marked
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing.opening import Reading, open_again
from orderdrop.reports.rows import Remarks, Source, own_positions, reject_rows

ROWS_SHOWN, CELLS_SHOWN = 50, 1_000
BYTES_MAX, ROWS_MAX = 2_000_000, 50_000
"""Larger drops are not read while somebody waits for a page: a workbook of this size takes half a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRows:
    """The rows of an order: their numbers, and the first of them by table, with its problems at their cells.

    `why_not` says why there are none by table.
    """

    numbers: tuple[int, ...]
    sheets: tuple[Sheet, ...] = ()
    shown: int = 0
    why_not: str = ""


def rows_of(parts: Parts, batch: Batch, order: StoredOrder, problems: Sequence[Problem]) -> OrderRows:
    """The rows that an order is made of, and those that it lacks because of a problem.

    At most `ROWS_SHOWN` are read, fewer where they have more than `CELLS_SHOWN` cells.
    """
    named = {cell.row for problem in problems for cell in problem.cells}
    by_row: dict[int, list[Problem]] = {row: [] for row in sorted(named.union(order.lineage.rows))}
    for problem in problems:
        for row in {cell.row for cell in problem.cells}:
            by_row[row].append(problem)
    numbers = tuple(by_row)
    try:
        if why_not := _why_not(batch):
            return OrderRows(numbers=numbers, why_not=why_not)
        sources = open_again(batch, Path(batch.drop.kept_at), pinned(parts, batch))
        room = min(ROWS_SHOWN, max(1, CELLS_SHOWN // max(len(one.table.headings) for one in sources)))
        shown = dict(islice(by_row.items(), room))
        sheets = tuple(_sheet(source, _in(shown, at)) for at, source in enumerate(sources))
    except (OrderdropError, OSError):  # taken away by somebody, maybe while it was read
        return OrderRows(numbers=numbers, why_not="the file cannot be read any more")
    return OrderRows(numbers=numbers, sheets=tuple(one for one in sheets if one.rows), shown=len(shown))


def _why_not(batch: Batch) -> str:
    if batch.purged_at is not None:
        return f"the personal data of this batch were removed on {batch.purged_at:%Y-%m-%d}"
    if not batch.verdict or batch.status is BatchStatus.STUCK:
        return "the file could not be read"
    kept = Path(batch.drop.kept_at)
    if not kept.is_file():
        return "the file is not kept any more"
    size = batch.drop.size + _size_of_earlier(Reading.from_json(batch.verdict))
    if size > BYTES_MAX or batch.rows_read > ROWS_MAX:
        return "the file is large. Look them up in it by their numbers"
    return ""


def _size_of_earlier(reading: Reading) -> int:
    """The bytes of the drops that rows of a correction were taken from, which are read with it."""
    joined = reading.joined
    if joined is None or not Path(joined.path).is_file():
        return 0
    return Path(joined.path).stat().st_size + _size_of_earlier(Reading.from_json(joined.reading))


def _in(rows: Mapping[int, list[Problem]], table: int) -> dict[int, list[Problem]]:
    return {row: problems for row, problems in rows.items() if in_table(row)[0] == table}


def _sheet(source: Source, by_row: Mapping[int, list[Problem]]) -> Sheet:
    wanted = {row: Remarks(fate="") for row in by_row}
    found = list(islice(reject_rows(source.table, wanted), len(wanted)))
    beyond = max((len(row.surplus) for row in found), default=0)
    headings = (*(source.table.headings[at] for at in own_positions(source.table.headings)), *[""] * beyond)
    rows: list[Row] = [
        marked(one.row, (*one.cells, *one.surplus), headings, by_row[one.row]) for one in found
    ]
    return Sheet(name=source.name, headings=headings, rows=tuple(rows))
