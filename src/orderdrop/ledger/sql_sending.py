"""Attempts and outcomes in SQL; why an accepted payload may fall into doubt stands in `doubt`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, func, insert, null, select, update

from orderdrop.core.outcomes import OrderFate
from orderdrop.ledger.doubt import STILL_OPEN, leaves_no_trace
from orderdrop.ledger.ledger import Attempt, AttemptOutcome, Outcome
from orderdrop.ledger.records import attempt_record, problem_record
from orderdrop.ledger.sql_books import open_books
from orderdrop.ledger.sql_statements import portions, run_plainly, upsert
from orderdrop.ledger.tables import ACCEPTED, ATTEMPTS, BATCHES, DROPS, ORDERS, PROBLEMS
from orderdrop.ledger.unavailable import LOST_ANSWER, contradiction, sent_by_another

_SOME: Any = bindparam("some", expanding=True)
_OPEN = insert(ATTEMPTS)
_HELD = (
    select(ACCEPTED.c.account, ACCEPTED.c.order_key, ORDERS.c.id)
    .join(ORDERS, ORDERS.c.order_key == ACCEPTED.c.order_key)
    .join(BATCHES, (BATCHES.c.id == ORDERS.c.batch_id) & (BATCHES.c.account == ACCEPTED.c.account))
    # whether they are in doubt already is asked when they are marked: here it would lead SQLite to the wrong index
    .where(ORDERS.c.id.in_(_SOME))
)
_TO_SENDING = (
    update(ORDERS)
    # of two workers who both believe that they hold the batch (a clock jumped) one gets the order, the other none
    .where(ORDERS.c.id.in_(_SOME), ORDERS.c.fate == OrderFate.READY.value)
    .values(fate=OrderFate.SENDING.value)
)
_FORGET = delete(PROBLEMS).where(PROBLEMS.c.order_id.in_(_SOME))
_TRUST = update(ACCEPTED).where(ACCEPTED.c.doubted_by.in_(_SOME)).values(doubted_by=None)
_DOUBT = (
    update(ACCEPTED)
    .where(ACCEPTED.c.account == bindparam("of_account"), ACCEPTED.c.order_key == bindparam("of_key"))
    # the first doubt stays: a later refusal says nothing about the attempt before it
    .where(ACCEPTED.c.doubted_by.is_(None))
    .values(doubted_by=bindparam("by_attempt"))
)
_ENDS = select(ATTEMPTS.c.id, ATTEMPTS.c.outcome, ATTEMPTS.c.batch_id).where(ATTEMPTS.c.id.in_(_SOME))
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


def record_attempts(connection: Connection, attempts: Sequence[Attempt]) -> None:
    """Write attempts before their requests leave."""
    if not attempts:
        return
    run_plainly(connection, _OPEN, [attempt_record(attempt) for attempt in attempts])
    open_books(connection, list({attempt.batch_id for attempt in attempts}))
    by_order = {attempt.order_id: attempt.id for attempt in attempts}
    moved = 0
    for some in portions(list(by_order)):
        held = connection.execute(_HELD, {"some": some}).all()
        if held:
            connection.execute(
                _DOUBT,
                [
                    {"of_account": row.account, "of_key": row.order_key, "by_attempt": by_order[row.id]}
                    for row in held
                ],
            )
        moved += connection.execute(_TO_SENDING, {"some": some}).rowcount
    if moved != len(by_order):
        raise sent_by_another()


def record_outcomes(connection: Connection, outcomes: Sequence[Outcome], account: str) -> None:
    """Write answers: attempts, fates, problems, and what the account last accepted."""
    outcomes = _of_open_attempts(connection, outcomes)
    if not outcomes:
        return
    _each(connection, _CLOSE, [_closing(outcome) for outcome in outcomes], "an attempt")
    _each(connection, _SETTLE, [_settling(outcome) for outcome in outcomes], "an order")
    _replace_problems(connection, outcomes)
    certain = [outcome.attempt_id for outcome in outcomes if leaves_no_trace(outcome)]
    for some in portions(certain):
        connection.execute(_TRUST, {"some": some})
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
    open_books(connection, [batch_id])
    chosen = [ORDERS.c.batch_id == batch_id, ORDERS.c.fate.in_([fate.value for fate in of])]
    if to is OrderFate.READY:
        chosen.append(ORDERS.c.payload.is_not(None))
    return connection.execute(update(ORDERS).where(*chosen).values(fate=to.value)).rowcount


def _of_open_attempts(connection: Connection, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes whose attempts still wait for one: no answer yet, or one that was announced for later."""
    ends: dict[str, str | None] = {}
    batches: set[str] = set()
    for some in portions([outcome.attempt_id for outcome in outcomes]):
        for attempt_id, ended, batch_id in connection.execute(_ENDS, {"some": some}):
            ends[attempt_id] = ended
            batches.add(batch_id)
    if any(outcome.attempt_id not in ends for outcome in outcomes):
        raise contradiction("an attempt that was to be changed is not there")
    if batches:
        open_books(connection, list(batches))
    return [outcome for outcome in outcomes if ends[outcome.attempt_id] in STILL_OPEN]


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
    if run_plainly(connection, statement, parameters) != len(parameters):
        raise contradiction(f"{what} that was to be changed is not there")


def _replace_problems(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    for some in portions([outcome.order_id for outcome in outcomes]):
        connection.execute(_FORGET, {"some": some})
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
    statement = _accept(connection.dialect.name)
    for some in portions([outcome.attempt_id for outcome in outcomes]):
        connection.execute(statement, {"of_account": account, "some": some})


@cache
def _accept(dialect: str) -> Any:
    """INSERT OR UPDATE of what orders and attempts say; one statement whatever their number."""
    held = (
        select(
            bindparam("of_account", type_=Text),
            ORDERS.c.order_key,
            # no payload has the empty digest, so an order without one is never taken for unchanged
            func.coalesce(ORDERS.c.digest, ""),
            ORDERS.c.id,
            ATTEMPTS.c.finished_at,
            null(),
            func.coalesce(ORDERS.c.as_of, DROPS.c.arrived_at),
        )
        .join(ATTEMPTS, ATTEMPTS.c.order_id == ORDERS.c.id)
        .join(BATCHES, BATCHES.c.id == ORDERS.c.batch_id)
        .join(DROPS, DROPS.c.id == BATCHES.c.drop_id)
        .where(ATTEMPTS.c.id.in_(_SOME))
    )
    if dialect == "postgresql":  # it writes no row twice in one statement, so of one key only the last order
        from sqlalchemy.dialects.postgresql import distinct_on

        held = held.ext(distinct_on(ORDERS.c.order_key)).order_by(
            ORDERS.c.order_key, ORDERS.c.sequence.desc()
        )
    else:
        held = held.order_by(ORDERS.c.sequence)
    fresh = ("digest", "order_id", "accepted_at", "doubted_by", "as_of")
    statement = upsert(dialect, ACCEPTED).from_select(["account", "order_key", *fresh], held)
    return statement.on_conflict_do_update(
        index_elements=["account", "order_key"], set_={name: statement.excluded[name] for name in fresh}
    )
