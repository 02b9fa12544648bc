"""Whose turn it is, in SQL: of two drops that carry one order the first goes first, and the newer one stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, insert, select, update

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Problem
from orderdrop.ledger.ledger import Batch, Overtaken
from orderdrop.ledger.records import problem_record, read_order
from orderdrop.ledger.sql_batches import batches_where
from orderdrop.ledger.sql_books import open_books
from orderdrop.ledger.sql_statements import portions
from orderdrop.ledger.tables import ACCEPTED, BATCHES, DROPS, ORDERS, PROBLEMS
from orderdrop.ledger.unavailable import contradiction

_READY = OrderFate.READY.value
_OPEN = [_READY, OrderFate.SENDING.value, OrderFate.PENDING.value]
_MINE, _THEIRS = ORDERS.alias("mine"), ORDERS.alias("theirs")


def accepted_as_of(connection: Connection, account: str, keys: Sequence[str]) -> dict[str, datetime]:
    """The moments of what an account last accepted."""
    found: dict[str, datetime] = {}
    for some in portions(keys):
        rows = connection.execute(
            select(ACCEPTED.c.order_key, ACCEPTED.c.as_of).where(
                ACCEPTED.c.account == account, ACCEPTED.c.order_key.in_(some), ACCEPTED.c.as_of.is_not(None)
            )
        )
        found.update((row.order_key, row.as_of) for row in rows)
    return found


def rivals(connection: Connection, batch_id: str, *, older: bool) -> list[Batch]:
    """Batches of the account that are under way with an order of this one."""
    me = connection.execute(
        select(BATCHES.c.number, BATCHES.c.account).where(BATCHES.c.id == batch_id)
    ).one_or_none()
    if me is None:
        raise contradiction(f"there is no batch {batch_id}")
    shares = exists().where(
        _MINE.c.batch_id == batch_id,
        _MINE.c.fate.in_([_READY, OrderFate.HELD.value]),
        _THEIRS.c.batch_id == BATCHES.c.id,
        _THEIRS.c.order_key == _MINE.c.order_key,
        _THEIRS.c.fate.in_(_OPEN),
    )
    sends = BATCHES.c.status.in_([BatchStatus.SENDING.value, BatchStatus.PENDING.value]) & shares
    mine_to_wait_for: ColumnElement[bool] = sends
    if older:
        mine_to_wait_for = (BATCHES.c.number < me.number) & (
            sends | (BATCHES.c.status == BatchStatus.RECEIVED.value)
        )
    return batches_where(
        connection, BATCHES.c.account == me.account, BATCHES.c.id != batch_id, mine_to_wait_for
    )


def overtaken(connection: Connection, batch_id: str, limit: int) -> Overtaken:
    """Ready orders that must not be sent; those that the account holds already become unchanged."""
    of = connection.execute(
        select(BATCHES.c.account, DROPS.c.arrived_at)
        .join(DROPS, DROPS.c.id == BATCHES.c.drop_id)
        .where(BATCHES.c.id == batch_id)
    ).one_or_none()
    if of is None:
        raise contradiction(f"there is no batch {batch_id}")
    open_books(connection, [batch_id])
    ready = (ORDERS.c.batch_id == batch_id) & (ORDERS.c.fate == _READY)
    moment = func.coalesce(ORDERS.c.as_of, of.arrived_at, type_=ORDERS.c.as_of.type)
    theirs = (ACCEPTED.c.account == of.account) & (ACCEPTED.c.order_key == ORDERS.c.order_key)
    held = exists().where(theirs, ACCEPTED.c.digest == ORDERS.c.digest, ACCEPTED.c.doubted_by.is_(None))
    connection.execute(update(ORDERS).where(ready, held).values(fate=OrderFate.UNCHANGED.value))
    unchanged = (ORDERS.c.batch_id == batch_id) & (ORDERS.c.fate == OrderFate.UNCHANGED.value)
    older = ACCEPTED.c.as_of.is_(None) | (ACCEPTED.c.as_of < moment)
    connection.execute(update(ACCEPTED).values(as_of=moment).where(theirs, unchanged, older))
    newer = exists().where(theirs, ACCEPTED.c.as_of > moment)
    owed = (
        exists()
        .where(
            _THEIRS.c.order_key == ORDERS.c.order_key,
            _THEIRS.c.batch_id != batch_id,
            _THEIRS.c.fate == OrderFate.PENDING.value,
            BATCHES.c.id == _THEIRS.c.batch_id,
            BATCHES.c.account == of.account,
        )
        .correlate(ORDERS)
    )
    return Overtaken(
        stale=[read_order(row) for row in connection.execute(_first(limit, ready, newer))],
        owed=[read_order(row) for row in connection.execute(_first(limit, ready, ~newer, owed))],
    )


def put_aside(
    connection: Connection,
    batch_id: str,
    order_ids: Sequence[str],
    to: OrderFate,
    problems: Sequence[Problem],
) -> None:
    """Give orders another fate and say why."""
    open_books(connection, [batch_id])
    facts: dict[str, Any] = {"fate": to.value} | ({"payload": None} if to is OrderFate.HELD else {})
    moved = 0
    for some in portions(order_ids):
        mine = ORDERS.c.batch_id == batch_id, ORDERS.c.id.in_(some)
        moved += connection.execute(update(ORDERS).where(*mine).values(facts)).rowcount
    if moved != len(order_ids):
        raise contradiction("an order that was to be changed is not there")
    if problems:
        connection.execute(
            insert(PROBLEMS), [problem_record(batch_id, None, problem) for problem in problems]
        )


def _first(limit: int, *conditions: ColumnElement[bool]) -> Any:
    return select(ORDERS).where(*conditions).order_by(ORDERS.c.sequence).limit(limit)
