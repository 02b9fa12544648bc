"""From the tables of every released version to those of today, on each kind of database."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, event, insert, inspect, make_url, text
from tests.integration.postgres import Postgres
from tests.unit.ledger.facts import ACCOUNT, NOW, a_batch, a_refusal, an_attempt, an_order

import orderdrop.access.tables
import orderdrop.ledger
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Cell
from orderdrop.errors import LedgerUnavailable, SetupError
from orderdrop.ledger.database import Database
from orderdrop.ledger.ledger import AttemptOutcome
from orderdrop.ledger.memory_browsing import MemoryBrowsing
from orderdrop.ledger.migrate import HEAD, revision, upgrade
from orderdrop.ledger.open import open_ledger
from orderdrop.ledger.postgresql import open_postgresql
from orderdrop.ledger.records import attempt_record, batch_record, drop_record, order_record, problem_record
from orderdrop.ledger.sql_browsing import SqlBrowsing
from orderdrop.ledger.sqlite import open_sqlite
from orderdrop.ledger.tables import ACCEPTED, ATTEMPTS, BATCHES, DROPS, METADATA, ORDERS, PROBLEMS, ROW_FATES

SCRIPTS = ScriptDirectory(str(Path(orderdrop.ledger.__file__).parent / "migrations"))
RELEASED = sorted(script.revision for script in SCRIPTS.walk_revisions())

BATCH = a_batch(status=BatchStatus.ACCEPTED, rows_read=1, finished_at=NOW, feed_done=True)
ORDER = an_order(0, fate=OrderFate.ACCEPTED, reference="job-7")
ATTEMPT = an_attempt(ORDER, outcome=AttemptOutcome.ACCEPTED, finished_at=NOW, http_status=201)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url(server.new_database())


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    parsed = make_url(url)
    if parsed.drivername == "sqlite":
        path = Path(str(parsed.database))
        opened = open_sqlite(path, must_exist=False, busy_timeout_seconds=10, check_up_to_bytes=2**20)
    else:
        opened = open_postgresql(parsed, busy_timeout_seconds=10)
    yield opened
    opened.close()


def at_version(connection: Connection, version: str) -> None:
    """Build the tables as an older orderdrop had them."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS.dir.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def put(connection: Connection, table: Table, record: dict[str, Any]) -> None:
    """Insert a row with the columns that the table has by now."""
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    connection.execute(insert(table).values({name: value for name, value in record.items() if name in there}))


@pytest.mark.parametrize("version", RELEASED)
def test_a_ledger_of_every_released_version_keeps_what_it_holds_and_becomes_todays(
    version: str, url: str, database: Database
) -> None:
    with database.writing() as connection:
        at_version(connection, version)
        put(connection, DROPS, drop_record(BATCH.drop))
        put(connection, BATCHES, batch_record(BATCH))
        put(connection, ORDERS, order_record(BATCH.id, ORDER))
        put(connection, ATTEMPTS, attempt_record(ATTEMPT))
        held = {"account": ACCOUNT, "order_key": ORDER.key, "digest": ORDER.digest, "order_id": ORDER.id}
        put(connection, ACCEPTED, {**held, "accepted_at": NOW})
    ledger = open_ledger(url, must_exist=True)
    assert ledger.batches() == [BATCH]
    assert ledger.orders(BATCH.id) == [ORDER]
    assert ledger.attempts(ORDER.id) == [ATTEMPT]
    assert ledger.last_accepted(ACCOUNT, [ORDER.key]) == {ORDER.key: ORDER.digest}
    assert ledger.counts(BATCH.id).orders.accepted == 1
    ledger.open_batch(a_batch("b-2"))
    ledger.close()
    with database.reading() as connection:
        assert revision(connection) == HEAD
        assert differences(connection) == []


def test_the_batches_of_an_older_ledger_are_counted_and_its_orders_found_by_their_parcels(
    url: str, database: Database
) -> None:
    at_work = a_batch("b-2", status=BatchStatus.SENDING)
    sent = ORDER._replace(payload=b'{"fulfillments":[{"trackers":[{"tracking_number":"0034"}]}]}')
    with database.writing() as connection:
        at_version(connection, "0008")
        for batch in (BATCH, at_work):
            put(connection, DROPS, drop_record(batch.drop))
            put(connection, BATCHES, batch_record(batch))
            put(
                connection,
                ROW_FATES,
                {"batch_id": batch.id, "fate": "ignored", "first_row": 9, "last_row": 10},
            )
            put(connection, PROBLEMS, problem_record(batch.id, None, a_refusal()))
            put(
                connection,
                PROBLEMS,
                problem_record(batch.id, None, a_refusal("NUL", cells=(Cell(row=2, column="\0"),))),
            )
        put(connection, ORDERS, order_record(BATCH.id, sent))
        put(connection, ORDERS, order_record("b-2", an_order(0, "b-2")))
    ledger = open_ledger(url, must_exist=True)
    pages, plainly = SqlBrowsing(database), MemoryBrowsing(ledger)
    assert [one.order for one in pages.find("0034").orders] == [sent]
    assert pages.figures() == plainly.figures()
    for batch in (BATCH, at_work):
        assert ledger.counts(batch.id).rows.ignored == 2
        assert len(pages.causes(batch.id)) == 2
    ledger.close()


