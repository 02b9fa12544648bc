"""Orders, row fates, problems and attempts in SQL."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import OrderFate, RowFate
from orderdrop.core.problems import Problem
from orderdrop.ledger.doubt import may_have_arrived
from orderdrop.ledger.ledger import Attempt, AttemptOutcome
from orderdrop.ledger.records import read_attempt, read_order, read_problem
from orderdrop.ledger.sql_statements import portions
from orderdrop.ledger.tables import ATTEMPTS, BATCHES, ORDERS, PROBLEMS, ROW_FATES


def possibly_held(connection: Connection, account: str, keys: Sequence[str]) -> dict[str, frozenset[str]]:
    """The digests of the attempts that may have arrived at an account, by order key."""
    found: dict[str, set[str]] = {}
    for some in portions(keys):
        rows = connection.execute(
            select(ORDERS.c.order_key, ORDERS.c.digest, ATTEMPTS.c.outcome, ATTEMPTS.c.http_status)
            .join_from(ORDERS, ATTEMPTS, ATTEMPTS.c.order_id == ORDERS.c.id)
            .join(BATCHES, BATCHES.c.id == ORDERS.c.batch_id)
            .where(BATCHES.c.account == account, ORDERS.c.order_key.in_(some))
            .distinct()
        )
        for key, digest, outcome, status in rows:
            if may_have_arrived(None if outcome is None else AttemptOutcome(outcome), status):
                found.setdefault(key, set()).add(digest or "")
    return {key: frozenset(digests) for key, digests in found.items()}


def orders(
    connection: Connection,
    batch_id: str,
    fates: Collection[OrderFate] | None,
    after: int,
    limit: int | None,
) -> list[StoredOrder]:
    """Orders of a batch by sequence."""
    query = select(ORDERS).where(ORDERS.c.batch_id == batch_id, ORDERS.c.sequence > after)
    if fates is not None:
        query = query.where(ORDERS.c.fate.in_([fate.value for fate in fates]))
    query = query.order_by(ORDERS.c.sequence).limit(limit)
    return [read_order(row) for row in connection.execute(query).all()]


def row_fates(connection: Connection, batch_id: str) -> list[tuple[RowFate, int, int]]:
    """Ranges of rows that belong to no order, by row."""
    rows = connection.execute(
        select(ROW_FATES.c.fate, ROW_FATES.c.first_row, ROW_FATES.c.last_row)
        .where(ROW_FATES.c.batch_id == batch_id)
        .order_by(ROW_FATES.c.first_row, ROW_FATES.c.number)
    )
    return [(RowFate(fate), first, last) for fate, first, last in rows]


def problems(connection: Connection, batch_id: str, limit: int | None) -> list[Problem]:
    """Problems of a batch in the order in which they were found."""
    query = select(PROBLEMS).where(PROBLEMS.c.batch_id == batch_id).order_by(PROBLEMS.c.number).limit(limit)
    return [read_problem(row) for row in connection.execute(query)]


def problems_of_order(connection: Connection, batch_id: str, key: str, limit: int) -> list[Problem]:
    """Problems of one order of a batch, built or not, in the order in which they were found."""
    of_order = PROBLEMS.c.batch_id == batch_id, PROBLEMS.c.order_key == key
    query = select(PROBLEMS).where(*of_order).order_by(PROBLEMS.c.number).limit(limit)
    return [read_problem(row) for row in connection.execute(query)]


def attempts(connection: Connection, order_id: str) -> list[Attempt]:
    """Attempts of an order, oldest first."""
    query = select(ATTEMPTS).where(ATTEMPTS.c.order_id == order_id).order_by(ATTEMPTS.c.number)
    return [read_attempt(row) for row in connection.execute(query)]
