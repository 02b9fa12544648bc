"""An SFTP server on loopback that shows one folder to one user: what a warehouse's drop looks like from afar.

It runs in a thread of its own, so that synchronous tests and the demo can borrow it. Clients see the folder
as `/`. Links that already lie in the folder are followed, even out of it: lend it a folder of your own.
"""

import asyncio
import hmac
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from orderdrop.sandbox.server import SandboxStartError, require_loopback

_START_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpAddress:
    """Where the server listens, and how a client recognises it.

    `known_hosts_line` is in OpenSSH's format, `fingerprint` reads `SHA256:...`.
    """

    host: str
    port: int
    user: str
    known_hosts_line: str
    fingerprint: str


def new_host_key() -> str:
    """Return a fresh private host key in OpenSSH's format, for a server that keeps or changes its identity."""
    return str(asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode())


@contextmanager
def sftp_server(
    root: Path,
    *,
    user: str,
    password: str | None = None,
    authorized_keys: Sequence[str] = (),
    host_key: str | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[SftpAddress]:
    """Lend an SFTP server; port 0 lets the system choose. Raises `SandboxStartError`.

    `authorized_keys` are public keys as in OpenSSH's file of that name; `host_key` is a private key as from
    `new_host_key`, a fresh one if left out.
    """
    require_loopback(host)
    key = asyncssh.import_private_key(host_key or new_host_key())
    door = _Door(
        user=user,
        password=password,
        keys=frozenset(asyncssh.import_public_key(line).public_data for line in authorized_keys),
    )
    server = _Server(root=root, door=door, host_key=key, host=host, port=port)
    thread = threading.Thread(target=server.run, name="orderdrop-sftp", daemon=True)
    thread.start()
    try:
        bound = server.bound.result(_START_SECONDS)
        yield SftpAddress(
            host=host,
            port=bound,
            user=user,
            known_hosts_line=f"[{host}]:{bound} {key.export_public_key('openssh').decode().strip()}",
            fingerprint=key.get_fingerprint(),
        )
    finally:
        server.stop()
        thread.join(_START_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """Who may come in: one user, by password or by one of the keys."""

    user: str
    password: str | None
    keys: frozenset[bytes]

    def opens_to_password(self, user: str, password: str) -> bool:
        return (
            self.password is not None
            and user == self.user
            and (hmac.compare_digest(password.encode(), self.password.encode()))
        )

    def opens_to_key(self, user: str, public_data: bytes) -> bool:
        return user == self.user and public_data in self.keys


class _Session(asyncssh.SSHServer):
    def __init__(self, door: _Door, connections: set[asyncssh.SSHServerConnection]) -> None:
        self._door = door
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the library's signature
        self._connections.discard(self._connection)

    def password_auth_supported(self) -> bool:
        return self._door.password is not None

    def validate_password(self, username: str, password: str) -> bool:
        return self._door.opens_to_password(username, password)

    def public_key_auth_supported(self) -> bool:
        return bool(self._door.keys)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._door.opens_to_key(username, key.public_data)


class _Server:
    """Owns the thread's event loop; `bound` becomes the port, or the reason why there is none."""

    def __init__(self, *, root: Path, door: _Door, host_key: asyncssh.SSHKey, host: str, port: int) -> None:
        self.bound: Future[int] = Future()
        self._root = str(root.resolve()).encode()
        self._door = door
        self._host_key = host_key
        self._where = (host, port)
        self._stop: Callable[[], object] = lambda: None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            host, port = self._where
            problem = SandboxStartError(f"Port {port} on {host} cannot be used ({error}). Choose another.")
            self.bound.set_exception(problem)

    def stop(self) -> None:
        self._stop()

    async def _serve(self) -> None:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        connections: set[asyncssh.SSHServerConnection] = set()
        acceptor = await asyncssh.listen(
            *self._where,
            server_factory=lambda: _Session(self._door, connections),
            server_host_keys=[self._host_key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=self._root),
            reuse_address=True,
        )
        self._stop = lambda: loop.call_soon_threadsafe(stopped.set)
        self.bound.set_result(acceptor.get_port())
        await stopped.wait()
        acceptor.close()
        for connection in list(connections):
            connection.abort()
        await acceptor.wait_closed()
