"""What the preparation of a batch writes, in SQL; and what it asks."""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from sqlalchemy import Connection, Table, delete, insert, select

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, RowFate
from orderdrop.core.problems import Problem
from orderdrop.core.rows import ranges
from orderdrop.ledger.records import Record, order_record, problem_record
from orderdrop.ledger.tables import ACCEPTED, BATCHES, ORDERS, PROBLEMS, ROW_FATES
from orderdrop.ledger.unavailable import contradiction, not_to_prepare

# values in one IN list; PostgreSQL's driver stops at 65,535, SQLite at 32,766
IN_LIST = 1_000


def begin_preparation(connection: Connection, batch_id: str) -> None:
    """Forget what a dead run prepared; refused once the batch goes on from its orders."""
    status = connection.execute(select(BATCHES.c.status).where(BATCHES.c.id == batch_id)).scalar()
    if status != BatchStatus.RECEIVED.value:
        raise contradiction(not_to_prepare(batch_id, status))
    for table in (PROBLEMS, ROW_FATES, ORDERS):
        connection.execute(delete(table).where(table.c.batch_id == batch_id))


def add_orders(connection: Connection, batch_id: str, orders: Sequence[StoredOrder]) -> None:
    """Store orders in bulk."""
    if orders:
        insert_plainly(connection, ORDERS, [order_record(batch_id, order) for order in orders])


def insert_plainly(connection: Connection, table: Table, records: list[Record]) -> None:
    """Insert many rows of texts and numbers, without SQLAlchemy's work on each: a fifth faster.

    Every record names the same columns; their types must not need SQLAlchemy's conversion.
    """
    statement = insert(table).compile(dialect=connection.dialect, column_keys=list(records[0]))
    names = statement.positiontup
    if names is None:  # a driver that takes parameters by name
        connection.exec_driver_sql(str(statement), records)
    else:
        pick = itemgetter(*names)
        connection.exec_driver_sql(str(statement), [pick(record) for record in records])


def add_problems(connection: Connection, batch_id: str, problems: Sequence[Problem]) -> None:
    """Store problems in bulk."""
    if problems:
        connection.execute(
            insert(PROBLEMS), [problem_record(batch_id, None, problem) for problem in problems]
        )


def add_row_fates(connection: Connection, batch_id: str, fate: RowFate, rows: Iterable[int]) -> None:
    """Store fates of rows as ranges."""
    records = [
        {"batch_id": batch_id, "fate": fate.value, "first_row": first, "last_row": last}
        for first, last in ranges(rows)
    ]
    if records:
        connection.execute(insert(ROW_FATES), records)


def last_accepted(connection: Connection, account: str, keys: Sequence[str]) -> dict[str, str]:
    """The digests that the account certainly holds; a key that a later attempt put in doubt is left out."""
    found: dict[str, str] = {}
    for some in portions(keys):
        rows = connection.execute(
            select(ACCEPTED.c.order_key, ACCEPTED.c.digest).where(
                ACCEPTED.c.account == account,
                ACCEPTED.c.order_key.in_(some),
                ACCEPTED.c.doubted_by.is_(None),
            )
        )
        found.update((row.order_key, row.digest) for row in rows)
    return found


def portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a long list into pieces that fit one IN list."""
    for start in range(0, len(values), IN_LIST):
        yield values[start : start + IN_LIST]
