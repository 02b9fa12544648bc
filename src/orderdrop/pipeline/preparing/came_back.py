"""What a corrected reject report brings back of its batch: which rows, which of them unchanged, which are missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from orderdrop.core.headings import OWN_COLUMNS
from orderdrop.core.outcomes import OrderFate, RowFate
from orderdrop.core.problems import Code, Problem
from orderdrop.core.rows import compact, expand
from orderdrop.frames import Table, TextFrame
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.ledger.paging import every_order
from orderdrop.pipeline.preparing.first_fates import StillOpen
from orderdrop.pipeline.preparing.joining import Joined
from orderdrop.pipeline.preparing.not_corrected import again, not_changed, not_read, row_number
from orderdrop.pipeline.preparing.scope import key_texts

_STAYS_OPEN = frozenset({Code.REFUSED, Code.STALE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """What a corrected report is to its batch. `not_read` are its rows that the reader refused then and nobody corrected."""

    joined: Joined | None
    still_open: Mapping[str, StillOpen]
    not_read: str
    remarks: str
    left: int  # rows of the batch of which nothing is sent now


@dataclass(slots=True, kw_only=True)
class _Owed:
    """What of a batch went back: its rows with their orders, and the orders that were refused as they stand.

    `siblings` are rows that nothing is wrong with: one that does not come back is missing, a bad one was taken out.
    """

    rows: dict[int, str | None]
    siblings: set[int]
    digests: dict[str, str]
    problems: dict[str, list[Problem]]


@dataclass(slots=True, kw_only=True)
class _Came:
    """The rows that came back: ours by theirs, a mark of their cells, and the last row of the file."""

    rows: dict[int, int]
    marks: dict[int, int]
    last: int


def continuation(
    parent: Batch,
    ledger: Ledger,
    sent_back: Table,
    original: Callable[[], Table],
    key_headings: tuple[str, ...],
) -> Continuation:
    """Compare a corrected report with the drop that it came from."""
    went_back = _went_back(ledger, parent)
    opened = original()
    shared = [name for name in opened.headings if name in sent_back.headings and name not in OWN_COLUMNS]
    came = _came(sent_back, parent.id, went_back.rows, shared)
    marks, keys = _as_they_were(opened, went_back.rows, shared, key_headings)
    unchanged = {row for row in came.rows if came.marks[row] == marks.get(row)}
    missing = _missing(went_back, came.rows, keys)
    ours = {**came.rows, **{row: came.last + at for at, row in enumerate(sorted(missing), start=1)}}
    joined = None
    if missing:
        joined = Joined(
            path=parent.drop.kept_at, reading=parent.verdict or "", rows=compact(missing), after=came.last
        )
    left = len(went_back.rows) - len(came.rows) - len(missing)
    return Continuation(
        joined=joined,
        still_open=_still_open(parent, went_back, ours),
        not_read=compact(came.rows[row] for row in unchanged & not_read(ledger, parent.id).keys()),
        remarks=_told(parent, came, len(unchanged), joined, left),
        left=left,
    )


def _went_back(ledger: Ledger, parent: Batch) -> _Owed:
    owed = _Owed(rows={}, siblings=set(), digests={}, problems={})
    for fate, first, last in ledger.row_fates(parent.id):
        if fate is RowFate.REJECTED:
            owed.rows.update(dict.fromkeys(range(first, last + 1)))
    for order in every_order(ledger, parent.id, (OrderFate.HELD, OrderFate.REFUSED)):
        owed.rows.update(dict.fromkeys(order.lineage.rows, order.key))
        owed.siblings.update(order.lineage.rows)
        if order.digest is not None and (order.fate is OrderFate.REFUSED or order.payload is None):
            owed.digests[order.key] = order.digest
    for problem in ledger.problems(parent.id):
        if problem.order is None:
            continue
        for cell in problem.cells:
            if cell.row in owed.rows and owed.rows[cell.row] is None:
                owed.rows[cell.row] = problem.order
            if cell.column is not None and problem.blocks:
                owed.siblings.discard(cell.row)
        if problem.code in _STAYS_OPEN and problem.order in owed.digests:
            owed.problems.setdefault(problem.order, []).append(problem)
    return owed


def _came(table: Table, parent_id: str, wanted: Mapping[int, str | None], shared: list[str]) -> _Came:
    came = _Came(rows={}, marks={}, last=table.verdict.header_row)
    for frame in table.frames:
        numbers = frame.cells.index.to_numpy(dtype=np.int64)
        ends = [int(numbers[-1])] if len(numbers) else []
        came.last = max(
            [came.last, *ends, *frame.blank, *(p.row for p in frame.problems if p.row is not None)]
        )
        theirs = [row_number(text) for text in frame.cells["_row"]]
        ours = [text == parent_id for text in frame.cells["_batch"]]
        for number, row, is_ours, mark in zip(
            numbers.tolist(), theirs, ours, _marks(frame, shared), strict=True
        ):
            if is_ours and row in wanted and row not in came.rows:
                came.rows[row], came.marks[row] = number, mark
    return came


def _as_they_were(
    table: Table, wanted: Mapping[int, str | None], shared: list[str], key_headings: tuple[str, ...]
) -> tuple[dict[int, int], dict[int, str]]:
    marks: dict[int, int] = {}
    keys: dict[int, str] = {}
    for frame in table.frames:
        names = [str(name) for name in key_texts(frame, key_headings).to_pylist()]
        numbers = frame.cells.index.tolist()
        for row, name, mark in zip(numbers, names, _marks(frame, shared), strict=True):
            if row in wanted:
                marks[row], keys[row] = mark, name
        columns = [str(name) for name in frame.cells.columns]
        for row, cells in frame.broken.items():
            if row in wanted and len(cells) <= len(columns):  # the report shows one with more as it was
                under = dict(zip_longest(columns, cells, fillvalue=""))
                marks[row] = hash(tuple(under[name].strip() for name in shared if name in under))
    return marks, keys


def _missing(owed: _Owed, came: Mapping[int, int], keys: Mapping[int, str]) -> set[int]:
    """The good rows that did not come back of orders of which some row did."""
    named = {owed.rows[row] for row in came} - {None}
    texts = {keys[row] for row in came if keys.get(row)}
    return {
        row
        for row, text in keys.items()
        if row in owed.siblings and row not in came and (owed.rows[row] in named or text in texts)
    }


def _still_open(parent: Batch, owed: _Owed, ours: Mapping[int, int]) -> dict[str, StillOpen]:
    found = {}
    for key, name in owed.digests.items():
        rows = sorted(ours[row] for row, order in owed.rows.items() if order == key and row in ours)
        told = [again(problem, parent.id, ours) for problem in owed.problems.get(key, ())]
        if rows:
            found[key] = StillOpen(digest=name, problems=tuple(told) or (not_changed(parent.id, key, rows),))
    return found


def _told(parent: Batch, came: _Came, unchanged: int, joined: Joined | None, left: int) -> str:
    back = f"{_rows(len(came.rows))} of it came back, {unchanged or 'none'} of them unchanged."
    said = [f"This continues batch {parent.id} ({parent.drop.name}): {back}"]
    if joined is not None:
        count = len(expand(joined.rows))
        numbers = compact(range(joined.after + 1, joined.after + count + 1))
        said.append(
            f"{_rows(count)} of the same orders did not come back and {'was' if count == 1 else 'were'} taken from the "
            f"original (its rows {joined.rows}, here {numbers})."
        )
    if left:
        said.append(
            f"{_rows(left)} of batch {parent.id} did not come back: of {'it' if left == 1 else 'them'} nothing is sent."
        )
    return " ".join(said)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _marks(frame: TextFrame, shared: list[str]) -> list[int]:
    columns = [
        [str(text).strip() for text in frame.cells[name]] for name in shared if name in frame.cells.columns
    ]
    return [hash(cells) for cells in zip(*columns, strict=True)] if columns else [0] * len(frame.cells)
