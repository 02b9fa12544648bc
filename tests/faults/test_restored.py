"""An older backup of the ledger is put back: nothing is sent from it before that is said, and then nothing is made twice."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.death import Died, dies_at
from tests.integration.test_shippify import Shop, row
from tests.integration.test_shippify import shop as shippify_shop

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.progress import Step
from orderdrop.errors import SetupError
from orderdrop.pipeline.batches.batch import work
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.upkeep.auditing import audit
from orderdrop.pipeline.upkeep.restoring import ASIDE, take_note

shop = shippify_shop


def backed_up(folder: Path) -> Path:
    """A backup taken as the manual says."""
    target = folder / "backup.db"
    with (
        closing(sqlite3.connect(folder / "var" / "orderdrop.db")) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
    return target


def put_back(backup: Path, folder: Path) -> None:
    for side in ("-wal", "-shm"):
        (folder / "var" / f"orderdrop.db{side}").unlink(missing_ok=True)
    shutil.copyfile(backup, folder / "var" / "orderdrop.db")


@pytest.fixture
def older(shop: Shop) -> Shop:
    """A shop whose ledger is from before its orders were sent, and from before its second file came."""
    with pytest.raises(Died):
        replace(shop, parts=replace(shop.parts, watcher=dies_at(Step.PREPARED))).drop(*ROWS, name="first.csv")
    backup = backed_up(shop.folder)
    (first,) = shop.parts.ledger.batches()
    work(shop.parts, first.id)
    shop.drop(row("E-9"), name="second.csv")
    assert len(shop.stored()) == 4
    shop.parts.close()
    put_back(backup, shop.folder)
    return shop


ROWS = [row(f"E-{number}") for number in (1, 2, 3)]


def settings_in(folder: Path) -> setup.Settings:
    return setup.load(folder / "orderdrop.yaml", {}, folder)


def parts_after(folder: Path, *, restored: bool) -> Parts:
    settings = settings_in(folder)
    return wiring.build(settings, ledger=wiring.open_settled_ledger(settings, restored=restored))


def test_P12_a_ledger_that_is_older_than_the_reports_is_not_used(older: Shop) -> None:
    with pytest.raises(
        SetupError, match=r"older than the reports .* does not know batch b-\S+.*ledger restored"
    ):
        wiring.build(settings_in(older.folder))


def test_P12_what_was_sent_since_the_backup_is_looked_up_and_not_made_a_second_time(older: Shop) -> None:
    posts = older.posts()
    parts = parts_after(older.folder, restored=True)
    try:
        batches, orders = take_note(parts)
        assert (len(batches), orders) == (1, 3)
        assert (parts.workdir / ASIDE / batches[0]).is_dir()
        (batch,) = parts.ledger.batches()
        finished = work(parts, batch.id)
        assert finished.batch.status is BatchStatus.ACCEPTED
        assert finished.receipt["orders"]["accepted"] == 3
        assert list(audit(parts.ledger)) == []
    finally:
        parts.close()
    assert (older.posts(), len(older.stored())) == (posts, 4)
    wiring.build(settings_in(older.folder)).close()


def test_P12_without_saying_so_the_same_orders_would_have_been_made_twice(older: Shop) -> None:
    """What the refusal is for: this is what the older ledger by itself would do."""
    parts = parts_after(older.folder, restored=True)
    try:
        (batch,) = parts.ledger.batches()
        work(parts, batch.id)
    finally:
        parts.close()
    assert len(older.stored()) == 4 + 3


@pytest.mark.parametrize(
    ("status", "fate"),
    [(BatchStatus.HELD, OrderFate.HELD), (BatchStatus.UNFINISHED, OrderFate.UNSENT)],
    ids=["held", "unfinished"],
)
def test_P12_orders_that_waited_at_the_backup_still_wait_and_are_in_doubt(
    status: BatchStatus, fate: OrderFate, older: Shop
) -> None:
    parts = parts_after(older.folder, restored=True)
    try:
        (batch,) = parts.ledger.batches()
        parts.ledger.set_fates(batch.id, [OrderFate.READY], fate)
        parts.ledger.conclude(batch.id, status, None)
        take_note(parts)
        take_note(parts)
        orders = parts.ledger.orders(batch.id)
        assert {order.fate for order in orders} == {fate}
        keys = [order.key for order in orders]
        assert set(parts.ledger.possibly_held(batch.account, keys)) == set(keys)
    finally:
        parts.close()
