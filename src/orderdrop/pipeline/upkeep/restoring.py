"""A backup of the ledger that was put back: what happened since it was taken is not in it, but at the destinations.

Reports are written after the ledger, so a report folder of a batch that the ledger does not know shows that it is an older
one. Then every order that it holds for not sent may have been sent: it gets an attempt of unknown outcome, so that it is
sent again where that leaves one order and looked up first where it would make two.
"""

from collections.abc import Iterator
from pathlib import Path

from orderdrop.core.identity import new_id
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.ledger.ledger import Attempt, Batch, Ledger
from orderdrop.pipeline.parts import Parts

ASIDE = "reports-lost"
_PAGE = 1_000
# so many batches may have begun in one second, and then their names do not tell which came first
_BESIDE = 20
_REST = {BatchStatus.UNFINISHED: OrderFate.UNSENT, BatchStatus.HELD: OrderFate.HELD}
_OPEN = (BatchStatus.SENDING, BatchStatus.PENDING, *_REST)


def lost(ledger: Ledger, workdir: Path) -> list[str]:
    """The batches that were reported on and that the ledger does not know, newest first; none for a ledger that is up to date."""
    folder = workdir / "reports"
    found: list[str] = []
    names = sorted((path.name for path in folder.iterdir()), reverse=True) if folder.is_dir() else []
    for at, name in enumerate(names):
        if ledger.batch(name) is None:
            found.append(name)
        elif at >= _BESIDE:
            break  # names sort by time: all before it are known too
    return found


def take_note(parts: Parts) -> tuple[list[str], int]:
    """Put the ledger's unsent orders in doubt and the reports of lost batches aside; the batches, and how many orders.

    May be repeated: it dies leaving nothing that the next one overlooks.
    """
    orders = sum(_doubt(parts, batch) for batch in _open(parts.ledger))
    batches = lost(parts.ledger, parts.workdir)
    aside = parts.workdir / ASIDE
    aside.mkdir(exist_ok=True)
    for name in batches:
        (parts.workdir / "reports" / name).replace(aside / name)
    return batches, orders


def _open(ledger: Ledger) -> list[Batch]:
    found: list[Batch] = []
    while page := ledger.batches(limit=_PAGE, before=found[-1].id if found else None, statuses=_OPEN):
        found += page
    return found


def _doubt(parts: Parts, batch: Batch) -> int:
    ledger, now, rest = parts.ledger, parts.clock(), _REST.get(batch.status, OrderFate.UNSENT)
    ledger.set_fates(batch.id, [rest], OrderFate.READY)
    count, request_id = 0, new_id("restored", now, parts.random)
    for page in _ready(ledger, batch.id):
        ledger.record_attempts(
            [
                Attempt(
                    id=f"{request_id}.{order.sequence}",
                    request_id=request_id,
                    batch_id=batch.id,
                    order_id=order.id,
                    started_at=now,
                )
                for order in page
            ]
        )
        count += len(page)
    ledger.reopen(batch.id, now)  # closes them as unknown
    if batch.status in _REST:
        ledger.set_fates(batch.id, [OrderFate.READY], rest)
    return count


def _ready(ledger: Ledger, batch_id: str) -> Iterator[list[StoredOrder]]:
    while page := ledger.orders(batch_id, (OrderFate.READY,), limit=_PAGE):
        yield page
