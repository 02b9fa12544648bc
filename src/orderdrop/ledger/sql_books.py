"""The books of batches at rest in SQL: kept, so that nobody counts a million orders to show fifty lines.

A batch with `books_closed` has not changed since it was counted: whatever changes one of its orders, rows or problems
opens its books in the same transaction. A batch whose books are open is counted when somebody asks.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)

from orderdrop.core.outcomes import Counts, OrderFate, RowFate, tally
from orderdrop.core.problems import Severity
from orderdrop.ledger.browsing import Cause
from orderdrop.ledger.tables import BATCHES, BOOKS, CAUSES, ORDERS, PROBLEMS, ROW_FATES
from orderdrop.ledger.unavailable import contradiction

_SOME: Any = bindparam("some", expanding=True)
# put together once: they are asked on most pages of the console, and that takes longer than their answers
_HEADS = select(BATCHES.c.id, BATCHES.c.rows_read, BATCHES.c.books_closed).where(BATCHES.c.id.in_(_SOME))
_KEPT = select(BOOKS).where(BOOKS.c.batch_id.in_(_SOME))
_OPEN = (
    update(BATCHES)
    .where(BATCHES.c.id.in_(_SOME), BATCHES.c.books_closed.is_(True))
    .values(books_closed=False)
)
ROW_FATES_BY_NAME = frozenset(fate.value for fate in RowFate)
Book = dict[str, tuple[int, int]]
"""Orders and rows by fate; a fate that rows have by themselves has no orders."""


def open_books(connection: Connection, batch_ids: Sequence[str]) -> None:
    """Say that what was counted of some batches may not hold any more."""
    connection.execute(_OPEN, {"some": batch_ids})


def close_books(connection: Connection, batch_id: str) -> None:
    """Count a batch that came to rest, and keep what came out."""
    for table in (BOOKS, CAUSES):
        connection.execute(delete(table).where(table.c.batch_id == batch_id))
    books = _counted(ORDERS.c.batch_id == batch_id, ROW_FATES.c.batch_id == batch_id)
    connection.execute(insert(BOOKS).from_select(["batch_id", "fate", "orders", "rows"], books))
    connection.execute(insert(CAUSES).from_select(list(_CAUSE), _grouped(connection, batch_id)))
    connection.execute(update(BATCHES).where(BATCHES.c.id == batch_id).values(books_closed=True))


def counts(connection: Connection, batch_ids: Sequence[str], *, anew: bool = False) -> dict[str, Counts]:
    """The books of some batches, `anew` without a look at what was kept. Raises LedgerUnavailable where one is not there."""
    found = {row.id: row for row in connection.execute(_HEADS, {"some": batch_ids})}
    if missing := [id_ for id_ in batch_ids if id_ not in found]:
        raise contradiction(f"there is no batch {missing[0]}")
    closed = {id_ for id_ in batch_ids if found[id_].books_closed and not anew}
    books = kept(connection, [*closed]) | counted(connection, [id_ for id_ in batch_ids if id_ not in closed])
    return {id_: _tally(found[id_].rows_read, books.get(id_, {})) for id_ in batch_ids}


def kept(connection: Connection, batch_ids: Sequence[str]) -> dict[str, Book]:
    """What was kept of batches whose books are closed."""
    return _books(connection, _KEPT, batch_ids)


def counted(connection: Connection, batch_ids: Sequence[str]) -> dict[str, Book]:
    """What batches come to if they are counted now, from indexes alone."""
    return _books(connection, _COUNTED, batch_ids)


def causes(connection: Connection, batch_id: str) -> list[Cause]:
    """The problems of a batch by kind and column, most frequent first."""
    is_closed = connection.execute(select(BATCHES.c.books_closed).where(BATCHES.c.id == batch_id)).scalar()
    found = select(CAUSES).where(CAUSES.c.batch_id == batch_id)
    grouped = (found if is_closed else _grouped(connection, batch_id)).subquery()
    query = (
        select(grouped, PROBLEMS.c.message)
        .join(PROBLEMS, PROBLEMS.c.number == grouped.c.first)
        .order_by(grouped.c.count.desc(), grouped.c.first)
    )
    return [
        Cause(code=code, column=heading, raised_by=by, owner=owner, severity=severity, count=count, example=message)
        for _, _, code, heading, by, owner, severity, count, message in connection.execute(query)
    ]  # fmt: skip


def _counted(of_orders: ColumnElement[bool], of_rows: ColumnElement[bool]) -> Any:
    orders = select(
        ORDERS.c.batch_id,
        ORDERS.c.fate,
        func.count().label("orders"),
        func.sum(ORDERS.c.row_count).label("rows"),
    )
    rows = func.sum(ROW_FATES.c.last_row - ROW_FATES.c.first_row + 1)
    alone = select(ROW_FATES.c.batch_id, ROW_FATES.c.fate, literal(0), rows)
    return union_all(
        orders.where(of_orders).group_by(ORDERS.c.batch_id, ORDERS.c.fate),
        alone.where(of_rows).group_by(ROW_FATES.c.batch_id, ROW_FATES.c.fate),
    )


_COUNTED = _counted(ORDERS.c.batch_id.in_(_SOME), ROW_FATES.c.batch_id.in_(_SOME))
# what the file as a whole is refused for: two columns that it lacks are two things to mend
_WHY_REFUSED = case(
    (
        and_(
            PROBLEMS.c.cells == "[]",
            PROBLEMS.c.order_key.is_(None),
            PROBLEMS.c.severity == Severity.ERROR.value,
        ),
        PROBLEMS.c.message,
    )
)
_CAUSE = ("batch_id", "first", "code", "heading", "raised_by", "owner", "severity", "count")


def _grouped(connection: Connection, batch_id: str) -> Select[Any]:
    heading = _first_heading(connection.dialect.name)
    kind = (
        PROBLEMS.c.code,
        heading.label("heading"),
        PROBLEMS.c.raised_by,
        PROBLEMS.c.owner,
        PROBLEMS.c.severity,
    )
    return (
        select(
            PROBLEMS.c.batch_id,
            func.min(PROBLEMS.c.number).label("first"),
            *kind,
            func.count().label("count"),
        )
        .where(PROBLEMS.c.batch_id == batch_id)
        .group_by(PROBLEMS.c.batch_id, PROBLEMS.c.code, heading, *kind[2:], _WHY_REFUSED)
    )


def _first_heading(dialect: str) -> ColumnElement[Any]:
    """The heading of a problem's first cell, out of the JSON of its cells."""
    if dialect == "sqlite":
        return func.json_extract(PROBLEMS.c.cells, "$[0][1]")
    # no text of PostgreSQL holds a NUL, and taking one out of JSON is an error
    cells = func.replace(PROBLEMS.c.cells, r"\u0000", r"\ufffd")
    return func.json_extract_path_text(cast(cells, JSON), "0", "1")


def _books(connection: Connection, query: Any, batch_ids: Sequence[str]) -> dict[str, Book]:
    books: dict[str, Book] = {}
    for batch_id, fate, orders, rows in connection.execute(query, {"some": batch_ids}) if batch_ids else ():
        books.setdefault(batch_id, {})[fate] = (int(orders), int(rows))
    return books


def _tally(read: int, book: Book) -> Counts:
    alone = {RowFate(fate): rows for fate, (_, rows) in book.items() if fate in ROW_FATES_BY_NAME}
    orders = {OrderFate(fate): both for fate, both in book.items() if fate not in ROW_FATES_BY_NAME}
    return tally(read, alone, orders)
