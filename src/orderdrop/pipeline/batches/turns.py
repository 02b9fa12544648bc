"""Whose turn it is: of two drops that carry the same order the one that arrived first is sent first, never both at once.

A batch is `sending` in the ledger before it looks for others, so of two that look at least one sees the other. Only
older batches are waited for, so nobody waits in a circle. See docs/decisions.md, "Order of truth".
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Problem
from orderdrop.core.progress import Event, Step
from orderdrop.errors import Busy, LedgerUnavailable, Stopped
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.batches.poison import is_suspect
from orderdrop.pipeline.leases import Lease
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing.first_fates import owed, stale
from orderdrop.pipeline.putting_off import put_off

_ASK_AGAIN_SECONDS = 0.5

WorkOn = Callable[[Parts, str], object]


def await_turn(parts: Parts, batch: Batch, lease: Lease, work_on: WorkOn) -> None:
    """Wait until no older batch is under way with an order of this one.

    One that nobody works on (its process died) is brought to rest here. One that cannot be, or whose answers are still
    owed, is not waited for: what of it must not be overtaken is found by `stand_back`. Raises as the lease does.
    """
    passed: set[str] = set()
    told = False
    while rivals := [rival for rival in parts.ledger.rivals(batch.id, older=True) if rival.id not in passed]:
        lease.check()
        alive = None
        for rival in rivals:
            if is_suspect(parts, rival):
                passed.add(rival.id)
                continue
            try:
                work_on(replace(parts, patience_seconds=0.0), rival.id)
            except Busy:
                alive = rival
            except (Stopped, LedgerUnavailable):
                raise
            except Exception as error:  # noqa: BLE001 - the older drop's own fault, told where it is worked on again
                passed.add(rival.id)
                put_off(parts, rival.drop.name, error, batch=rival.id)
            else:
                passed |= {rival.id} if _rests_pending(parts, rival) else set()
        if alive is not None:
            if not told:
                told = True
                parts.watcher(Event(step=Step.WAITING, batch=batch.id, name=f"batch {alive.id}"))
            parts.sleep(_ASK_AGAIN_SECONDS)


def stand_back(parts: Parts, batch: Batch) -> None:
    """Put aside the ready orders that would undo a newer version, and those whose earlier version is not answered."""
    while True:
        found = parts.ledger.overtaken(batch.id)
        if not found.stale and not found.owed:
            return
        _put_aside(parts, batch, found.stale, OrderFate.HELD, _stale_problems(parts, batch, found.stale))
        waiting = [owed(order.key, order.lineage.rows, batch.id) for order in found.owed]
        _put_aside(parts, batch, found.owed, OrderFate.UNSENT, waiting)


def is_being_sent(parts: Parts, batch_id: str) -> Batch | None:
    """Another batch that sends an order of this one at this moment."""
    return next(iter(parts.ledger.rivals(batch_id, older=False)), None)


def _rests_pending(parts: Parts, rival: Batch) -> bool:
    now = parts.ledger.batch(rival.id)
    return now is not None and now.status is BatchStatus.PENDING


def _stale_problems(parts: Parts, batch: Batch, orders: Sequence[StoredOrder]) -> list[Problem]:
    accepted_at = parts.ledger.accepted_as_of(batch.account, [order.key for order in orders])
    arrived_at = batch.drop.arrived_at
    return [
        stale(order.key, order.lineage.rows, order.as_of or arrived_at, accepted_at[order.key])
        for order in orders
    ]


def _put_aside(
    parts: Parts, batch: Batch, orders: Sequence[StoredOrder], to: OrderFate, problems: Sequence[Problem]
) -> None:
    if orders:
        parts.ledger.put_aside(batch.id, [order.id for order in orders], to, problems)
