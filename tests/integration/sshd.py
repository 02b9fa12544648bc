"""A real OpenSSH server for tests: its own configuration, keys and port; it sees only the folder that a test gives it.

`sshd` is a running server with a fresh folder per test (the server itself is shared by a run's tests); `own_sshd` is
one that a test may stop, start again and give another host key.
"""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.needs import lacking

from orderdrop.pickup.sftp import SftpLogin

HOST = "127.0.0.1"
PROGRAM = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_ed25519
HostKey {folder}/host_ecdsa
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication yes
KbdInteractiveAuthentication no
PermitUserRC no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


@dataclass
class Sshd:
    """A server on loopback. `root` is a folder on disk; `folder` is the path under which the user sees it.

    Log in as `user` with the key `client_key`; passwords are asked for, but none is ever right. `password` is None:
    a server for tests cannot give an account of this machine one.
    """

    home: Path
    root: Path
    port: int = 0
    host: str = HOST
    user: str = field(default_factory=getpass.getuser)
    password: str | None = None
    config: str = CONFIG
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def folder(self) -> str:
        return str(self.root)

    @property
    def client_key(self) -> Path:
        return self.home / "client_key"

    @property
    def known_hosts(self) -> Path:
        """A file that lists the server's keys, as they are now, under its own port."""
        return self.known_hosts_for(self.port)

    def known_hosts_for(self, port: int, kinds: tuple[str, ...] = ("ed25519", "ecdsa")) -> Path:
        """The same for another port, such as that of a proxy."""
        file = self.home / f"known_hosts_{port}_{'_'.join(kinds)}"
        keys = [(self.home / f"host_{kind}.pub").read_text().split()[:2] for kind in kinds]
        # in one step and under a name of its own: another thread or process may write or read it just now
        with tempfile.NamedTemporaryFile("w", dir=self.home, delete=False) as written:
            written.write("".join(f"[{self.host}]:{port} {' '.join(key)}\n" for key in keys))
        Path(written.name).replace(file)
        return file

    def new_host_keys(self) -> None:
        for kind in ("ed25519", "ecdsa"):
            (self.home / f"host_{kind}").unlink(missing_ok=True)
            make_key(self.home / f"host_{kind}", kind)

    def start(self) -> None:
        """Start on the port it had, or on a free one."""
        for _ in range(5):
            port = self.port or free_port()
            config = self.home / "sshd_config"
            config.write_text(self.config.format(port=port, folder=self.home))
            _without_penalties(config)
            # re-executed for each connection: every path must be absolute, or connections are reset
            self.process = subprocess.Popen(
                [str(PROGRAM), "-D", "-f", str(config), "-E", str(self.home / "sshd.log")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if self._answers(port):
                self.port = port
                return
            self.stop()
        pytest.fail(f"sshd did not start: {(self.home / 'sshd.log').read_text()}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def _answers(self, port: int) -> bool:
        assert self.process is not None
        for _ in range(200):
            if self.process.poll() is not None:
                return False
            try:
                with socket.create_connection((self.host, port), timeout=5) as connection:
                    return connection.recv(4) == b"SSH-"
            except OSError:
                time.sleep(0.02)
        return False


def login_to(server: Sshd, folder: Path | None = None, **others: Any) -> SftpLogin:
    """A feed's login on the server, to its own folder or another one; `others` are options that differ."""
    usual = {
        "host": server.host,
        "port": server.port,
        "user": server.user,
        "folder": str(folder or server.folder),
        "known_hosts": server.known_hosts,
        "private_key": server.client_key,
    }
    return SftpLogin(**{**usual, **others})


def fingerprint(public_key: Path) -> str:
    """What people compare: the SHA256 of a key, as ssh-keygen shows it."""
    told = subprocess.run(["ssh-keygen", "-lf", str(public_key)], check=True, capture_output=True, text=True)
    return told.stdout.split()[1]


@contextmanager
def running_sshd(home: Path) -> Iterator[Sshd]:
    """A server of its own below `home`; skips (or fails, where the run demands a server) when there is no OpenSSH."""
    if PROGRAM is None:
        reason = "OpenSSH's server is not installed (Debian: apt-get install openssh-server)"
        lacking(reason, "ORDERDROP_TESTS_NEED_SSHD")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # a privileged sshd will not start without
    root = home / "drops"
    root.mkdir(parents=True)
    server = Sshd(home=home, root=root)
    server.new_host_keys()
    make_key(server.client_key, "ed25519")
    shutil.copy(home / "client_key.pub", home / "authorized_keys")
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def shared_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """The server that `sshd` hands out with a folder per test; not to be stopped by a test."""
    with running_sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def sshd(shared_sshd: Sshd, tmp_path: Path) -> Sshd:
    """A running OpenSSH server and an empty folder on it."""
    root = tmp_path / "drops"
    root.mkdir()
    return replace(shared_sshd, root=root, process=None)


@pytest.fixture
def own_sshd(tmp_path: Path) -> Iterator[Sshd]:
    """A running OpenSSH server that the test may stop, start and give new host keys."""
    with running_sshd(tmp_path / "own-sshd") as server:
        yield server


def make_key(path: Path, kind: str, passphrase: str = "") -> Path:
    """A new private key in OpenSSH's form, its public half beside it."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "test", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def _without_penalties(config: Path) -> None:
    # OpenSSH 9.8 and later shut an address out for a while after wrong logins; older ones do not know the word
    wanted = config.read_text()
    config.write_text(f"{wanted}PerSourcePenalties no\n")
    if (
        subprocess.run([str(PROGRAM), "-t", "-f", str(config)], capture_output=True, check=False).returncode
        != 0
    ):
        config.write_text(wanted)