@pytest.mark.parametrize(
    ("said", "given_up"),
    [
        pytest.param("9 of 9 rows are bad. Discarded at 2026-11-22 09:05 UTC: twice", True, id="discarded"),
        pytest.param("All of it came back corrected as batch b-2; nothing is to be done.", True, id="corrected"),
        pytest.param("9 of 9 rows are bad. Discarded at last, they wrote.", False, id="other-words"),
        pytest.param("", False, id="no-words"),
    ],
)  # fmt: skip
def test_a_batch_that_an_older_orderdrop_gave_up_in_words_alone_is_given_up(
    said: str, given_up: bool, url: str, database: Database
) -> None:
    batch = a_batch(status=BatchStatus.REJECTS, remarks=said, finished_at=NOW)
    with database.writing() as connection:
        at_version(connection, "0010")
        put(connection, DROPS, drop_record(batch.drop))
        put(connection, BATCHES, batch_record(batch))
    ledger = open_ledger(url, must_exist=True)
    assert ledger.batch(batch.id) == replace(batch, given_up=given_up)
    ledger.close()


def test_the_migrations_build_what_the_tables_say(database: Database) -> None:
    upgrade(database)
    with database.reading() as connection:
        assert differences(connection) == []


def differences(connection: Connection) -> Any:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA)


def test_the_migrations_build_the_same_indexes_on_postgresql(postgres: Postgres) -> None:
    """compare_metadata looks neither at the condition of a partial index nor at how one sorts."""
    migrated, plain = postgres.new_database(), postgres.new_database()
    open_ledger(postgres.url(migrated)).close()
    database = open_postgresql(make_url(postgres.url(plain)), busy_timeout_seconds=10)
    with database.writing() as connection:
        METADATA.create_all(connection)
    database.close()
    question = (
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    )
    assert set(postgres.ask(question, migrated)) == set(postgres.ask(question, plain)) != set()


def test_of_many_that_start_together_one_migrates(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for ledger in pool.map(lambda _: open_ledger(url), range(4)):
            ledger.close()


@pytest.mark.parametrize("statement", [2, 25, 41, 60])  # of the 61 that create or insert
def test_a_migration_whose_connection_ends_half_way_leaves_nothing_and_is_done_by_the_next_start(
    postgres: Postgres, statement: int
) -> None:
    name = postgres.new_database()
    database = open_postgresql(make_url(postgres.url(name)), busy_timeout_seconds=10)
    event.listen(
        database.engine,
        "after_cursor_execute",
        at_creation(statement, lambda: postgres.end_connections(name)),
    )
    with pytest.raises(LedgerUnavailable, match="ended the connection"):
        upgrade(database)
    assert postgres.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", name) == []
    upgrade(database)
    with database.reading() as connection:
        assert revision(connection) == HEAD
    database.close()


def at_creation(statement: int, do: Callable[[], object]) -> Callable[..., None]:
    """A listener that does something after a number of statements that create or insert."""
    seen = [0]

    def listener(connection: object, cursor: object, sql: str, *rest: object) -> None:
        seen[0] += sql.lstrip().startswith(("CREATE", "INSERT"))
        if seen[0] == statement:
            seen[0] += 1
            do()

    return listener


def test_a_database_that_cannot_hold_every_text_is_refused(postgres: Postgres) -> None:
    with pytest.raises(SetupError, match="keeps its text as LATIN1, which has no room") as refusal:
        open_ledger(postgres.url(postgres.new_database(encoding="LATIN1")))
    assert "createdb --encoding=UTF8" in str(refusal.value)


def test_tables_are_not_made_again_where_there_were_batches(url: str, database: Database) -> None:
    with pytest.raises(LedgerUnavailable, match=r"has no tables, although.*Restore it from a backup"):
        upgrade(database, must_exist=True)
    with database.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
        assert inspect(connection).get_table_names() == []
