"""What the preparation of a batch writes, in SQL; and what it asks."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, RowFate
from orderdrop.core.problems import Problem
from orderdrop.core.rows import ranges
from orderdrop.ledger.parcels import tracking_numbers
from orderdrop.ledger.records import order_record, problem_record
from orderdrop.ledger.sql_books import open_books
from orderdrop.ledger.sql_statements import portions, run_plainly
from orderdrop.ledger.tables import ACCEPTED, BATCHES, ORDERS, PARCELS, PROBLEMS, ROW_FATES
from orderdrop.ledger.unavailable import contradiction, not_to_prepare

_ADD_ORDER = insert(ORDERS)
_ADD_PARCEL = insert(PARCELS)


def begin_preparation(connection: Connection, batch_id: str) -> None:
    """Forget what a dead run prepared; refused once the batch goes on from its orders."""
    status = connection.execute(select(BATCHES.c.status).where(BATCHES.c.id == batch_id)).scalar()
    if status != BatchStatus.RECEIVED.value:
        raise contradiction(not_to_prepare(batch_id, status))
    open_books(connection, [batch_id])
    of_batch = select(ORDERS.c.id).where(ORDERS.c.batch_id == batch_id)
    connection.execute(delete(PARCELS).where(PARCELS.c.order_id.in_(of_batch)))
    for table in (PROBLEMS, ROW_FATES, ORDERS):
        connection.execute(delete(table).where(table.c.batch_id == batch_id))


def add_orders(connection: Connection, batch_id: str, orders: Sequence[StoredOrder]) -> None:
    """Store orders in bulk, with the tracking numbers that they are found by."""
    if not orders:
        return
    open_books(connection, [batch_id])
    records = [order_record(batch_id, order) for order in orders]
    parcels = []
    for record in records:
        if numbers := tracking_numbers(record["payload"]):
            record["tracking"], *further = numbers
            parcels += [{"order_id": record["id"], "tracking": number} for number in further]
    run_plainly(connection, _ADD_ORDER, records)
    if parcels:
        run_plainly(connection, _ADD_PARCEL, parcels)


def add_problems(connection: Connection, batch_id: str, problems: Sequence[Problem]) -> None:
    """Store problems in bulk."""
    if problems:
        open_books(connection, [batch_id])
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
        open_books(connection, [batch_id])
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
