"""What only a real database can get wrong: half transactions, processes that die, tables without a fitting index."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from textwrap import dedent
from typing import Any

import pytest
from sqlalchemy import event
from tests.unit.ledger.facts import (
    ACCOUNT,
    NOW,
    a_batch,
    a_drop,
    a_refusal,
    accepted,
    an_attempt,
    an_order,
    failed,
    later,
    prepared,
    refused,
    sent,
)

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.errors import LedgerUnavailable
from orderdrop.ledger.database import Database
from orderdrop.ledger.ledger import AttemptOutcome
from orderdrop.ledger.migrate import upgrade
from orderdrop.ledger.open import open_ledger
from orderdrop.ledger.sql import SqlLedger
from orderdrop.ledger.sql_browsing import SqlBrowsing
from orderdrop.ledger.sqlite import open_sqlite

ROOT = Path(__file__).parents[3]  # children import the facts from here


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_sqlite(
        tmp_path / "ledger.db", must_exist=False, busy_timeout_seconds=5, check_up_to_bytes=0
    )
    upgrade(opened)
    yield opened
    opened.close()


def test_whichever_statement_fails_nothing_of_the_group_is_recorded(database: Database) -> None:
    ledger = SqlLedger(database)
    orders = [an_order(n) for n in range(4)]
    prepared(ledger, *orders)
    attempts = [sent(ledger, order) for order in orders[:3]]
    outcomes = [accepted(attempts[0]), refused(attempts[1]), failed(attempts[2], 429)]
    before = _everything(ledger)
    for statement in count(1):
        if not _fails_at(database, statement, lambda: ledger.record_outcomes(outcomes, ACCOUNT)):
            break
        assert _everything(ledger) == before
    assert statement > 8
    assert ledger.counts("b-1").orders.accepted == 1
    assert len(ledger.problems("b-1")) == 1


def _fails_at(database: Database, statement: int, act: Callable[[], None]) -> bool:
    """Let the disk fail at the nth statement; False when there were fewer and all went well."""
    seen = count(1)

    def fail(*_: Any) -> None:
        if next(seen) == statement:
            raise sqlite3.OperationalError("disk I/O error")

    event.listen(database.engine, "before_cursor_execute", fail)
    try:
        act()
    except LedgerUnavailable as error:
        assert "disk I/O error" in str(error)  # noqa: PT017 - not every call raises
        return True
    finally:
        event.remove(database.engine, "before_cursor_execute", fail)
    return False


def _everything(ledger: SqlLedger) -> object:
    orders = ledger.orders("b-1")
    return (
        orders,
        [ledger.attempts(order.id) for order in orders],
        ledger.problems("b-1"),
        ledger.last_accepted(ACCOUNT, [order.key for order in orders]),
    )


CHILD = dedent("""
    import sys
    from orderdrop.ledger.open import open_ledger
    from orderdrop.core.outcomes import OrderFate
    from tests.unit.ledger.facts import ACCOUNT, accepted, an_attempt

    ledger = open_ledger(sys.argv[1], must_exist=True)
    while orders := ledger.orders("b-1", [OrderFate.READY], limit=5):
        attempts = [an_attempt(order, f"{sys.argv[2]}-{order.id}") for order in orders]
        ledger.record_attempts(attempts)
        print("attempted", *(order.id for order in orders), flush=True)
        ledger.record_outcomes([accepted(attempt) for attempt in attempts], ACCOUNT)
        print("accepted", *(order.id for order in orders), flush=True)
