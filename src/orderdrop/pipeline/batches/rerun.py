"""A rerun: a new batch of the same drop that names its parent and takes over the orders that were chosen from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from orderdrop.core.identity import new_id
from orderdrop.core.outcomes import ARRIVED, BatchStatus, OrderFate, RowFate, conclude
from orderdrop.core.progress import Event, Step
from orderdrop.core.rows import compact
from orderdrop.errors import UsageError
from orderdrop.ledger.ledger import Batch, Exclusion, Ledger
from orderdrop.ledger.paging import every_order
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pipeline.batches.batch import Finished, report, work
from orderdrop.pipeline.batches.imports import suits
from orderdrop.pipeline.history import named
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing import rehearsing
from orderdrop.pipeline.preparing.first_fates import excluded
from orderdrop.pipeline.preparing.scope import Scope
from orderdrop.pipeline.upkeep.purging import refuse_purged
from orderdrop.reports.places import SUFFIXES
from orderdrop.reports.receipt import Receipt, receipt_of


class Only(StrEnum):
    """Which orders of its parent a rerun takes over."""

    REFUSED = "refused"  # those that the API refused
    UNSENT = "unsent"  # those that were not sent, or given up for now
    HELD = "held"  # what our checks kept back: bad rows, and the orders that wait for them
    ALL = "all"  # everything; what was accepted and is unchanged is not sent again


_FATES = {
    Only.REFUSED: (OrderFate.REFUSED,),
    Only.UNSENT: (OrderFate.UNSENT, OrderFate.READY, OrderFate.SENDING),  # as the books count
    Only.HELD: (OrderFate.HELD,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A rerun that was thought through and not begun. `changed`: under another version of the mapping than its parent.

    `unknown` are the orders that were named and that its parent does not have.
    """

    parent: Batch
    scope: Scope
    loaded: LoadedMapping
    changed: bool
    unknown: tuple[str, ...] = ()

    def batch(self, parts: Parts) -> Batch:
        """The batch that the rerun is."""
        now, parent, mapping = parts.clock(), self.parent, self.loaded.mapping
        return Batch(
            id=new_id("b", now, parts.random),
            drop=parent.drop,
            mapping=mapping.mapping,
            mapping_digest=self.loaded.digest,
            destination=mapping.destination,
            account=parent.account,
            status=BatchStatus.RECEIVED,
            created_at=now,
            parent_id=parent.id,
            feed_done=True,  # the source was told of the drop when it came; a rerun tells the ops
            remarks=self._told(),
            scope=self.scope.to_json(),
        )

    def _told(self) -> str:
        scope, parent = self.scope, self.parent
        what = "all" if scope.only == Only.ALL else f"the {scope.only}"
        named = f", {len(scope.orders):,} of them by name" if scope.orders is not None else ""
        said = f"Rerun of {what} orders of batch {parent.id}{named}."
        if self.changed:
            said += (
                f" The mapping is another one than then: {self.loaded.mapping.mapping} ({self.loaded.digest[:8]}) instead of "
                f"{parent.mapping} ({parent.mapping_digest[:8]})."
            )
        return said


def plan(
    parts: Parts,
    batch_id: str,
    *,
    only: Only = Only.ALL,
    orders: Sequence[str] | None = None,
    mapping: str | None = None,
) -> Plan:
    """Choose what a rerun takes over. `orders` are order numbers; `mapping` as it is today where none is named.

    Raises UsageError when there is nothing to rerun, or the batch is not at rest.
    """
    parent = _at_rest(parts.ledger, batch_id)
    if not Path(parent.drop.kept_at).is_file():
        raise UsageError(
            f"The file of batch {batch_id} is not kept any more ({parent.drop.kept_at}).",
            next_step="Import the sender's file again.",
        )
    loaded = parts.mapping(mapping or parent.mapping)
    suits(parts, loaded.mapping.mapping, loaded.mapping.destination, parent.account)
    before = Scope.of(parent)
    rows, by_name = before.rows, before.orders
    if only is not Only.ALL and parent.status not in (BatchStatus.FAILED, BatchStatus.STUCK):
        chosen = _chosen(parts.ledger, parent, only)
        if not chosen:
            raise UsageError(
                f"Batch {batch_id} has no {only} orders.",
                next_step=f"`orderdrop batches show {batch_id}` tells what became of its rows.",
            )
        rows, by_name = compact(chosen), None
    changed = loaded.digest != parent.mapping_digest
    unknown: tuple[str, ...] = ()
    if orders is not None:
        by_name = tuple(dict.fromkeys(name for name in orders if by_name is None or name in by_name))
        unknown = _unknown(parts.ledger, parent, orders)
        if len(unknown) == len(set(orders)) and not changed:  # another mapping may name orders otherwise
            raise UsageError(
                f"Batch {batch_id} has none of the orders that were named, such as {unknown[0]}.",
                next_step=f"`orderdrop orders find {unknown[0]}` says which batch has it, and how the number is written.",
            )
    return Plan(
        parent=parent,
        scope=Scope(only=only, rows=rows, orders=by_name),
        loaded=loaded,
        changed=changed,
        unknown=unknown,
    )


