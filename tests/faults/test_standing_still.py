"""The classic case of two owners: a process that stands still while another one takes over its work, and then wakes up."""

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.acceptance.site import Site, until
from tests.faults.standing_still import LEASE_SECONDS
from tests.forked import ROOT, Forked, forked

ORDERS = range(40)


def stop_between_writes(process: Forked, ledger: Path) -> None:
    """Stop it, but not amid a transaction: with that nobody else could write into SQLite at all."""
    process.freeze()
    while not takes_writes(ledger):
        process.send_signal(signal.SIGCONT)
        until(lambda: takes_writes(ledger))  # or it would be stopped again before it has moved
        process.freeze()


def takes_writes(ledger: Path) -> bool:
    with closing(sqlite3.connect(ledger, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE").execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
    return True


@pytest.mark.parametrize("endpoint", ["single", "batch"])
def test_P3_a_process_that_was_stopped_for_longer_than_its_lease_sends_nothing_more_when_it_wakes(
    endpoint: str, site: Site
) -> None:
    site.set_up(rate="10" if endpoint == "single" else "2", endpoint=endpoint)
    for number in range(4):
        site.drop(f"{number}.csv", site.rows(ORDERS[number::4]))
    settings = str(site.folder / "orderdrop.yaml")
    with forked("tests.faults.standing_still", settings, "night", folder=ROOT, environ=os.environ) as frozen:
        until(lambda: site.judge.posts(prefix=site.prefix).total() >= 3)
        stop_between_writes(frozen, site.folder / "var" / "orderdrop.db")
        time.sleep(2 * LEASE_SECONDS)
        site.set_up(rate="unlimited", endpoint=endpoint)
        taken_over = site.run("run", "night", "--json")
        assert taken_over.code == 0, taken_over.err
        assert {one["status"] for one in taken_over.json} == {"accepted"}
        before = site.judge.last_call()
        frozen.send_signal(signal.SIGCONT)
        _, said = frozen.communicate(timeout=20)
    assert (frozen.returncode, "ran out while this process stood still" in said) == (4, True), said
    assert site.judge.last_call() == before, "it sent something after it woke up"
    posts = site.judge.posts(prefix=site.prefix)
    assert set(posts) == {site.key(number) for number in ORDERS}
    assert posts.total() <= len(ORDERS) + 4 * (1 if endpoint == "single" else 10)
    batches = site.run("batches", "list", "--json").json
    assert {one["status"] for one in batches} == {"accepted"}
    assert sum(one["orders"]["accepted"] for one in batches) == len(ORDERS)
    assert len(site.found("archive/*/*.csv")) == 4
