"""Personal data go when they are older than wanted: kept drops, reports, and what the ledger holds of payloads and answers."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from orderdrop.core.outcomes import BatchStatus
from orderdrop.errors import UsageError
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.pickup.sets import copies
from orderdrop.pipeline.history import report_folder
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import Parts

_PAGE = 1_000


def refuse_purged(batch: Batch) -> None:
    """Raise UsageError for a batch of which only the books are left."""
    if batch.purged_at is not None:
        raise UsageError(
            f"The personal data of batch {batch.id} were removed on {batch.purged_at:%Y-%m-%d}; only its books are left.",
            next_step="Import the sender's file again.",
        )


def due(ledger: Ledger, before: datetime) -> list[Batch]:
    """The batches whose personal data may go, newest first.

    A batch and whatever continues it (reruns, corrections) share a drop and go together: when all of them are done,
    their source was told, and the last was done before this moment. What waits for a person stays.
    """
    batches = _all(ledger)
    first = _firsts(batches)
    staying = {first[batch.id] for batch in batches if not _may_go(batch, before)}
    return [batch for batch in batches if batch.purged_at is None and first[batch.id] not in staying]


def purge(parts: Parts, older_than: timedelta, *, tell: Callable[[Batch], None] = lambda _: None) -> int:
    """Remove the personal data of batches that were done so long ago; how many batches there were.

    Files go before the ledger says so: a run that dies in between leaves nothing behind that the next one overlooks.
    Raises Busy while another orderdrop purges.
    """
    with leased(parts, "purge") as lease:
        now = parts.clock()
        batches = due(parts.ledger, now - older_than)
        for at in range(0, len(batches), _PAGE):
            some = batches[at : at + _PAGE]
            for batch in some:
                lease.check()
                _remove_files(parts, batch)
            parts.ledger.purge([batch.id for batch in some], now)
            for batch in some:
                tell(batch)
    return len(batches)


def _all(ledger: Ledger) -> list[Batch]:
    found: list[Batch] = []
    while page := ledger.batches(limit=_PAGE, before=found[-1].id if found else None):
        found += page
    return found


def _firsts(batches: list[Batch]) -> dict[str, str]:
    """The first of the chain that each batch belongs to."""
    first: dict[str, str] = {}
    for batch in reversed(batches):  # oldest first: a parent comes before what continues it
        first[batch.id] = first.get(batch.parent_id or "", batch.id)
    return first


def _may_go(batch: Batch, before: datetime) -> bool:
    told = batch.feed_done or batch.drop.feed is None
    at_rest = not batch.status.resumes and batch.status is not BatchStatus.HELD
    return at_rest and told and batch.finished_at is not None and batch.finished_at < before


def _remove_files(parts: Parts, batch: Batch) -> None:
    for copy in copies(Path(batch.drop.kept_at)):
        copy.unlink(missing_ok=True)
    folder = report_folder(parts, batch)
    for report in folder.iterdir() if folder.is_dir() else ():
        report.unlink(missing_ok=True)  # the folder stays: where there is one, no ledger is begun anew
    shutil.rmtree(parts.workdir / "spill" / batch.id, ignore_errors=True)
