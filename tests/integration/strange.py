"""SFTP servers with habits that OpenSSH does not have, on asyncssh: one account `acme` with the password `s3cret`."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh

USER, PASSWORD = "acme", "s3cret"


class _Accounts(asyncssh.SSHServer):
    def __init__(self, connections: list[asyncssh.SSHServerConnection]) -> None:
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


class Rooted(asyncssh.SFTPServer):
    """A server that shows one folder as `/`."""

    root: Path

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
        super().__init__(channel, chroot=str(self.root).encode())


class NoRights(Rooted):
    """Everything can be seen and nothing may be changed."""

    def mkdir(self, path: bytes, attrs: object) -> None:
        raise asyncssh.SFTPPermissionDenied("Permission denied")

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("Permission denied")

    posix_rename = rename


class NoPosixRename(Rooted):
    """The extension is missing, and a plain rename does not replace anything."""

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPOpUnsupported("not here")


class Traversal(Rooted):
    """Listings contain names that lead out of the folder."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        for name in (b"../../evil.csv", b"/etc/evil.csv", b"a/b.csv", b"", b"..", b"nul\0.csv", b"good.csv"):
            yield asyncssh.SFTPName(name, attrs=asyncssh.SFTPAttrs(permissions=0o100644, size=1, mtime=1))


class NoModes(Rooted):
    """Listings have no permissions, as with some servers on Windows; only the line for people tells files from folders."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        for line in (b"-rw-r--r-- 1 a a 1 Jan 1 1970 file.csv", b"drwxr-xr-x 1 a a 1 Jan 1 1970 folder.csv"):
            yield asyncssh.SFTPName(line.split()[-1], line, asyncssh.SFTPAttrs(size=1, mtime=1))


class ShortReads(Rooted):
    """Every read gives at most 1,000 bytes."""

    def read(self, file: object, offset: int, size: int) -> bytes:
        data = super().read(file, offset, min(size, 1_000))
        assert isinstance(data, bytes)
        return data


class Forgetful(Rooted):
    """Replies vanish as soon as they have their final name."""

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().posix_rename(oldpath, newpath)
        self.remove(newpath)


@contextmanager
def strange_server(habit: type[Rooted], root: Path, home: Path) -> Iterator[tuple[int, Path]]:
    """Run such a server on loopback; gives its port and a known_hosts file."""
    home.mkdir(parents=True, exist_ok=True)
    key = asyncssh.generate_private_key("ssh-ed25519")
    connections: list[asyncssh.SSHServerConnection] = []
    serving = type("Serving", (habit,), {"root": root})
    with _event_loop() as run:

        async def start() -> asyncssh.SSHAcceptor:
            return await asyncssh.create_server(
                lambda: _Accounts(connections),
                "127.0.0.1",
                0,
                server_host_keys=[key],
                sftp_factory=serving,
                allow_scp=False,
            )

        async def stop() -> None:
            for connection in connections:
                connection.abort()
                await connection.wait_closed()
            server.close()
            await server.wait_closed()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await asyncio.sleep(0)  # transports close with the next turn of the loop

        server = run(start())
        port = server.get_port()
        known_hosts = home / "known_hosts"
        known_hosts.write_text(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
        try:
            yield port, known_hosts
        finally:
            run(stop())


@contextmanager
def _event_loop() -> Iterator[Callable[..., asyncssh.SSHAcceptor]]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield lambda work: asyncio.run_coroutine_threadsafe(work, loop).result(timeout=30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
