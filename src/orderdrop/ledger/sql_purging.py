"""Removing personal data in SQL: what was sent and said goes, what was decided stays."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select, update

from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.ledger import PURGED
from orderdrop.ledger.sql_statements import portions
from orderdrop.ledger.tables import ATTEMPTS, BATCHES, LINKS, ORDERS, PARCELS, PROBLEMS
from orderdrop.ledger.unavailable import contradiction

_AT_WORK = [status.value for status in BatchStatus if status.resumes or status is BatchStatus.HELD]


def purge(connection: Connection, batch_ids: Collection[str], at: datetime) -> None:
    """Remove the personal data of batches."""
    if connection.dialect.name == "sqlite":  # zeros over what is removed; not every build does so by itself
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    for some in portions(list(dict.fromkeys(batch_ids))):
        resting = BATCHES.c.id.in_(some), BATCHES.c.status.not_in(_AT_WORK)
        changed = connection.execute(
            update(BATCHES).where(*resting).values(purged_at=at, verdict=None, waits_since=None)
        )
        if changed.rowcount != len(some):
            raise contradiction("a batch that was to be purged is not there or not done")
        failed = BATCHES.c.id.in_(some), BATCHES.c.status == BatchStatus.FAILED.value
        connection.execute(update(BATCHES).where(*failed).values(remarks=""))
        orders = select(ORDERS.c.id).where(ORDERS.c.batch_id.in_(some))
        for table in (LINKS, PARCELS):
            connection.execute(delete(table).where(table.c.order_id.in_(orders)))
        connection.execute(
            update(ORDERS).where(ORDERS.c.batch_id.in_(some)).values(payload=None, tracking=None)
        )
        # by order, for which there is an index; by batch there is one of the open ones alone
        connection.execute(update(ATTEMPTS).where(ATTEMPTS.c.order_id.in_(orders)).values(message=""))
        connection.execute(
            update(PROBLEMS).where(PROBLEMS.c.batch_id.in_(some)).values(message=PURGED, value=None)
        )


def empty_the_side_file(engine: Engine) -> None:
    """Have SQLite move its side file into the main one and cut it: else older pages stay readable there.

    Where another process looks at an older state for longer than the busy timeout, a later checkpoint does it.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()  # no transaction around it: a checkpoint inside of one is refused
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()
