"""The ledger in a few numbers, in SQL: sums of the kept books, and counts of the few batches that are at work."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.browsing import BY_HAND, Figures
from orderdrop.ledger.sql_books import ROW_FATES_BY_NAME, counted
from orderdrop.ledger.tables import BATCHES, BOOKS, DROPS

_UNDER_WAY = [status.value for status in BatchStatus if status.resumes]
_SUCCESS = [BatchStatus.ACCEPTED.value, BatchStatus.REJECTS.value]


def by_status(connection: Connection, feeds: Collection[str] | None) -> Mapping[BatchStatus, int]:
    """How many batches stand in each status."""
    query = select(BATCHES.c.status, func.count()).group_by(BATCHES.c.status)
    if feeds is not None:
        query = query.join(DROPS, BATCHES.c.drop_id == DROPS.c.id).where(DROPS.c.feed.in_(list(feeds)))
    return {BatchStatus(status): int(count) for status, count in connection.execute(query)}


def drops(connection: Connection) -> Mapping[str, tuple[int, datetime]]:
    """How many drops each feed brought, and when the last came."""
    query = select(DROPS.c.feed, func.count(), func.max(DROPS.c.arrived_at)).group_by(DROPS.c.feed)
    return {feed: (int(n), latest) for feed, n, latest in connection.execute(query) if feed is not None}


def figures(connection: Connection) -> Figures:
    """What is measured."""
    orders, rows = _by_account_and_fate(connection)
    of_feeds = drops(connection)
    by_hand = select(func.count()).where(DROPS.c.feed.is_(None))
    return Figures(
        batches=by_status(connection, None),
        orders=orders,
        rows=rows,
        oldest=_oldest(connection),
        drops={
            **{feed: count for feed, (count, _) in of_feeds.items()},
            BY_HAND: connection.execute(by_hand).scalar_one(),
        },
        last_drops={feed: latest for feed, (_, latest) in of_feeds.items()},
        last_successes=_last_successes(connection),
    )


def _by_account_and_fate(
    connection: Connection,
) -> tuple[Mapping[tuple[str, str], int], Mapping[tuple[str, str], int]]:
    orders: dict[tuple[str, str], int] = {}
    rows: dict[tuple[str, str], int] = {}

    def add(account: str, fate: str, of_orders: int, of_rows: int) -> None:
        rows[account, fate] = rows.get((account, fate), 0) + int(of_rows)
        if fate not in ROW_FATES_BY_NAME:
            orders[account, fate] = orders.get((account, fate), 0) + int(of_orders)

    closed = (
        select(BATCHES.c.account, BOOKS.c.fate, func.sum(BOOKS.c.orders), func.sum(BOOKS.c.rows))
        .join_from(BATCHES, BOOKS, BOOKS.c.batch_id == BATCHES.c.id)
        .where(BATCHES.c.books_closed.is_(True))
        .group_by(BATCHES.c.account, BOOKS.c.fate)
    )
    for account, fate, of_orders, of_rows in connection.execute(closed):
        add(account, fate, of_orders, of_rows)
    at_work = select(BATCHES.c.id, BATCHES.c.account).where(BATCHES.c.books_closed.is_(False))
    accounts: dict[str, str] = dict(connection.execute(at_work).all())
    for batch_id, book in counted(connection, list(accounts)).items():
        for fate, (of_orders, of_rows) in book.items():
            add(accounts[batch_id], fate, of_orders, of_rows)
    return orders, rows


def _oldest(connection: Connection) -> Mapping[str, datetime]:
    unfinished = or_(BATCHES.c.status.in_(_UNDER_WAY), BATCHES.c.waits_since.is_not(None))
    query = select(BATCHES.c.account, func.min(BATCHES.c.created_at)).where(unfinished)
    return dict(connection.execute(query.group_by(BATCHES.c.account)).all())


def _last_successes(connection: Connection) -> Mapping[str, datetime]:
    query = (
        select(DROPS.c.feed, func.max(BATCHES.c.finished_at))
        .join_from(BATCHES, DROPS, BATCHES.c.drop_id == DROPS.c.id)
        .where(BATCHES.c.status.in_(_SUCCESS), DROPS.c.feed.is_not(None), BATCHES.c.finished_at.is_not(None))
        .group_by(DROPS.c.feed)
    )
    return dict(connection.execute(query).all())
