"""Faults of our own process: two at once, kills, signals, targets that cannot be written, few handles, long lives."""

import json
import os
import resource
import signal
import subprocess
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import xlsxwriter
from tests.acceptance.site import COMMAND, Site, until
from tests.faults.place import Place
from tests.forked import Forked
from tests.integration.death import Died, die
from tests.integration.toxic import ToxicProxy

from orderdrop.core.progress import Step
from orderdrop.errors import MappingError
from orderdrop.ledger.open import open_ledger
from orderdrop.pipeline.feeds.resuming import release_and_reply

DROPS = range(6)
PER_DROP = 10


def numbers(drop: int) -> range:
    return range(drop * PER_DROP, (drop + 1) * PER_DROP)


def events(process: Forked) -> list[str]:
    _, err = process.communicate(timeout=10)
    return [json.loads(line)["event"] for line in err.splitlines()]


def test_P2_a_second_signal_ends_at_once_and_the_next_start_sends_the_rest_once(site: Site) -> None:
    site.set_up(rate="1")  # it would take long
    site.drop("orders.csv", site.rows(range(20)))
    with site.start("run", "night") as process:
        until(lambda: site.judge.posts(prefix=site.prefix).total() >= 1)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert process.returncode != 0
    site.set_up()
    assert [one["status"] for one in site.run("run", "night", "--json").json] == ["accepted"]
    posts = site.judge.posts(prefix=site.prefix)
    assert set(posts) == {site.key(number) for number in range(20)}
    assert posts.total() <= 20 + 1, "at most the one that was under way was posted again"


def test_P4_two_serving_processes_take_each_drop_once_and_the_dead_one_s_work_is_taken_over(
    site: Site,
) -> None:
    wanted = {site.key(number) for drop in DROPS for number in numbers(drop)}
    port, gate = urlsplit(site.judge.base_url).port or 0, Gate(lets_through=PER_DROP * 3 // 2)
    with ToxicProxy(upstream=port, lose_reply_to=gate) as proxy, ExitStack() as stack:
        site.set_up(base_url=site.judge.base_url.replace(str(port), str(proxy.port)), rate="25")
        both = [stack.enter_context(site.start("serve")) for _ in range(2)]
        for drop in DROPS:
            site.drop(f"orders{drop}.csv", site.rows(numbers(drop)))
        until(gate.held.is_set)
        worker = next(one for one in both if one.pid == holder_of_the_feed(site))
        worker.kill()
        worker.communicate(timeout=10)
        gate.opened.set()
        before = site.judge.posts(prefix=site.prefix)
        until(lambda: set(site.judge.held(site.prefix)) == wanted, seconds=30)
        until(lambda: len(site.found("*.csv")) == len(DROPS) and not site.found("processing/*"), seconds=30)
        (other,) = (one for one in both if one is not worker)
        other.send_signal(signal.SIGTERM)
        assert "finished" in events(other)
    posts = site.judge.posts(prefix=site.prefix)
    assert set(posts) == wanted
    assert all(times == 1 for key, times in posts.items() if key not in before)
    assert posts.total() <= len(wanted) + 4, "at most the requests that were under way were posted again"
    batches = site.run("batches", "list", "--json").json
    assert sorted(one["drop"]["name"] for one in batches) == [f"orders{drop}.csv" for drop in DROPS]
    assert {one["status"] for one in batches} == {"accepted"}


@dataclass
class Gate:
    """Lets so many requests through; those behind them wait until it is opened, and never arrive: their sender is dead by then."""

    lets_through: int
    passed: int = 0
    held: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, block: bytes) -> bool:
        if not block.startswith(b"POST") or self.opened.is_set():
            return False
        self.passed += 1
        if self.passed > self.lets_through:
            self.held.set()
            self.opened.wait()
            raise ConnectionResetError
        return False


def holder_of_the_feed(site: Site) -> int | None:
    """The pid of the process that polls the feed now, as the ledger knows it."""
    ledger = open_ledger(f"sqlite:///{site.folder}/var/orderdrop.db")
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            name = ledger.lease_holder("feed:night", datetime.now(UTC))
            if name is not None:
                return int(name.split("/")[2])
            time.sleep(0.01)
        return None
    finally:
        ledger.close()


def test_P4_what_a_dead_machine_held_is_taken_over_when_its_lease_has_run_out(site: Site) -> None:
    (site.folder / "var").mkdir()
    ledger, heard = open_ledger(f"sqlite:///{site.folder}/var/orderdrop.db"), site.folder / "stderr"

    def is_waited_for() -> bool:
        assert ledger.lease("feed:night", "another-host/boot/1/2", datetime.now(UTC), 4.0)
        return "another orderdrop works on it" in heard.read_text()

    assert ledger.lease("feed:night", "another-host/boot/1/2", datetime.now(UTC), 4.0)
    site.drop("orders.csv", site.rows([1]))
    with heard.open("w") as stderr, site.start("run", "night", stderr=stderr) as process:
        until(is_waited_for)
        ledger.close()  # the other machine is dead: nobody renews its lease any more
        process.communicate(timeout=60)
    assert process.returncode == 0, heard.read_text()
    assert site.judge.posts(prefix=site.prefix) == {site.key(1): 1}


