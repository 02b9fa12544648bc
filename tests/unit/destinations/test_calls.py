"""One call: httpx's errors, deadlines, caps, secrets and threads."""

import gzip
import threading
from collections.abc import Iterator

import httpx
import pytest

from orderdrop.destinations.base import AccountOptions, Failure, FailureKind
from orderdrop.destinations.calls import ERRORS, LARGEST_ANSWER_BYTES, Caller, Reply, failure_of

ACCOUNT = AccountOptions(
    name="shop", base_url="http://127.0.0.1:9", key="secret-key", deadline_seconds=10, timeout_seconds=5
)


def family(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for child in root.__subclasses__():
        yield from family(child)


NOT_CONNECTED = {
    "ConnectError",
    "ConnectTimeout",
    "PoolTimeout",
    "ProxyError",
    "UnsupportedProtocol",
    "LocalProtocolError",
    "InvalidURL",
}
UNREADABLE = {"DecodingError", "TooManyRedirects", "HTTPStatusError"}
EVERY_ERROR = [error for root in ERRORS for error in family(root)]


@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: error.__name__)
def test_every_error_of_httpx_says_whether_the_order_may_be_there(error: type[Exception]) -> None:
    name = error.__name__
    expected = (
        FailureKind.NOT_CONNECTED
        if name in NOT_CONNECTED
        else FailureKind.UNREADABLE
        if name in UNREADABLE
        else FailureKind.NO_ANSWER
    )
    failure = failure_of(error.__new__(error))  # not built: their constructors differ, their meaning does not
    assert failure.kind is expected
    assert failure.message


def test_an_error_s_own_words_are_kept() -> None:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired")
    assert "certificate has expired" in failure_of(error).message


def test_a_key_that_no_header_can_carry_is_not_quoted() -> None:
    error = httpx.LocalProtocolError("Illegal header value b'sk_live\\n'")
    assert "sk_live" not in failure_of(error).message


@pytest.mark.parametrize(
    ("base_url", "kind"),
    [
        pytest.param("api.shipup.co", FailureKind.NOT_CONNECTED, id="no scheme"),
        pytest.param("http://[", FailureKind.NOT_CONNECTED, id="no address at all"),
        pytest.param("ftp://127.0.0.1", FailureKind.NOT_CONNECTED, id="another protocol"),
    ],
)
def test_an_address_that_is_none_is_a_failure(base_url: str, kind: FailureKind) -> None:
    account = AccountOptions(name="shop", base_url=base_url, key="k")
    result = Caller(account, httpx.HTTPTransport, headers={}).call("GET", "/")
    assert isinstance(result, Failure)
    assert result.kind is kind


class Ticking:
    """A clock that moves on by some seconds at every look."""

    def __init__(self, step: float) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


