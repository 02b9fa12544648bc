"""Batches that wait for their account, in SQL."""

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, select

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Code, Problem
from orderdrop.ledger.ledger import Batch
from orderdrop.ledger.records import problem_record
from orderdrop.ledger.sql_batches import batches_where, change
from orderdrop.ledger.sql_sending import set_fates
from orderdrop.ledger.tables import BATCHES, PROBLEMS

_EVER = datetime.min.replace(tzinfo=UTC)


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
    # SQLite looks in no index for what is not NULL, and asked for an order it would walk through all batches
    waits = BATCHES.c.number.in_(select(BATCHES.c.number).where(BATCHES.c.waits_since > _EVER))
    of_account = [] if account is None else [BATCHES.c.account == account]
    return batches_where(connection, waits, *of_account)
