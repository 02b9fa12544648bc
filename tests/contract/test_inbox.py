"""One suite for every inbox: a local folder, and a folder of a real OpenSSH server."""

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from structlog.testing import capture_logs
from tests.integration.sshd import Sshd, login_to, shared_sshd

from orderdrop.errors import SourceUnavailable
from orderdrop.pickup.folder import FolderInbox
from orderdrop.pickup.inbox import Claim, Entry, Fetched, Inbox
from orderdrop.pickup.sftp import SftpInbox

__all__ = ["shared_sshd"]


@dataclass
class Site:
    """Where the sender drops files, as it lies on disk, and how to open inboxes on it."""

    root: Path
    open: Callable[..., Inbox]

    def drop(self, name: str, content: bytes = b"a;b\n1;2\n", modified_at: float = 1_000_000) -> Path:
        path = self.root / name
        path.write_bytes(content)
        os.utime(path, (modified_at, modified_at))
        return path


@pytest.fixture(params=["folder", pytest.param("sftp", marks=pytest.mark.sshd)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    root = tmp_path / "inbox"
    root.mkdir()
    opened: list[Inbox] = []

    def open_inbox(pattern: str = "*.csv", most: int = 1_000, seed: int = 1) -> Inbox:
        random, clock = Random(seed), lambda: 1_795_376_000.0
        if request.param == "folder":
            inbox: Inbox = FolderInbox(root, pattern, most=most, clock=clock, random=random)
        else:
            server: Sshd = request.getfixturevalue("shared_sshd")
            inbox = SftpInbox(login_to(server, root), pattern, most=most, clock=clock, random=random)
        opened.append(inbox)
        return inbox

    yield Site(root=root, open=open_inbox)
    for inbox in opened:
        inbox.close()


def claimed(inbox: Inbox, name: str = "orders.csv") -> Claim:
    entry = next(entry for entry in inbox.look() if entry.name == name)
    claim = inbox.claim(entry)
    assert claim is not None
    return claim


def names(inbox: Inbox) -> list[str]:
    return [entry.name for entry in inbox.look()]


def test_a_look_gives_name_size_and_time(site: Site) -> None:
    site.drop("orders.csv", b"1234", modified_at=1_700_000_000)
    assert site.open().look() == [Entry(name="orders.csv", size=4, modified_at=1_700_000_000)]


def test_the_oldest_come_first_and_a_look_is_bounded(site: Site) -> None:
    for name, modified_at in [("c.csv", 300), ("a.csv", 100), ("d.csv", 400), ("b.csv", 200)]:
        site.drop(name, modified_at=modified_at)
    assert names(site.open(most=3)) == ["a.csv", "b.csv", "c.csv"]


def test_what_lies_behind_a_full_look_comes_with_the_next(site: Site) -> None:
    for number in range(5):
        site.drop(f"{number}.csv", modified_at=number)
    inbox, seen = site.open(most=2), []
    while entries := inbox.look():
        seen += [entry.name for entry in entries]
        assert all(inbox.claim(entry) for entry in entries)
    assert seen == ["0.csv", "1.csv", "2.csv", "3.csv", "4.csv"]


def test_upper_and_lower_case_differ_in_the_pattern(site: Site) -> None:
    site.drop("a.csv")
    site.drop("B.CSV")
    assert names(site.open("*.csv")) == ["a.csv"]
    assert names(site.open("*.[cC][sS][vV]")) == ["B.CSV", "a.csv"]


@pytest.mark.parametrize(
    "name",
    [
        "a.csv.filepart",
        "a.csv.part",
        "a.csv.tmp",
        ".a.csv",
        "~$a.csv",
        "Thumbs.db",
        "a.csv.partial",
        "a.csv.crdownload",
    ],
)
def test_temp_names_are_passed_over(site: Site, name: str) -> None:
    site.drop(name)
    assert names(site.open("*")) == []


def test_folders_links_and_pipes_are_passed_over(site: Site) -> None:
    (site.root / "folder.csv").mkdir()
    (site.root / "link.csv").symlink_to("/etc/passwd")
    (site.root / "loop.csv").symlink_to(site.root / "loop.csv")
    os.mkfifo(site.root / "pipe.csv")
    site.drop("orders.csv")
    assert names(site.open()) == ["orders.csv"]


ODD_NAMES = [
    pytest.param(b"bad\xff.csv", id="not UTF-8"),
    pytest.param(b"two\nlines.csv", id="line break"),
    pytest.param(b"\x1b[31mred.csv", id="terminal codes"),
    pytest.param(b"back\\slash.csv", id="Windows separator"),
    pytest.param(b"l" * 250 + b".csv", id="too long to claim"),
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_does_not_blind_the_folder_and_is_mentioned_once(site: Site, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(site.root) + b"/" + name)).write_bytes(b"1")
    site.drop("orders.csv")
    inbox = site.open()
    with capture_logs() as logs:
        assert names(inbox) == names(inbox) == ["orders.csv"]
    assert [log["event"] for log in logs] == ["A file in the inbox is passed over"]


@pytest.mark.parametrize(
    "name",
    [
        "-rf.csv",
        "$(id).csv",
        "with space.csv",
        "quote'\".csv",
        "é.csv",
        "e\u0301.csv",
        "日本.csv",
        "100%s.csv",
        "a;b.csv",
    ],
)
def test_a_name_that_is_merely_unusual_goes_all_the_way(site: Site, tmp_path: Path, name: str) -> None:
    site.drop(name, b"x")
    inbox = site.open()
    claim = claimed(inbox, name)
    assert inbox.fetch(claim, tmp_path / "copy").size == 1
    assert inbox.archive(claim, "failed") == f"failed/{name}"
    assert (site.root / "failed" / name).read_bytes() == b"x"


def test_a_folder_that_is_not_there_is_said_plainly(site: Site) -> None:
    inbox = site.open()
    inbox.look()
    site.root.rmdir()
    with pytest.raises(SourceUnavailable, match="No such file"):
        inbox.look()


def test_exists_tells_a_done_file(site: Site) -> None:
    site.drop("orders.csv.done", b"")
    (site.root / "folder.done").mkdir()
    inbox = site.open()
    assert inbox.exists("orders.csv.done")
    assert [inbox.exists(name) for name in ("other.done", "folder.done", "../inbox/orders.csv.done", "")] == [
        False
    ] * 4


def test_discard_removes_a_file_and_does_not_mind_when_it_is_gone(site: Site) -> None:
    path = site.drop("orders.csv.done", b"")
    inbox = site.open()
    inbox.discard("orders.csv.done")
    inbox.discard("orders.csv.done")
    assert not path.exists()


def test_discard_stays_inside_the_inbox(site: Site, tmp_path: Path) -> None:
    outside = tmp_path / "precious"
    outside.write_bytes(b"1")
    site.open().discard("../precious")
    assert outside.exists()


def test_a_claim_moves_the_file_and_keeps_its_name(site: Site) -> None:
    site.drop("orders.csv", b"1")
    inbox = site.open()
    claim = claimed(inbox)
    assert claim.name == "orders.csv"
    assert claim.place.startswith("processing/20261122T")
    assert claim.place.endswith("__orders.csv")
    assert (site.root / claim.place).read_bytes() == b"1"
    assert names(inbox) == []


def test_a_file_that_is_gone_is_not_claimed(site: Site) -> None:
    path = site.drop("orders.csv")
    inbox = site.open()
    (entry,) = inbox.look()
    path.unlink()
    assert inbox.claim(entry) is None


@pytest.mark.parametrize("name", ["../precious", "/etc/passwd", "..", "", "a/b"])
def test_a_name_that_is_a_path_is_never_claimed(site: Site, tmp_path: Path, name: str) -> None:
    (tmp_path / "precious").write_bytes(b"1")
    assert site.open().claim(Entry(name=name, size=1, modified_at=0)) is None
    assert (tmp_path / "precious").exists()


def test_two_claimers_race_and_exactly_one_gets_each_file(site: Site) -> None:
    for number in range(30):
        site.drop(f"{number:02}.csv", modified_at=number)
    inboxes = [site.open(seed=1), site.open(seed=2)]
    entries = [inbox.look() for inbox in inboxes]
    start, won = threading.Barrier(2), [[], []]  # type: tuple[threading.Barrier, list[list[str]]]

    def race(me: int) -> None:
        start.wait()
        won[me] += [claim.name for entry in entries[me] if (claim := inboxes[me].claim(entry))]

    racers = [threading.Thread(target=race, args=(me,)) for me in range(2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(won[0] + won[1]) == [f"{number:02}.csv" for number in range(30)]
    assert len(inboxes[0].claims()) == 30


def test_claims_of_a_dead_run_are_found_with_their_names(site: Site) -> None:
    site.drop("b.csv", modified_at=1)
    site.drop("a__b.csv", modified_at=2)
    dead = site.open()
    claims = [dead.claim(entry) for entry in dead.look()]
    (site.root / "processing" / "put here by hand.csv").write_bytes(b"1")
    (site.root / "processing" / "20261122T000000Z-abcdef__folder").mkdir()
    found = site.open().claims()
    assert {claim.name for claim in found} == {"b.csv", "a__b.csv"}
    assert sorted(found, key=repr) == sorted(claims, key=repr)


def test_without_a_processing_folder_there_are_no_claims(site: Site) -> None:
    assert site.open().claims() == []


@pytest.mark.parametrize("size", [0, 1, 32_768, 32_769, 1_000_003])
def test_a_fetched_file_is_whole(site: Site, tmp_path: Path, size: int) -> None:
    content = Random(size).randbytes(size)
    site.drop("orders.csv", content)
    inbox = site.open()
    fetched = inbox.fetch(claimed(inbox), tmp_path / "copy")
    assert fetched == Fetched(size=size, sha256=hashlib.sha256(content).hexdigest())
    assert (tmp_path / "copy").read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["copy"]


def test_twenty_megabytes_are_fetched_whole(site: Site, tmp_path: Path) -> None:
    content = Random(20).randbytes(20_000_000)
    site.drop("orders.csv", content)
    inbox = site.open()
    fetched = inbox.fetch(claimed(inbox), tmp_path / "copy")
    assert (fetched.size, fetched.sha256) == (20_000_000, hashlib.sha256(content).hexdigest())


def test_fetching_what_somebody_took_away_leaves_nothing(site: Site, tmp_path: Path) -> None:
    site.drop("orders.csv")
    inbox = site.open()
    claim = claimed(inbox)
    (site.root / claim.place).unlink()
    with pytest.raises(SourceUnavailable, match=r"orders\.csv"):
        inbox.fetch(claim, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


@pytest.mark.timeout(20)
def test_a_pipe_in_place_of_a_claim_does_not_hang(site: Site, tmp_path: Path) -> None:
    site.drop("orders.csv")
    inbox = site.open()
    claim = claimed(inbox)
    (site.root / claim.place).unlink()
    os.mkfifo(site.root / claim.place)
    with pytest.raises(SourceUnavailable, match="regular file"):
        inbox.fetch(claim, tmp_path / "copy")


def test_no_room_for_the_copy_is_not_blamed_on_the_sender(site: Site, tmp_path: Path) -> None:
    site.drop("orders.csv")
    inbox = site.open()
    with pytest.raises(SourceUnavailable, match="could not be written"):
        inbox.fetch(claimed(inbox), tmp_path / "no such folder" / "copy")


def test_an_archived_file_lies_under_its_own_name(site: Site) -> None:
    site.drop("orders.csv", b"1")
    inbox = site.open()
    place = inbox.archive(claimed(inbox), "archive/2026-11-22")
    assert place == "archive/2026-11-22/orders.csv"
    assert (site.root / place).read_bytes() == b"1"
    assert inbox.claims() == []


def test_an_archive_never_overwrites(site: Site) -> None:
    inbox, places = site.open(), []
    for content in (b"monday", b"tuesday", b"wednesday"):
        site.drop("orders.csv", content)
        places.append(inbox.archive(claimed(inbox), "archive/2026-11-22"))
    assert places == [f"archive/2026-11-22/orders{number}.csv" for number in ("", " (2)", " (3)")]
    assert [(site.root / place).read_bytes() for place in places] == [b"monday", b"tuesday", b"wednesday"]


def test_a_claimed_file_that_grew_is_found_out_and_can_be_put_back(site: Site) -> None:
    site.drop("orders.csv", b"1")
    inbox = site.open()
    claim = claimed(inbox)
    assert inbox.size(claim) == 1
    (site.root / claim.place).write_bytes(b"123")
    assert inbox.size(claim) == 3
    site.drop("orders.csv", b"another one")
    inbox.put_back(claim)
    assert inbox.size(claim) is None
    assert {path.name: path.read_bytes() for path in site.root.glob("*.csv")} == {
        "orders.csv": b"another one",
        "orders (2).csv": b"123",
    }
    assert inbox.claims() == []


def test_archiving_again_after_a_crash_is_no_error_and_says_the_same(site: Site) -> None:
    site.drop("orders.csv", b"older")
    inbox = site.open()
    inbox.archive(claimed(inbox), "failed")
    site.drop("orders.csv", b"newer")
    claim = claimed(inbox)
    first = inbox.archive(claim, "failed")
    assert site.open().archive(claim, "failed") == first == "failed/orders (2).csv"


def test_archiving_what_somebody_took_away_still_gives_the_reply_a_home(site: Site, tmp_path: Path) -> None:
    site.drop("orders.csv")
    inbox = site.open()
    claim = claimed(inbox)
    (site.root / claim.place).unlink()
    (tmp_path / "report").write_bytes(b"1")
    with capture_logs() as logs:
        place = inbox.archive(claim, "archive/2026-11-22")
    assert place == "archive/2026-11-22/orders.csv"
    assert [log["event"] for log in logs] == ["A claimed file is gone; somebody took it away"]
    assert inbox.reply(place, ".rejects.csv", tmp_path / "report") == f"{place}.rejects.csv"


def test_a_reply_lies_beside_the_drop_and_replaces_an_older_one(site: Site, tmp_path: Path) -> None:
    site.drop("orders.csv")
    inbox, report = site.open(), tmp_path / "report"
    place = inbox.archive(claimed(inbox), "archive/2026-11-22")
    for content in (b"first" * 100_000, b"second", b""):
        report.write_bytes(content)
        reply = inbox.reply(place, ".rejects.csv", report)
        assert reply == "archive/2026-11-22/orders.csv.rejects.csv"
        assert (site.root / reply).read_bytes() == content
    assert sorted(path.name for path in (site.root / "archive/2026-11-22").iterdir()) == [
        "orders.csv",
        "orders.csv.rejects.csv",
    ]


def test_a_reply_with_nowhere_to_go_is_said(site: Site, tmp_path: Path) -> None:
    (tmp_path / "report").write_bytes(b"1")
    with pytest.raises(SourceUnavailable, match=r"orders\.csv\.rejects\.csv"):
        site.open().reply("archive/2026-11-22/orders.csv", ".rejects.csv", tmp_path / "report")


def test_a_closed_inbox_opens_again_when_used(site: Site) -> None:
    site.drop("orders.csv")
    inbox = site.open()
    inbox.look()
    inbox.close()
    inbox.close()
    assert names(inbox) == ["orders.csv"]
