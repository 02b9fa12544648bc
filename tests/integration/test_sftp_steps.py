"""Trying the way to an SFTP server step by step, against real OpenSSH: where it ends, what it says, what it leaves."""

import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.sshd import CONFIG, Sshd, fingerprint, login_to, running_sshd
from tests.loopback import closed_port

from orderdrop.errors import SourceUnavailable, TrustError
from orderdrop.pickup.sftp import SftpInbox, SftpLogin
from orderdrop.pickup.sftp.steps import sftp_steps
from orderdrop.pickup.steps import Result, Step

pytestmark = pytest.mark.sshd

WAY = ["DNS", "TCP", "Host key", "Login", "List", "Write"]


def walked(login: SftpLogin) -> list[Step]:
    ticks = iter(range(1000))
    return list(sftp_steps(login, "*.csv", lambda: float(next(ticks))))


def failing(login: SftpLogin) -> Step:
    """The step that failed; those before it passed, those behind it were not tried."""
    steps = walked(login)
    assert [step.name for step in steps] == WAY
    results = [step.result for step in steps]
    at = results.index(Result.FAILED)
    assert results == [Result.PASSED] * at + [Result.FAILED] + [Result.NOT_TRIED] * (len(WAY) - at - 1)
    assert steps[at].next_step
    return steps[at]


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Sshd]:
    """A server on which nobody may write, whatever the rights of its folders."""
    with running_sshd(tmp_path / "read-only") as server:
        server.stop()
        server.config = CONFIG.replace("ForceCommand internal-sftp", "ForceCommand internal-sftp -R")
        server.start()
        yield server


@pytest.mark.parametrize("claims", [False, True], ids=["a-new-inbox", "one-that-has-claims"])
def test_every_step_passes_says_what_it_found_and_leaves_nothing_behind(sshd: Sshd, claims: bool) -> None:
    (sshd.root / "orders.csv").write_bytes(b"1")
    (sshd.root / "notes.txt").write_bytes(b"2")
    if claims:
        (sshd.root / "processing").mkdir()
    steps = walked(login_to(sshd))
    assert [(step.name, step.result, step.seconds) for step in steps] == [
        (name, Result.PASSED, 1.0) for name in WAY
    ]
    told = {step.name: step.told for step in steps}
    assert told["TCP"] == f"{sshd.host}:{sshd.port} answers."
    assert fingerprint(sshd.home / "host_ed25519.pub") in told["Host key"]
    assert told["Login"] == f"The key of {sshd.user} was accepted, and SFTP is there."
    assert told["List"].startswith(f"{sshd.folder} has {3 if claims else 2} names, of which 1 matches *.csv")
    assert told["Write"].startswith("A temporary file was written, renamed")
    assert ("into processing/" in told["Write"]) == claims
    left = {path.name for path in sshd.root.rglob("*")}
    assert left == {"orders.csv", "notes.txt"} | ({"processing"} if claims else set())


def test_a_name_that_nobody_knows_ends_at_the_first_step(sshd: Sshd) -> None:
    step = failing(replace(login_to(sshd), host="no-such-host.invalid"))
    assert step.name == "DNS"
    assert "Nobody knows the name no-such-host.invalid" in step.told
    assert "Check its spelling" in step.next_step


def test_a_closed_port_ends_at_the_second(sshd: Sshd) -> None:
    with closed_port() as port:
        step = failing(replace(login_to(sshd), port=port))
    assert (step.name, type(step.error)) == ("TCP", SourceUnavailable)
    assert "no server listens on that port" in step.told
    assert "firewall" in step.next_step


def test_a_server_that_is_no_ssh_server_ends_at_the_host_key(sshd: Sshd) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = replace(login_to(sshd), port=listener.getsockname()[1], connect_timeout_seconds=0.3)
        known = sshd.known_hosts_for(silent.port)
        step = failing(replace(silent, known_hosts=known))
    assert step.name == "Host key"
    assert "did not answer in time" in step.told


@pytest.mark.parametrize("there", [True, False], ids=["an-empty-file", "no-file"])
def test_an_unknown_server_shows_the_line_that_makes_it_known(
    sshd: Sshd, tmp_path: Path, there: bool
) -> None:
    known_hosts = tmp_path / "known_hosts"
    if there:
        known_hosts.touch()
    login = replace(login_to(sshd), known_hosts=known_hosts)
    step = failing(login)
    assert (step.name, isinstance(step.error, TrustError)) == ("Host key", True)
    assert fingerprint(sshd.home / "host_ed25519.pub") in step.told
    assert "No login was sent" in step.told
    assert f"Only if it is the same, add this line to {known_hosts}:" in step.next_step
    known_hosts.write_text(step.to_add + "\n")
    assert {one.result for one in walked(login)} == {Result.PASSED}


def test_a_changed_key_says_which_was_known_how_to_forget_it_and_the_new_line(own_sshd: Sshd) -> None:
    login = login_to(own_sshd)
    before = fingerprint(own_sshd.home / "host_ed25519.pub")
    own_sshd.stop()
    own_sshd.new_host_keys()
    own_sshd.start()
    step = failing(replace(login, private_key=None, password="s3cret"))
    assert step.name == "Host key"
    assert "HAS CHANGED" in step.told
    assert before in step.told
    assert fingerprint(own_sshd.home / "host_ed25519.pub") in step.told
    forget = step.next_step.split("`")[1]
    subprocess.run(forget, shell=True, check=True, capture_output=True)
    with login.known_hosts.open("a") as file:
        file.write(step.to_add + "\n")
    assert {one.result for one in walked(login)} == {Result.PASSED}


def test_a_wrong_password_ends_at_the_login_and_is_not_repeated(own_sshd: Sshd) -> None:
    step = failing(replace(login_to(own_sshd), private_key=None, password="wr0ng"))
    assert (step.name, type(step.error)) == ("Login", TrustError)
    assert "did not accept our password" in step.told
    assert "wr0ng" not in f"{step}"
    assert (own_sshd.home / "sshd.log").read_text().count("Failed password") == 1


def test_a_folder_that_is_not_there_ends_at_the_listing(sshd: Sshd) -> None:
    step = failing(replace(login_to(sshd), folder="/no/such/folder"))
    assert step.name == "List"
    assert "/no/such/folder" in step.told
    assert "Check the folder in `source`" in step.next_step


def test_a_folder_in_which_nobody_may_write_ends_at_the_last_step(read_only: Sshd) -> None:
    step = failing(login_to(read_only))
    assert step.name == "Write"
    assert "Permission denied" in step.told
    assert f"let {read_only.user} write, rename and remove" in step.next_step
    assert list(read_only.root.iterdir()) == []


def test_a_way_that_was_walked_halfway_hangs_up(sshd: Sshd) -> None:
    steps = sftp_steps(login_to(sshd), "*.csv", lambda: 0.0)
    assert [next(steps).name for _ in range(4)] == WAY[:4]
    steps.close()  # type: ignore[attr-defined]  # a generator, though it promises less
    assert SftpInbox(login_to(sshd), "*.csv").look() == []
