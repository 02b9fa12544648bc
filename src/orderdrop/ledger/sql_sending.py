"""Attempts and outcomes in SQL; why an accepted payload may fall into doubt stands in `doubt`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from orderdrop.core.outcomes import OrderFate
from orderdrop.ledger.doubt import leaves_no_trace
from orderdrop.ledger.ledger import Attempt, AttemptOutcome, Outcome
from orderdrop.ledger.records import attempt_record, problem_record
from orderdrop.ledger.sql_leases import upsert
from orderdrop.ledger.sql_preparing import portions
from orderdrop.ledger.tables import ACCEPTED, ATTEMPTS, BATCHES, ORDERS, PROBLEMS
from orderdrop.ledger.unavailable import LOST_ANSWER, contradiction

_TO_SENDING = update(ORDERS).where(ORDERS.c.id == bindparam("of_order")).values(fate=OrderFate.SENDING.value)
_DOUBT = (
    update(ACCEPTED)
    .where(
        ACCEPTED.c.account
        == select(BATCHES.c.account).where(BATCHES.c.id == bindparam("of_batch")).scalar_subquery(),
        ACCEPTED.c.order_key
        == select(ORDERS.c.order_key).where(ORDERS.c.id == bindparam("of_order")).scalar_subquery(),
        # the first doubt stays: a later refusal says nothing about the attempt before it
        ACCEPTED.c.doubted_by.is_(None),
    )
    .values(doubted_by=bindparam("by_attempt"))
)
_TRUST = update(ACCEPTED).where(ACCEPTED.c.doubted_by == bindparam("of_attempt")).values(doubted_by=None)
_CLOSE = (
    update(ATTEMPTS)
    .where(ATTEMPTS.c.id == bindparam("of_attempt"))
    .values(
        finished_at=bindparam("new_at"),
        outcome=bindparam("new_outcome"),
        http_status=bindparam("new_status"),
        message=bindparam("new_message"),
    )
)
_SETTLE = (
    update(ORDERS)
    .where(ORDERS.c.id == bindparam("of_order"))
    .values(fate=bindparam("new_fate"), reference=bindparam("new_reference"))
)
_FORGET = delete(PROBLEMS).where(PROBLEMS.c.order_id == bindparam("of_order"))


def record_attempts(connection: Connection, attempts: Sequence[Attempt]) -> None:
    """Write attempts before their requests leave."""
    if not attempts:
        return
    connection.execute(insert(ATTEMPTS), [attempt_record(attempt) for attempt in attempts])
    keys = [
        {"of_order": attempt.order_id, "of_batch": attempt.batch_id, "by_attempt": attempt.id}
        for attempt in attempts
    ]
    _each(connection, _TO_SENDING, [{"of_order": attempt.order_id} for attempt in attempts], "an order")
    connection.execute(_DOUBT, keys)


def record_outcomes(connection: Connection, outcomes: Sequence[Outcome], account: str) -> None:
    """Write answers: attempts, fates, problems, and what the account last accepted."""
    if not outcomes:
        return
    _each(connection, _CLOSE, [_closing(outcome) for outcome in outcomes], "an attempt")
    _each(connection, _SETTLE, [_settling(outcome) for outcome in outcomes], "an order")
    _replace_problems(connection, outcomes)
    certain = [{"of_attempt": outcome.attempt_id} for outcome in outcomes if leaves_no_trace(outcome)]
    if certain:
        connection.execute(_TRUST, certain)
    _remember_accepted(connection, [o for o in outcomes if o.fate is OrderFate.ACCEPTED], account)


def reopen(connection: Connection, batch_id: str, at: datetime) -> int:
    """Close open attempts as unknown and make their orders ready again."""
    connection.execute(
        update(ATTEMPTS)
        .where(ATTEMPTS.c.batch_id == batch_id, ATTEMPTS.c.outcome.is_(None))
        .values(finished_at=at, outcome=AttemptOutcome.UNKNOWN.value, message=LOST_ANSWER)
    )
    return set_fates(connection, batch_id, [OrderFate.SENDING], OrderFate.READY)


def set_fates(connection: Connection, batch_id: str, of: Collection[OrderFate], to: OrderFate) -> int:
    """Move all orders of some fates to another."""
    chosen = [ORDERS.c.batch_id == batch_id, ORDERS.c.fate.in_([fate.value for fate in of])]
    if to is OrderFate.READY:
        chosen.append(ORDERS.c.payload.is_not(None))
    return connection.execute(update(ORDERS).where(*chosen).values(fate=to.value)).rowcount


def _closing(outcome: Outcome) -> dict[str, Any]:
    return {
        "of_attempt": outcome.attempt_id,
        "new_at": outcome.at,
        "new_outcome": outcome.attempt.value,
        "new_status": outcome.http_status,
        "new_message": outcome.message,
    }


def _settling(outcome: Outcome) -> dict[str, Any]:
    return {
        "of_order": outcome.order_id,
        "new_fate": outcome.fate.value,
        "new_reference": outcome.reference,
    }


def _each(connection: Connection, statement: Any, parameters: list[dict[str, Any]], what: str) -> None:
    """Run a statement that must find its row every time."""
    done = connection.execute(statement, parameters)
    if done.rowcount != len(parameters):
        raise contradiction(f"{what} that was to be changed is not there")


def _replace_problems(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    connection.execute(_FORGET, [{"of_order": outcome.order_id} for outcome in outcomes])
    named = [outcome for outcome in outcomes if outcome.problems]
    if not named:
        return
    batch_of: dict[str, str] = {}
    for some in portions([outcome.order_id for outcome in named]):
        rows = connection.execute(select(ORDERS.c.id, ORDERS.c.batch_id).where(ORDERS.c.id.in_(some)))
        batch_of.update((row.id, row.batch_id) for row in rows)
    connection.execute(
        insert(PROBLEMS),
        [
            problem_record(batch_of[outcome.order_id], outcome.order_id, problem)
            for outcome in named
            for problem in outcome.problems
        ],
    )


def _remember_accepted(connection: Connection, outcomes: Sequence[Outcome], account: str) -> None:
    if not outcomes:
        return
    known: dict[str, tuple[str, str]] = {}
    for some in portions([outcome.order_id for outcome in outcomes]):
        rows = connection.execute(
            select(ORDERS.c.id, ORDERS.c.order_key, ORDERS.c.digest).where(ORDERS.c.id.in_(some))
        )
        # no payload has the empty digest, so an order without one is never taken for unchanged
        known.update((row.id, (row.order_key, row.digest or "")) for row in rows)
    statement = upsert(connection, ACCEPTED)
    fresh = ("digest", "order_id", "accepted_at", "doubted_by")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account", "order_key"],
            set_={name: statement.excluded[name] for name in fresh},
        ),
        [
            {
                "account": account,
                "order_key": known[outcome.order_id][0],
                "digest": known[outcome.order_id][1],
                "order_id": outcome.order_id,
                "accepted_at": outcome.at,
                "doubted_by": None,
            }
            for outcome in outcomes
        ],
    )
