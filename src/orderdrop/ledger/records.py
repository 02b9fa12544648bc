"""Values of the port as rows of the tables, and back."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Row

from orderdrop.core.lineage import Lineage
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Cell, Code, Owner, Problem, RaisedBy, Severity
from orderdrop.ledger.ledger import Attempt, AttemptOutcome, Batch, Drop

Record = dict[str, Any]
_FATES = {fate.value: fate for fate in OrderFate}


def drop_record(drop: Drop) -> Record:
    """A drop as a row of `drops`."""
    return {
        "id": drop.id,
        "feed": drop.feed,
        "name": drop.name,
        "sha256": drop.sha256,
        "size": drop.size,
        "arrived_at": drop.arrived_at,
        "kept_at": drop.kept_at,
        "place": drop.place,
    }


def batch_record(batch: Batch) -> Record:
    """A batch as a row of `batches`."""
    return {
        "id": batch.id,
        "drop_id": batch.drop.id,
        "mapping": batch.mapping,
        "mapping_digest": batch.mapping_digest,
        "destination": batch.destination,
        "account": batch.account,
        "status": batch.status.value,
        "created_at": batch.created_at,
        "finished_at": batch.finished_at,
        "parent_id": batch.parent_id,
        "verdict": batch.verdict,
        "rows_read": batch.rows_read,
        "feed_done": batch.feed_done,
        "remarks": batch.remarks,
        "scope": batch.scope,
        "purged_at": batch.purged_at,
        "waits_since": batch.waits_since,
        "given_up": batch.given_up,
    }


def read_batch(row: Row[Any]) -> Batch:
    """A row of `batches` joined with its drop (whose columns begin with `drop_`) as a batch."""
    return Batch(
        id=row.id,
        drop=Drop(
            id=row.drop_id,
            feed=row.drop_feed,
            name=row.drop_name,
            sha256=row.drop_sha256,
            size=row.drop_size,
            arrived_at=row.drop_arrived_at,
            kept_at=row.drop_kept_at,
            place=row.drop_place,
        ),
        mapping=row.mapping,
        mapping_digest=row.mapping_digest,
        destination=row.destination,
        account=row.account,
        status=BatchStatus(row.status),
        created_at=row.created_at,
        finished_at=row.finished_at,
        parent_id=row.parent_id,
        verdict=row.verdict,
        rows_read=row.rows_read,
        feed_done=row.feed_done,
        remarks=row.remarks,
        scope=row.scope,
        purged_at=row.purged_at,
        waits_since=row.waits_since,
        given_up=row.given_up,
    )


def order_record(batch_id: str, order: StoredOrder) -> Record:
    """An order as a row of `orders`; the lineage is a JSON list of levels, rows and positions."""
    lineage = order.lineage
    return {
        "id": order.id,
        "batch_id": batch_id,
        "sequence": order.sequence,
        "order_key": order.key,
        "digest": order.digest,
        "payload": None if order.payload is None else order.payload.decode(),
        "lineage": orjson.dumps((lineage.levels, lineage.rows, lineage.positions)).decode(),
        "row_count": len(lineage.rows),
        "fate": order.fate.value,
        "reference": order.reference,
        "as_of": order.as_of,
        "tracking": None,
    }


class _KeptLineage(Lineage):
    """A lineage that is taken apart when somebody first asks for it: an order that is accepted never needs it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "_text", text)

    def __getattr__(self, name: str) -> Any:
        if name not in ("levels", "rows", "positions"):
            raise AttributeError(name)
        levels, rows, positions = orjson.loads(self._text)
        object.__setattr__(self, "levels", tuple(levels))
        object.__setattr__(self, "rows", tuple(rows))
        object.__setattr__(self, "positions", tuple(map(tuple, positions)))
        return object.__getattribute__(self, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lineage) and _parts(self) == _parts(other)

    def __hash__(self) -> int:
        return hash(_parts(self))


def _parts(lineage: Lineage) -> tuple[Any, ...]:
    return lineage.levels, lineage.rows, lineage.positions


def read_order(row: Sequence[Any]) -> StoredOrder:
    """A row that begins with the columns of `orders`, as they stand there, as an order."""
    # by position: names looked up one by one took longer than all the rest, and this is read for every order sent
    order_id, batch_id, sequence, key, digest, payload, lineage, _, fate, reference, as_of = row[:11]
    return StoredOrder(
        id=order_id,
        batch_id=batch_id,
        sequence=sequence,
        key=key,
        digest=digest,
        payload=None if payload is None else payload.encode(),
        lineage=_KeptLineage(lineage),
        fate=_FATES[fate],
        reference=reference,
        as_of=as_of,
    )


def attempt_record(attempt: Attempt) -> Record:
    """An attempt as a row of `attempts`."""
    return {
        "id": attempt.id,
        "request_id": attempt.request_id,
        "batch_id": attempt.batch_id,
        "order_id": attempt.order_id,
        "started_at": attempt.started_at,
        "finished_at": attempt.finished_at,
        "outcome": None if attempt.outcome is None else attempt.outcome.value,
        "http_status": attempt.http_status,
        "message": attempt.message,
    }


def read_attempt(row: Row[Any]) -> Attempt:
    """A row of `attempts` as an attempt."""
    return Attempt(
        id=row.id,
        request_id=row.request_id,
        batch_id=row.batch_id,
        order_id=row.order_id,
        started_at=row.started_at,
        finished_at=row.finished_at,
        outcome=None if row.outcome is None else AttemptOutcome(row.outcome),
        http_status=row.http_status,
        message=row.message,
    )


def problem_record(batch_id: str, order_id: str | None, problem: Problem) -> Record:
    """A problem as a row of `problems`; the cells are a JSON list of (row, heading)."""
    return {
        "batch_id": batch_id,
        "order_id": order_id,
        "code": problem.code.value,
        "message": problem.message,
        "cells": orjson.dumps([(cell.row, cell.column) for cell in problem.cells]).decode(),
        "value": problem.value,
        "order_key": problem.order,
        "path": problem.path,
        "raised_by": problem.raised_by.value,
        "owner": problem.owner.value,
        "severity": problem.severity.value,
    }


def read_problem(row: Row[Any]) -> Problem:
    """A row of `problems` as a problem."""
    return Problem(
        code=Code(row.code),
        message=row.message,
        cells=tuple(Cell(row=number, column=heading) for number, heading in orjson.loads(row.cells)),
        value=row.value,
        order=row.order_key,
        path=row.path,
        raised_by=RaisedBy(row.raised_by),
        owner=Owner(row.owner),
        severity=Severity(row.severity),
    )
