"""A held batch that was corrected: once every row of it came back, it waits for nobody any more."""

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.errors import Busy
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing.opening import Reading


def supersede(parts: Parts, batch: Batch) -> Batch | None:
    """Bring the held batch to rest that this one corrects as a whole, and give it back; None where there is none.

    Nothing of it is sent any more: what was good in it goes with the correction. One that somebody releases at this
    moment is left alone. May be repeated: a run that died before it could report on that batch does so now.
    """
    if batch.parent_id is None or batch.scope is not None or not batch.verdict:
        return None
    if not Reading.from_json(batch.verdict).whole:
        return None
    try:
        with leased(parts, f"batch:{batch.parent_id}") as lease:
            parent = parts.ledger.batch(batch.parent_id)
            if parent is None:
                return None
            if parent.status is not BatchStatus.HELD:
                return parent if parent.given_up else None
            lease.check_held()
            parts.ledger.set_fates(parent.id, [OrderFate.READY], OrderFate.HELD)  # of a release that died
            told = f"All of it came back corrected as batch {batch.id}; nothing is to be done."
            remarks = f"{parent.remarks} {told}".strip()
            parts.ledger.conclude(parent.id, BatchStatus.REJECTS, parts.clock(), remarks, given_up=True)
            return parts.ledger.batch(parent.id)
    except Busy:
        return None
