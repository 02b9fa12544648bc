"""The pages of the console over a full ledger, by name: every kind, with its deeper forms."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from benchmarks.full_ledger import FEEDS, tracking
from orderdrop.ledger.database import Database
from orderdrop.ledger.tables import BATCHES, ORDERS


def every_page(database: Database) -> Mapping[str, str]:
    """Every kind of page by name, with its deeper forms, on what the ledger holds."""
    with database.reading() as connection:
        rows = BATCHES.c.rows_read

        def ids(order: Any, *where: Any) -> Sequence[str]:
            return connection.execute(select(BATCHES.c.id).where(*where).order_by(order)).scalars().all()

        largest, usual = (
            ids(rows.desc())[0],
            ids(BATCHES.c.number.desc(), BATCHES.c.parent_id.is_not(None))[0],
        )
        early, sending = ids(BATCHES.c.number)[60], ids(BATCHES.c.number, BATCHES.c.status == "sending")[0]
        failed = ids(BATCHES.c.number.desc(), BATCHES.c.status == "failed")[0]
        last = connection.execute(
            select(func.max(ORDERS.c.sequence)).where(ORDERS.c.batch_id == largest)
        ).scalar_one()
        by_fate = {
            fate: connection.execute(
                select(ORDERS.c.id).where(ORDERS.c.batch_id == largest, ORDERS.c.fate == fate).limit(1)
            ).scalar_one()
            for fate in ("accepted", "held", "refused")
        }
    parcel = tracking(123_456)
    return {
        "batches": "/",
        "batches, the last page": f"/?before={early}",
        "batches that need a person": "/?show=person",
        "batches with rejects, the last page": f"/?show=rejects&before={early}",
        "batches of one feed": f"/?feed={FEEDS[0]}",
        "search: an order number": "/?q=AC-123456",
        "search: an order number of which there is none": "/?q=AC-99999999",
        "search: the beginning of some order numbers": "/?q=AC-12345",
        "search: the beginning of all order numbers": "/?q=AC-",
        "search: a tracking number": f"/?q={parcel}",
        "search: the beginning of a tracking number": f"/?q={parcel[:7]}",
        "search: a part of file names": "/?q=_0300_",
        "search: nothing like it": "/?q=nothing-like-it",
        "a batch": f"/batches/{usual}",
        "a batch that failed": f"/batches/{failed}",
        "a batch at work": f"/batches/{sending}",
        "a batch of 200,000 orders": f"/batches/{largest}",
        "a batch of 200,000 orders, the last page": f"/batches/{largest}?after={last - 50}",
        "a batch of 200,000 orders, those refused": f"/batches/{largest}?fate=refused",
        "a batch of 200,000 orders, those accepted, late": f"/batches/{largest}?fate=accepted&after={last - 5000}",
        **{f"an order of it, {fate}": f"/batches/{largest}/orders/{id_}" for fate, id_ in by_fate.items()},
        "overview": "/overview",
        "feeds": "/feeds",
        "a feed": f"/feeds/{FEEDS[0]}",
        "mappings": "/mappings",
        "a mapping": "/mappings/acme-shipments",
        "upload": "/upload",
        "people": "/people",
        "tokens": "/tokens",
        "metrics": "/metrics",
        "healthz": "/healthz",
        "readyz": "/readyz",
        "API: batches": "/api/v1/batches",
        "API: 200 batches": "/api/v1/batches?limit=200",
        "API: batches by status": "/api/v1/batches?status=rejects&limit=200",
        "API: a batch": f"/api/v1/batches/{usual}",
        "API: orders": "/api/v1/orders?q=AC-12345",
        "API: orders by the beginning of all": "/api/v1/orders?q=AC&limit=200",
    }
