"""Tracking links in SQL."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from orderdrop.ledger.sql_statements import portions
from orderdrop.ledger.tables import LINKS, ORDERS
from orderdrop.ledger.unavailable import contradiction


def keep_links(connection: Connection, links: Mapping[str, str]) -> None:
    """Keep links by order id, in place of earlier ones."""
    for some in portions(list(links)):
        known = connection.execute(select(ORDERS.c.id).where(ORDERS.c.id.in_(some))).scalars().all()
        if len(known) < len(some):
            raise contradiction("an order that was to be changed is not there")
        connection.execute(delete(LINKS).where(LINKS.c.order_id.in_(some)))
        connection.execute(insert(LINKS), [{"order_id": one, "url": links[one]} for one in some])


def links(connection: Connection, batch_id: str) -> dict[str, str]:
    """The links of a batch's orders by their ids."""
    query = select(LINKS.c.order_id, LINKS.c.url).join(ORDERS, ORDERS.c.id == LINKS.c.order_id)
    rows = connection.execute(query.where(ORDERS.c.batch_id == batch_id))
    return {row.order_id: row.url for row in rows}
