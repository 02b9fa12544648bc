"""Whether the ledger still says what orderdrop wrote: its books balance, and its facts bear each other out.

An edit by hand leaves traces, for every fact stands in more than one place: a payload and its digest, a fate and the
attempt that brought it, a status and the books.
"""

from collections.abc import Iterator

from orderdrop.core.identity import digest
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate, conclude
from orderdrop.ledger.ledger import AttemptOutcome, Batch, Ledger
from orderdrop.ledger.paging import every_order

_PAGE = 500
_WITHOUT_BOOKS = (BatchStatus.RECEIVED, BatchStatus.FAILED, BatchStatus.STUCK)
_BROUGHT_BY = {OrderFate.ACCEPTED: AttemptOutcome.ACCEPTED, OrderFate.REFUSED: AttemptOutcome.REFUSED}


def audit(ledger: Ledger) -> Iterator[str]:
    """Everything that is wrong, each in a sentence that names batch and order. Reads all there is, a page at a time."""
    yield from ledger.damage()
    before: str | None = None
    while batches := ledger.batches(limit=_PAGE, before=before):
        for batch in batches:
            yield from _books(ledger, batch)
            yield from _orders(ledger, batch)
        before = batches[-1].id


def _books(ledger: Ledger, batch: Batch) -> Iterator[str]:
    if batch.status in _WITHOUT_BOOKS:
        return
    counts = ledger.counts(batch.id, anew=True)
    fates = counts.rows
    if counts != ledger.counts(batch.id):
        yield f"Batch {batch.id} ({batch.drop.name}): the books that were kept are not what its orders and rows come to."
    if not fates.balanced:
        yield f"Batch {batch.id} ({batch.drop.name}): {fates.read:,} rows were read, but their fates add up to another number."
    elif (
        not batch.status.resumes
        and batch.status is not BatchStatus.HELD
        and conclude(counts) is not batch.status
    ):
        yield f"Batch {batch.id} ({batch.drop.name}) is {batch.status}, but its books say {conclude(counts)}."


def _orders(ledger: Ledger, batch: Batch) -> Iterator[str]:
    for order in every_order(ledger, batch.id):
        yield from (f"Order {order.key} of batch {batch.id} {wrong}." for wrong in _wrong(ledger, order))


def _wrong(ledger: Ledger, order: StoredOrder) -> Iterator[str]:
    if order.payload is not None and digest(order.payload) != order.digest:
        yield "has another payload than the one that was built for it (their digests differ)"
    brought_by = _BROUGHT_BY.get(order.fate)
    if brought_by is not None:
        ended = [attempt.outcome for attempt in ledger.attempts(order.id)]
        if not ended or ended[-1] is not brought_by:
            yield f"is {order.fate}, but no attempt to send it ended so"