""")


def test_after_kill_9_everything_that_was_acknowledged_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = open_ledger(url)
    prepared(ledger, *(an_order(n) for n in range(2_000)))
    ledger.close()
    random = Random(7)
    for life in range(4):
        said = _live_and_die(url, life, lines=random.randrange(1, 60))
        ledger = open_ledger(url, must_exist=True)  # reads the file through
        fate = {order.id: order.fate for order in ledger.orders("b-1")}
        assert all(fate[order_id] is OrderFate.ACCEPTED for order_id in said["accepted"])
        assert all(ledger.attempts(order_id) for order_id in said["attempted"])
        open_orders = [order_id for order_id, now in fate.items() if now is OrderFate.SENDING]
        assert len(open_orders) <= 5  # the one group that was under way
        assert ledger.reopen("b-1", later(life)) == len(open_orders)
        assert {ledger.attempts(o)[-1].outcome for o in open_orders} <= {AttemptOutcome.UNKNOWN}
        assert ledger.counts("b-1").rows.balanced
        ledger.close()


def _live_and_die(url: str, life: int, lines: int) -> dict[str, list[str]]:
    """Run a child until it has said so many lines, kill it, and collect everything that it said."""
    said: dict[str, list[str]] = {"attempted": [], "accepted": []}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, url, f"life{life}"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        for number, line in enumerate(child.stdout):
            what, *order_ids = line.split()
            said[what].extend(order_ids)
            if number == lines:
                child.kill()
    assert child.returncode == -9
    return said


def test_of_two_processes_that_want_a_lease_one_gets_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    open_ledger(url).close()
    child = dedent("""
        import json, sys
        from orderdrop.ledger.open import open_ledger
        from tests.unit.ledger.facts import NOW

        ledger = open_ledger(sys.argv[1])
        sys.stdin.readline()
        print(json.dumps([ledger.lease(f"batch:{n}", sys.argv[2], NOW, 30) for n in range(50)]))
    """)
    rivals = [
        subprocess.Popen(
            [sys.executable, "-c", child, url, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for name in ("one", "two", "three")
    ]
    for rival in rivals:
        assert rival.stdin is not None
        rival.stdin.write("go\n")
        rival.stdin.flush()
    taken = [json.loads(rival.communicate()[0]) for rival in rivals]
    assert [sum(wins) for wins in zip(*taken, strict=True)] == [1] * 50


def test_every_question_but_the_search_is_answered_by_an_index(database: Database) -> None:
    ledger = SqlLedger(database)
    orders = [an_order(n) for n in range(3)]
    prepared(ledger, *orders)
    asked: list[tuple[str, Any]] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool) -> None:
        if sql.startswith(("SELECT", "UPDATE", "DELETE")):
            asked.append((sql, parameters[0] if many else parameters))

    _ask_everything(ledger, [an_attempt(order) for order in orders])
    event.remove(database.engine, "before_cursor_execute", note)
    assert len(asked) > 20
    with database.reading() as connection:
        for sql, parameters in asked:
            plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)]
            scans = [step for step in plan if step.startswith("SCAN") and "INDEX" not in step]
            assert not scans, (sql, plan)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        pytest.param(
            lambda ledger, _: ledger.set_aside("acme"), "ix_batches_unmapped", id="what a poll takes back"
        ),
        pytest.param(
            lambda _, pages: pages.problems("b-1", "X-1"),
            "ix_problems_order_key_batch_id (order_key=? AND batch_id=?)",
            id="problems of an order",
        ),
        pytest.param(
            lambda ledger, _: ledger.rejected_orders("X-1"),
            "ix_problems_order_key_batch_id (order_key=?)",
            id="rejected orders of a number",
        ),
        pytest.param(
            lambda _, pages: pages.find("X-"),
            "ix_problems_order_key_batch_id (order_key>? AND order_key<?)",
            id="rejected orders whose number begins so",
        ),
        pytest.param(
            lambda ledger, _: ledger.rejected_orders("X-1"),
            "ix_orders_order_key (order_key=?)",
            id="whether the order is there, among few",
        ),
    ],
)
def test_a_question_is_answered_by_the_index_that_was_made_for_it(
    database: Database, ask: Callable[[SqlLedger, SqlBrowsing], object], index: str
) -> None:
    ledger = SqlLedger(database)
    prepared(ledger, an_order(0))
    ledger.add_problems("b-1", [a_refusal(order="X-1")])
    steps: list[str] = []

    @event.listens_for(database.engine, "after_cursor_execute")
    def explain(_connection: Any, cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        if sql.startswith("SELECT"):
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            steps.extend(row[-1] for row in plan)

    ask(ledger, SqlBrowsing(database))
    event.remove(database.engine, "after_cursor_execute", explain)
    assert any(index in step for step in steps), steps


def _ask_everything(ledger: SqlLedger, attempts: list[Any]) -> None:
    ledger.record_attempts(attempts)
    ledger.record_outcomes([accepted(attempts[0]), refused(attempts[1]), failed(attempts[2], 429)], ACCOUNT)
    ledger.reopen("b-1", NOW)
    ledger.set_fates("b-1", [OrderFate.UNSENT], OrderFate.READY)
    ledger.lease_holder("x", NOW)
    ledger.release("x", "y")
    ledger.mapping_text("d")
    ledger.batch("b-1")
    ledger.batches_of_content("s", "m", "a")
    ledger.batch_at_place("f", "p")
    ledger.conclude("b-1", BatchStatus.ACCEPTED, NOW)
    ledger.feed_done("b-1", "p")
    ledger.last_accepted(ACCOUNT, ["FR-1"])
    ledger.orders("b-1")
    ledger.orders("b-1", [OrderFate.READY], after=3, limit=5)
    ledger.counts("b-1")
    ledger.row_fates("b-1")
    ledger.problems("b-1", limit=3)
    ledger.attempts("o")
    ledger.unfinished()
    ledger.unfinished("f")
    ledger.set_aside("f")
    ledger.children("b-1")
    ledger.last_drop("f")
    ledger.row_numbers("f", "m", before="b-1", limit=3)
    ledger.accepted_as_of(ACCOUNT, ["FR-1"])
    ledger.possibly_held(ACCOUNT, ["FR-1"])
    ledger.rivals("b-1", older=True)
    ledger.overtaken("b-1")
    ledger.put_aside("b-1", ["b-1-o1"], OrderFate.UNSENT, [])
    ledger.exclusions(["b-1"])
    ledger.put_off("b-1", NOW, a_refusal())
    ledger.waiting(ACCOUNT)
    ledger.take_up("b-1")
    ledger.keep_links({"b-1-o0": "https://track/0"})
    ledger.links("b-1")
    ledger.account_state(ACCOUNT)
    ledger.feed_state("f")
    ledger.sendings()
    ledger.forget_notices(NOW)
    ledger.conclude("b-1", BatchStatus.UNFINISHED, NOW)
    ledger.purge(["b-1"], NOW)
    ledger.open_batch(a_batch("b-2"))
    ledger.begin_preparation("b-2")


def test_a_text_that_is_no_unicode_is_refused_in_words(database: Database) -> None:
    with pytest.raises(LedgerUnavailable, match="a text is not Unicode"):
        SqlLedger(database).open_batch(a_batch(drop=a_drop(name="caf\udce9.csv")))
