"""Deadlines hold where httpx's own time-outs do not reach: on a real socket, before the headers are there."""

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from orderdrop.destinations.base import AccountOptions, Failure, FailureKind
from orderdrop.destinations.calls import Caller, Reply
from orderdrop.destinations.watchdog import Watchdog


class DrippingServer:
    """Answers every request with a response that comes a few bytes at a time; `whole` answers at once instead."""

    def __init__(self) -> None:
        self.whole = False
        self.hung_up = threading.Event()
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                while connection.recv(65_536):
                    if self.whole:
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                        continue
                    connection.sendall(b"HTTP/1.1 201 Created\r\nX-Slow: ")
                    # ten seconds, then an answer after all: a test without a deadline fails
                    for _ in range(200):
                        if self._stop.wait(0.05):
                            return
                        connection.sendall(b"x")
                    connection.sendall(b"\r\nContent-Length: 0\r\n\r\n")
            except OSError:
                self.hung_up.set()

    def close(self) -> None:
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[DrippingServer]:
    running = DrippingServer()
    yield running
    running.close()


def caller_of(server: DrippingServer) -> Caller:
    account = AccountOptions(
        name="slow", base_url=server.url, key="k", deadline_seconds=0.3, timeout_seconds=5.0
    )
    return Caller(
        account,
        httpx.HTTPTransport,
        headers={},
        watchdog=Watchdog(look_every_seconds=0.02),
    )


def test_headers_that_drip_in_meet_the_deadline(server: DrippingServer) -> None:
    caller = caller_of(server)
    result = caller.call("POST", "/v2/orders", b"{}")
    assert isinstance(result, Failure)
    assert (result.kind, result.message) == (
        FailureKind.NO_ANSWER,
        "no complete answer within 0.3 seconds",
    )
    assert server.hung_up.wait(10)
    caller.close()


def test_a_connection_kept_from_an_earlier_call_is_watched_too(server: DrippingServer) -> None:
    caller = caller_of(server)
    server.whole = True
    assert isinstance(caller.call("GET", "/"), Reply)
    server.whole = False
    assert isinstance(caller.call("GET", "/"), Failure)
    server.whole = True
    assert isinstance(caller.call("GET", "/"), Reply), "the next call opens a new connection"
    caller.close()
