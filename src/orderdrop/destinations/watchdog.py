"""Ends calls that outlive their deadline.

httpx's time-outs are per read: a server that sends a byte a second, headers included, never meets one. So a call's
connection is watched from outside and shut down when the whole call has taken too long; the blocked read then ends
with an error. Public means only: httpx's `trace` extension tells which connection was opened.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

_OPENED = ("connect_tcp.complete", "start_tls.complete", "connect_unix_socket.complete")


class Line:
    """One call's transport, and the connection that it opened last: the one in use, for it carries one call at a time."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self.transport = transport
        self._stream: Any = None

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Remember a connection when it is opened; made for httpx's `trace` extension."""
        if event.endswith(_OPENED):
            self._stream = info.get("return_value")

    def cut(self) -> None:
        """Shut the connection down, so that whoever reads from it stops waiting; harmless when there is none."""
        if self._stream is None:
            return
        connection = self._stream.get_extra_info("socket")
        if isinstance(connection, socket.socket):
            with contextlib.suppress(OSError):
                # SSLSocket.shutdown would take the TLS layer away under the reader
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


class Watchdog:
    """Watches calls in one thread that lives only while there are any."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, look_every_seconds: float = 0.25
    ) -> None:
        self._clock = clock
        self._look_every_seconds = look_every_seconds
        self._lock = threading.Lock()
        self._watched: dict[Line, float] = {}
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def watch(self, line: Line, due: float) -> Iterator[None]:
        """Cut the line when the clock passes `due` before the block ends; never after it has ended."""
        with self._lock:
            self._watched[line] = due
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="deadlines", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._watched[line]

    def _look(self) -> None:
        while True:
            time.sleep(self._look_every_seconds)
            with self._lock:
                if not self._watched:
                    self._thread = None
                    return
                now = self._clock()
                for line, due in self._watched.items():
                    if now >= due:  # again at every look: the connection may only just have been opened
                        line.cut()
