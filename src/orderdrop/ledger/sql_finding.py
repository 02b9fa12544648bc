"""Finding orders in SQL by what people have in hand: an order's number, a parcel's tracking number, or how one begins."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select, union

from orderdrop.ledger.browsing import CANDIDATES, Hits
from orderdrop.ledger.ledger import FoundOrder
from orderdrop.ledger.records import read_batch, read_order
from orderdrop.ledger.sql_batches import BATCH_COLUMNS
from orderdrop.ledger.sql_matching import FEEDS, LIMIT, TEXT, Matches, asked, begins, is_, is_cut
from orderdrop.ledger.sql_rejected import newest_rejected, of_number, suspects, told
from orderdrop.ledger.tables import BATCHES, DROPS, ORDERS, PARCELS

_NAMES = (
    (ORDERS.c.order_key, ORDERS.c.id),
    (ORDERS.c.tracking, ORDERS.c.id),
    (PARCELS.c.tracking, PARCELS.c.order_id),
)
_ORDER_COLUMNS = [column.label(f"order_{column.name}") for column in ORDERS.c]


def find(connection: Connection, text: str, feeds: Collection[str] | None, limit: int) -> Hits:
    """Orders by number or tracking number, rejected ones by number: those that are the text, then those that begin with it."""
    if not text:
        return Hits()
    parameters = asked(text, feeds, limit + 1)
    dialect, of_feeds = connection.dialect.name, feeds is not None
    found: dict[str, FoundOrder] = {}
    rejected: dict[tuple[str, str], Row[Any]] = {}
    more = False
    for matches in (is_, begins):
        some = _read(connection, _newest_named(dialect, matches, of_feeds), parameters)
        found |= {one.order.id: one for one in some if one.order.id not in found}
        turned_back = connection.execute(newest_rejected(dialect, matches, of_feeds=of_feeds), parameters)
        for row in turned_back:
            rejected.setdefault((row.id, row.order_key), row)
        # for whoever sees every feed, orders that were cut at CANDIDATES are more than `limit` in any case
        more = (
            max(len(found), len(rejected)) > limit
            or (of_feeds and is_cut(connection, _named(dialect, matches), parameters))
            or is_cut(connection, suspects(dialect, matches), parameters)
        )
        if more:
            break
    shown = told(connection, list(rejected.values())[:limit])
    return Hits(orders=list(found.values())[:limit], rejected=shown, more=more)


def find_anywhere(connection: Connection, text: str, limit: int) -> list[FoundOrder]:
    """Orders by number or tracking number; else, unless one was rejected, what contains the text, for which every order is read."""
    parameters = asked(text, None, limit)
    exact = _read(connection, _newest_named(connection.dialect.name, is_, False), parameters)
    if exact or of_number(connection, text, 1):
        return exact
    places = (ORDERS.c.order_key, ORDERS.c.reference, ORDERS.c.payload)
    anywhere = or_(*(place.icontains(text, autoescape=True) for place in places))
    return _read(connection, _newest(select(ORDERS.c.id).where(anywhere), of_feeds=False), parameters)


def versions(
    connection: Connection, key: str, feeds: Collection[str] | None, limit: int
) -> Sequence[FoundOrder]:
    """Orders of exactly this number."""
    numbered = select(ORDERS.c.id).where(ORDERS.c.order_key == TEXT)
    return _read(connection, _newest(numbered, of_feeds=feeds is not None), asked(key, feeds, limit))


def _read(connection: Connection, query: Select[Any], parameters: dict[str, Any]) -> list[FoundOrder]:
    rows = connection.execute(query, parameters)
    return [FoundOrder(order=read_order(row), batch=read_batch(row)) for row in rows]


@cache
def _newest_named(dialect: str, matches: Matches, of_feeds: bool) -> Select[Any]:
    """The newest of the orders of which a name matches; put together once, for that takes longer than the answer."""
    return _newest(_named(dialect, matches), of_feeds=of_feeds)


def _named(dialect: str, matches: Matches) -> Select[Any]:
    """The ids of some orders whose number, or one of whose tracking numbers, matches."""
    parts = [
        select(id_.label("id")).where(matches(dialect, name)).limit(CANDIDATES).subquery()
        for name, id_ in _NAMES
    ]
    return select(union(*(select(part.c.id) for part in parts)).subquery().c.id)


def _newest(candidates: Select[Any], *, of_feeds: bool) -> Select[Any]:
    """The newest of some orders with their batches."""
    # a sum is in no index: else all batches are walked, newest first, in search of the few orders
    newest_first = (BATCHES.c.number + 0).desc(), ORDERS.c.sequence.desc()
    ids = (
        select(ORDERS.c.id)
        .join(BATCHES, ORDERS.c.batch_id == BATCHES.c.id)
        .where(ORDERS.c.id.in_(candidates))
        .order_by(*newest_first)
        .limit(LIMIT)
    )
    if of_feeds:
        ids = ids.join(DROPS, BATCHES.c.drop_id == DROPS.c.id).where(DROPS.c.feed.in_(FEEDS))
    return (
        select(*_ORDER_COLUMNS, *BATCH_COLUMNS)
        .join_from(ORDERS, BATCHES, ORDERS.c.batch_id == BATCHES.c.id)
        .join(DROPS, BATCHES.c.drop_id == DROPS.c.id)
        .where(ORDERS.c.id.in_(ids))
        .order_by(*newest_first)
    )
