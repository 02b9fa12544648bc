"""An API of one's own over a real socket, for answers that no stand-in gives: a test says what comes back."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What arrived; `body` is its JSON, None where there is none."""

    method: str
    path: str
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is answered."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Scripted:
    """The server; `seen` is every request in the order in which they came."""

    base_url: str = ""
    seen: list[Request] = field(default_factory=list)

    def posted(self, path: str) -> list[Any]:
        """The bodies that were posted to a path."""
        return [one.body for one in self.seen if (one.method, one.path) == ("POST", path)]


@contextmanager
def answering(answer: Callable[[Request], Said]) -> Iterator[Scripted]:
    """A server that answers every request as it is told, one at a time."""
    scripted, lock = Scripted(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(
                method=self.command, path=self.path, body=json.loads(content) if content else None
            )
            with lock:
                scripted.seen.append(request)
                said = answer(request)
            payload = json.dumps(said.body).encode() if said.body is not None else b""
            self.send_response_only(said.status)
            for name, value in {"Content-Type": "application/json", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the base class calls them so

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        scripted.base_url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield scripted
        finally:
            server.shutdown()
            thread.join()
