"""The receipt of a batch: every row's fate, counts that balance, problems with their cells, and where the reports lie."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from orderdrop.core.outcomes import BatchStatus, Counts
from orderdrop.core.problems import Cell, Problem
from orderdrop.core.rows import in_table
from orderdrop.ledger.ledger import Batch, Ledger

Receipt = dict[str, Any]
"""The public keys, as JSON values; documented in docs/receipt.md."""


def receipt(batch: Batch, counts: Counts, problems: list[Problem], reports: dict[str, str | None]) -> Receipt:
    """Put together the receipt of a batch from what the ledger holds."""
    drop = batch.drop
    return {
        "batch": batch.id,
        "status": batch.status.value,
        "drop": {
            "name": drop.name,
            "sha256": drop.sha256,
            "size": drop.size,
            "feed": drop.feed,
            "arrived_at": iso(drop.arrived_at),
        },
        "mapping": {"name": batch.mapping, "digest": batch.mapping_digest},
        "destination": batch.destination,
        "account": batch.account,
        "rows": asdict(counts.rows),
        "orders": asdict(counts.orders),
        "problems": [problem_entry(problem) for problem in problems],
        "remarks": _remarks(batch),
        "reports": reports,
        "parent": batch.parent_id,
        "created_at": iso(batch.created_at),
        "finished_at": iso(batch.finished_at),
        "seconds": round(((batch.finished_at or batch.created_at) - batch.created_at).total_seconds(), 3),
    }


def receipt_of(ledger: Ledger, batch: Batch, reports: dict[str, str | None]) -> Receipt:
    """The receipt of a batch, read from the ledger."""
    return receipt(batch, ledger.counts(batch.id), ledger.problems(batch.id), reports)


def _remarks(batch: Batch) -> str:
    """What there is to say of a batch; what a person can do about one that is held stands there only while it is."""
    if batch.status is not BatchStatus.HELD:
        return batch.remarks
    return (
        f"{batch.remarks} Nothing was sent. Look at the reject report, then release the batch with `orderdrop batches "
        f"release {batch.id}`, give it up with `orderdrop batches discard {batch.id}`, or send a corrected file."
    ).lstrip()


def problem_entry(problem: Problem) -> dict[str, Any]:
    """One problem with its public keys; `cells` has every cell, `row` and `column` are the first.

    Where a drop has several tables, `table` (from 2) stands beside the row of a further one.
    """
    first = _place(problem.cells[0]) if problem.cells else {"row": None, "column": None}
    return {
        "code": problem.code.value,
        "message": problem.message,
        **first,
        "cells": [_place(cell) for cell in problem.cells],
        "value": problem.value,
        "order": problem.order,
        "path": problem.path,
        "raised_by": problem.raised_by.value,
        "owner": problem.owner.value,
        "severity": problem.severity.value,
    }


def _place(cell: Cell) -> dict[str, Any]:
    table, row = in_table(cell.row)
    return {"row": row, "column": cell.column, **({"table": table + 1} if table else {})}


def iso(moment: datetime | None) -> str | None:
    """A moment as receipts write it: UTC, to the second."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