class Trickle(httpx.SyncByteStream):
    """A body of so many bytes, one at a time."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.given = 0

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.count):
            self.given += 1
            yield b"x"


def caller(response: httpx.Response, *, step: float = 0.0) -> Caller:
    return Caller(
        ACCOUNT,
        lambda: httpx.MockTransport(lambda _: response),
        headers={},
        secrets=(ACCOUNT.key,),
        clock=Ticking(step),
    )


def test_a_trickled_answer_ends_at_the_deadline() -> None:
    body = Trickle(1_000_000)
    result = caller(httpx.Response(200, stream=body), step=1.0).call("GET", "/")
    assert isinstance(result, Failure)
    assert result.kind is FailureKind.NO_ANSWER
    assert "within 10 seconds" in result.message
    assert body.given == 10


def test_a_slow_answer_within_the_deadline_is_an_answer() -> None:
    result = caller(httpx.Response(200, stream=Trickle(8)), step=1.0).call("GET", "/")
    assert isinstance(result, Reply)
    assert result.body == b"x" * 8


class Endless(httpx.SyncByteStream):
    """A body that never ends."""

    def __init__(self) -> None:
        self.given = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.given += 1 << 20
            yield b"x" * (1 << 20)


def test_an_endless_answer_is_cut_at_the_cap() -> None:
    body = Endless()
    result = caller(httpx.Response(200, stream=body)).call("GET", "/")
    assert isinstance(result, Reply)
    assert result.cut
    assert len(result.body) == LARGEST_ANSWER_BYTES
    assert body.given <= LARGEST_ANSWER_BYTES + (1 << 20)


def test_an_answer_that_was_compressed_unasked_is_read() -> None:
    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(b"{}"))
    result = caller(response).call("GET", "/")
    assert isinstance(result, Reply)
    assert result.json() == {}


class Broken(httpx.SyncByteStream):
    """A body that breaks off."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"{"
        raise httpx.ReadError("reset")


def test_a_body_that_breaks_off_is_no_answer() -> None:
    result = caller(httpx.Response(201, stream=Broken())).call("POST", "/", b"{}")
    assert isinstance(result, Failure)
    assert result.kind is FailureKind.NO_ANSWER


def test_secrets_are_blotted_out_of_the_body() -> None:
    result = caller(httpx.Response(500, text="key secret-key")).call("GET", "/")
    assert isinstance(result, Reply)
    assert result.body == b"key ***"


def test_a_word_that_serves_as_a_key_does_not_garble_answers() -> None:
    account = AccountOptions(name="local", base_url="http://127.0.0.1:9", key="any")
    transport = httpx.MockTransport(lambda _: httpx.Response(400, text="company"))
    result = Caller(account, lambda: transport, headers={}, secrets=(account.key,)).call("GET", "/")
    assert isinstance(result, Reply)
    assert result.body == b"company"


class Way(httpx.MockTransport):
    """A transport that knows whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


def test_calls_at_the_same_time_have_a_transport_each_and_close_closes_them_all() -> None:
    ways: list[Way] = []
    together = threading.Barrier(3)

    def answer(_: httpx.Request) -> httpx.Response:
        together.wait(timeout=30)
        return httpx.Response(200)

    def factory() -> Way:
        ways.append(Way(answer))
        return ways[-1]

    shared = Caller(ACCOUNT, factory, headers={})
    _call_in_threads(shared, 3)
    assert len(ways) == 3
    assert not any(way.closed for way in ways)
    shared.close()
    assert all(way.closed for way in ways)


def test_a_transport_is_handed_on_from_threads_that_ended() -> None:
    ways: list[Way] = []

    def factory() -> Way:
        ways.append(Way(lambda _: httpx.Response(200)))
        return ways[-1]

    shared = Caller(ACCOUNT, factory, headers={})
    for _ in range(5):
        _call_in_threads(shared, 1)
    assert len(ways) == 1
    shared.close()


@pytest.mark.parametrize(
    ("method", "content", "length"),
    [
        pytest.param("POST", b"{}", "2", id="a body"),
        pytest.param("POST", b"", "0", id="an empty body"),
        pytest.param("POST", None, "0", id="none where one could be"),
        pytest.param("GET", None, None, id="none where none belongs"),
    ],
)
def test_a_request_says_where_it_goes_and_how_long_it_is(
    method: str, content: bytes | None, length: str | None
) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    account = AccountOptions(name="shop", base_url="http://127.0.0.1:9/shipup", key="k")
    caller = Caller(account, lambda: httpx.MockTransport(answer), headers={})
    caller.call(method, "/v2/orders", content)
    caller.call(method, "/v2/orders", content)
    assert len(seen) == 2
    for request in seen:
        assert str(request.url) == "http://127.0.0.1:9/shipup/v2/orders"
        assert request.headers["host"] == "127.0.0.1:9"
        assert request.headers.get("content-length") == length
        assert request.content == (content or b"")


def test_the_account_s_headers_stand_in_place_of_the_usual_ones() -> None:
    seen: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200)

    headers = {"accept-encoding": "identity", "Accept": "application/json"}
    Caller(ACCOUNT, lambda: httpx.MockTransport(answer), headers=headers).call("GET", "/")
    assert seen[0].get_list("accept-encoding") == ["identity"]
    assert seen[0].get_list("accept") == ["application/json"]
    assert seen[0].get_list("user-agent") == ["orderdrop"]


def _call_in_threads(caller: Caller, count: int) -> None:
    threads = [threading.Thread(target=caller.call, args=("GET", "/")) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
