"""From the ledger's URL in the settings to a ledger that is ready for work."""

from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from orderdrop.errors import SetupError
from orderdrop.ledger.database import Database
from orderdrop.ledger.ledger import Ledger
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.ledger.migrate import upgrade
from orderdrop.ledger.sql import SqlLedger
from orderdrop.ledger.sqlite import open_sqlite

_FORMS = "Write `sqlite:///var/orderdrop.db` (four slashes for an absolute path) or `postgresql://user:password@host/database`."


def open_ledger(
    url: str,
    *,
    must_exist: bool = False,
    busy_timeout_seconds: float = 10.0,
    check_up_to_bytes: int = 32 * 1024 * 1024,
) -> Ledger:
    """Open a ledger, begin it if it is new, and bring its tables up to date.

    `must_exist` says that there were batches before: a ledger that is missing or empty is then refused, because an
    empty one would send everything again. Relative SQLite paths start at the working directory. `busy_timeout_seconds` is how
    long one writer waits for another; SQLite files up to `check_up_to_bytes` are read through for damage.
    Raises SetupError for a URL that cannot work, LedgerUnavailable for a ledger that does not.
    """
    parsed = _parse(url)
    kind = parsed.get_backend_name()
    if kind == "memory":
        return MemoryLedger()
    if kind == "sqlite":
        database = open_sqlite(
            _path(parsed),
            must_exist=must_exist,
            busy_timeout_seconds=busy_timeout_seconds,
            check_up_to_bytes=check_up_to_bytes,
        )
    elif kind in ("postgresql", "postgres"):
        database = _postgresql(parsed, busy_timeout_seconds)
    else:
        raise SetupError(f"The ledger cannot be kept in {kind}.", next_step=_FORMS)
    try:
        upgrade(database, must_exist=must_exist)
    except BaseException:
        database.close()
        raise
    return SqlLedger(database)


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        # the text may carry a password, so it is not repeated
        raise SetupError("The ledger's URL is not one.", next_step=_FORMS) from None


def _path(url: URL) -> Path:
    if url.host or url.username or not url.database or url.database == ":memory:":
        raise SetupError(f"The ledger's URL {url.render_as_string()} names no file.", next_step=_FORMS)
    return Path(url.database).absolute()  # a later change of folder must not move the ledger


def _postgresql(url: URL, busy_timeout_seconds: float) -> Database:
    if find_spec("psycopg") is None:
        raise SetupError(
            "A ledger on PostgreSQL needs a driver that is not installed.",
            next_step="Install it with `pip install 'orderdrop[postgres]'`.",
        )
    from orderdrop.ledger.postgresql import open_postgresql  # its driver is an extra

    return open_postgresql(url, busy_timeout_seconds=busy_timeout_seconds)