def rehearse(parts: Parts, scratch: Ledger, planned: Plan) -> Receipt:
    """What a rerun would begin with, into a ledger that is thrown away; nothing is sent. See `would_pass`."""
    batch = planned.batch(parts)
    scratch.open_batch(batch)
    batch = rehearsing.rehearse(parts, batch, planned.loaded, scratch, accepted_by=parts.ledger)
    return receipt_of(scratch, batch, dict.fromkeys(SUFFIXES))


def would_pass(rehearsed: Receipt) -> tuple[int, int]:
    """How many rows of a rehearsal would be sent or are there already, and of how many."""
    rows = rehearsed["rows"]
    return rows["unsent"] + rows["unchanged"], rows["read"] - rows["ignored"]


def begin(parts: Parts, planned: Plan) -> Batch:
    """Register the batch that a rerun is; from here on it is finished whatever happens."""
    batch, loaded = planned.batch(parts), planned.loaded
    parts.ledger.pin_mapping(loaded.digest, loaded.mapping.mapping, loaded.text, batch.created_at)
    parts.ledger.open_batch(batch)
    parts.watcher(Event(step=Step.REGISTERED, batch=batch.id, name=batch.drop.name))
    return batch


def rerun(parts: Parts, planned: Plan) -> Finished:
    """Begin a rerun and bring it to rest, on the same way as any batch."""
    return work(parts, begin(parts, planned).id)


def exclude(parts: Parts, batch_id: str, order: str, reason: str) -> Finished:
    """Take an order of a batch out for good: neither a release nor a rerun nor a correction of the batch sends it.

    What was refused stays refused in the books; what waits becomes held. Raises UsageError when the batch has no such
    order, when it is under way, or when the destination has the order already.
    """
    with leased(parts, f"batch:{batch_id}") as lease:
        batch = _at_rest(parts.ledger, batch_id, or_held=True)
        found = next(
            (
                hit.order
                for hit in parts.ledger.find_orders(order, limit=1_000)
                if (hit.batch.id, hit.order.key) == (batch_id, order)
            ),
            None,
        )
        if found is not None and found.fate in ARRIVED:
            raise UsageError(
                f"Order {order} is with the destination already.",
                next_step="Cancel it there if it must not be.",
            )
        rows = found.lineage.rows if found is not None else _rows_named(parts.ledger, batch_id, order)
        if not rows:
            raise UsageError(
                f"Batch {batch_id} has no order {order}.",
                next_step=f"Write the number as `orderdrop orders find {order}` shows it.",
            )
        lease.check_held()
        parts.ledger.exclude(Exclusion(batch_id=batch_id, order_key=order, reason=reason, at=parts.clock()))
        waits = found is not None and found.fate in (OrderFate.HELD, OrderFate.UNSENT)
        ids = [found.id] if found is not None and waits else []
        parts.ledger.put_aside(batch_id, ids, OrderFate.HELD, [excluded(order, rows, reason)])
        if batch.status is not BatchStatus.HELD:
            parts.ledger.conclude(batch_id, conclude(parts.ledger.counts(batch_id)), batch.finished_at)
        batch = parts.ledger.batch(batch_id) or batch
    return Finished(batch=batch, receipt=report(parts, batch))


def _at_rest(ledger: Ledger, batch_id: str, *, or_held: bool = False) -> Batch:
    batch = named(ledger, batch_id)
    refuse_purged(batch)
    if batch.status.resumes:
        raise UsageError(
            f"Batch {batch_id} is {batch.status}: it goes on by itself.",
            next_step="Wait until it is done; `orderdrop serve` or `orderdrop run --all` goes on with it.",
        )
    if batch.status is BatchStatus.HELD and not or_held:
        raise UsageError(
            f"Batch {batch_id} is held: it waits for a person.",
            next_step=f"Release it with `orderdrop batches release {batch_id}`, or give it up with `orderdrop batches "
            f"discard {batch_id}`; then it can be rerun.",
        )
    return batch


def _chosen(ledger: Ledger, parent: Batch, only: Only) -> set[int]:
    rows: set[int] = set()
    for order in every_order(ledger, parent.id, _FATES[only]):
        rows.update(order.lineage.rows)
    if only is Only.HELD:
        for fate, first, last in ledger.row_fates(parent.id):
            rows.update(range(first, last + 1) if fate is RowFate.REJECTED else ())
    return rows


def _unknown(ledger: Ledger, parent: Batch, names: Sequence[str]) -> tuple[str, ...]:
    """The names that no order of a batch has; none of one whose file was refused, for its orders are not known."""
    if parent.status in (BatchStatus.FAILED, BatchStatus.STUCK):
        return ()
    left: dict[str | None, None] = dict.fromkeys(names)
    for order in every_order(ledger, parent.id):
        left.pop(order.key, None)
    for problem in ledger.problems(parent.id):  # of an order of which all rows are bad
        left.pop(problem.order, None)
    return tuple(filter(None, left))


def _rows_named(ledger: Ledger, batch_id: str, order: str) -> tuple[int, ...]:
    """The rows of an order of which all rows are bad, as far as problems name it."""
    named = (problem for problem in ledger.problems(batch_id) if problem.order == order)
    return tuple(sorted({cell.row for problem in named for cell in problem.cells}))
