"""A ledger in a PostgreSQL database: the same promises as on SQLite, for several machines and with the server's backups.

Whoever writes takes a turn, as SQLite's writers do: then facts become visible in the order of their numbers, what was
looked up in a transaction still holds at its end, and no two of them can lock each other out. Groups of outcomes share
a commit, so a turn is short.
"""

from typing import Any

from psycopg import Connection as Driver
from psycopg.types.string import StrDumper
from sqlalchemy import URL, Connection, Engine, create_engine, event

from orderdrop.errors import SetupError
from orderdrop.ledger.database import WRITES, Database

_ONE_WRITER = 7_236_633_001  # any number, the same in every orderdrop, for the advisory lock of this database
_STUCK_AFTER_SECONDS = 60  # a frozen process must not keep its turn for ever
_CONNECTION = {
    "connect_timeout": 10,
    "client_encoding": "utf8",
    # a server that vanished without a word is given up after about a minute
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


def open_postgresql(url: URL, *, busy_timeout_seconds: float) -> Database:
    """Connect to a database that is there; the tables are the migrations' business.

    `busy_timeout_seconds` is how long a writer waits for its turn. What the URL says about a connection goes before our
    own choice. Raises SetupError for a database that cannot hold every text, LedgerUnavailable where none answers.
    """
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={name: value for name, value in _CONNECTION.items() if name not in url.query},
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
    )
    _prepare_connections(engine, busy_timeout_seconds)
    # the query of a URL may carry a password too
    database = Database(
        engine,
        url.set(query={}).render_as_string(hide_password=True),
        reading={"isolation_level": "REPEATABLE READ"},
    )
    try:
        _check_encoding(database)
    except BaseException:
        database.close()
        raise
    return database


def _prepare_connections(engine: Engine, busy_timeout_seconds: float) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: object) -> None:
        driver: Driver[Any] = connection
        driver.adapters.register_dumper(str, _TextDumper)
        driver.autocommit = True
        driver.execute(
            "SELECT set_config('lock_timeout', %s, false), set_config('idle_in_transaction_session_timeout', %s, false)",
            (f"{busy_timeout_seconds * 1000:.0f}ms", f"{_STUCK_AFTER_SECONDS}s"),
        )
        # what was acknowledged survives a power cut, also where a role is told to be faster
        driver.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
        driver.autocommit = False

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES, False):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_WRITER})")


class _TextDumper(StrDumper):
    """Text with its NULs written as \\x00, as the reports show them: PostgreSQL has none, and an API's answer may."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\\x00"))


def _check_encoding(database: Database) -> None:
    with database.reading() as connection:
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise SetupError(
            f"The database {database.place} keeps its text as {encoding}, which has no room for every name and address.",
            next_step="Create one with `createdb --encoding=UTF8 --template=template0 NAME` and name it under `ledger:`.",
        )
