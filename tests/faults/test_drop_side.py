"""Faults where files are dropped: writers that are slow, stop or come back, repeats, archives and disks without room."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.disks import remounted, small_disk
from tests.faults.place import Place
from tests.integration.sshd import Sshd
from tests.needs import lacking

from orderdrop.core.progress import Step
from orderdrop.errors import SourceUnavailable
from orderdrop.pipeline.feeds.overdue import overdue

MANY = range(1, 41)


@pytest.fixture(params=["folder", pytest.param("openssh", marks=pytest.mark.sshd)])
def source(place: Place, request: pytest.FixtureRequest) -> Place:
    """A place whose feed is a folder, or the same folder over a real OpenSSH server."""
    if request.param == "openssh":
        place.sshd = request.getfixturevalue("shared_sshd")
    return place


def test_D1_a_file_whose_writer_is_still_at_it_is_left_alone_and_taken_whole_later(source: Place) -> None:
    text = source.text(*MANY)
    pieces = [text[at : at + 200] for at in range(0, len(text), 200)]
    source.feed["settle"] = {"looks": 2, "age": "0s", "pause": "1s"}
    with (source.inbox / "orders.csv").open("w") as writer:

        def write_on(_: float) -> None:  # the time between two looks
            writer.write(pieces.pop(0))
            writer.flush()

        source.sleep = write_on
        while len(pieces) > 1:
            assert source.poll() == []
        writer.write(pieces.pop())
    source.sleep = lambda _: None
    (receipt,) = source.poll()
    assert receipt["orders"]["accepted"] == len(MANY)
    assert source.posts() == dict.fromkeys(MANY, 1)


def test_D2_a_writer_who_pauses_for_long_loses_nothing_where_a_done_file_says_when_he_is_done(
    source: Place,
) -> None:
    """Without one nobody can tell a pause from the end; what is appended after the fetch is then read as a drop of its own."""
    source.feed["settle"] = {"done_file": "{name}.done"}
    text = source.text(*MANY)
    with (source.inbox / "orders.csv").open("w") as writer:
        writer.write(text[:700])
        writer.flush()
        for _ in range(3):
            assert source.poll() == []
        writer.write(text[700:])
    (source.inbox / "orders.csv.done").touch()
    (receipt,) = source.poll()
    assert receipt["orders"]["accepted"] == len(MANY)


@pytest.mark.sshd
def test_D3_D4_an_upload_that_broke_off_is_not_read_and_after_it_was_resumed_is_taken_once(
    place: Place, shared_sshd: Sshd
) -> None:
    place.sshd, place.feed["settle"] = shared_sshd, {"done_file": "{name}.done"}
    whole = place.folder / "orders.csv"
    whole.write_text(place.text(*MANY))
    half = place.folder / "half.csv"
    half.write_bytes(whole.read_bytes()[:700])
    sftp(shared_sshd, f"put {half} {place.inbox}/orders.csv")  # what a killed client leaves behind
    assert place.poll() == []
    assert place.files() == ["orders.csv"]
    sftp(shared_sshd, f"reput {whole} {place.inbox}/orders.csv")
    assert (place.inbox / "orders.csv").read_bytes() == whole.read_bytes()
    assert place.poll() == []
    (place.folder / "done").touch()
    sftp(shared_sshd, f"put {place.folder}/done {place.inbox}/orders.csv.done")
    assert [receipt["orders"]["accepted"] for receipt in place.poll()] == [len(MANY)]
    assert place.posts() == dict.fromkeys(MANY, 1)


LEFT: dict[str, tuple[dict[str, str | int], str, str]] = {
    "half-a-file": (
        {"done_file": "{name}.done"},
        "orders.csv",
        r"its done-file orders\.csv\.done has not come",
    ),
    "a-temp-name": ({"looks": 1, "age": "0s"}, "orders.csv.part", r"its upload goes on under this name"),
    "a-done-file-alone": (
        {"done_file": "{stem}.ok"},
        "orders.ok",
        r"the file that it says is done is not there",
    ),
}


@pytest.mark.parametrize("left", LEFT)
def test_D3_D5_D6_what_does_not_become_complete_is_told_once_and_shown_until_it_is_gone(
    left: str, source: Place
) -> None:
    settle, name, why = LEFT[left]
    source.feed |= {"settle": {**settle, "overdue": "30m"}}
    (source.inbox / name).write_text(source.text(1)[:50])
    assert source.poll() == []
    source.ahead = timedelta(minutes=29)
    assert source.poll() == []
    assert put_off(source) == []
    assert list(overdue(source.folder / "var", "night")) == []
    source.ahead = timedelta(minutes=31)
    for _ in range(3):
        assert source.poll() == []
    (told,) = put_off(source)
    assert re.search(rf"{re.escape(name)} of feed night is incomplete since .* UTC: {why}", told)
    assert [str(one) for one in overdue(source.folder / "var", "night")] == [told]
    assert source.posts() == {}
    (source.inbox / name).unlink()
    source.poll()
    assert list(overdue(source.folder / "var", "night")) == []


def test_D3_a_file_that_keeps_changing_for_long_is_told(source: Place) -> None:
    source.feed["settle"] = {"looks": 2, "age": "0s", "pause": "1s", "overdue": "30m"}
    source.drop("orders.csv", 1)

    def write_on(_: float) -> None:
        with (source.inbox / "orders.csv").open("a") as file:
            file.write(";;;\n")

    source.sleep = write_on
    for minutes in (0, 31, 32):
        source.ahead = timedelta(minutes=minutes)
        assert source.poll() == []
    assert [why.rpartition(": ")[2] for why in put_off(source)] == ["it keeps changing."]
    source.sleep = lambda _: None
    assert len(source.poll()) == 1


def test_D3_D6_files_that_become_complete_in_time_are_not_told(source: Place) -> None:
    source.feed["settle"] = {"done_file": "{name}.done", "overdue": "30m"}
    source.feed["files"] = "*"
    for minutes in (0, 20, 40, 60):
        source.ahead = timedelta(minutes=minutes)
        source.drop(f"{minutes}.csv", minutes)
        assert source.poll() == []
        source.ahead += timedelta(minutes=15)
        (source.inbox / f"{minutes}.csv.done").touch()
        assert len(source.poll()) == 1
    assert put_off(source) == []


def put_off(place: Place) -> list[str]:
    return [str(event.facts["why"]) for event in place.told if event.step is Step.PUT_OFF]


def sftp(server: Sshd, line: str) -> None:
    """One command of OpenSSH's own client."""
    if shutil.which("sftp") is None:
        reason = "OpenSSH's client is not installed (Debian: apt-get install openssh-client)"
        lacking(reason, "ORDERDROP_TESTS_NEED_SSHD")
    options = [
        *("-P", str(server.port), "-i", str(server.client_key), "-o", "IdentitiesOnly=yes"),
        *("-o", f"UserKnownHostsFile={server.known_hosts}", "-o", "StrictHostKeyChecking=yes"),
    ]
    command = ["sftp", "-b", "-", *options, f"{server.user}@{server.host}"]
    subprocess.run(command, input=line, text=True, check=True, capture_output=True, timeout=30)


