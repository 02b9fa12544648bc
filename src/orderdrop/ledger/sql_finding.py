"""Finding orders in SQL by what people have in hand: an order's number, a parcel's tracking number, or how one begins."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, or_, select, union

from orderdrop.ledger.browsing import CANDIDATES, Hits
from orderdrop.ledger.ledger import FoundOrder
from orderdrop.ledger.records import read_batch, read_order
from orderdrop.ledger.sql_batches import BATCH_COLUMNS
from orderdrop.ledger.tables import BATCHES, DROPS, ORDERS, PARCELS

_NAMES = (
    (ORDERS.c.order_key, ORDERS.c.id),
    (ORDERS.c.tracking, ORDERS.c.id),
    (PARCELS.c.tracking, PARCELS.c.order_id),
)
_ORDER_COLUMNS = [column.label(f"order_{column.name}") for column in ORDERS.c]


def find(connection: Connection, text: str, feeds: Collection[str] | None, limit: int) -> Hits:
    """Orders by number or tracking number: those that are the text, then those that begin with it."""
    if not text:
        return Hits()
    found: dict[str, FoundOrder] = {}
    more = False
    for matches in (_is, _begins):
        candidates = _candidates(connection, text, matches)
        some = _newest(connection, candidates, feeds, limit + 1)
        found |= {one.order.id: one for one in some if one.order.id not in found}
        # for whoever sees every feed, what was cut at CANDIDATES is more than `limit` in any case
        more = len(found) > limit or (feeds is not None and _is_cut(connection, candidates))
        if more:
            break
    return Hits(orders=list(found.values())[:limit], more=more)


def find_anywhere(connection: Connection, text: str, limit: int) -> list[FoundOrder]:
    """Orders by number or tracking number; else whatever contains the text, for which every order is read."""
    if exact := _newest(connection, _candidates(connection, text, _is), None, limit):
        return exact
    places = (ORDERS.c.order_key, ORDERS.c.reference, ORDERS.c.payload)
    anywhere = or_(*(place.icontains(text, autoescape=True) for place in places))
    return _newest(connection, select(ORDERS.c.id).where(anywhere), None, limit)


def versions(
    connection: Connection, key: str, feeds: Collection[str] | None, limit: int
) -> Sequence[FoundOrder]:
    """Orders of exactly this number."""
    return _newest(connection, select(ORDERS.c.id).where(ORDERS.c.order_key == key), feeds, limit)


def _candidates(connection: Connection, text: str, matches: Any) -> Select[Any]:
    """The ids of some orders whose number, or one of whose tracking numbers, matches."""
    parts = [
        select(id_.label("id")).where(matches(connection, name, text)).limit(CANDIDATES).subquery()
        for name, id_ in _NAMES
    ]
    return select(union(*(select(part.c.id) for part in parts)).subquery().c.id)


def _is_cut(connection: Connection, candidates: Select[Any]) -> bool:
    counted = connection.execute(select(func.count()).select_from(candidates.subquery())).scalar_one()
    return bool(counted >= CANDIDATES)


def _newest(
    connection: Connection, candidates: Select[Any], feeds: Collection[str] | None, limit: int
) -> list[FoundOrder]:
    # a sum is in no index: else all batches are walked, newest first, in search of the few orders
    newest_first = (BATCHES.c.number + 0).desc(), ORDERS.c.sequence.desc()
    ids = (
        select(ORDERS.c.id)
        .join(BATCHES, ORDERS.c.batch_id == BATCHES.c.id)
        .where(ORDERS.c.id.in_(candidates))
        .order_by(*newest_first)
        .limit(limit)
    )
    if feeds is not None:
        ids = ids.join(DROPS, BATCHES.c.drop_id == DROPS.c.id).where(DROPS.c.feed.in_(list(feeds)))
    query = (
        select(*_ORDER_COLUMNS, *BATCH_COLUMNS)
        .join_from(ORDERS, BATCHES, ORDERS.c.batch_id == BATCHES.c.id)
        .join(DROPS, BATCHES.c.drop_id == DROPS.c.id)
        .where(ORDERS.c.id.in_(ids))
        .order_by(*newest_first)
    )
    return [FoundOrder(order=read_order(row), batch=read_batch(row)) for row in connection.execute(query)]


def _is(_: Connection, column: Column[str], text: str) -> ColumnElement[bool]:
    return column == text


def _begins(connection: Connection, column: Column[str], text: str) -> ColumnElement[bool]:
    """What begins with a text, as a range by bytes: an index answers that, also where a plan is made without the text."""
    end = f"{text}\U0010ffff"
    if connection.dialect.name == "sqlite":
        return (column > text) & (column < end)
    return column.op("~>~", is_comparison=True)(text) & column.op("~<~", is_comparison=True)(end)
