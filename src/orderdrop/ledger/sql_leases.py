"""Leases and pinned mappings in SQL."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select

from orderdrop.ledger.ledger import MappingVersion
from orderdrop.ledger.sql_statements import upsert
from orderdrop.ledger.tables import BATCHES, LEASES, MAPPINGS


def lease(connection: Connection, name: str, owner: str, now: datetime, seconds: float) -> bool:
    """Take or renew a lease in one statement, so that of two processes one wins."""
    insert = upsert(connection.dialect.name, LEASES).values(
        name=name, owner=owner, expires_at=now + timedelta(seconds=seconds)
    )
    taken = connection.execute(
        insert.on_conflict_do_update(
            index_elements=[LEASES.c.name],
            set_={"owner": insert.excluded.owner, "expires_at": insert.excluded.expires_at},
            where=or_(LEASES.c.owner == owner, LEASES.c.expires_at <= now),
        ).returning(LEASES.c.owner)
    )
    return taken.one_or_none() is not None


def lease_holder(connection: Connection, name: str, now: datetime) -> str | None:
    """Who holds a lease that has not run out."""
    return connection.execute(
        select(LEASES.c.owner).where(LEASES.c.name == name, LEASES.c.expires_at > now)
    ).scalar()


def release(connection: Connection, name: str, owner: str) -> None:
    """Give a lease back."""
    connection.execute(delete(LEASES).where(LEASES.c.name == name, LEASES.c.owner == owner))


def pin_mapping(connection: Connection, digest: str, name: str, text: str, at: datetime) -> None:
    """Keep the text of a mapping."""
    connection.execute(
        upsert(connection.dialect.name, MAPPINGS)
        .values(digest=digest, name=name, text=text, pinned_at=at)
        .on_conflict_do_nothing()
    )


def mapping_text(connection: Connection, digest: str) -> str | None:
    """The text that was pinned under a digest."""
    return connection.execute(select(MAPPINGS.c.text).where(MAPPINGS.c.digest == digest)).scalar()


def mapping_versions(connection: Connection, name: str) -> list[MappingVersion]:
    """Every version of a mapping, with the batches that ran under it."""
    mine = MAPPINGS.c.digest == BATCHES.c.mapping_digest
    rows = connection.execute(
        select(
            MAPPINGS.c.digest,
            MAPPINGS.c.pinned_at,
            func.min(BATCHES.c.created_at, type_=BATCHES.c.created_at.type).label("first"),
            func.max(BATCHES.c.created_at, type_=BATCHES.c.created_at.type).label("last"),
            func.count(BATCHES.c.id).label("batches"),
        )
        .select_from(MAPPINGS.outerjoin(BATCHES, mine))
        .where(MAPPINGS.c.name == name)
        .group_by(MAPPINGS.c.digest, MAPPINGS.c.pinned_at)
        .order_by(MAPPINGS.c.pinned_at, MAPPINGS.c.digest)
    )
    return [
        MappingVersion(
            digest=row.digest,
            pinned_at=row.pinned_at,
            first_used=row.first,
            last_used=row.last,
            batches=row.batches,
        )
        for row in rows
    ]
