"""A ledger in one SQLite file: durable, safe for threads and processes, and never begun again by accident.

WAL lets readers look while one writes; synchronous=FULL means that what was committed survives a power cut. The file
must be on a local disk: SQLite's locks do not hold on network drives.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine

from orderdrop.errors import LedgerUnavailable
from orderdrop.ledger.database import Database, begin_at_once
from orderdrop.ledger.unavailable import damaged, from_database

_MAGIC = b"SQLite format 3\x00"
_GLANCE_SECONDS = 0.01
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=8000",  # pages, 32 MB: at the usual 1,000 a bulk insert writes everything twice at once
)


def open_sqlite(
    path: Path, *, must_exist: bool, busy_timeout_seconds: float, check_up_to_bytes: int
) -> Database:
    """Open or begin a ledger file; the tables are the migrations' business.

    A file smaller than `check_up_to_bytes` is read through for damage; in a larger one damage shows where it is met.
    Raises LedgerUnavailable for a file that is damaged, or missing or empty although `must_exist`.
    """
    place = str(path)
    if must_exist:
        _expect(path)
    else:
        _begin(path)
    _check_header(path)
    engine = _engine(path, busy_timeout_seconds)
    try:
        _prepare(path, busy_timeout_seconds, check_up_to_bytes)
        return Database(engine, place, _still_there(path))
    except (sqlite3.Error, OSError) as error:
        engine.dispose()
        if isinstance(error, OSError):
            raise _closed_to_us(path, error) from error
        raise from_database(error, place) from error


def _expect(path: Path) -> None:
    if not path.exists():
        raise damaged(str(path), "is missing, although there were batches before")
    if path.stat().st_size == 0:
        raise damaged(str(path), "is empty (0 bytes), although there were batches before")


def _begin(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # for the owner alone: payloads carry names and addresses; SQLite gives its side files the same rights
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise _closed_to_us(path, error) from error


def _closed_to_us(path: Path, error: OSError) -> LedgerUnavailable:
    return LedgerUnavailable(
        f"The ledger {path} cannot be opened: {error.strerror}.",
        next_step="Check the path (`ledger:` in orderdrop.yaml) and the rights on its folder, then run again.",
    )


def _check_header(path: Path) -> None:
    """Find a file that is something else, or cut short, before SQLite trusts it."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as error:
        raise _closed_to_us(path, error) from error
    if not header:
        return
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise damaged(str(path), "is damaged: it does not begin like a database")
    wal = Path(f"{path}-wal")
    if wal.exists() and wal.stat().st_size:
        return  # the newest pages are still in the side file, the main one may rightly be short
    # after the look at the side file: another process may be emptying it into this one
    size = path.stat().st_size
    # page size and number of pages: sqlite.org/fileformat2.html, 1.3
    page_size = int.from_bytes(header[16:18], "big")
    expected = int.from_bytes(header[28:32], "big") * (65536 if page_size == 1 else page_size)
    if size < expected:
        raise damaged(str(path), f"is damaged: cut short, {size:,} of {expected:,} bytes are left")


def _prepare(path: Path, busy_timeout_seconds: float, check_up_to_bytes: int) -> None:
    connection = sqlite3.connect(
        _uri(path), uri=True, timeout=busy_timeout_seconds, isolation_level=None, check_same_thread=False
    )
    try:
        _to_wal(connection, busy_timeout_seconds)
        if path.stat().st_size <= check_up_to_bytes:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise damaged(str(path), f"is damaged: {found}")
    finally:
        connection.close()


def _to_wal(connection: sqlite3.Connection, busy_timeout_seconds: float) -> None:
    """Where two begin one ledger at the same moment, SQLite says "locked" to one of them at once, without waiting."""
    ends = time.monotonic() + busy_timeout_seconds
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode=WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(_GLANCE_SECONDS)


def _engine(path: Path, busy_timeout_seconds: float) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            _uri(path), uri=True, timeout=busy_timeout_seconds, isolation_level=None, check_same_thread=False
        )
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = create_engine(
        URL.create("sqlite", database=str(path)), creator=connect, pool_size=8, max_overflow=-1
    )
    begin_at_once(engine)
    return engine


def _uri(path: Path) -> str:
    # mode=rw: a file that was taken away must not come back empty with the next connection
    return f"{path.absolute().as_uri()}?mode=rw"


def _still_there(path: Path) -> Callable[[], None]:
    """A check that the path still leads to the file that was opened.

    SQLite writes on without a word into a file that was deleted or replaced, and everything is gone at the end.
    """
    opened = path.stat()

    def check() -> None:
        try:
            now = path.stat()
        except OSError:
            now = None
        if now is None or (now.st_dev, now.st_ino) != (opened.st_dev, opened.st_ino):
            raise damaged(str(path), "was deleted or replaced while orderdrop was running")

    return check
