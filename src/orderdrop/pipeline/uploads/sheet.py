"""A file as people look at it before it is sent: its rows with what is wrong in them, and the orders that it makes.

Found out on the way that every file goes, into a ledger in memory; nothing is sent or kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from orderdrop.core.outcomes import OrderFate
from orderdrop.core.problems import Problem
from orderdrop.core.progress import nobody
from orderdrop.frames import TextFrame
from orderdrop.ledger.ledger import Batch, Drop
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pipeline.batches.batch import open_batch
from orderdrop.pipeline.batches.imports import suits
from orderdrop.pipeline.marking import Row, Sheet, marked
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing.opening import open_again
from orderdrop.pipeline.preparing.rehearsing import rehearse
from orderdrop.reports.places import SUFFIXES
from orderdrop.reports.receipt import Receipt, receipt_of
from orderdrop.reports.rows import Source, own_positions

ROWS_SHOWN = 200
ORDERS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a drop would become: its books, the problems of the file as a whole, its tables, and some orders.

    `remarks` say why it would be refused or held as a whole. `doubtful_rows` are sent as they stand, and may not be what
    was meant.
    """

    receipt: Receipt
    remarks: str
    sheets: tuple[Sheet, ...]
    bad_rows: int
    doubtful_rows: int
    of_the_file: tuple[Problem, ...]
    orders: tuple[Mapping[str, object], ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """Those of the first table."""
        return self.sheets[0].headings if self.sheets else ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Those of the first table."""
        return self.sheets[0].rows if self.sheets else ()


def look(
    parts: Parts, drop: Drop, loaded: LoadedMapping, account: str = "", *, cells_shown: int | None = None
) -> Seen:
    """What a drop would become under a mapping; with an account, also which orders it has already.

    At most `ROWS_SHOWN` rows are shown, fewer where they have more than `cells_shown` cells. Raises SetupError where
    mapping and account speak of different destinations.
    """
    if account:
        suits(parts, loaded.mapping.mapping, loaded.mapping.destination, account)
    scratch = MemoryLedger()
    alone = replace(parts, watcher=nobody)  # else the log names batches that there never were
    batch = open_batch(replace(alone, ledger=scratch), drop, loaded, account)
    batch = rehearse(alone, batch, loaded, scratch, accepted_by=parts.ledger)
    return _seen(scratch, batch, loaded, cells_shown)


def _seen(scratch: MemoryLedger, batch: Batch, loaded: LoadedMapping, cells_shown: int | None) -> Seen:
    problems = scratch.problems(batch.id)
    by_row: dict[int, list[Problem]] = {}
    for problem in problems:
        for row in {cell.row for cell in problem.cells}:
            by_row.setdefault(row, []).append(problem)
    bad = {row for row, found in by_row.items() if any(problem.blocks for problem in found)}
    ready = scratch.orders(batch.id, (OrderFate.READY, OrderFate.UNCHANGED), limit=ORDERS_SHOWN)
    sources = open_again(batch, Path(batch.drop.kept_at), loaded) if batch.verdict else []
    return Seen(
        receipt=receipt_of(scratch, batch, dict.fromkeys(SUFFIXES)),
        remarks=batch.remarks,
        sheets=tuple(_sheet(source, by_row, bad, cells_shown) for source in sources),
        bad_rows=len(bad),
        doubtful_rows=len(by_row) - len(bad),
        of_the_file=tuple(problem for problem in problems if not problem.cells),
        orders=tuple(orjson.loads(order.payload) for order in ready if order.payload is not None),
    )


def _sheet(
    source: Source, by_row: Mapping[int, list[Problem]], bad: set[int], cells_shown: int | None
) -> Sheet:
    keep = own_positions(source.table.headings)
    headings = tuple(source.table.headings[at] for at in keep)
    most = ROWS_SHOWN if cells_shown is None else max(1, cells_shown // max(1, len(keep)))
    rows = _rows(source.table.frames, headings, keep, by_row, bad, min(ROWS_SHOWN, most))
    return Sheet(name=source.name, headings=headings, rows=tuple(rows))


def _rows(
    frames: Iterator[TextFrame],
    headings: tuple[str, ...],
    keep: list[int],
    by_row: Mapping[int, list[Problem]],
    bad: set[int],
    most: int,
) -> list[Row]:
    """The rows to look at, as they stand in the file: bad ones before doubtful ones, others where none is bad."""
    wrong: list[Row] = []
    doubtful: list[Row] = []
    others: list[Row] = []
    awaited = len(by_row)
    for frame in frames:
        for number, *texts in frame.cells.itertuples(name=None):
            problems = by_row.get(number, [])
            awaited -= bool(problems)
            of_its_kind = wrong if number in bad else doubtful if problems else others
            if len(of_its_kind) < most and (problems or not bad):
                cells = tuple(str(texts[at]) for at in keep)
                of_its_kind.append(marked(number, cells, headings, problems))
            if len(wrong) == most or (not awaited and (bad or len(doubtful) + len(others) >= most)):
                return _in_order(wrong, doubtful, others, most)
    return _in_order(wrong, doubtful, others, most)


def _in_order(wrong: list[Row], doubtful: list[Row], others: list[Row], most: int) -> list[Row]:
    return sorted([*wrong, *doubtful, *others][:most], key=lambda row: row.number)
