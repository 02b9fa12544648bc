"""One call: a request out, and its answer or a failure back, never later than the account's deadline.

The one place that knows httpx's errors. Bodies are read up to a cap, without the account's secrets. Calls go over
httpx's transports and not its client: redirects must not be followed (a POST that is redirected comes back as the
answer to a GET), cookies and logins are not wanted, and seeing to them takes a client a third of every call.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson

from orderdrop.destinations.base import AccountOptions, Failure, FailureKind
from orderdrop.destinations.watchdog import Line, Watchdog

LARGEST_ANSWER_BYTES: Final = 8 * 1024 * 1024
# a shorter "key" is a word such as `any`, for a stand-in; hiding it would garble answers
SHORTEST_SECRET: Final = 6
_EXCERPT_CHARACTERS = 500
_TARGETS_KEPT = 64  # a path with an id in it is asked for once or twice
_EVERY_CALL = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": "orderdrop"}

NOT_JSON: Final = object()  # what `Reply.json` gives for a body that is not JSON

ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError)

_KINDS: tuple[tuple[type[Exception], FailureKind, str], ...] = (
    # the first match counts: before the request left
    (httpx.ConnectTimeout, FailureKind.NOT_CONNECTED, "no connection in time"),
    (httpx.PoolTimeout, FailureKind.NOT_CONNECTED, "no free connection in time"),
    (httpx.ConnectError, FailureKind.NOT_CONNECTED, "no connection"),
    (httpx.ProxyError, FailureKind.NOT_CONNECTED, "the proxy did not let us through"),
    (httpx.UnsupportedProtocol, FailureKind.NOT_CONNECTED, "base_url must begin with http:// or https://"),
    (httpx.InvalidURL, FailureKind.NOT_CONNECTED, "base_url is not an address"),
    (
        httpx.LocalProtocolError,
        FailureKind.NOT_CONNECTED,
        "the request cannot be written as HTTP; check the key",
    ),
    # after it left
    (httpx.TimeoutException, FailureKind.NO_ANSWER, "no answer in time"),
    (httpx.NetworkError, FailureKind.NO_ANSWER, "the connection broke before the answer was complete"),
    (httpx.RemoteProtocolError, FailureKind.NO_ANSWER, "the connection broke before the answer was complete"),
    # an answer that is of no use
    (httpx.DecodingError, FailureKind.UNREADABLE, "the answer's compression is damaged"),
    (httpx.TooManyRedirects, FailureKind.UNREADABLE, "the answer leads from one address to the next"),
    (httpx.HTTPStatusError, FailureKind.UNREADABLE, "the answer was not expected"),
)


class _TooLate(Exception):  # noqa: N818 - never leaves this module
    """The deadline passed while the body came in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: its body without secrets, cut at the cap (`cut` says so)."""

    status: int
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: bytes = b""
    cut: bool = False

    @property
    def ok(self) -> bool:
        """Whether the status is any 2xx."""
        return 200 <= self.status < 300

    @property
    def is_html(self) -> bool:
        """Whether this is a page for people: a login, a proxy's or a maintenance page."""
        return "html" in self.headers.get("content-type", "").lower() or self.body.lstrip()[:1] == b"<"

    def json(self) -> Any:
        """The parsed body, NOT_JSON where it is none."""
        try:
            return orjson.loads(self.body)
        except ValueError:
            return NOT_JSON

    @property
    def excerpt(self) -> str:
        """The start of the body on one line, fit for a report."""
        return excerpt(self.body)


def _chunks(response: httpx.Response) -> Iterable[bytes]:
    """The body as it comes in, unpacked where it is packed; the layers that unpack cost time where it is not."""
    if isinstance(response.stream, httpx.SyncByteStream) and "content-encoding" not in response.headers:
        return response.stream
    return response.iter_bytes()


def excerpt(body: bytes) -> str:
    """The start of some bytes as one line of text without control characters, cut at 500 characters."""
    start = body[: _EXCERPT_CHARACTERS * 4].decode("utf-8", "replace")
    if not start.isprintable():
        start = "".join(char if char.isprintable() else " " for char in start)
    line = " ".join(start.split())
    whole = len(line) <= _EXCERPT_CHARACTERS and len(body) <= _EXCERPT_CHARACTERS * 4
    return line if whole else f"{line[:_EXCERPT_CHARACTERS]}…"


def failure_of(error: Exception) -> Failure:
    """What one of httpx's errors means for the orders in the request; the error's own words are kept."""
    for family, kind, meaning in _KINDS:
        if isinstance(error, family):
            # h11 quotes the header that it will not write, and that may be the one with the key
            words = "" if isinstance(error, httpx.LocalProtocolError) else str(error)
            said = " ".join(words.split())[:_EXCERPT_CHARACTERS]
            return Failure(kind=kind, message=f"{meaning} ({said})" if said else meaning)
    return Failure(kind=FailureKind.NO_ANSWER, message=f"the call broke off ({type(error).__name__})")


