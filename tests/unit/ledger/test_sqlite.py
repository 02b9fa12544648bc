"""A ledger in a file, and everything that may befall the file."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.disks import remounted, small_disk
from tests.unit.ledger.facts import NOW, a_batch, an_order, prepared

from orderdrop.core.outcomes import BatchStatus
from orderdrop.errors import LedgerUnavailable
from orderdrop.ledger.ledger import Ledger
from orderdrop.ledger.open import open_ledger

RESTORE = "Restore it from a backup; do not delete it"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger that was used and closed."""
    path = tmp_path / "ledger.db"
    ledger = open_ledger(f"sqlite:///{path}")
    prepared(ledger, *(an_order(n) for n in range(200)))
    ledger.close()
    return path


def reopened(path: Path, *, must_exist: bool = True, check_up_to_bytes: int = 2**25) -> Ledger:
    return open_ledger(
        f"sqlite:///{path}",
        must_exist=must_exist,
        busy_timeout_seconds=0.2,
        check_up_to_bytes=check_up_to_bytes,
    )


def test_a_ledger_is_there_after_a_restart(path: Path) -> None:
    ledger = reopened(path)
    assert ledger.counts("b-1").orders.built == 200
    ledger.close()


def test_a_new_ledger_is_for_its_owner_alone_and_its_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "var" / "deep" / "ledger.db"
    ledger = reopened(path, must_exist=False)
    ledger.open_batch(a_batch())
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    ledger.close()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("a b.db", "a b.db"),
        ("a%20b.db", "a b.db"),
        ("a%2520b.db", "a%20b.db"),
        ("50%.db", "50%.db"),
        ("a#b.db", "a#b.db"),
        ("é.db", "é.db"),
    ],
)
def test_any_file_name_will_do(tmp_path: Path, written: str, name: str) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path}/{written}")
    ledger.open_batch(a_batch())
    ledger.close()
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_missing_ledger_is_not_begun_again_where_there_were_batches(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with pytest.raises(LedgerUnavailable) as refusal:
        reopened(path)
    assert f"The ledger {path} is missing, although there were batches before. {RESTORE}" in str(
        refusal.value
    )
    assert not path.exists()


def test_an_emptied_ledger_is_not_begun_again_where_there_were_batches(path: Path) -> None:
    path.write_bytes(b"")
    with pytest.raises(LedgerUnavailable, match=rf"is empty \(0 bytes\), although.*{RESTORE}"):
        reopened(path)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("must_exist", [True, False])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"garbage" * 1000, "does not begin like a database", id="something else"),
        pytest.param(b"SQLite format 3\x00", "does not begin like a database", id="hardly begun"),
        pytest.param(b"SQLite format 3\x00" + b"\xff" * 4000, "is damaged", id="a header of rubbish"),
    ],
)
def test_a_file_that_is_no_ledger_is_refused_and_left_alone(
    path: Path, content: bytes, words: str, *, must_exist: bool
) -> None:
    path.write_bytes(content)
    with pytest.raises(LedgerUnavailable, match=rf"{words}.*{RESTORE}"):
        reopened(path, must_exist=must_exist)
    assert path.read_bytes() == content


@pytest.mark.parametrize("check_up_to_bytes", [0, 2**25], ids=["by its size alone", "read through"])
def test_a_ledger_that_was_cut_short_is_refused(path: Path, check_up_to_bytes: int) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LedgerUnavailable, match=rf"cut short, [\d,]+ of [\d,]+ bytes are left\. {RESTORE}"):
        reopened(path, check_up_to_bytes=check_up_to_bytes)


def test_a_damaged_page_is_found_at_the_start_of_a_small_ledger(path: Path) -> None:
    _overwrite_pages(path)
    with pytest.raises(LedgerUnavailable, match=rf"is damaged.*{RESTORE}"):
        reopened(path)


def test_a_damaged_page_of_a_large_ledger_is_found_where_it_is_met(path: Path) -> None:
    _overwrite_pages(path)
    with pytest.raises(LedgerUnavailable, match=rf"is damaged\. {RESTORE}"):
        reopened(path, check_up_to_bytes=0).orders("b-1")


