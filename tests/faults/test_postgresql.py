"""Faults of a ledger on PostgreSQL, against a real server; first that all is well without one."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from itertools import count
from random import Random
from threading import Event, Thread
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.acceptance.site import Site
from tests.faults.place import Place
from tests.integration.postgres import MAX_CONNECTIONS, Postgres
from tests.integration.toxic import ToxicProxy
from tests.unit.ledger.facts import ACCOUNT, NOW, a_batch, a_refusal, an_order, prepared, refused, sent

from orderdrop.core.progress import Step
from orderdrop.errors import LedgerUnavailable
from orderdrop.ledger.ledger import AttemptOutcome
from orderdrop.ledger.open import open_ledger

ORDERS = range(6)
LEASE = timedelta(seconds=31)


@pytest.fixture
def on_postgresql(place: Place, emptied_database: Callable[[], str]) -> Place:
    """A place whose ledger is on PostgreSQL."""
    place.ledger = emptied_database()
    return place


def database_of(place: Place) -> str:
    return urlsplit(place.ledger).path.lstrip("/")


def check(place: Place, ledger: str) -> None:
    """Every order is held, accepted once and no post was without an attempt."""
    assert set(place.posts()) == set(ORDERS)
    opened = open_ledger(ledger)
    (batch,) = opened.batches()
    assert opened.counts(batch.id).rows.balanced
    assert opened.counts(batch.id).orders.accepted == len(ORDERS)
    for order in opened.orders(batch.id):
        ends = Counter(attempt.outcome for attempt in opened.attempts(order.id))
        assert ends[AttemptOutcome.ACCEPTED] == 1
        # posted again only where an answer was never recorded
        assert place.posts()[int(order.key.rpartition("-")[2])] <= 1 + ends[AttemptOutcome.UNKNOWN]
    opened.close()
    assert place.files() == ["archive/DAY/a.csv"]


def poll_until_it_rests(place: Place) -> int:
    """Poll as a schedule does; how many polls ended with a ledger that could not be used, each said in words."""
    said: list[LedgerUnavailable] = []
    while len(said) < 60:
        try:
            place.poll()
        except LedgerUnavailable as error:
            said.append(error)
            place.ahead += LEASE  # a lease that could not be given back runs out
        else:
            break
    assert all("The ledger postgresql://" in str(error) and error.next_step for error in said)
    return len(said)


def test_a_drop_goes_through_with_a_ledger_on_postgresql(
    site: Site, emptied_database: Callable[[], str]
) -> None:
    environ = {"ORDERDROP_LEDGER": emptied_database()}
    file = site.file("a.csv", [*site.rows(range(4)), *site.rows([4], quantity="none")])
    arguments = ("import", str(file), "--mapping", "small", "--account", "local", "--json")
    first = site.run(*arguments, environ=environ)
    assert first.code == 1, first.err
    assert (first.json["orders"]["accepted"], first.json["rows"]["rejected"]) == (4, 1)
    again = site.run(*arguments, environ=environ)
    assert again.json["batch"] == first.json["batch"]
    assert site.judge.posts(prefix=site.prefix) == {site.key(number): 1 for number in range(4)}
    assert site.run("orders", "find", site.key(2), environ=environ).code == 0
    assert not (site.folder / "var" / "orderdrop.db").exists()


@pytest.mark.parametrize(
    "step", [Step.REGISTERED, Step.PREPARED, Step.ATTEMPTS_RECORDED, Step.ANSWERED, Step.REPORTED]
)
def test_P14_connections_that_ended_between_two_transactions_are_made_again(
    on_postgresql: Place, postgres: Postgres, step: Step
) -> None:
    ended: list[int] = []
    on_postgresql.drop("a.csv", *ORDERS)
    on_postgresql.at(step, lambda: ended.append(postgres.end_connections(database_of(on_postgresql))))
    assert poll_until_it_rests(on_postgresql) <= 1
    assert ended[0] > 0
    check(on_postgresql, on_postgresql.ledger)


@pytest.mark.parametrize("seed", range(2))
def test_P14_connections_that_end_again_and_again_lose_and_double_nothing(
    on_postgresql: Place, postgres: Postgres, seed: int
) -> None:
    on_postgresql.drop("a.csv", *ORDERS)
    random, over = Random(seed), Event()

    def end() -> None:
        for _ in range(25):
            sleep(random.uniform(0.005, 0.03))
            postgres.end_connections(database_of(on_postgresql))
            if over.is_set():
                return

    thread = Thread(target=end)
    thread.start()
    poll_until_it_rests(on_postgresql)
    over.set()
    thread.join()
    check(on_postgresql, on_postgresql.ledger)


def test_P14_a_server_that_crashes_is_waited_for_by_the_next_poll(
    place: Place, own_postgres: Postgres
) -> None:
    place.ledger = own_postgres.url(own_postgres.new_database())
    place.drop("a.csv", *ORDERS)
    place.at(Step.ATTEMPTS_RECORDED, own_postgres.stop)
    with pytest.raises(LedgerUnavailable, match=r"did not answer|ended the connection"):
        place.poll()
    with pytest.raises(LedgerUnavailable, match="did not answer"):
        place.poll()
    own_postgres.start()
    place.ahead += LEASE
    place.poll()
    check(place, place.ledger)


def test_P14_a_writer_that_stands_still_is_not_waited_for_without_end(
    emptied_database: Callable[[], str],
) -> None:
    url = emptied_database()
    waiting, other = open_ledger(url, busy_timeout_seconds=0.2), open_ledger(url)
    with (
        other._database.writing(),  # type: ignore[attr-defined]
        pytest.raises(LedgerUnavailable, match="is locked by another program"),
    ):
        waiting.open_batch(a_batch())
    waiting.open_batch(a_batch())
    assert [batch.created_at for batch in other.batches()] == [NOW]
    waiting.close()
    other.close()


def test_P14_a_server_without_a_free_connection_says_so(own_postgres: Postgres) -> None:
    url = own_postgres.url(own_postgres.new_database())
    with ExitStack() as taken:
        for _ in range(MAX_CONNECTIONS):
            taken.enter_context(psycopg.connect(url))
        with pytest.raises(LedgerUnavailable, match=r"did not answer: .*too many clients already"):
            open_ledger(url)
    open_ledger(url).close()


def test_P14_a_standby_says_that_it_takes_no_writes(emptied_database: Callable[[], str]) -> None:
    url = emptied_database()
    standby = open_ledger(f"{url}?options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(LedgerUnavailable, match="takes no writes, as a standby does"):
        standby.open_batch(a_batch())
    standby.close()


def test_an_answer_with_a_character_that_postgresql_has_not_is_kept_in_writing(
    emptied_database: Callable[[], str],
) -> None:
    ledger = open_ledger(emptied_database())
    prepared(ledger, an_order(0))
    ledger.record_outcomes([refused(sent(ledger, an_order(0)), a_refusal("not \0 this"))], ACCOUNT)
    assert [problem.message for problem in ledger.problems("b-1")] == ["not \\x00 this"]
    ledger.close()


class _NthWrite:
    """Says yes to the commit of the n-th transaction that writes; those that read are told by their BEGIN."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.writes = False
        self.seen = 0

    def __call__(self, block: bytes) -> bool:
        if b"BEGIN" in block:
            self.writes = b"READ COMMITTED" in block
        if b"COMMIT\0" not in block or not self.writes:
            return False
        self.seen += 1
        return self.seen == self.number


def test_P15_a_commit_whose_reply_is_lost_is_looked_up_and_not_done_again(
    new_place: Callable[[Any], Place], emptied_database: Callable[[], str], tmp_path: Any
) -> None:
    for number in count(1, 3):
        folder = tmp_path / str(number)
        folder.mkdir()
        place = new_place(folder)
        ledger = emptied_database()
        with ToxicProxy(upstream=int(urlsplit(ledger).port or 0)) as proxy:
            nth = proxy.lose_reply_to = _NthWrite(number)
            place.ledger = ledger.replace(f":{proxy.upstream}/", f":{proxy.port}/")
            place.drop("a.csv", *ORDERS)
            poll_until_it_rests(place)
        check(place, ledger)
        if nth.seen < number:  # there are no more writes
            break
    assert number > 8
