"""The orders of a batch, page by page: there may be more of them than fit into memory."""

from collections.abc import Collection, Iterator

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import OrderFate
from orderdrop.ledger.ledger import Ledger

PAGE_ORDERS = 2_000


def pages(
    ledger: Ledger,
    batch_id: str,
    fates: Collection[OrderFate] | None = None,
    *,
    page_orders: int = PAGE_ORDERS,
) -> Iterator[list[StoredOrder]]:
    """The orders of these fates by sequence, page by page; nothing is left out where fates change meanwhile."""
    after = -1
    while page := ledger.orders(batch_id, fates, after=after, limit=page_orders):
        yield page
        after = page[-1].sequence


def every_order(
    ledger: Ledger,
    batch_id: str,
    fates: Collection[OrderFate] | None = None,
    *,
    page_orders: int = PAGE_ORDERS,
) -> Iterator[StoredOrder]:
    """The same, one by one."""
    for page in pages(ledger, batch_id, fates, page_orders=page_orders):
        yield from page
