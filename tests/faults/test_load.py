"""Much, slow and long: a thousand polls, a hundred thousand files, a link of a kilobyte a second."""

import gc
import json
import os
import threading
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from tests.acceptance.site import Site, until
from tests.faults.place import Place
from tests.integration.sshd import Sshd, login_to
from tests.integration.toxic import ToxicProxy

from orderdrop.pickup.folder import FolderInbox
from orderdrop.pickup.inbox import Inbox
from orderdrop.pickup.sftp.inbox import SftpInbox

MOST = 1_000


@pytest.mark.parametrize(
    ("kind", "files"),
    [("folder", 100_000), pytest.param("openssh", 20_000, marks=pytest.mark.sshd)],
)
def test_D38_a_listing_of_very_many_files_takes_little_memory_and_gives_the_oldest(
    kind: str, files: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    oldest = set()
    for number in range(files):
        path = tmp_path / f"orders-{number:06d}.csv"
        path.touch()
        if number % (files // 500) == 7:
            os.utime(path, (1_000_000, 1_000_000))
            oldest.add(path.name)
    inbox: Inbox = FolderInbox(tmp_path, "*.csv", most=MOST)
    if kind == "openssh":
        inbox = SftpInbox(login_to(request.getfixturevalue("shared_sshd"), tmp_path), "*.csv", most=MOST)
    inbox.look()  # what is loaded late, and the connection, do not count
    tracemalloc.start()
    try:
        found = inbox.look()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        inbox.close()
    assert len(found) == MOST
    assert {entry.name for entry in found[: len(oldest)]} == oldest
    assert peak < 3_000_000, "far less than the entries of all files would take"


def test_D38_ten_thousand_files_of_one_partner_keep_back_no_other(site: Site) -> None:
    other = site.folder / "other"
    other.mkdir()
    settings = site.folder / "orderdrop.yaml"
    settings.write_text(settings.read_text() + TWO.format(name="other", source="other", login=""))
    for number in range(10_000):
        (site.inbox / f"{number:05d}.csv").touch()  # empty: each is claimed, refused and moved
    (other / "orders.csv").write_text("\n".join(["Order;Email;SKU;Item;Qty", *site.rows([1])]) + "\n")
    with site.start("serve") as process:
        until(lambda: site.judge.posts(prefix=site.prefix).total() == 1)
        assert len(list(site.inbox.glob("*.csv"))) > 9_000
        process.kill()


TWO = """\
  {name}:
    source: {source}
{login}
    files: "*.csv"
    mapping: small
    account: local
    every: 1s
    settle: {{looks: 1, age: 0s}}
"""


@pytest.mark.sshd
def test_D28_a_link_of_a_kilobyte_a_second_gets_there_and_keeps_back_no_other_partner(
    site: Site, shared_sshd: Sshd
) -> None:
    slow = site.folder / "slow"
    slow.mkdir()
    wanted = {site.key(number) for number in range(100, 150)}
    rows = "\n".join(["Order;Email;SKU;Item;Qty", *site.rows(range(100, 150))]) + "\n"
    (slow / "orders.csv").write_text(rows)
    others_are_through = threading.Event()
    with ToxicProxy(
        shared_sshd.port, bytes_a_second=1_000, call_after=500, meanwhile=others_are_through.wait
    ) as proxy:
        hosts = shared_sshd.known_hosts_for(proxy.port)
        source = f"sftp://{shared_sshd.user}@{shared_sshd.host}:{proxy.port}{slow}"
        way = f"    private_key: {shared_sshd.client_key}\n    known_hosts: {hosts}"
        settings = site.folder / "orderdrop.yaml"
        settings.write_text(settings.read_text() + TWO.format(name="slow", source=source, login=way))
        with site.start("serve") as process:
            until(lambda: proxy.passed > proxy.call_after)
            for number in range(3):
                site.drop(f"{number}.csv", site.rows([number]))
                until(lambda: site.key(number) in site.judge.held(site.prefix))  # noqa: B023 - asked at once
            assert not wanted & set(site.judge.held(site.prefix)), "the slow one is still on its way"
            others_are_through.set()
            until(lambda: wanted <= set(site.judge.held(site.prefix)), seconds=60)
            process.terminate()
            process.communicate(timeout=20)


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_P25_a_thousand_polls_leave_nothing_behind(place: Place) -> None:
    """A week of polls every ten minutes, by a clock that jumps."""
    parts, ledger = place.parts(), place.folder / "var" / "orderdrop.db"
    try:
        for number in range(5):
            place.drop(f"{number}.csv", number)
            place.poll(parts)
        place.told.clear()
        gc.collect()
        before, size = (handles(), threading.active_count(), len(gc.get_objects())), ledger.stat().st_size
        for _ in range(1_000):
            place.ahead += timedelta(minutes=10)
            assert place.poll(parts) == []
        gc.collect()
        after = (handles(), threading.active_count(), len(gc.get_objects()))
        assert after[:2] <= before[:2]
        assert after[2] - before[2] < 500, "less than one object in two polls"
        assert ledger.stat().st_size == size
        assert place.told == []
    finally:
        parts.close()


def test_P26_settings_that_are_broken_while_we_serve_change_nothing_and_the_next_start_says_why(
    site: Site,
) -> None:
    settings = site.folder / "orderdrop.yaml"
    good = settings.read_text()
    log = site.folder / "log"
    with log.open("w") as stream, site.start("serve", stderr=stream) as process:
        until(lambda: "serving" in log.read_text())
        settings.write_text(good[: len(good) // 2])
        site.drop("orders.csv", site.rows([1]))
        until(lambda: site.judge.posts(prefix=site.prefix).total() == 1)
        process.terminate()
        process.communicate(timeout=20)
    assert {json.loads(line)["level"] for line in log.read_text().splitlines()} == {"info"}
    again = site.run("run", "night")
    assert again.code == 3
    assert "orderdrop.yaml" in again.err
    settings.write_text(good)
    assert site.run("run", "night").code == 0
