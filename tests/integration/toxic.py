"""A TCP proxy on loopback that breaks connections on purpose."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_BLOCK_BYTES = 16_384


@dataclass
class ToxicProxy:
    """Passes everything on to 127.0.0.1:`upstream` until its poison works; `port` is where it listens.

    Both limits count bytes from the server: after `reset_after` the connection is reset, after `freeze_after` nothing
    more arrives although the connection stays open (a black hole). Set either to None at any time. `meanwhile` is called
    once, after `call_after` bytes, while the rest waits. `lose_reply_to` is asked of every block from the client: where it
    says yes the server gets the block and acts, but the connection ends before its reply is through.
    """

    upstream: int
    reset_after: int | None = None
    freeze_after: int | None = None
    call_after: int = 0
    meanwhile: Callable[[], object] | None = None
    lose_reply_to: Callable[[bytes], bool] | None = None
    bytes_a_second: int | None = None  # from the server
    passed: int = 0
    _unanswered: set[socket.socket] = field(default_factory=set)
    _open: list[socket.socket] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        _shut(self._listener)
        self.cut()

    def cut(self) -> None:
        """End every connection there is."""
        for connection in self._open:
            _shut(connection)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # the listener was shut: the test is over
            server = socket.create_connection(("127.0.0.1", self.upstream))
            self._open += [client, server]
            self.passed = 0
            self._start(self._upwards, client, server)
            self._start(self._downwards, client, server)

    def _upwards(self, client: socket.socket, server: socket.socket) -> None:
        _pass_on(client, server, lambda block: self._heard(block, client))

    def _downwards(self, client: socket.socket, server: socket.socket) -> None:
        _pass_on(server, client, lambda block: self._poisoned(block, client), self._block_bytes)

    def _block_bytes(self) -> int:
        return max(1, self.bytes_a_second // 10) if self.bytes_a_second is not None else _BLOCK_BYTES

    def _heard(self, block: bytes, client: socket.socket) -> bytes:
        if self.lose_reply_to is not None and self.lose_reply_to(block):
            self._unanswered.add(client)
        return block

    def _poisoned(self, block: bytes, client: socket.socket) -> bytes:
        if client in self._unanswered:
            return b""
        if self.bytes_a_second is not None:
            self._stopped.wait(len(block) / self.bytes_a_second)
        self.passed += len(block)
        meanwhile = self.meanwhile  # another connection may be the one that ends it
        if meanwhile is not None and self.passed > self.call_after:
            meanwhile()
            self.meanwhile = None
        if self.freeze_after is not None and self.passed > self.freeze_after:
            self._stopped.wait()
            return b""
        if self.reset_after is not None and self.passed > self.reset_after:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # wakes the thread that reads it: only then the socket really closes
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RD)
            client.close()  # with no lingering: a reset
            return b""
        return block

    def _start(self, work: Callable[..., None], *sockets: socket.socket) -> None:
        threading.Thread(target=work, args=sockets, daemon=True).start()


def _pass_on(
    source: socket.socket,
    target: socket.socket,
    through: Callable[[bytes], bytes],
    block_bytes: Callable[[], int] = lambda: _BLOCK_BYTES,
) -> None:
    with contextlib.suppress(OSError):  # one side is gone: so is the other
        while block := source.recv(block_bytes()):
            passed = through(block)
            if not passed:
                break
            target.sendall(passed)
    _shut(target)
    _shut(source)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # was closed already
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
