"""What continues what, in SQL: parents, excluded orders, and how large the drops of a feed usually are."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.ledger import Exclusion
from orderdrop.ledger.sql_batches import change
from orderdrop.ledger.sql_statements import portions, upsert
from orderdrop.ledger.tables import BATCHES, DROPS, EXCLUSIONS

_NOT_USUAL = [BatchStatus.FAILED.value, BatchStatus.STUCK.value, BatchStatus.RECEIVED.value]


def adopt(connection: Connection, batch_id: str, parent_id: str) -> None:
    """Record whose continuation a batch is."""
    change(connection, batch_id, {"parent_id": parent_id})


def row_numbers(connection: Connection, feed: str, mapping: str, before: str, limit: int) -> list[int]:
    """How many rows the drops of a feed had, newest first."""
    number = select(BATCHES.c.number).where(BATCHES.c.id == before).scalar_subquery()
    rows = connection.execute(
        select(BATCHES.c.rows_read)
        .join(DROPS, DROPS.c.id == BATCHES.c.drop_id)
        .where(
            DROPS.c.feed == feed,
            BATCHES.c.mapping == mapping,
            BATCHES.c.number < number,
            BATCHES.c.parent_id.is_(None),
            BATCHES.c.status.not_in(_NOT_USUAL),
        )
        .order_by(BATCHES.c.number.desc())
        .limit(limit)
    )
    return [int(row.rows_read) for row in rows]


def exclude(connection: Connection, exclusion: Exclusion) -> None:
    """Remember an exclusion."""
    facts = {"reason": exclusion.reason, "excluded_at": exclusion.at}
    connection.execute(
        upsert(connection.dialect.name, EXCLUSIONS)
        .values(batch_id=exclusion.batch_id, order_key=exclusion.order_key, **facts)
        .on_conflict_do_update(index_elements=["batch_id", "order_key"], set_=facts)
    )


def exclusions(connection: Connection, batch_ids: Sequence[str]) -> list[Exclusion]:
    """What was excluded in some batches."""
    found = [
        Exclusion(batch_id=row.batch_id, order_key=row.order_key, reason=row.reason, at=row.excluded_at)
        for some in portions(batch_ids)
        for row in connection.execute(select(EXCLUSIONS).where(EXCLUSIONS.c.batch_id.in_(some)))
    ]
    return sorted(found, key=lambda exclusion: exclusion.at)
