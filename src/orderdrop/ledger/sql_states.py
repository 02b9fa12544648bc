"""What all processes know of an account or of a feed, in SQL: one row a name, its columns named as the state's fields."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from sqlalchemy import Connection, Table, select

from orderdrop.ledger.accounts import AccountState
from orderdrop.ledger.feeds import FeedState
from orderdrop.ledger.sql_statements import upsert

S = TypeVar("S", AccountState, FeedState)


def state(connection: Connection, table: Table, kind: type[S], name: str) -> S:
    """What is known under a name."""
    (key,) = table.primary_key
    found = connection.execute(select(table).where(key == name)).mappings().one_or_none()
    return kind(**(found or {key.name: name}))


def states(connection: Connection, table: Table, kind: type[S]) -> list[S]:
    """What is known under all names, by name."""
    found = connection.execute(select(table).order_by(*table.primary_key)).mappings()
    return [kind(**one) for one in found]


def change(connection: Connection, table: Table, kind: type[S], name: str, to: Callable[[S], S]) -> S:
    """Change what is known under a name; writers take turns, so nobody else changes it in between."""
    before = state(connection, table, kind, name)
    after = to(before)
    if after != before:
        (key,) = table.primary_key
        record = asdict(after)
        facts = {column: fact for column, fact in record.items() if column != key.name}
        written = upsert(connection.dialect.name, table).values(record)
        connection.execute(written.on_conflict_do_update(index_elements=[key], set_=facts))
    return after
