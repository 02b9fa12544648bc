"""Looking around in SQL: each question is answered from an index or from kept books, however much the ledger holds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Problem, Severity
from orderdrop.ledger import sql_batches, sql_books, sql_figures, sql_finding
from orderdrop.ledger.browsing import BY_HAND, BatchLine, Cause, Day, Figures, Filter, Hits
from orderdrop.ledger.database import Database
from orderdrop.ledger.ledger import FoundOrder
from orderdrop.ledger.records import read_order
from orderdrop.ledger.sql_reading import orders, problems_of_order
from orderdrop.ledger.tables import BATCHES, CAUSES, DROPS, ORDERS, PROBLEMS


class SqlBrowsing:
    """The Browsing port on a migrated database; what each method promises stands at the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def batches(self, wanted: Filter, *, limit: int = 50) -> list[BatchLine]:
        with self._database.reading() as connection:
            found = sql_batches.batches(connection, wanted, limit)
            books = sql_books.counts(connection, [batch.id for batch in found])
            return [BatchLine(batch=batch, counts=books[batch.id]) for batch in found]

    def by_status(self, feeds: Collection[str] | None = None) -> Mapping[BatchStatus, int]:
        with self._database.reading() as connection:
            return sql_figures.by_status(connection, feeds)

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
        with self._database.reading() as connection:
            return sql_books.causes(connection, batch_id)

    def problems(self, batch_id: str, key: str, *, limit: int = 100) -> list[Problem]:
        with self._database.reading() as connection:
            return problems_of_order(connection, batch_id, key, limit)

    def find(self, text: str, feeds: Collection[str] | None = None, *, limit: int = 50) -> Hits:
        with self._database.reading() as connection:
            return sql_finding.find(connection, text, feeds, limit)

    def versions(
        self, key: str, feeds: Collection[str] | None = None, *, limit: int = 50
    ) -> Sequence[FoundOrder]:
        with self._database.reading() as connection:
            return sql_finding.versions(connection, key, feeds, limit)

    def arrivals(self, since: datetime, feeds: Collection[str] | None = None) -> list[Day]:
        with self._database.reading() as connection:
            day = _day(connection, DROPS.c.arrived_at)
            query = select(day, DROPS.c.feed, func.count()).where(DROPS.c.arrived_at >= since)
            query = _of_feeds(query, feeds).group_by(day, DROPS.c.feed)
            return _by_day((at, feed or BY_HAND, count) for at, feed, count in connection.execute(query))

    def refusals(self, since: datetime, feeds: Collection[str] | None = None) -> list[Day]:
        with self._database.reading() as connection:
            day = _day(connection, BATCHES.c.created_at)
            recent = BATCHES.c.created_at >= since
            found: list[Any] = []
            for table, count, closed in (
                (CAUSES, func.sum(CAUSES.c.count), True),
                (PROBLEMS, func.count(), False),
            ):
                query = select(day, table.c.code, count).join_from(
                    # nothing is looked up by such an id: the few batches of these days come first, then what is theirs
                    BATCHES,
                    table,
                    table.c.batch_id == BATCHES.c.id.concat(""),
                )
                query = query.where(
                    recent, BATCHES.c.books_closed.is_(closed), table.c.severity == Severity.ERROR.value
                )
                if feeds is not None:
                    query = _of_feeds(query.join(DROPS, BATCHES.c.drop_id == DROPS.c.id), feeds)
                found += connection.execute(query.group_by(day, table.c.code))
            return _by_day(found)

    def last_drops(self) -> Mapping[str, datetime]:
        with self._database.reading() as connection:
            return {feed: latest for feed, (_, latest) in sql_figures.drops(connection).items()}

    def figures(self) -> Figures:
        with self._database.reading() as connection:
            return sql_figures.figures(connection)


def _of_feeds(query: Select[Any], feeds: Collection[str] | None) -> Select[Any]:
    return query if feeds is None else query.where(DROPS.c.feed.in_(list(feeds)))


def _day(connection: Connection, moment: ColumnElement[datetime]) -> ColumnElement[Any]:
    """The day of a moment in UTC, as 2026-11-22; SQLite keeps moments as text that begins so."""
    if connection.dialect.name == "sqlite":
        return func.substr(moment, 1, 10)
    return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD")


def _by_day(rows: Iterable[Any]) -> list[Day]:
    days: dict[str, dict[str, int]] = {}
    for at, name, count in rows:
        day = days.setdefault(at, {})
        day[name] = day.get(name, 0) + int(count)
    return [Day(day=day, counts=days[day]) for day in sorted(days)]
