"""Which rows go back to the sender, and what is said about each; read from the ledger."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from orderdrop.core.headings import OWN_COLUMNS, is_own_report
from orderdrop.core.outcomes import BatchStatus, OrderFate, RowFate
from orderdrop.core.problems import Owner, Problem
from orderdrop.core.rows import said
from orderdrop.frames import Table
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.ledger.paging import every_order
from orderdrop.mapping.model import FileOptions

_RETURNED = (OrderFate.HELD, OrderFate.REFUSED)
_MANY_ALIKE = "This row has a problem that many rows have; the first of them say which."
_WHOLE_BATCH = "Held back: too many rows of this file are bad, so nothing of it was sent. Send this row again with the corrected ones."


@dataclass(slots=True, kw_only=True)
class Remarks:
    """Everything said about one row: guilty column -> messages; None is the row as a whole."""

    fate: str
    order: str | None = None
    by_column: dict[str | None, list[str]] = field(default_factory=lambda: defaultdict(list))
    owners: set[Owner] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def text(self) -> str:
        """All messages in one cell, each once, as sentences; one that does not name its column is led by it."""
        said = [
            message if column is None or column in message else f"{column}: {message}"
            for column, messages in self.by_column.items()
            for message in messages
        ]
        return " ".join(
            text if text.endswith((".", "!", "?")) else f"{text}." for text in dict.fromkeys(said)
        )

    def fix_by(self) -> str:
        """Who must act, in one cell."""
        return ", ".join(sorted(owner.value for owner in self.owners))


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectRow:
    """One row of the report: the sender's cells in the sender's order, and the remarks.

    `surplus` are cells beyond the last heading; they stand behind our own columns, so that nothing of the row is lost
    and the row stays as wrong as it was until somebody corrects it.
    """

    row: int
    cells: tuple[str, ...]
    remarks: Remarks
    surplus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One table of the drop, opened as it was read first, and the part of the mapping that must read it again.

    `name` is the table's in the mapping, "" for the first.
    """

    name: str
    table: Table
    options: FileOptions


def returned(ledger: Ledger, batch: Batch) -> dict[int, Remarks]:
    """Every row that goes back: rejected by our checks, refused by the API, or held with its order."""
    rows: dict[int, Remarks] = {}
    for fate, first, last in ledger.row_fates(batch.id):
        if fate is RowFate.REJECTED:
            rows.update((row, Remarks(fate=fate.value)) for row in range(first, last + 1))
    for order in every_order(ledger, batch.id, _RETURNED):
        rows.update((row, Remarks(fate=order.fate.value, order=order.key)) for row in order.lineage.rows)
    for problem in ledger.problems(batch.id):
        _note(problem, rows)
    culprits = _culprits(rows)
    for remarks in rows.values():
        if not remarks.by_column:
            culprit = culprits.get(remarks.order) if remarks.order is not None else None
            remarks.by_column[None].append(_why_without_a_problem(remarks.fate, culprit, batch.status))
            remarks.owners.add(Owner.SENDER)
    return rows


def _culprits(rows: Mapping[int, Remarks]) -> dict[str, int]:
    """Order -> its first row with a problem of its own."""
    found: dict[str, int] = {}
    for row in sorted(rows):
        remarks = rows[row]
        if remarks.order is not None and any(problem.blocks for problem in remarks.problems):
            found.setdefault(remarks.order, row)
    return found


def _why_without_a_problem(fate: str, culprit: int | None, status: BatchStatus) -> str:
    if fate == RowFate.REJECTED.value:
        return _MANY_ALIKE
    named = f"row {said(culprit)}" if culprit is not None else "another row"
    if fate == OrderFate.REFUSED.value:
        return f"Not accepted, because {named} of the same order was refused. Send this row again together with it."
    if culprit is None and status is BatchStatus.HELD:
        return _WHOLE_BATCH
    return (
        f"Held back, because {named} of the same order has a problem. Send this row again together with it."
    )


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
    ours = OWN_COLUMNS if is_own_report(headings) else ()
    return [index for index, heading in enumerate(headings) if heading not in ours]


def reject_rows(table: Table, wanted: Mapping[int, Remarks]) -> Iterator[RejectRow]:
    """Pick the wanted rows out of the drop, in the drop's order, as the text that the sender wrote."""
    width, keep = len(table.headings), own_positions(table.headings)
    for frame in table.frames:
        # what the reader refused and could not take apart goes back as it stands, in the first cell
        found: dict[int, tuple[str, ...]] = {
            problem.row: (problem.value or "",) for problem in frame.problems if problem.row is not None
        }
        found = {row: cells for row, cells in (found | dict(frame.broken)).items() if row in wanted}
        cells: pd.DataFrame = frame.cells[frame.cells.index.isin(wanted.keys())]
        found |= {int(row): tuple(map(str, values)) for row, *values in cells.itertuples(name=None)}
        for row in sorted(found):
            values = found[row]
            padded = (*values, *[""] * (width - len(values)))
            yield RejectRow(
                row=row,
                cells=tuple(padded[index] for index in keep),
                remarks=wanted[row],
                surplus=padded[width:],
            )
