"""What `orderdrop health` shows of things that wait for a person."""

from collections.abc import Iterator

from orderdrop.cli.session import Session
from orderdrop.core.outcomes import BatchStatus
from orderdrop.pipeline.overdue import overdue

_WAIT = (BatchStatus.HELD, BatchStatus.STUCK, BatchStatus.UNBALANCED, BatchStatus.UNFINISHED)
_MOST = 20


def attention(session: Session) -> Iterator[str]:
    """One sentence for each: batches that only a person can go on with, uploads that do not become complete."""
    ledger = session.parts.ledger
    for batch in ledger.batches(limit=_MOST, statuses=_WAIT):
        # what waits for its account goes by itself, and what has a rerun or a correction somebody has seen to
        if batch.waits_since is None and not ledger.children(batch.id):
            yield f"Batch {batch.id} ({batch.drop.name}) is {batch.status}: see `orderdrop batches show {batch.id}`."
    for feed in session.settings.feeds:
        yield from map(str, overdue(session.settings.workdir, feed))
