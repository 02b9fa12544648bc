"""Calls go through the proxy that the environment names, and past it where it says so."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from orderdrop import wiring
from orderdrop.destinations.base import Answer, FailureKind, Parcel
from orderdrop.sandbox.server import running
from orderdrop.settings import Account, Settings

PARCEL = Parcel(keys=("A-1",), bodies=(b'{"merchant_id":"A-1"}',))


class Proxy(ThreadingHTTPServer):
    """A proxy that answers plain requests itself and lets no tunnel through; `asked` says what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_POST(self) -> None:
        self.server.asked.append(self.requestline)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_CONNECT(self) -> None:
        self.server.asked.append(self.requestline)
        self.send_error(403)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with Proxy() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{running.server_address[1]}")
        for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield running
        running.shutdown()
        thread.join()


def answer_of(base_url: str, folder: Path) -> Answer:
    account = Account.model_validate({"destination": "shipup", "base_url": base_url, "key": "any"})
    settings = Settings(ledger="sqlite://", workdir=folder, accounts={"shop": account})
    parts = wiring.build(settings, ledger=wiring.scratch_ledger())
    try:
        return parts.line("shop").carrier.send(PARCEL)
    finally:
        parts.close()


def test_a_call_goes_through_the_proxy_of_its_scheme(proxy: Proxy, tmp_path: Path) -> None:
    answer = answer_of("http://127.0.0.1:9/shipup", tmp_path)
    assert answer.status == 201
    assert proxy.asked == ["POST http://127.0.0.1:9/shipup/v2/orders HTTP/1.1"]


def test_a_proxy_that_lets_nobody_through_leaves_the_order_unsent(proxy: Proxy, tmp_path: Path) -> None:
    answer = answer_of("https://api.example.test", tmp_path)
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.NOT_CONNECTED
    assert proxy.asked == ["CONNECT api.example.test:443 HTTP/1.1"]


def test_a_host_that_no_proxy_names_is_called_directly(
    proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    with running() as sandbox:
        answer = answer_of(sandbox.shipup, tmp_path)
    assert answer.status == 201
    assert proxy.asked == []
