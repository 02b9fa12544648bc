"""Finding rejected orders in SQL: our checks turned their rows back, so that only problems know their number."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, select, tuple_

from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.problems import Severity
from orderdrop.ledger.browsing import CANDIDATES
from orderdrop.ledger.ledger import REASONS, RejectedOrder
from orderdrop.ledger.records import read_batch, read_problem
from orderdrop.ledger.sql_batches import BATCH_COLUMNS
from orderdrop.ledger.sql_matching import FEEDS, LIMIT, Matches, asked, is_
from orderdrop.ledger.tables import BATCHES, DROPS, ORDERS, PROBLEMS


def of_number(connection: Connection, key: str, limit: int) -> list[RejectedOrder]:
    """Rejected orders of exactly this number, newest first."""
    query = newest_rejected(connection.dialect.name, is_, of_feeds=False)
    return told(connection, connection.execute(query, asked(key, None, limit)))


def told(connection: Connection, found: Iterable[Row[Any]]) -> list[RejectedOrder]:
    """Rejected orders with what is wrong with them, as `newest_rejected` finds them."""
    rejected = list(found)
    if not rejected:
        return []
    wrong: dict[tuple[str, str], list[Row[Any]]] = {}
    # together: a question each takes a tenth of a second for two hundred of them
    for row in connection.execute(
        _first_problems(), {"named": [(row.id, row.order_key) for row in rejected]}
    ):
        wrong.setdefault((row.batch_id, row.order_key), []).append(row)
    return [_told(row, wrong[row.id, row.order_key]) for row in rejected]  # they are of one snapshot


def _told(found: Row[Any], problems: list[Row[Any]]) -> RejectedOrder:
    return RejectedOrder(
        key=found.order_key,
        batch=read_batch(found),
        problems=tuple(map(read_problem, problems)),
        count=problems[0].of_order,
    )


@cache
def _first_problems() -> Select[Any]:
    """The first problems of some orders of batches, each with how many its order has."""
    order = PROBLEMS.c.batch_id, PROBLEMS.c.order_key
    ranked = (
        select(
            PROBLEMS.c.number,
            func.row_number().over(partition_by=order, order_by=PROBLEMS.c.number).label("rank"),
            func.count().over(partition_by=order).label("of_order"),
        )
        .where(tuple_(*order).in_(bindparam("named", expanding=True)))
        .subquery()
    )
    return (
        select(PROBLEMS, ranked.c.of_order)
        .join(ranked, PROBLEMS.c.number == ranked.c.number)
        .where(ranked.c.rank <= REASONS)
        .order_by(PROBLEMS.c.number)
    )


@cache
def suspects(dialect: str, matches: Matches) -> Select[Any]:
    """Some problems of orders whose number matches, out of the index."""
    return (
        select(PROBLEMS.c.number, PROBLEMS.c.batch_id, PROBLEMS.c.order_key)
        .where(matches(dialect, PROBLEMS.c.order_key))
        .limit(CANDIDATES)
    )


@cache
def newest_rejected(dialect: str, matches: Matches, *, of_feeds: bool) -> Select[Any]:
    """The newest of the orders that problems speak of and that their batch does not have, with their batches."""
    some = suspects(dialect, matches).subquery()
    named = (
        select(some.c.batch_id, some.c.order_key, func.max(some.c.number).label("last"))
        .group_by(some.c.batch_id, some.c.order_key)
        .subquery()
    )
    # no index is on such a text: an order is looked for by its number, not among all of its batch
    built = exists().where(
        ORDERS.c.order_key == named.c.order_key, ORDERS.c.batch_id.concat("") == named.c.batch_id
    )
    wrong = exists().where(
        PROBLEMS.c.order_key == named.c.order_key,
        PROBLEMS.c.batch_id == named.c.batch_id,
        PROBLEMS.c.severity == Severity.ERROR.value,
    )
    query = (
        select(named.c.order_key, *BATCH_COLUMNS)
        .join_from(named, BATCHES, BATCHES.c.id == named.c.batch_id)
        .join(DROPS, BATCHES.c.drop_id == DROPS.c.id)
        # before its preparation is over, a batch has problems of orders that are still to come
        .where(BATCHES.c.status != BatchStatus.RECEIVED.value, ~built, wrong)
        .order_by((BATCHES.c.number + 0).desc(), named.c.last.desc())
        .limit(LIMIT)
    )
    return query.where(DROPS.c.feed.in_(FEEDS)) if of_feeds else query
