"""Migrations: equal to the tables, whole or not at all, once."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

import orderdrop.access.tables
import orderdrop.ledger
from orderdrop.errors import LedgerUnavailable, SetupError
from orderdrop.ledger.database import Database
from orderdrop.ledger.migrate import HEAD, revision, upgrade
from orderdrop.ledger.open import open_ledger
from orderdrop.ledger.sqlite import open_sqlite
from orderdrop.ledger.tables import METADATA


def opened(path: Path) -> Database:
    return open_sqlite(path, must_exist=False, busy_timeout_seconds=10, check_up_to_bytes=2**20)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    new = opened(tmp_path / "ledger.db")
    yield new
    new.close()


def test_the_migrations_build_the_same_indexes(database: Database, tmp_path: Path) -> None:
    """compare_metadata does not look at the condition of a partial index."""
    upgrade(database)
    plain = create_engine(f"sqlite:///{tmp_path / 'plain.db'}")
    METADATA.create_all(plain)
    question = text("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    with plain.connect() as connection:
        wanted = {_flat(sql) for sql in connection.execute(question).scalars()}
    plain.dispose()
    with database.reading() as connection:
        built = {_flat(sql) for sql in connection.execute(question).scalars()}
    assert built == wanted


def _flat(sql: str) -> str:
    return re.sub(r"\s+", " ", sql)


def test_the_newest_revision_is_the_one_that_the_code_expects() -> None:
    scripts = ScriptDirectory(str(Path(orderdrop.ledger.__file__).parent / "migrations"))
    assert scripts.get_heads() == [HEAD]


def test_a_second_upgrade_has_nothing_to_do(database: Database) -> None:
    upgrade(database)
    upgrade(database, must_exist=True)
    with database.reading() as connection:
        assert revision(connection) == HEAD


def test_the_way_back_leaves_nothing(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    upgrade(database)
    config = Config()
    config.set_main_option(
        "script_location", str(Path(orderdrop.ledger.__file__).parent / "migrations").replace("%", "%%")
    )
    config.set_main_option("path_separator", "os")
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_a_ledger_from_a_newer_orderdrop_is_refused_in_words(database: Database) -> None:
    upgrade(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(SetupError) as refusal:
        upgrade(database)
    assert "was written by a newer orderdrop (its tables are at 0999, this one knows" in str(refusal.value)
    assert "Install the newer version again" in str(refusal.value)


def test_the_database_of_another_program_is_left_alone(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE customers (id INTEGER)"))
    with pytest.raises(
        SetupError, match=r"belongs to something else: it has the tables customers\. Name another"
    ):
        upgrade(database)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["customers"]


def test_tables_are_not_made_again_where_there_were_batches(database: Database) -> None:
    with pytest.raises(LedgerUnavailable, match=r"has no tables, although.*Restore it from a backup"):
        upgrade(database, must_exist=True)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == []


@pytest.mark.parametrize("statement", [2, 25, 41, 58])  # of the 59 that create or insert
def test_a_migration_killed_half_way_leaves_nothing_and_is_done_by_the_next_start(
    tmp_path: Path, statement: int
) -> None:
    path = tmp_path / "ledger.db"
    child = dedent("""
        import os, signal, sys
        from pathlib import Path
        from sqlalchemy import event
        from orderdrop.ledger.migrate import upgrade
        from orderdrop.ledger.sqlite import open_sqlite

        database = open_sqlite(Path(sys.argv[1]), must_exist=False, busy_timeout_seconds=10, check_up_to_bytes=0)
        seen = [0]

        @event.listens_for(database.engine, "after_cursor_execute")
        def count(connection, cursor, sql, *rest):
            seen[0] += sql.lstrip().startswith(("CREATE", "INSERT"))
            if seen[0] == int(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)

        upgrade(database)
    """)
    killed = subprocess.run([sys.executable, "-c", child, str(path), str(statement)], check=False)
    assert killed.returncode == -9
    database = opened(path)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == []
    database.close()
    open_ledger(f"sqlite:///{path}").close()


def test_of_many_processes_that_start_together_one_migrates(tmp_path: Path) -> None:
    child = "import sys; from orderdrop.ledger.open import open_ledger; sys.stdin.read(1); open_ledger(sys.argv[1]).close()"
    command = [sys.executable, "-c", child, f"sqlite:///{tmp_path / 'new' / 'ledger.db'}"]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("g")
        process.stdin.flush()
    assert [process.communicate()[1] for process in running] == [""] * 3
    assert [process.returncode for process in running] == [0] * 3