class Caller:
    """Makes the calls of one account; any number of threads may call.

    Each call has a transport to itself and hands it on to the next one, so that there are never more transports, and
    connections, than calls were made at once. `headers` go with every call, in place of the usual ones of the same name.
    Each of `secrets` is blotted out of every answer.
    """

    def __init__(
        self,
        account: AccountOptions,
        transport_factory: Callable[[], httpx.BaseTransport],
        *,
        headers: Mapping[str, str],
        secrets: tuple[str, ...] = (),
        clock: Callable[[], float] = time.monotonic,
        watchdog: Watchdog | None = None,
    ) -> None:
        self._base_url = account.base_url.rstrip("/")
        self._deadline_seconds = account.deadline_seconds
        self._timeout = httpx.Timeout(min(account.timeout_seconds, account.deadline_seconds)).as_dict()
        self._transport_factory = transport_factory
        given = {name.title(): value for name, value in headers.items()}
        # as bytes: a key with an accent must end in a 401 that names it, not in an encoding error
        self._headers = [
            (name.encode(), value.strip().encode()) for name, value in {**_EVERY_CALL, **given}.items()
        ]
        self._secrets = tuple(secret.encode() for secret in secrets if len(secret) >= SHORTEST_SECRET)
        self._clock = clock
        self._watchdog = watchdog or Watchdog(clock=clock)
        self._lock = threading.Lock()
        self._idle: list[Line] = []
        self._targets: dict[str, tuple[httpx.URL, httpx.Headers]] = {}
        self._closed = False

    def call(self, method: str, path: str, content: bytes | None = None) -> Reply | Failure:
        """Make one call; never raises for what a network or a server can do."""
        line = self._take()
        due = self._clock() + self._deadline_seconds
        try:
            with self._watchdog.watch(line, due):
                response = line.transport.handle_request(self._request(line, method, path, content))
                try:
                    return self._read(response, due)
                finally:
                    response.close()
        except _TooLate:
            return self._late()
        except ERRORS as error:
            failure = failure_of(error)
            late = failure.kind is FailureKind.NO_ANSWER and self._clock() >= due
            return self._late() if late else failure
        finally:
            self._hand_on(line)

    def _request(self, line: Line, method: str, path: str, content: bytes | None) -> httpx.Request:
        url, headers = self._target(path)
        # with `stream` httpx adds no header of its own, and does not look for what it might have to add
        request = httpx.Request(
            method,
            url,
            headers=headers,
            stream=httpx.ByteStream(content or b""),
            extensions={"trace": line.trace, "timeout": self._timeout},
        )
        if content is not None or method != "GET":
            request.headers["Content-Length"] = str(len(content or b""))
        return request

    def _target(self, path: str) -> tuple[httpx.URL, httpx.Headers]:
        """The address of a path and the headers that go there, taken apart and put together once."""
        target = self._targets.get(path)
        if target is None:
            url = httpx.URL(self._base_url + path)
            target = url, httpx.Headers([(b"Host", url.netloc), *self._headers])
            if len(self._targets) < _TARGETS_KEPT:
                self._targets[path] = target
        return target

    def close(self) -> None:
        """Close the transports; those of calls under way when their calls end. A later call opens one for itself."""
        with self._lock:
            self._closed = True
            lines, self._idle = self._idle, []
        for line in lines:
            line.transport.close()

    def _take(self) -> Line:
        with self._lock:
            if self._idle:
                # the one used last: its connection is the least likely to have gone stale
                return self._idle.pop()
        return Line(self._transport_factory())

    def _hand_on(self, line: Line) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(line)
                return
        line.transport.close()

    def _read(self, response: httpx.Response, due: float) -> Reply:
        chunks: list[bytes] = []
        size = 0
        for chunk in _chunks(response):
            chunks.append(chunk)
            size += len(chunk)
            if size > LARGEST_ANSWER_BYTES:
                break
            if self._clock() >= due:
                raise _TooLate
        body = b"".join(chunks)[:LARGEST_ANSWER_BYTES]
        for secret in self._secrets:
            body = body.replace(secret, b"***")
        return Reply(
            status=response.status_code, headers=response.headers, body=body, cut=size > LARGEST_ANSWER_BYTES
        )

    def _late(self) -> Failure:
        return Failure(
            kind=FailureKind.NO_ANSWER,
            message=f"no complete answer within {self._deadline_seconds:g} seconds",
        )
