"""Batches that were held as a whole: a person sends them after all, or gives them up."""

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.errors import Busy, UsageError
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.batches.batch import Finished, report, work
from orderdrop.pipeline.batches.turns import is_being_sent
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import Parts


def release(parts: Parts, batch_id: str, *, owes_reply: bool = False) -> Finished:
    """Send a batch that was held as a whole; orders with a bad row of their own stay held. Raises UsageError otherwise.

    `owes_reply`: its source is to be told anew, if not by the caller then by the next poll.
    """
    with leased(parts, f"batch:{batch_id}") as lease:
        held = _held(parts, batch_id)
        parts.ledger.set_fates(batch_id, [OrderFate.HELD], OrderFate.READY)
        parts.ledger.take_up(batch_id, owes_reply=owes_reply)  # from here on whoever begins sees this one
        other = is_being_sent(parts, batch_id)
        if other is not None:
            lease.check_held()
            parts.ledger.conclude(batch_id, BatchStatus.HELD, None)
            parts.ledger.set_fates(batch_id, [OrderFate.READY], OrderFate.HELD)
            if owes_reply:
                parts.ledger.feed_done(batch_id, held.drop.place)
            raise Busy(
                f"Batch {other.id} sends some of the same orders at this moment.",
                next_step="Try again when it is done.",
            )
    return work(parts, batch_id)


def discard(parts: Parts, batch_id: str, reason: str) -> Finished:
    """Give up a batch that was held as a whole: nothing of it is ever sent. Raises UsageError when it is not held."""
    with leased(parts, f"batch:{batch_id}") as lease:
        held = _held(parts, batch_id)
        now = parts.clock()
        remarks = f"{held.remarks} Discarded at {now:%Y-%m-%d %H:%M} UTC: {reason}".strip()
        lease.check_held()
        # what a release that died had made ready is given up with the rest
        parts.ledger.set_fates(batch_id, [OrderFate.READY], OrderFate.HELD)
        parts.ledger.conclude(batch_id, BatchStatus.REJECTS, now, remarks, given_up=True)
        batch = parts.ledger.batch(batch_id) or held
    return Finished(batch=batch, receipt=report(parts, batch))


def _held(parts: Parts, batch_id: str) -> Batch:
    batch = parts.ledger.batch(batch_id)
    if batch is None or batch.status is not BatchStatus.HELD:
        state = f"is {batch.status}, not held" if batch else "is not in the ledger"
        raise UsageError(f"Batch {batch_id} {state}.", next_step="`orderdrop batches list` shows what waits.")
    return batch
