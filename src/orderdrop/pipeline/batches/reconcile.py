"""What was accepted, compared with what the system holds now: field by field as it was sent.

Nothing is written to the ledger and nothing is sent. Differences are led home to the cells as refusals are.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from orderdrop.core.lineage import locate, place_of
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import ARRIVED
from orderdrop.core.problems import Cell, Code, Owner, Problem, RaisedBy
from orderdrop.core.progress import Event, Step
from orderdrop.core.shape import Shape
from orderdrop.destinations.comparing import MISSING, NOT_TOLD, Comparable, Held, is_same
from orderdrop.errors import SetupError, Stopped
from orderdrop.ledger.ledger import Batch
from orderdrop.ledger.paging import pages
from orderdrop.pipeline.batches.batch import pinned
from orderdrop.pipeline.history import named, report_folder
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing.opening import Reading, open_again
from orderdrop.pipeline.reading import told_of
from orderdrop.pipeline.upkeep.purging import refuse_purged
from orderdrop.reports.differences import write_differences
from orderdrop.reports.places import report_paths
from orderdrop.reports.receipt import problem_entry

_SHOWN_MAX = 80


@dataclass(slots=True, kw_only=True)
class Orders:
    """How the orders of a batch compare; those of a later batch count for what that one sent, and are not compared here."""

    accepted: int = 0
    same: int = 0
    differ: int = 0
    missing: int = 0
    replaced: int = 0  # a later batch sent the order again
    not_readable: int = 0  # the system cannot be asked for it


@dataclass(slots=True, kw_only=True)
class Fields:
    """How the values of the orders that are there compare."""

    same: int = 0
    differ: int = 0
    missing: int = 0
    not_readable: int = 0  # the system does not tell them


@dataclass(slots=True, kw_only=True)
class Reconciled:
    """What came of a comparison; `unread` are the places that the system does not tell, and how often."""

    batch: Batch
    orders: Orders = field(default_factory=Orders)
    fields: Fields = field(default_factory=Fields)
    problems: list[Problem] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    reports: dict[str, str | None] = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        """Whether everything that could be compared is as it was sent."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """The public keys; documented in docs/receipt.md."""
        return {
            "batch": self.batch.id,
            "drop": self.batch.drop.name,
            "destination": self.batch.destination,
            "account": self.batch.account,
            "orders": asdict(self.orders),
            "fields": asdict(self.fields),
            "not_readable": dict(self.unread.most_common()),
            "problems": [problem_entry(problem) for problem in self.problems],
            "reports": self.reports,
        }


def reconcile(parts: Parts, batch_id: str) -> Reconciled:
    """Compare a batch with what its account holds now, and write the differences in the sender's own columns.

    Raises UsageError for a batch that is not there, SetupError for a destination that cannot be compared, and
    DestinationUnavailable when it does not answer; there is no report then.
    """
    batch = named(parts.ledger, batch_id)
    refuse_purged(batch)
    found = Reconciled(batch=batch)
    total = parts.ledger.counts(batch_id).orders
    reader = parts.reader(batch.account)
    if not isinstance(reader, Comparable):
        raise SetupError(
            f"What {batch.destination} holds cannot be compared with what was sent.",
            next_step="Look single orders up with `orderdrop orders view`, or in the system itself.",
        )
    comparing = _Comparing(
        reader=reader,
        shape=parts.destination(batch.destination).shape,
        sources=Reading.from_json(batch.verdict).sources if batch.verdict else {},
        found=found,
    )
    for order, replaced in _arrived(parts, batch):
        if parts.stop.is_set():
            raise Stopped(
                "Stopped before every order was compared; nothing was changed.",
                next_step="Run the same again for the whole comparison.",
            )
        comparing.look_at(order, replaced=replaced)
        done = Event(
            step=Step.ANSWERED,
            batch=batch.id,
            name=batch.drop.name,
            done=found.orders.accepted,
            total=total.accepted + total.unchanged,
        )
        parts.watcher(done)
    _report(parts, found)
    return found


def _arrived(parts: Parts, batch: Batch) -> Iterator[tuple[StoredOrder, bool]]:
    """The orders that were accepted, each with whether a later batch has sent another payload since."""
    for orders in pages(parts.ledger, batch.id, ARRIVED):
        newest = parts.ledger.last_accepted(batch.account, [order.key for order in orders])
        for order in orders:
            yield order, newest.get(order.key, order.digest) != order.digest


def _report(parts: Parts, found: Reconciled) -> None:
    batch = found.batch
    loaded = pinned(parts, batch)
    paths = write_differences(
        batch,
        found.problems,
        report_paths(report_folder(parts, batch), batch.drop.name),
        lambda: open_again(batch, Path(batch.drop.kept_at), loaded),
    )
    found.reports = {kind: str(path) if path else None for kind, path in paths.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparing:
    """One comparison under way."""

    reader: Comparable
    shape: Shape
    sources: Mapping[str, tuple[str, ...]]
    found: Reconciled

    def look_at(self, order: StoredOrder, *, replaced: bool) -> None:
        counts = self.found.orders
        counts.accepted += 1
        if replaced:
            counts.replaced += 1
            return
        payload = orjson.loads(order.payload or b"{}")
        questions = self.reader.questions(order.key, order.reference, payload)
        told = told_of(self.reader, order.key, order.reference, payload) if questions else None
        if not questions:
            counts.not_readable += 1
        elif told is None:
            counts.missing += 1
            self.found.problems.append(self._not_there(order))
        else:
            found = [one for each in self.reader.held(payload, told) if (one := self._judge(order, each))]
            self.found.problems.extend(found)
            counts.differ += bool(found)
            counts.same += not found

    def _judge(self, order: StoredOrder, one: Held) -> Problem | None:
        fields = self.found.fields
        if one.held is NOT_TOLD:
            fields.not_readable += 1
            self.found.unread[place_of(one.path)] += 1
            return None
        if is_same(self.shape, one):
            fields.same += 1
            return None
        missing = one.held is MISSING
        fields.missing += missing
        fields.differ += not missing
        return Problem(
            code=Code.MISSING_THERE if missing else Code.DIFFERS,
            message=self._message(one),
            cells=locate(one.path, order.lineage, self.sources, one.twins),
            value=one.sent if isinstance(one.sent, str) else _shown(one.sent),
            order=order.key,
            path=one.node or one.path,
            raised_by=RaisedBy.API,
            owner=Owner.OPS,
        )

    def _message(self, one: Held) -> str:
        who, sent = self.found.batch.destination, _shown(one.sent)
        names = place_of(one.node or one.path).split(".")
        if one.node:
            return f"{who} holds no {names[-1]} {sent}, which was sent."
        if one.held is MISSING:
            return f"{who} holds no {names[-1]}; {sent} was sent."
        return f"{who} holds {_shown(one.held)} for {names[-1]}; {sent} was sent."

    def _not_there(self, order: StoredOrder) -> Problem:
        batch = self.found.batch
        key = self.sources.get(self.shape.key, ())
        return Problem(
            code=Code.MISSING_THERE,
            message=f"{batch.destination} holds no order {order.key}, which it had accepted. Ask there what became of it.",
            cells=tuple(
                Cell(row=row, column=heading) for row in order.lineage.rows for heading in key or (None,)
            ),
            value=order.key,
            order=order.key,
            raised_by=RaisedBy.API,
            owner=Owner.OPS,
        )


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"