@pytest.mark.parametrize("step", [Step.ANSWERED, Step.OUTCOMES_RECORDED, Step.SENT, Step.REPORTED])
def test_P1_a_release_that_dies_before_its_sender_is_told_is_told_by_the_next_poll(
    step: Step, place: Place
) -> None:
    place.feed["reply"] = True
    place.drop("orders.csv", 1, *(place.row(number, quantity="two") for number in range(2, 9)))
    (held,) = place.poll()
    assert held["status"] == "held"
    parts = place.parts()
    place.at(step, die)
    try:
        with pytest.raises(Died):
            release_and_reply(parts, held["batch"], {"night": place.plan()})
    finally:
        parts.close()
    place.poll()
    (told,) = place.inbox.glob("archive/*/*.receipt.json")
    assert json.loads(told.read_text())["orders"]["accepted"] == 1
    assert place.poll() == []
    assert place.judge.held(place.prefix).keys() == {f"{place.prefix}-1"}


def test_P22_reports_that_cannot_be_written_are_written_later_and_nothing_is_sent_again(
    place: Place,
) -> None:
    place.feed["reply"] = True
    (place.folder / "var").mkdir()
    (place.folder / "var" / "reports").write_text("in the way")
    place.drop("orders.csv", 1, 2, place.row(3, quantity="two"))
    for _ in range(2):
        with pytest.raises(OSError, match="reports"):
            place.poll()
    assert place.posts() == {1: 1, 2: 1}
    (place.folder / "var" / "reports").unlink()
    (receipt,) = place.poll()
    assert (receipt["orders"]["accepted"], receipt["rows"]["rejected"]) == (2, 1)
    assert place.posts() == {1: 1, 2: 1}
    assert "archive/DAY/orders.csv.rejects.csv" in place.files()


@pytest.mark.parametrize("command", [("run", "night"), ("serve",)], ids=["run", "serve"])
def test_P23_a_log_that_cannot_be_written_does_not_stop_the_work(
    command: tuple[str, ...], site: Site
) -> None:
    site.drop("orders.csv", site.rows([1, 2]))
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen(
            [*COMMAND, *command], cwd=site.folder, stdout=subprocess.DEVNULL, stderr=full
        )
        try:
            until(lambda: len(site.judge.held(site.prefix)) == 2)
            until(lambda: site.found("*.receipt.json"))
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)
        finally:
            process.kill()
            process.wait()
    assert site.judge.posts(prefix=site.prefix) == {site.key(1): 1, site.key(2): 1}


def test_P24_sixty_four_handles_are_enough(site: Site) -> None:
    site.drop("orders.csv", site.rows(range(30)))
    done = subprocess.run(
        [*COMMAND, "run", "night", "--json"],
        cwd=site.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)[0]["orders"]["accepted"] == 30


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_P24_P25_neither_handles_nor_threads_nor_the_ledger_grow_with_the_number_of_polls(
    place: Place,
) -> None:
    parts, ledger = place.parts(), place.folder / "var" / "orderdrop.db"
    try:
        for number in range(3):
            place.drop(f"{number}.csv", number)
            place.poll(parts)
        before, threads, size = handles(), threading.active_count(), ledger.stat().st_size
        for _ in range(60):
            assert place.poll(parts) == []
        assert ledger.stat().st_size == size
        for number in range(3, 13):
            place.drop(f"{number}.csv", number)
            place.poll(parts)
        assert handles() <= before
        until(lambda: threading.active_count() <= threads)  # those of the last batch end by themselves
    finally:
        parts.close()


def test_P26_a_mapping_that_was_broken_while_we_ran_stops_its_feed_in_words_until_it_is_mended(
    place: Place,
) -> None:
    parts = place.parts()
    try:
        place.drop("1.csv", 1)
        place.poll(parts)
        mapping = place.folder / "small.yaml"
        good = mapping.read_text()
        mapping.write_text(good[: len(good) // 2])
        place.drop("2.csv", 2)
        with pytest.raises(MappingError, match=r"small\.yaml"):
            place.poll(parts)
        assert place.files() == ["archive/DAY/1.csv", "failed/2.csv"]
        mapping.write_text(good)
        assert len(place.poll(parts)) == 1
        assert place.files() == ["archive/DAY/1.csv", "archive/DAY/2.csv"]
    finally:
        parts.close()
    assert place.posts() == {1: 1, 2: 1}


def test_P27_whoever_reads_a_workbook_for_a_process_dies_with_it(site: Site) -> None:
    with xlsxwriter.Workbook(str(site.folder / "large.xlsx"), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Order", "Email", "SKU", "Item", "Qty"])
        for number in range(1, 25_000):
            sheet.write_row(number, 0, [f"{site.prefix}-{number}", "anna@example.com", "A", "Tea", "1"])
    (site.folder / "tmp").mkdir()
    with site.start(
        "preview", "large.xlsx", "--mapping", "small", environ={"TMPDIR": str(site.folder / "tmp")}
    ) as process:
        until(lambda: readers_of(process.pid))
        (reader,) = readers_of(process.pid)
        until(lambda: list((site.folder / "tmp").glob("orderdrop-*/rows.arrow")))
        os.kill(reader, signal.SIGSTOP)  # it would not end by itself
        process.kill()
        process.communicate(timeout=10)
        try:
            until(lambda: is_gone(reader), seconds=10)
        finally:
            if not is_gone(reader):
                os.kill(reader, signal.SIGKILL)


def readers_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [child for child in found if b"excel_child" in command_line(child)]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True
