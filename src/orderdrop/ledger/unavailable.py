"""The one place where a database's error becomes ours: what happened, and what to do next."""

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from orderdrop.errors import Busy, LedgerUnavailable

_RESTORE = "Restore it from a backup; do not delete it: without it every order would be sent again."
LOST_ANSWER = "The program stopped before the answer was recorded."

# SQLite's primary result codes (sqlite.org/rescode.html): what happened, what to do
_SQLITE: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: (
        "is locked by another program.",
        "Close whatever else has it open for writing, then run the same command again.",
    ),
    sqlite3.SQLITE_LOCKED: (
        "is locked by another part of this program.",
        "Run the same command again.",
    ),
    sqlite3.SQLITE_FULL: (
        "cannot grow: the disk is full.",
        "Make room on that disk, then run the same command again; nothing that was recorded is lost.",
    ),
    sqlite3.SQLITE_READONLY: (
        "cannot be written: the file, its folder or the disk is read-only.",
        "Give this user the right to write there, then run the same command again.",
    ),
    sqlite3.SQLITE_PERM: (
        "cannot be opened: this user has no right to it.",
        "Give this user the right to read and write it, then run the same command again.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened: the file or its folder is missing or closed to this user.",
        "Check the path and the rights on its folder, then run the same command again.",
    ),
    sqlite3.SQLITE_IOERR: (
        "cannot be read or written: the disk reports an error.",
        "Check the disk and the room on it, then run the same command again.",
    ),
    sqlite3.SQLITE_CORRUPT: ("is damaged.", _RESTORE),
    sqlite3.SQLITE_NOTADB: ("is damaged: it is not a database any more.", _RESTORE),
}

_AGAIN = "Run the same command again: what was recorded is not sent twice."
# PostgreSQL's error codes (postgresql.org/docs/current/errcodes-appendix.html)
_POSTGRESQL: dict[str, tuple[str, str]] = {
    "55P03": ("is locked by another program.", "Wait until that is done, then run the same command again."),
    "53100": (
        "cannot grow: the disk of its server is full.",
        "Make room on that disk, then run the same command again; nothing that was recorded is lost.",
    ),
    "25006": (
        "cannot be written: its server takes no writes, as a standby does.",
        "Name the primary in the URL, or add `?target_session_attrs=read-write`, then run the same command again.",
    ),
    "42501": (
        "refuses this: its user has no right to it.",
        "Make that user the owner of the database, then run the same command again.",
    ),
    "25P03": ("ended a connection that had stood still for too long.", _AGAIN),
    "57P01": ("ended the connection: somebody stopped it, or its server.", _AGAIN),
    "57P02": ("ended the connection: its server crashed and starts again.", _AGAIN),
    "XX001": ("is damaged.", _RESTORE),
    "XX002": (
        "is damaged: an index of it.",
        "Run REINDEX DATABASE as its owner, then the same command again.",
    ),
}


def from_database(error: SQLAlchemyError | sqlite3.Error | UnicodeError, place: str) -> LedgerUnavailable:
    """Say an error of SQLAlchemy or of a driver in words; `place` names the ledger without its password."""
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, UnicodeError):
        return contradiction("a text is not Unicode")
    if isinstance(error, IntegrityError):
        return contradiction(f"a fact does not fit what is there ({_first_line(cause or error)})")
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        known = _SQLITE.get(code & 0xFF) if code is not None else None
        if known:
            return LedgerUnavailable(f"The ledger {place} {known[0]}", next_step=known[1])
    known = _POSTGRESQL.get(getattr(cause, "sqlstate", None) or "")
    if known:
        return LedgerUnavailable(f"The ledger {place} {known[0]}", next_step=known[1])
    if isinstance(error, PoolTimeout):
        return LedgerUnavailable(
            f"The ledger {place} had no free connection.", next_step="Run the same command again."
        )
    return LedgerUnavailable(
        f"The ledger {place} did not answer: {_first_line(cause or error)}.",
        next_step="Check that it is there and reachable, then run the same command again.",
    )


def contradiction(what: str) -> LedgerUnavailable:
    """A fact that does not fit what the ledger holds: a fault of orderdrop, and nothing of it was recorded."""
    return LedgerUnavailable(
        f"The ledger recorded nothing: {what}.", next_step="Please report this with the command that was run."
    )


def sent_by_another() -> Busy:
    """Somebody else works on orders that were ours a moment ago: the lease was taken over, or its clock jumped."""
    return Busy(
        "Another orderdrop has begun to send these orders; nothing more was sent here.",
        next_step="Nothing is lost: run the same again.",
    )


def not_to_prepare(batch_id: str, status: str | None) -> str:
    """Why a batch must not be prepared again."""
    if status is None:
        return f"there is no batch {batch_id}"
    return f"the batch {batch_id} is {status}, its orders must not be forgotten"


def damaged(place: str, how: str) -> LedgerUnavailable:
    """A ledger that cannot be trusted; starting with an empty one would send every order again."""
    return LedgerUnavailable(f"The ledger {place} {how}.", next_step=_RESTORE)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
