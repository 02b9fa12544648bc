"""Looking around in SQL: each question is answered from an index, however much the ledger holds."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.ledger.browsing import BatchLine, Cause, Day, Figures, Filter
from orderdrop.ledger.database import Database
from orderdrop.ledger.ledger import FoundOrder
from orderdrop.ledger.records import read_batch, read_order
from orderdrop.ledger.sql_batches import BATCH_COLUMNS
from orderdrop.ledger.sql_reading import counts, orders
from orderdrop.ledger.tables import BATCHES, DROPS, ORDERS, PROBLEMS

_CAUSES_LOOKED_AT = 50_000


class SqlBrowsing:
    """The Browsing port on a migrated database; what each method promises stands at the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def batches(self, wanted: Filter, *, limit: int = 50) -> list[BatchLine]:
        query = _batches().order_by(BATCHES.c.number.desc()).limit(limit)
        if wanted.before is not None:
            at = select(BATCHES.c.number).where(BATCHES.c.id == wanted.before).scalar_subquery()
            query = query.where(BATCHES.c.number < at)
        if wanted.feeds is not None:
            query = query.where(DROPS.c.feed.in_(list(wanted.feeds)))
        if wanted.statuses is not None:
            query = query.where(BATCHES.c.status.in_([status.value for status in wanted.statuses]))
        if wanted.name:
            query = query.where(DROPS.c.name.icontains(wanted.name, autoescape=True))
        with self._database.reading() as connection:
            found = [read_batch(row) for row in connection.execute(query)]
            return [BatchLine(batch=batch, counts=counts(connection, batch.id)) for batch in found]

    def waiting(self, feeds: Collection[str] | None = None) -> Mapping[BatchStatus, int]:
        query = select(BATCHES.c.status, func.count()).group_by(BATCHES.c.status)
        if feeds is not None:
            query = query.join(DROPS, BATCHES.c.drop_id == DROPS.c.id).where(DROPS.c.feed.in_(list(feeds)))
        with self._database.reading() as connection:
            return {BatchStatus(status): int(count) for status, count in connection.execute(query)}

    def orders(
        self, batch_id: str, *, fates: Collection[OrderFate] | None = None, after: int = -1, limit: int = 100
    ) -> Sequence[StoredOrder]:
        with self._database.reading() as connection:
            return orders(connection, batch_id, fates, after, limit)

    def order(self, batch_id: str, order_id: str) -> StoredOrder | None:
        query = select(ORDERS).where(ORDERS.c.id == order_id, ORDERS.c.batch_id == batch_id)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else read_order(row)

    def causes(self, batch_id: str) -> list[Cause]:
        columns = (
            PROBLEMS.c.code, PROBLEMS.c.cells, PROBLEMS.c.message, PROBLEMS.c.raised_by, PROBLEMS.c.owner, PROBLEMS.c.severity,
        )  # fmt: skip
        query = select(*columns).where(PROBLEMS.c.batch_id == batch_id).order_by(PROBLEMS.c.number)
        found: dict[tuple[str, str | None, str, str, str], list[Any]] = {}
        with self._database.reading() as connection:
            for code, cells, message, raised_by, owner, severity in connection.execute(
                query.limit(_CAUSES_LOOKED_AT)
            ):
                key = (code, _column(cells), raised_by, owner, severity)
                found.setdefault(key, [0, message])[0] += 1
        causes = [
            Cause(code=code, column=column, raised_by=raised_by, owner=owner, severity=severity, count=n, example=first)
            for (code, column, raised_by, owner, severity), (n, first) in found.items()
        ]  # fmt: skip
        return sorted(causes, key=lambda cause: -cause.count)

    def find(self, text: str, feeds: Collection[str] | None = None, *, limit: int = 50) -> list[FoundOrder]:
        if not text:
            return []
        with self._database.reading() as connection:
            found: dict[str, FoundOrder] = {}
            for query in (
                _found(feeds).where(ORDERS.c.order_key == text),
                _found(feeds).where(_begins(connection, text), ORDERS.c.order_key != text),
            ):
                if len(found) < limit:
                    found |= {one.order.id: one for one in _read(connection, query.limit(limit))}
            return list(found.values())[:limit]

    def arrivals(self, since: datetime, feeds: Collection[str] | None = None) -> list[Day]:
        query = _since(select(BATCHES.c.created_at, DROPS.c.feed), since, feeds)
        with self._database.reading() as connection:
            return _by_day((at, feed or "(imports)") for at, feed in connection.execute(query))

    def refusals(self, since: datetime, feeds: Collection[str] | None = None) -> list[Day]:
        query = select(BATCHES.c.created_at, PROBLEMS.c.code).join_from(
            PROBLEMS, BATCHES, PROBLEMS.c.batch_id == BATCHES.c.id
        )
        query = query.join(DROPS, BATCHES.c.drop_id == DROPS.c.id)
        query = query.where(BATCHES.c.created_at >= since, PROBLEMS.c.severity == "error")
        if feeds is not None:
            query = query.where(DROPS.c.feed.in_(list(feeds)))
        with self._database.reading() as connection:
            return _by_day(connection.execute(query))

    def last_drops(self) -> Mapping[str, datetime]:
        latest = func.max(DROPS.c.arrived_at).label("latest")
        query = select(DROPS.c.feed, latest).where(DROPS.c.feed.is_not(None)).group_by(DROPS.c.feed)
        with self._database.reading() as connection:
            return {row.feed: row.latest for row in connection.execute(query)}

    def figures(self) -> Figures:
        orders_by = (
            select(BATCHES.c.account, ORDERS.c.fate, func.count())
            .join_from(ORDERS, BATCHES, ORDERS.c.batch_id == BATCHES.c.id)
            .group_by(BATCHES.c.account, ORDERS.c.fate)
        )
        under_way = [status.value for status in BatchStatus if status.resumes]
        oldest = select(func.min(BATCHES.c.created_at)).where(BATCHES.c.status.in_(under_way))
        with self._database.reading() as connection:
            return Figures(
                batches=self.waiting(),
                orders={
                    (account, fate): int(count) for account, fate, count in connection.execute(orders_by)
                },
                oldest=connection.execute(oldest).scalar(),
            )


