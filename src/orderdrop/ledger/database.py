"""Transactions on the ledger's database, and the seam behind which its own errors do not show."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import SQLAlchemyError

from orderdrop.ledger.unavailable import from_database

WRITES = "orderdrop_writes"


def _nothing_to_check() -> None:
    return None


class Database:
    """An engine with two doors: `reading` sees one snapshot, `writing` happens whole or not at all.

    Both raise LedgerUnavailable where SQLAlchemy or the driver raises something. `still_there` is asked before and
    after each writing, for a database that would go on without a word after its file was taken away. `reading` are
    execution options of transactions that only look, for a database that gives one snapshot only on request.
    """

    def __init__(
        self,
        engine: Engine,
        place: str,
        still_there: Callable[[], None] = _nothing_to_check,
        *,
        reading: Mapping[str, Any] | None = None,
    ) -> None:
        self.engine = engine
        self.place = place
        self._still_there = still_there
        self._reader = engine.execution_options(**(reading or {}))
        self._writer = engine.execution_options(**{WRITES: True})

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only looks."""
        with self._translated(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes; it is on disk when the block is left without an error."""
        self._still_there()
        with self._translated(), self._writer.begin() as connection:
            yield connection
        self._still_there()

    def tidy(self, work: Callable[[Engine], None]) -> None:
        """Let something happen to the database that no transaction may surround."""
        with self._translated():
            work(self.engine)

    def close(self) -> None:
        """Let go of every connection."""
        with self._translated():
            self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, UnicodeError) as error:
            raise from_database(error, self.place) from error


def begin_at_once(engine: Engine) -> None:
    """Let SQLite's writing transactions take the write lock when they begin.

    A transaction that reads first and writes later fails with "locked" at once, whatever the busy timeout
    (sqlite.org/isolation.html), so BEGIN IMMEDIATE; readers need no lock.
    """

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
