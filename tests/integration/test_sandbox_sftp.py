"""The SFTP server, seen by a client that is not of its own family."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from orderdrop.sandbox.server import SandboxStartError
from orderdrop.sandbox.sftp import SftpAddress, new_host_key, sftp_server


def known(address: SftpAddress) -> paramiko.HostKeys:
    entry = paramiko.hostkeys.HostKeyEntry.from_line(address.known_hosts_line)
    assert entry is not None
    assert entry.key is not None
    keys = paramiko.HostKeys()
    keys.add(entry.hostnames[0], entry.key.get_name(), entry.key)
    return keys


@contextmanager
def opened(
    address: SftpAddress, *, user: str = "acme", password: str | None = None, key: paramiko.PKey | None = None
) -> Iterator[paramiko.SFTPClient]:
    with paramiko.SSHClient() as client:
        for host, keys in known(address).items():
            for name, host_key in keys.items():
                client.get_host_keys().add(host, name, host_key)
        client.connect(
            address.host,
            port=address.port,
            username=user,
            password=password,
            pkey=key,
            allow_agent=False,
            look_for_keys=False,
            timeout=10,
        )
        with client.open_sftp() as sftp:
            yield sftp


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    (folder / "outgoing").mkdir(parents=True)
    (folder / "outgoing" / "orders.csv").write_bytes(b"id\n1\n")
    (tmp_path / "secret.txt").write_text("not for you")
    return folder


def test_a_client_lists_stats_reads_renames_and_writes(root: Path) -> None:
    with (
        sftp_server(root, user="acme", password="pässword") as address,
        opened(address, password="pässword") as sftp,
    ):
        assert sftp.listdir("/") == ["outgoing"]
        assert sftp.stat("/outgoing/orders.csv").st_size == 5
        sftp.rename("/outgoing/orders.csv", "/outgoing/orders.csv.claimed")
        with sftp.open("/outgoing/orders.csv.claimed") as file:
            assert file.read() == b"id\n1\n"
        sftp.putfo(io.BytesIO(b"receipt"), "/outgoing/receipt.part")
        sftp.posix_rename("/outgoing/receipt.part", "/outgoing/orders.csv.claimed")

    assert [one.name for one in (root / "outgoing").iterdir()] == ["orders.csv.claimed"]
    assert (root / "outgoing" / "orders.csv.claimed").read_bytes() == b"receipt"


def test_a_plain_rename_does_not_overwrite(root: Path) -> None:
    (root / "a").write_text("a")
    (root / "b").write_text("b")
    with (
        sftp_server(root, user="acme", password="p") as address,
        opened(address, password="p") as sftp,
        pytest.raises(OSError),
    ):
        sftp.rename("/a", "/b")
    assert (root / "b").read_text() == "b"


def test_a_client_does_not_climb_out_of_the_folder(root: Path) -> None:
    with sftp_server(root, user="acme", password="p") as address, opened(address, password="p") as sftp:
        assert sftp.listdir("/../..") == ["outgoing"]
        with pytest.raises(FileNotFoundError):
            sftp.stat("/../secret.txt")


def test_a_public_key_opens_and_a_stranger_does_not(root: Path) -> None:
    key, other = paramiko.RSAKey.generate(2048), paramiko.RSAKey.generate(2048)
    line = f"{key.get_name()} {key.get_base64()}"
    with sftp_server(root, user="acme", authorized_keys=[line]) as address:
        with opened(address, key=key) as sftp:
            assert sftp.listdir("/") == ["outgoing"]
        with pytest.raises(paramiko.AuthenticationException), opened(address, key=other):
            pass
        with pytest.raises(paramiko.AuthenticationException), opened(address, user="root", key=key):
            pass


@pytest.mark.parametrize(("user", "password"), [("acme", "wrong"), ("acme", ""), ("other", "right")])
def test_a_wrong_name_or_password_stays_outside(root: Path, user: str, password: str) -> None:
    with (
        sftp_server(root, user="acme", password="right") as address,
        pytest.raises(paramiko.AuthenticationException),
        opened(address, user=user, password=password),
    ):
        pass


def test_a_kept_host_key_keeps_the_identity_and_a_fresh_one_changes_it(root: Path) -> None:
    kept = new_host_key()
    prints = []
    for key in (kept, kept, None):
        with sftp_server(root, user="acme", password="p", host_key=key) as address:
            prints.append(address.fingerprint)

    assert prints[0] == prints[1]
    assert prints[2] != prints[0]
    assert prints[0].startswith("SHA256:")


def test_stopping_ends_open_connections(root: Path) -> None:
    with sftp_server(root, user="acme", password="p") as address:
        lent = opened(address, password="p")
        sftp = lent.__enter__()
        sftp.listdir("/")
    with pytest.raises((OSError, EOFError)):
        sftp.listdir("/")
    lent.__exit__(None, None, None)


def test_a_port_that_is_taken_is_named(root: Path) -> None:
    with (
        sftp_server(root, user="acme", password="p") as address,
        pytest.raises(SandboxStartError, match=f"Port {address.port}"),
        sftp_server(root, user="acme", password="p", port=address.port),
    ):
        pass


def test_it_listens_on_this_machine_only(root: Path) -> None:
    with (
        pytest.raises(SandboxStartError, match="this machine only"),
        sftp_server(root, user="acme", password="p", host="0.0.0.0"),
    ):
        pass