def _batches() -> Select[Any]:
    return select(*BATCH_COLUMNS).join_from(BATCHES, DROPS, BATCHES.c.drop_id == DROPS.c.id)


def _found(feeds: Collection[str] | None) -> Select[Any]:
    order_columns = [column.label(f"order_{column.name}") for column in ORDERS.c]
    query = select(*order_columns, *BATCH_COLUMNS).join_from(
        ORDERS, BATCHES, ORDERS.c.batch_id == BATCHES.c.id
    )
    query = query.join(DROPS, BATCHES.c.drop_id == DROPS.c.id).order_by(BATCHES.c.number.desc())
    return query if feeds is None else query.where(DROPS.c.feed.in_(list(feeds)))


def _read(connection: Connection, query: Select[Any]) -> list[FoundOrder]:
    return [FoundOrder(order=read_order(row), batch=read_batch(row)) for row in connection.execute(query)]


def _since(query: Select[Any], since: datetime, feeds: Collection[str] | None) -> Select[Any]:
    query = query.join_from(BATCHES, DROPS, BATCHES.c.drop_id == DROPS.c.id).where(
        BATCHES.c.created_at >= since
    )
    return query if feeds is None else query.where(DROPS.c.feed.in_(list(feeds)))


def _by_day(rows: Any) -> list[Day]:
    days: dict[str, dict[str, int]] = {}
    for at, name in rows:
        day = days.setdefault(f"{at:%Y-%m-%d}", {})
        day[name] = day.get(name, 0) + 1
    return [Day(day=day, counts=days[day]) for day in sorted(days)]


def _column(cells: str) -> str | None:
    first = orjson.loads(cells)[:1]
    if not first:
        return None
    column = first[0][1] if isinstance(first[0], list) else first[0].get("column")
    return None if column is None else str(column)


def _begins(connection: Connection, text: str) -> ColumnElement[bool]:
    """Order numbers that begin with a text; on SQLite, which sorts by bytes, as a range that its index answers."""
    if connection.dialect.name == "sqlite":
        return and_(ORDERS.c.order_key > text, ORDERS.c.order_key < text + "\U0010ffff")
    return ORDERS.c.order_key.startswith(text, autoescape=True)