def test_D39_a_file_that_is_too_large_is_refused_before_it_is_fetched_and_the_next_one_is_taken(
    source: Place,
) -> None:
    source.feed["reply"] = True
    with (source.inbox / "1 large.csv").open("w") as file:
        file.write(source.text(1))
        file.truncate(5_000_000_000)  # sparse: five gigabytes that take no room here
    source.drop("2 good.csv", 2)
    refused, taken = source.poll()
    assert (refused["status"], taken["status"]) == ("failed", "accepted")
    (problem,) = refused["problems"]
    assert problem["code"] == "file_too_large"
    assert "5,000 MB; files of up to 2,000 MB are taken" in problem["message"]
    assert [event.name for event in source.told if event.step is Step.FETCHED] == ["2 good.csv"]
    assert "failed/1 large.csv.receipt.json" in source.files()
    assert len(list((source.folder / "var" / "drops").iterdir())) == 1
    assert source.poll() == []


@pytest.mark.parametrize("name", ["other.csv", "orders.csv"], ids=["another-name", "the-same-name"])
def test_D14_D15_the_same_content_again_is_answered_with_its_first_receipt_and_sends_nothing(
    name: str, source: Place
) -> None:
    source.feed["reply"] = True
    source.drop("orders.csv", 1, 2)
    (first,) = source.poll()
    source.drop(name, 1, 2)
    (again,) = source.poll()
    assert again == first
    assert source.posts() == {1: 1, 2: 1}
    archived = [path for path in source.files() if path.endswith(".csv")]
    assert len(archived) == 2
    assert len([path for path in source.files() if path.endswith(".receipt.json")]) == 2


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(lambda place: place.text(1, 2, 3).replace("\n", "\n\n", 1), id="a-blank-row-more"),
        pytest.param(lambda place: place.text(3, 1, 2), id="in-another-order"),
        pytest.param(lambda place: place.text(1, 2, 3).replace("\n", "\r\n"), id="other-line-ends"),
        pytest.param(lambda place: place.text(1, 2, 3).replace(";A;", "; A;"), id="a-space-more"),
        pytest.param(lambda place: "\ufeff" + place.text(1, 2, 3), id="a-byte-order-mark"),
    ],
)
def test_D16_the_same_orders_in_a_file_that_differs_a_little_are_not_sent_again(
    again: Callable[[Place], str], place: Place
) -> None:
    place.drop("orders.csv", 1, 2, 3)
    place.poll()
    (place.inbox / "again.csv").write_text(again(place), encoding="utf-8", newline="")
    (receipt,) = place.poll()
    assert (receipt["status"], receipt["orders"]["unchanged"], receipt["rows"]["unchanged"]) == (
        "accepted",
        3,
        3,
    )
    assert place.posts() == {1: 1, 2: 1, 3: 1}


