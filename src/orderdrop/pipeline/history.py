"""What came of batches, read from the ledger: for whoever looks back. Needs nothing of what reads and sends."""

from pathlib import Path

from orderdrop.core.outcomes import Counts
from orderdrop.errors import UsageError
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.pipeline.parts import Parts
from orderdrop.reports import receipt as receipts
from orderdrop.reports.places import existing
from orderdrop.reports.receipt import Receipt


def named(ledger: Ledger, batch_id: str) -> Batch:
    """The batch of this name; raises UsageError where there is none."""
    batch = ledger.batch(batch_id)
    if batch is None:
        raise UsageError(f"There is no batch {batch_id}.", next_step="`orderdrop batches list` names them.")
    return batch


def receipt(parts: Parts, batch: Batch) -> Receipt:
    """The receipt of a batch as the ledger has it now, with the reports that were written."""
    reports = existing(report_folder(parts, batch), batch.drop.name)
    return _with_purge(receipts.receipt_of(parts.ledger, batch, reports), batch)


def summary(parts: Parts, batch: Batch, counts: Counts | None = None) -> Receipt:
    """The receipt without its problems, for lists; `counts` where the books of the batch are at hand."""
    reports = existing(report_folder(parts, batch), batch.drop.name)
    return _with_purge(receipts.receipt(batch, counts or parts.ledger.counts(batch.id), [], reports), batch)


def chain(parts: Parts, batch: Batch) -> list[Batch]:
    """The batches of which one is a part: those that it continues, itself, and those that continue it, oldest first."""
    before, seen = [batch], {batch.id}
    while (parent_id := before[0].parent_id) is not None and parent_id not in seen:
        parent = parts.ledger.batch(parent_id)
        if parent is None:
            break
        before.insert(0, parent)
        seen.add(parent.id)
    after = [batch]
    for one in after:
        after += parts.ledger.children(one.id)
    return [*before, *after[1:]]


def report_folder(parts: Parts, batch: Batch) -> Path:
    """Where the reports of a batch lie."""
    return parts.workdir / "reports" / batch.id


def _with_purge(shown: Receipt, batch: Batch) -> Receipt:
    if batch.purged_at is None:
        return shown
    told = f"The personal data of this batch were removed on {batch.purged_at:%Y-%m-%d}; its books stay."
    remarks = f"{shown['remarks']} {told}".strip()
    return {**shown, "remarks": remarks, "purged_at": receipts.iso(batch.purged_at)}
