"""What networks do: connections that are reset, freeze or deliver half, in front of a real OpenSSH server."""

import os
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.integration.sshd import Sshd, login_to
from tests.integration.toxic import ToxicProxy

from orderdrop.errors import SourceUnavailable
from orderdrop.pickup.inbox import Claim
from orderdrop.pickup.sftp import SftpInbox, SftpLogin

pytestmark = pytest.mark.sshd

SIZE = 12_000_000
CONTENT = Random(7).randbytes(SIZE)


@dataclass
class Line:
    """An inbox behind a proxy, with one claimed file of 12 MB."""

    inbox: SftpInbox
    proxy: ToxicProxy
    root: Path
    claim: Claim

    @property
    def source(self) -> Path:
        return self.root / self.claim.place


@pytest.fixture
def line(sshd: Sshd) -> Iterator[Line]:
    path = sshd.root / "orders.csv"
    path.write_bytes(CONTENT)
    os.utime(path, (1_000_000, 1_000_000))
    with ToxicProxy(sshd.port) as proxy:
        inbox = SftpInbox(login_behind(proxy, sshd), "*.csv")
        claim = inbox.claim(inbox.look()[0])
        assert claim is not None
        inbox.close()
        yield Line(inbox=inbox, proxy=proxy, root=sshd.root, claim=claim)
        inbox.close()


def login_behind(proxy: ToxicProxy, server: Sshd, **others: Any) -> SftpLogin:
    return login_to(server, port=proxy.port, known_hosts=server.known_hosts_for(proxy.port), **others)


@pytest.fixture
def impatient(line: Line, sshd: Sshd) -> Iterator[SftpInbox]:
    """An inbox that waits for no answer for long, once it is connected."""
    inbox = SftpInbox(login_behind(line.proxy, sshd, io_timeout_seconds=1.5, keepalive_seconds=1), "*.csv")
    yield inbox
    inbox.close()


def test_a_reset_during_the_download_leaves_nothing_and_the_next_try_works(
    line: Line, tmp_path: Path
) -> None:
    line.proxy.reset_after = 5_000_000
    with pytest.raises(
        SourceUnavailable,
        match=r"closed the connection while fetching orders\.csv|broke the conversation off .* while fetching orders\.csv",
    ):
        line.inbox.fetch(line.claim, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))
    line.proxy.reset_after = None
    assert line.inbox.fetch(line.claim, tmp_path / "copy").size == SIZE
    assert (tmp_path / "copy").read_bytes() == CONTENT


def test_a_freeze_during_the_download_ends_and_the_next_try_works(
    line: Line, impatient: SftpInbox, tmp_path: Path
) -> None:
    line.proxy.freeze_after = 5_000_000
    with pytest.raises(SourceUnavailable, match=r"did not answer in time while fetching orders\.csv"):
        impatient.fetch(line.claim, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))
    line.proxy.freeze_after = None
    assert impatient.fetch(line.claim, tmp_path / "copy").size == SIZE


POINTS = [
    pytest.param(0, id="before the greeting"),
    pytest.param(30, id="after the greeting"),
    pytest.param(1_500, id="while keys are exchanged"),
    pytest.param(1_720, id="at the login"),
    pytest.param(1_800, id="when the login is judged"),
    pytest.param(2_100, id="when SFTP is asked for"),
    pytest.param(2_700, id="when SFTP starts"),
    pytest.param(3_100, id="in the listing"),
]


@pytest.mark.parametrize("bytes_passed", POINTS)
def test_a_freeze_at_any_point_ends(line: Line, sshd: Sshd, bytes_passed: int) -> None:
    line.proxy.freeze_after = bytes_passed
    hasty = login_behind(line.proxy, sshd, connect_timeout_seconds=0.3, io_timeout_seconds=0.3)
    inbox = SftpInbox(hasty, "*.csv")
    with pytest.raises(SourceUnavailable):
        look_twice(inbox)
    inbox.close()


