"""Which rows go back to the sender, and what is said about each; read from the ledger."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from orderdrop.core.outcomes import OrderFate, RowFate
from orderdrop.core.problems import Owner, Problem
from orderdrop.frames import Table
from orderdrop.ledger.ledger import Ledger

OWN_COLUMNS = ("_row", "_problems", "_fix_by", "_batch")
"""What a reject report adds to the sender's columns; they are passed over when the report is loaded again."""

_RETURNED = (OrderFate.HELD, OrderFate.REFUSED)
_PAGE = 5_000


@dataclass(slots=True, kw_only=True)
class Remarks:
    """Everything said about one row: guilty column -> messages; None is the row as a whole."""

    fate: str
    order: str | None = None
    by_column: dict[str | None, list[str]] = field(default_factory=lambda: defaultdict(list))
    owners: set[Owner] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def text(self) -> str:
        """All messages in one cell, each once."""
        said = [message for messages in self.by_column.values() for message in messages]
        return "; ".join(dict.fromkeys(said))

    def fix_by(self) -> str:
        """Who must act, in one cell."""
        return ", ".join(sorted(owner.value for owner in self.owners))


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectRow:
    """One row of the report: the sender's cells in the sender's order, and the remarks."""

    row: int
    cells: tuple[str, ...]
    remarks: Remarks


def returned(ledger: Ledger, batch_id: str) -> dict[int, Remarks]:
    """Every row that goes back: rejected by our checks, refused by the API, or held with its order."""
    rows: dict[int, Remarks] = {}
    for fate, first, last in ledger.row_fates(batch_id):
        if fate is RowFate.REJECTED:
            rows.update((row, Remarks(fate=fate.value)) for row in range(first, last + 1))
    last_sequence = -1
    while orders := ledger.orders(batch_id, _RETURNED, after=last_sequence, limit=_PAGE):
        for order in orders:
            rows.update((row, Remarks(fate=order.fate.value, order=order.key)) for row in order.lineage.rows)
        last_sequence = orders[-1].sequence
    for problem in ledger.problems(batch_id):
        _note(problem, rows)
    bad_rows = {r.order or p.order: row for row, r in rows.items() for p in r.problems if p.blocks}
    for remarks in rows.values():
        if not remarks.by_column:
            culprit = bad_rows.get(remarks.order)
            because = (
                f"row {culprit} of the same order"
                if culprit
                else "another row of the same order, or the whole batch,"
            )
            remarks.by_column[None].append(
                f"Held back: {because} has a problem. Send this row again together with it."
            )
            remarks.owners.add(Owner.SENDER)
    return rows


def _note(problem: Problem, rows: Mapping[int, Remarks]) -> None:
    seen: set[int] = set()
    for cell in problem.cells:
        remarks = rows.get(cell.row)
        if remarks is None:
            continue
        remarks.by_column[cell.column].append(problem.message)
        remarks.owners.add(problem.owner)
        remarks.order = remarks.order or problem.order
        if cell.row not in seen:
            remarks.problems.append(problem)
            seen.add(cell.row)


def own_positions(headings: Sequence[str]) -> list[int]:
    """The positions of the sender's columns, without those that an earlier reject report added."""
    return [index for index, heading in enumerate(headings) if heading not in OWN_COLUMNS]


def reject_rows(table: Table, wanted: Mapping[int, Remarks]) -> Iterator[RejectRow]:
    """Pick the wanted rows out of the drop, in the drop's order, as the text that the sender wrote."""
    keep = own_positions(table.headings)
    for frame in table.frames:
        broken = {row: cells for row, cells in frame.broken.items() if row in wanted}
        cells: pd.DataFrame = frame.cells[frame.cells.index.isin(wanted.keys())]
        found = {int(row): tuple(map(str, values)) for row, *values in cells.itertuples(name=None)}
        for row in sorted({*found, *broken}):
            values = found.get(row) or broken[row]
            padded = (*values, *[""] * (len(table.headings) - len(values)))
            yield RejectRow(row=row, cells=tuple(padded[index] for index in keep), remarks=wanted[row])