def _overwrite_pages(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    start = whole.index(b"FR-100") // 4096 * 4096  # a page of orders
    for page in range(start, len(whole), 4096):
        whole[page : page + 400] = b"\xa5" * 400
    path.write_bytes(whole)


def test_a_ledger_that_is_deleted_while_open_is_noticed_before_the_next_fact(path: Path) -> None:
    ledger = reopened(path)
    path.unlink()
    with pytest.raises(
        LedgerUnavailable, match=rf"was deleted or replaced while orderdrop was running\. {RESTORE}"
    ):
        ledger.conclude("b-1", BatchStatus.ACCEPTED, NOW)
    assert not path.exists()


def test_a_ledger_that_is_replaced_while_open_is_noticed(path: Path, tmp_path: Path) -> None:
    ledger = reopened(path)
    backup = tmp_path / "backup.db"
    backup.write_bytes(path.read_bytes())
    backup.replace(path)
    with pytest.raises(LedgerUnavailable, match="was deleted or replaced"):
        ledger.conclude("b-1", BatchStatus.ACCEPTED, NOW)
    ledger.close()


@pytest.fixture
def lock(path: Path) -> Iterator[None]:
    """Another program that holds the ledger."""
    child = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('BEGIN EXCLUSIVE'); print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", child, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        yield
        holder.communicate()


@pytest.mark.usefixtures("lock")
def test_a_ledger_locked_by_another_program_says_so_and_holds_no_half_state(path: Path) -> None:
    ledger = reopened(path)
    before = ledger.batch("b-1")
    with pytest.raises(LedgerUnavailable) as refusal:
        ledger.conclude("b-1", BatchStatus.ACCEPTED, NOW)
    assert str(refusal.value) == (
        f"The ledger {path} is locked by another program. "
        "Close whatever else has it open for writing, then run the same command again."
    )
    assert ledger.batch("b-1") == before
    ledger.close()


def test_a_ledger_that_another_process_begins_at_this_moment_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.2, other.execute, ["COMMIT"])
    done.start()
    open_ledger(f"sqlite:///{path}").close()
    done.join()
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


def test_a_new_file_that_stays_locked_is_given_up_after_a_while(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable, match="is locked by another program"):
            open_ledger(f"sqlite:///{path}", busy_timeout_seconds=0.05)


def test_a_full_disk_loses_nothing_that_was_recorded(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, "1m"):
        ledger = reopened(disk / "ledger.db", must_exist=False)
        ledger.open_batch(a_batch())
        added: list[int] = []
        with pytest.raises(LedgerUnavailable, match=r"the disk is full\. Make room on that disk"):
            _fill(ledger, added)
        assert [order.sequence for order in ledger.orders("b-1")] == added != []
        remounted(disk, "size=8m")
        ledger.add_orders("b-1", [an_order(10_000)])
        ledger.close()
        ledger = reopened(disk / "ledger.db")
        assert len(ledger.orders("b-1")) == len(added) + 1
        ledger.close()


def _fill(ledger: Ledger, added: list[int]) -> None:
    for start in range(0, 10_000, 100):
        sequences = range(start, start + 100)
        ledger.add_orders("b-1", [an_order(n) for n in sequences])
        added.extend(sequences)


def test_a_read_only_folder_says_so(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere; the read-only disk below covers root")
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(LedgerUnavailable, match=r"cannot be opened: Permission denied\. Check the path"):
        reopened(folder / "ledger.db", must_exist=False)


def test_a_read_only_disk_says_so(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, "4m"):
        reopened(disk / "ledger.db", must_exist=False).close()
        remounted(disk, "ro")
        with pytest.raises(LedgerUnavailable, match=r"Give this user the right|rights on its folder"):
            reopened(disk / "ledger.db").open_batch(a_batch())
        with pytest.raises(LedgerUnavailable, match="Read-only file system"):
            reopened(disk / "other.db", must_exist=False)


def test_a_folder_in_place_of_the_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailable, match=r"cannot be opened: Is a directory\. Check the path"):
        reopened(tmp_path, must_exist=False)


def test_what_is_recorded_is_synced(path: Path) -> None:
    """WAL with synchronous=NORMAL would lose the last commits in a power cut."""
    from orderdrop.ledger.sqlite import open_sqlite

    database = open_sqlite(path, must_exist=True, busy_timeout_seconds=1, check_up_to_bytes=0)
    with database.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 1000}
    database.close()


def test_a_backup_taken_the_documented_way_opens(path: Path, tmp_path: Path) -> None:
    ledger = reopened(path)
    ledger.conclude("b-1", BatchStatus.ACCEPTED, NOW)
    with sqlite3.connect(path) as source, sqlite3.connect(tmp_path / "backup.db") as target:
        source.backup(target)
    source.close()
    target.close()
    ledger.close()
    restored = reopened(tmp_path / "backup.db")
    batch = restored.batch("b-1")
    assert batch is not None
    assert batch.status is BatchStatus.ACCEPTED
    restored.close()
