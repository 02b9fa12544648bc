"""The power goes: only what was synced to the disk is left. A file system of its own, copied as it is at that moment."""

import os
import shutil
from pathlib import Path

import pytest
from tests.acceptance.site import Site, until
from tests.disks import mounted_image, new_image

from orderdrop.core.identity import digest
from orderdrop.ledger.open import open_ledger
from orderdrop.pipeline.upkeep.auditing import audit

ORDERS = range(400)
MEGABYTES = 48


def recorded(site: Site) -> dict[str, str]:
    """The fate of every order, as the ledger has it."""
    ledger = open_ledger(f"sqlite:///{site.folder}/var/orderdrop.db")
    try:
        return {
            order.key: order.fate.value for batch in ledger.batches() for order in ledger.orders(batch.id)
        }
    finally:
        ledger.close()


@pytest.mark.parametrize("posted", [1, 150])
def test_P17_after_a_power_cut_everything_that_was_acknowledged_is_there_and_the_rest_is_sent(
    posted: int, site: Site
) -> None:
    site.set_up(rate="50")  # the plug is pulled long before the last order is sent
    site.drop("orders.csv", site.rows(ORDERS))
    var, cut = site.folder / "var", site.folder / "cut.img"
    var.mkdir()
    with mounted_image(new_image(site.folder / "disk.img", MEGABYTES), var):
        with site.start("run", "night") as process:
            until(lambda: site.judge.posts(prefix=site.prefix).total() >= posted)
            process.freeze()
            shutil.copyfile(site.folder / "disk.img", cut)  # what a disk holds whose power went
            before = site.judge.posts(prefix=site.prefix)
            process.kill()
            process.communicate(timeout=20)
        acknowledged = recorded(site)
    site.set_up()
    with mounted_image(cut, var):
        left = recorded(site)
        assert {key for key, fate in acknowledged.items() if fate == "accepted"} <= {
            key for key, fate in left.items() if fate == "accepted"
        }
        ledger = open_ledger(f"sqlite:///{var}/orderdrop.db")
        (batch,) = ledger.batches()
        assert list(audit(ledger)) == []
        ledger.close()
        assert digest(Path(batch.drop.kept_at).read_bytes()) == batch.drop.sha256
        result = site.run("run", "night", "--json")
        assert [receipt["status"] for receipt in result.json] == ["accepted"]
        assert set(site.judge.held(site.prefix)) == {site.key(number) for number in ORDERS}
        again = {key for key, times in site.judge.posts(prefix=site.prefix).items() if times > 1}
        assert again <= {key for key in before if left[key] != "accepted"}


def test_P17_what_is_not_synced_is_gone_in_such_a_cut(tmp_path: Path) -> None:
    """That the rig cuts at all: a file that nobody syncs does not come back whole."""
    disk = tmp_path / "disk"
    disk.mkdir()
    image = new_image(tmp_path / "disk.img", MEGABYTES)
    with mounted_image(image, disk):
        (disk / "careless.txt").write_text("words " * 1_000)
        with (disk / "careful.txt").open("w") as file:
            file.write("words " * 1_000)
            file.flush()
            os.fsync(file.fileno())
        shutil.copyfile(image, tmp_path / "cut.img")
    with mounted_image(tmp_path / "cut.img", disk):
        assert (disk / "careful.txt").read_text() == "words " * 1_000
        assert not (disk / "careless.txt").exists() or (disk / "careless.txt").read_text() == ""