@pytest.mark.parametrize("bytes_passed", POINTS)
def test_a_reset_at_any_point_is_no_question_of_trust(line: Line, bytes_passed: int) -> None:
    line.proxy.reset_after = bytes_passed
    with pytest.raises(SourceUnavailable, match=r"closed the connection|hung up|broke the conversation off"):
        look_twice(line.inbox)


def look_twice(inbox: SftpInbox) -> None:
    """A conversation of a bit more than 3,100 bytes from the server."""
    inbox.look()
    inbox.claims()


def test_a_freeze_while_a_reply_is_written_ends(line: Line, impatient: SftpInbox, tmp_path: Path) -> None:
    impatient.look()
    (tmp_path / "report").write_bytes(CONTENT)
    line.proxy.freeze_after = line.proxy.passed
    with pytest.raises(SourceUnavailable, match="did not answer in time"):
        impatient.reply("orders.csv", ".rejects.csv", tmp_path / "report")
    assert not (line.root / "orders.csv.rejects.csv").exists()


def truncate(path: Path) -> None:
    os.truncate(path, 6_000_000)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"one more row\n")


def overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(SIZE))


@pytest.mark.parametrize("change", [truncate, grow, overwrite])
def test_a_file_that_changes_during_the_download_is_noticed(
    line: Line, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    line.proxy.call_after = 1_000_000
    line.proxy.meanwhile = lambda: change(line.source)
    with pytest.raises(SourceUnavailable, match=r"orders\.csv changed while we fetched it"):
        line.inbox.fetch(line.claim, tmp_path / "copy")
    assert line.proxy.meanwhile is None
    assert not list(tmp_path.glob("copy*"))


def test_a_file_replaced_by_rename_during_the_download_arrives_whole(line: Line, tmp_path: Path) -> None:
    (line.root / "new").write_bytes(b"new")
    line.proxy.call_after = 1_000_000
    line.proxy.meanwhile = lambda: (line.root / "new").replace(line.source)
    assert line.inbox.fetch(line.claim, tmp_path / "copy").size == SIZE
    assert (tmp_path / "copy").read_bytes() == CONTENT


def test_broken_downloads_leave_no_thread_and_no_socket_behind(line: Line, tmp_path: Path) -> None:
    def ours() -> int:
        return sum("paramiko" in type(thread).__module__ for thread in threading.enumerate())

    for _ in range(3):
        line.proxy.reset_after = 3_000_000
        with pytest.raises(SourceUnavailable):
            line.inbox.fetch(line.claim, tmp_path / "copy")
    for _ in range(200):
        if ours() == 0:
            break
        time.sleep(0.05)
    assert ours() == 0


def test_the_memory_of_a_download_does_not_grow_with_the_file(line: Line, tmp_path: Path) -> None:
    line.inbox.look()
    tracemalloc.start()
    try:
        line.inbox.fetch(line.claim, tmp_path / "copy")
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < SIZE * 0.75


def test_a_connection_that_was_cut_while_idle_is_opened_again(line: Line) -> None:
    assert line.inbox.look() == []
    line.proxy.cut()
    while line.inbox.connected:
        time.sleep(0.02)
    assert line.inbox.look() == []


def test_a_server_with_no_room_for_another_login_is_tried_again(own_sshd: Sshd) -> None:
    own_sshd.stop()
    own_sshd.config += "MaxStartups 1:100:1\n"
    own_sshd.start()
    inbox = SftpInbox(login_to(own_sshd), "*.csv")
    with visitor(own_sshd), pytest.raises(SourceUnavailable, match="while greeting it"):
        inbox.look()
    for _ in range(100):
        try:
            assert inbox.look() == []
            break
        except SourceUnavailable:
            time.sleep(0.05)  # the server has yet to notice that the visitor is gone
    else:
        pytest.fail("the server never let us in")
    inbox.close()


def visitor(server: Sshd) -> socket.socket:
    """A connection that does not log in, and so takes a place of the few that the server has for logins."""
    for _ in range(200):
        connection = socket.create_connection((server.host, server.port))
        if connection.recv(4) == b"SSH-":
            return connection
        connection.close()
        time.sleep(0.02)  # the place is still taken by the connection that saw the server start
    pytest.fail("the server never let a visitor in")