def test_D19_where_the_archive_cannot_be_made_the_file_stays_and_nothing_is_sent_again(source: Place) -> None:
    (source.inbox / "archive").write_text("somebody's file")
    source.drop("orders.csv", 1, 2)
    for _ in range(3):
        with pytest.raises(SourceUnavailable):
            source.poll()
    assert source.posts() == {1: 1, 2: 1}
    (left,) = (source.inbox / "processing").iterdir()
    assert left.read_text() == source.text(1, 2)
    (source.inbox / "archive").unlink()
    assert [receipt["orders"]["accepted"] for receipt in source.poll()] == [2]
    assert source.posts() == {1: 1, 2: 1}
    assert source.files() == ["archive/DAY/orders.csv"]


def test_D19_replies_that_find_the_senders_disk_full_are_written_when_there_is_room(place: Place) -> None:
    place.feed["reply"] = True
    place.inbox.rmdir()
    with small_disk(place.inbox, "40k"):
        place.drop("orders.csv", *MANY, *(place.row(99, quantity="two") for _ in range(3)))
        (place.inbox / ".filler").write_bytes(bytes(28_000))
        with pytest.raises(SourceUnavailable, match=r"did not take the reply .* No space left on device"):
            place.poll()
        assert place.posts() == dict.fromkeys(MANY, 1)
        (place.inbox / ".filler").unlink()
        remounted(place.inbox, "size=4m")
        (receipt,) = place.poll()
        assert receipt["orders"]["accepted"] == len(MANY)
        assert place.posts() == dict.fromkeys(MANY, 1)
        assert [path for path in place.files() if ".rejects." in path] == [
            "archive/DAY/orders.csv.rejects.csv",
            "archive/DAY/orders.csv.rejects.xlsx",
        ]
        assert place.poll() == []


def test_D30_without_room_for_its_copy_a_file_stays_where_it_is_until_there_is(source: Place) -> None:
    drops = source.folder / "var" / "drops"
    with small_disk(drops, "64k"):
        (source.inbox / "orders.csv").write_text(source.text(1, 2) + ";;;\n" * 40_000)
        with pytest.raises(SourceUnavailable, match="could not be written: No space left on device"):
            source.poll()
        assert list(drops.iterdir()) == []
        assert source.posts() == {}
        remounted(drops, "size=4m")
        assert [receipt["orders"]["accepted"] for receipt in source.poll()] == [2]
    assert source.posts() == {1: 1, 2: 1}


def test_D32_a_file_of_the_same_name_size_and_time_is_known_by_its_content(source: Place) -> None:
    for number in (1, 2):
        source.drop("orders.csv", number)
        os.utime(source.inbox / "orders.csv", (1_600_000_000, 1_600_000_000))
        assert [receipt["orders"]["accepted"] for receipt in source.poll()] == [1]
    assert source.posts() == {1: 1, 2: 1}
