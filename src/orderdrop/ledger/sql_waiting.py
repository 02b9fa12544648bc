"""Batches that wait for their account, in SQL."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Code, Problem
from orderdrop.ledger.ledger import Batch
from orderdrop.ledger.records import problem_record, read_batch
from orderdrop.ledger.sql_batches import BATCH_COLUMNS, change
from orderdrop.ledger.sql_sending import set_fates
from orderdrop.ledger.tables import BATCHES, DROPS, PROBLEMS


def put_off(connection: Connection, batch_id: str, at: datetime, problem: Problem) -> int:
    """Leave the ready orders of a batch unsent until its account works again."""
    moved = set_fates(connection, batch_id, [OrderFate.READY], OrderFate.UNSENT)
    if moved:
        change(connection, batch_id, {"waits_since": func.coalesce(BATCHES.c.waits_since, at)})
        connection.execute(insert(PROBLEMS).values(problem_record(batch_id, None, problem)))
    return moved


def take_up(connection: Connection, batch_id: str, owes_reply: bool) -> int:
    """Make the unsent orders of a batch ready again."""
    facts = {"waits_since": None, "finished_at": None, "status": BatchStatus.SENDING.value}
    change(connection, batch_id, facts | ({"feed_done": False} if owes_reply else {}))
    connection.execute(
        delete(PROBLEMS).where(PROBLEMS.c.batch_id == batch_id, PROBLEMS.c.code == Code.NOT_SENT.value)
    )
    return set_fates(connection, batch_id, [OrderFate.UNSENT], OrderFate.READY)


def waiting(connection: Connection, account: str | None) -> list[Batch]:
    """Batches that wait for their account, oldest first."""
    query = (
        select(*BATCH_COLUMNS)
        .join_from(BATCHES, DROPS, BATCHES.c.drop_id == DROPS.c.id)
        .where(BATCHES.c.waits_since.is_not(None))
        .order_by(BATCHES.c.number)
    )
    if account is not None:
        query = query.where(BATCHES.c.account == account)
    return [read_batch(row) for row in connection.execute(query)]
