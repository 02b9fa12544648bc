"""What a database's error becomes."""

import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from orderdrop.errors import ExitCode
from orderdrop.ledger.unavailable import from_database


class CodedError(sqlite3.OperationalError):
    """An error as sqlite3 raises it, with SQLite's result code."""

    def __init__(self, code: int) -> None:
        super().__init__("SQLite's own words")
        self.sqlite_errorcode = code


@pytest.mark.parametrize(
    ("code", "words", "next_step"),
    [
        pytest.param(sqlite3.SQLITE_BUSY, "locked by another program", "Close whatever", id="busy"),
        pytest.param(
            sqlite3.SQLITE_BUSY_SNAPSHOT, "locked by another program", "Close whatever", id="an extended code"
        ),
        pytest.param(sqlite3.SQLITE_FULL, "the disk is full", "Make room", id="full"),
        pytest.param(sqlite3.SQLITE_READONLY_DBMOVED, "read-only", "the right to write", id="read-only"),
        pytest.param(sqlite3.SQLITE_PERM, "no right to it", "the right to read and write", id="no right"),
        pytest.param(sqlite3.SQLITE_CANTOPEN, "missing or closed", "Check the path", id="cannot open"),
        pytest.param(
            sqlite3.SQLITE_IOERR_FSYNC, "the disk reports an error", "Check the disk", id="bad disk"
        ),
        pytest.param(sqlite3.SQLITE_CORRUPT, "is damaged", "Restore it from a backup", id="damaged"),
        pytest.param(sqlite3.SQLITE_NOTADB, "not a database any more", "Restore it", id="no database"),
        pytest.param(
            sqlite3.SQLITE_MISUSE, "SQLite's own words", "then run the same command again", id="else"
        ),
    ],
)
@pytest.mark.parametrize("wrapped", [True, False], ids=["by SQLAlchemy", "bare"])
def test_an_error_of_sqlite_says_what_happened_and_what_to_do(
    code: int, words: str, next_step: str, *, wrapped: bool
) -> None:
    bare = CodedError(code)
    error = from_database(OperationalError("SELECT secret", {}, bare) if wrapped else bare, "var/ledger.db")
    assert words in error.message
    assert "var/ledger.db" in error.message
    assert error.next_step is not None
    assert next_step in error.next_step
    assert "SELECT" not in str(error)
    assert error.exit_code is ExitCode.UNFINISHED


def test_a_fact_that_does_not_fit_is_no_invitation_to_try_again() -> None:
    doubled = sqlite3.IntegrityError("UNIQUE constraint failed: orders.id")
    error = from_database(IntegrityError("INSERT", {"payload": "Mia Example"}, doubled), "var/ledger.db")
    assert "UNIQUE constraint failed: orders.id" in str(error)
    assert "Please report this" in str(error)
    assert "Mia Example" not in str(error)


def test_a_pool_that_is_used_up_says_so() -> None:
    assert "no free connection" in str(from_database(PoolTimeout("QueuePool limit"), "var/ledger.db"))
