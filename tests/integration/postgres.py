"""A real PostgreSQL server for tests: its own data, port and user; nothing of it outlives the run.

`postgres` is a running server that a run's tests share, `emptied_database` leads to an empty ledger on it, and
`own_postgres` is a server that a test may stop and start again.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.integration.sshd import HOST, free_port
from tests.needs import lacking

from orderdrop.ledger.open import open_ledger
from orderdrop.ledger.tables import METADATA

USER = "orderdrop"
MAX_CONNECTIONS = 100
_FIRST = "postgres"  # the database that every server has


def programs() -> Path | None:
    """The folder with the server's programs: Debian keeps one a version and none on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    onpath = shutil.which("postgres")
    return found[-1].parent if found else Path(onpath).parent if onpath else None


@dataclass
class Postgres:
    """A server on loopback with its data in `folder`; every connection is trusted."""

    programs: Path
    folder: Path
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str, port: int | None = None) -> str:
        return f"postgresql://{USER}@{HOST}:{port or self.port}/{database}"

    def new_database(self, encoding: str = "UTF8") -> str:
        """The name of a database without tables."""
        name = f"ledger_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
        return name

    def ask(self, sql: str, database: str = _FIRST) -> list[Any]:
        """Run one statement on a connection of its own."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            found = connection.execute(sql)
            return list(found) if found.description else []

    def end_connections(self, database: str) -> int:
        """End every connection to a database, as its server's administrator might; how many there were."""
        others = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        return len(self.ask(others))

    def create(self) -> None:
        data = self.folder / "data"
        options = ["-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        made = subprocess.run(
            [str(self.programs / "initdb"), *options], **self._as_its_user(), capture_output=True, check=False
        )
        assert made.returncode == 0, made.stderr.decode()

    def start(self) -> None:
        """Start on the port it had, or on a free one."""
        for _ in range(5):
            port = self.port or free_port()
            settings = {
                "listen_addresses": HOST,
                "port": port,
                "unix_socket_directories": "",
                "fsync": "off",  # the tests cut no power
                "max_connections": MAX_CONNECTIONS,
            }
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            with (self.folder / "log").open("ab") as log:
                self.process = subprocess.Popen(
                    [str(self.programs / "postgres"), "-D", str(self.folder / "data"), *options],
                    **self._as_its_user(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            if self._answers(port):
                self.port = port
                return
            self.stop()
        pytest.fail(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}")

    def stop(self) -> None:
        """End it at once, without a word to those who are connected, as a crash does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
            self.process = None

    def _as_its_user(self) -> dict[str, Any]:
        """The server refuses to be root."""
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        return {"cwd": self.folder, **user}

    def _answers(self, port: int) -> bool:
        assert self.process is not None
        for _ in range(500):
            if self.process.poll() is not None:
                return False
            try:
                psycopg.connect(self.url(_FIRST, port)).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server of its own; skips (or fails, where the run demands a server) when there is no PostgreSQL."""
    found = programs()
    if found is None:
        reason = "PostgreSQL's server is not installed (Debian: apt-get install postgresql)"
        lacking(reason, "ORDERDROP_TESTS_NEED_POSTGRES")
    # not below pytest's own folder, which is closed to the server's user
    folder = Path(tempfile.mkdtemp(prefix="orderdrop-postgres-"))
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    server = Postgres(programs=found, folder=folder)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server that a run's tests share; not to be stopped by a test."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that a test may stop."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def emptied_database(postgres: Postgres) -> Callable[[], str]:
    """Empties the one database of a ledger that a run's tests use in turn, and gives its URL."""
    name = postgres.new_database()
    open_ledger(postgres.url(name)).close()
    # much faster than TRUNCATE, let alone a new database
    everything = "; ".join(f"DELETE FROM {table}" for table in reversed(METADATA.sorted_tables))

    def emptied() -> str:
        postgres.ask(everything, name)
        return postgres.url(name)

    return emptied
