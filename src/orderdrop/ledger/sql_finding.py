"""Finding orders in SQL by what people have in hand: an order's number, a parcel's tracking number, or how one begins."""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    or_,
    select,
    union,
)

from orderdrop.ledger.browsing import CANDIDATES, Hits
from orderdrop.ledger.ledger import FoundOrder
from orderdrop.ledger.records import read_batch, read_order
from orderdrop.ledger.sql_batches import BATCH_COLUMNS
from orderdrop.ledger.tables import BATCHES, DROPS, ORDERS, PARCELS

_Matches = Callable[[str, Column[str]], ColumnElement[bool]]
_NAMES = (
    (ORDERS.c.order_key, ORDERS.c.id),
    (ORDERS.c.tracking, ORDERS.c.id),
    (PARCELS.c.tracking, PARCELS.c.order_id),
)
_ORDER_COLUMNS = [column.label(f"order_{column.name}") for column in ORDERS.c]
_TEXT: BindParameter[str] = bindparam("text")
_END: BindParameter[str] = bindparam("end")
_FEEDS: Any = bindparam("feeds", expanding=True)
_LIMIT: BindParameter[int] = bindparam("limit")


def find(connection: Connection, text: str, feeds: Collection[str] | None, limit: int) -> Hits:
    """Orders by number or tracking number: those that are the text, then those that begin with it."""
    if not text:
        return Hits()
    asked = _asked(text, feeds, limit + 1)
    dialect, of_feeds = connection.dialect.name, feeds is not None
    found: dict[str, FoundOrder] = {}
    more = False
    for matches in (_is, _begins):
        some = _read(connection, _newest_named(dialect, matches, of_feeds), asked)
        found |= {one.order.id: one for one in some if one.order.id not in found}
        # for whoever sees every feed, what was cut at CANDIDATES is more than `limit` in any case
        more = len(found) > limit or (of_feeds and _is_cut(connection, _named(dialect, matches), asked))
        if more:
            break
    return Hits(orders=list(found.values())[:limit], more=more)


def find_anywhere(connection: Connection, text: str, limit: int) -> list[FoundOrder]:
    """Orders by number or tracking number; else whatever contains the text, for which every order is read."""
    asked = _asked(text, None, limit)
    if exact := _read(connection, _newest_named(connection.dialect.name, _is, False), asked):
        return exact
    places = (ORDERS.c.order_key, ORDERS.c.reference, ORDERS.c.payload)
    anywhere = or_(*(place.icontains(text, autoescape=True) for place in places))
    return _read(connection, _newest(select(ORDERS.c.id).where(anywhere), of_feeds=False), asked)


def versions(
    connection: Connection, key: str, feeds: Collection[str] | None, limit: int
) -> Sequence[FoundOrder]:
    """Orders of exactly this number."""
    numbered = select(ORDERS.c.id).where(ORDERS.c.order_key == _TEXT)
    return _read(connection, _newest(numbered, of_feeds=feeds is not None), _asked(key, feeds, limit))


def _asked(text: str, feeds: Collection[str] | None, limit: int) -> dict[str, Any]:
    return {"text": text, "end": f"{text}\U0010ffff", "feeds": list(feeds or ()), "limit": limit}


def _read(connection: Connection, query: Select[Any], asked: dict[str, Any]) -> list[FoundOrder]:
    rows = connection.execute(query, asked)
    return [FoundOrder(order=read_order(row), batch=read_batch(row)) for row in rows]


def _is_cut(connection: Connection, candidates: Select[Any], asked: dict[str, Any]) -> bool:
    counted = select(func.count()).select_from(candidates.subquery())
    return bool(connection.execute(counted, asked).scalar_one() >= CANDIDATES)


@cache
def _newest_named(dialect: str, matches: _Matches, of_feeds: bool) -> Select[Any]:
    """The newest of the orders of which a name matches; put together once, for that takes longer than the answer."""
    return _newest(_named(dialect, matches), of_feeds=of_feeds)


def _named(dialect: str, matches: _Matches) -> Select[Any]:
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
        .limit(_LIMIT)
    )
    if of_feeds:
        ids = ids.join(DROPS, BATCHES.c.drop_id == DROPS.c.id).where(DROPS.c.feed.in_(_FEEDS))
    return (
        select(*_ORDER_COLUMNS, *BATCH_COLUMNS)
        .join_from(ORDERS, BATCHES, ORDERS.c.batch_id == BATCHES.c.id)
        .join(DROPS, BATCHES.c.drop_id == DROPS.c.id)
        .where(ORDERS.c.id.in_(ids))
        .order_by(*newest_first)
    )


def _is(_: str, column: Column[str]) -> ColumnElement[bool]:
    return column == _TEXT


def _begins(dialect: str, column: Column[str]) -> ColumnElement[bool]:
    """What begins with a text, as a range by bytes: an index answers that, also where a plan is made without the text."""
    if dialect == "sqlite":
        return (column > _TEXT) & (column < _END)
    return column.op("~>~", is_comparison=True)(_TEXT) & column.op("~<~", is_comparison=True)(_END)
