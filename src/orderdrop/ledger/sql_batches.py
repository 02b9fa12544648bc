"""Drops and batches in SQL."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, TextClause, insert, select, update

from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.browsing import Filter
from orderdrop.ledger.ledger import Batch, Drop
from orderdrop.ledger.records import batch_record, drop_record, read_batch
from orderdrop.ledger.sql_books import close_books
from orderdrop.ledger.sql_statements import upsert
from orderdrop.ledger.tables import BATCHES, DROPS, UNMAPPED
from orderdrop.ledger.unavailable import contradiction

_RESUMES = [status.value for status in BatchStatus if status.resumes]
# `drop_id` is a column of the batch already
BATCH_COLUMNS = [
    *BATCHES.c,
    *(column.label(f"drop_{column.name}") for column in DROPS.c if column.name != "id"),
]


def batches_where(connection: Connection, *conditions: ColumnElement[bool] | TextClause) -> list[Batch]:
    """Batches of which all conditions on `batches` and `drops` hold, oldest first."""
    query = select(*BATCH_COLUMNS).join_from(BATCHES, DROPS, BATCHES.c.drop_id == DROPS.c.id)
    rows = connection.execute(query.where(*conditions).order_by(BATCHES.c.number))
    return [read_batch(row) for row in rows]


def open_batch(connection: Connection, batch: Batch) -> None:
    """Register a drop and its batch."""
    connection.execute(
        upsert(connection.dialect.name, DROPS)
        .values(drop_record(batch.drop))
        .on_conflict_do_nothing(index_elements=["id"])
    )
    connection.execute(insert(BATCHES).values(batch_record(batch)))


def batch(connection: Connection, batch_id: str) -> Batch | None:
    """One batch by its id."""
    return next(iter(batches_where(connection, BATCHES.c.id == batch_id)), None)


def batches(connection: Connection, wanted: Filter, limit: int) -> list[Batch]:
    """Batches, newest first."""
    found = select(BATCHES.c.number)
    if wanted.before is not None:
        at = select(BATCHES.c.number).where(BATCHES.c.id == wanted.before).scalar_subquery()
        found = found.where(BATCHES.c.number < at)
    if wanted.statuses is not None:
        found = found.where(BATCHES.c.status.in_([status.value for status in wanted.statuses]))
    for drops in _drops_wanted(wanted):
        found = found.where(BATCHES.c.drop_id.in_(drops))
    # by number alone first, out of indexes: else every batch that fits is read whole, to sort them and drop most
    newest = found.order_by(BATCHES.c.number.desc()).limit(limit)
    return batches_where(connection, BATCHES.c.number.in_(newest))[::-1]


def _drops_wanted(wanted: Filter) -> Iterator[Select[Any]]:
    if wanted.feeds is not None:
        yield select(DROPS.c.id).where(DROPS.c.feed.in_(list(wanted.feeds)))
    if wanted.name:
        yield select(DROPS.c.id).where(DROPS.c.name.icontains(wanted.name, autoescape=True))


def last_drop(connection: Connection, feed: str) -> Drop | None:
    """The drop of a feed that arrived last."""
    newest = select(DROPS).where(DROPS.c.feed == feed).order_by(DROPS.c.arrived_at.desc()).limit(1)
    row = connection.execute(newest).mappings().one_or_none()
    return None if row is None else Drop(**row)


def batches_of_content(connection: Connection, sha256: str, mapping: str, account: str) -> list[Batch]:
    """Batches of the same content, oldest first."""
    same = DROPS.c.sha256 == sha256, BATCHES.c.mapping == mapping, BATCHES.c.account == account
    return batches_where(connection, *same)


def children(connection: Connection, batch_id: str) -> list[Batch]:
    """The batches that continue one, oldest first."""
    return batches_where(connection, BATCHES.c.parent_id == batch_id)


def batch_at_place(connection: Connection, feed: str, place: str) -> Batch | None:
    """The newest batch whose drop lies at a place."""
    found = batches_where(connection, DROPS.c.feed == feed, DROPS.c.place == place)
    return found[-1] if found else None


def set_aside(connection: Connection, feed: str) -> list[Batch]:
    """Batches without a mapping whose drop still lies in its source."""
    # no index is on such a text: the few batches without a mapping come first, not the many drops of the feed
    lies_there = DROPS.c.feed.concat("") == feed, DROPS.c.place.is_not(None)
    return batches_where(connection, UNMAPPED, *lies_there)


def unfinished(connection: Connection, feed: str | None) -> list[Batch]:
    """Batches that go on, and batches whose feed was not told; a drop without a feed has nobody to tell."""
    not_told = BATCHES.c.feed_done.is_(False) & DROPS.c.feed.is_not(None)
    goes_on = BATCHES.c.status.in_(_RESUMES) | not_told
    # no index is on such a text: the few batches that go on come first, not the many drops of the feed
    of_feed = [] if feed is None else [DROPS.c.feed.concat("") == feed]
    return batches_where(connection, goes_on, *of_feed)


def conclude(
    connection: Connection,
    batch_id: str,
    status: BatchStatus,
    at: datetime | None,
    remarks: str,
    given_up: bool,
) -> None:
    """Set a batch's status; empty remarks leave the earlier ones, and who is given up stays so."""
    facts = {"status": status.value, "finished_at": at} | _unless_empty(remarks)
    change(connection, batch_id, facts | ({"given_up": True} if given_up else {}))
    if not status.resumes:
        close_books(connection, batch_id)


def feed_done(connection: Connection, batch_id: str, place: str | None) -> None:
    """Record that the source was told."""
    change(connection, batch_id, {"feed_done": True})
    drop_id = select(BATCHES.c.drop_id).where(BATCHES.c.id == batch_id).scalar_subquery()
    connection.execute(update(DROPS).where(DROPS.c.id == drop_id).values(place=place))


def finish_preparation(
    connection: Connection, batch_id: str, rows_read: int, verdict: str, status: BatchStatus, remarks: str
) -> None:
    """Close the preparation."""
    facts = {"rows_read": rows_read, "verdict": verdict, "status": status.value}
    change(connection, batch_id, facts | _unless_empty(remarks))
    if not status.resumes:
        close_books(connection, batch_id)


def change(connection: Connection, batch_id: str, facts: dict[str, Any]) -> None:
    """Set columns of one batch; a batch that is not there is an error."""
    changed = connection.execute(update(BATCHES).where(BATCHES.c.id == batch_id).values(facts))
    if changed.rowcount != 1:
        raise contradiction(f"there is no batch {batch_id}")


def _unless_empty(remarks: str) -> dict[str, Any]:
    return {"remarks": remarks} if remarks else {}
