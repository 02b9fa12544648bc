"""How long APIs take is counted by account and status, in classes that Prometheus can add up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from orderdrop.destinations.timing import BUCKETS_SECONDS, NO_ANSWER, Answers, Timed, Times


@pytest.mark.parametrize(
    ("seconds", "at"),
    [
        pytest.param(0.0, 0, id="at once"),
        pytest.param(0.05, 0, id="the end of a class belongs to it"),
        pytest.param(0.051, 1, id="just above"),
        pytest.param(30.0, 8, id="the last end"),
        pytest.param(31.0, 9, id="beyond all ends"),
    ],
)
def test_a_time_is_counted_in_its_class(seconds: float, at: int) -> None:
    times = Times() + seconds
    assert times.counts.index(1) == at
    assert (sum(times.counts), times.seconds) == (1, seconds)
    assert len(times.counts) == len(BUCKETS_SECONDS) + 1


def test_calls_are_counted_by_account_and_status_and_those_without_an_answer_too() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/broken":
            raise httpx.ReadError("gone")
        return httpx.Response(int(request.url.path[1:]))

    answers, clock = Answers(), ticking()
    timed = Timed(httpx.MockTransport(handle), "shop-eu", answers, lambda: next(clock))
    for path in ("/201", "/201", "/429"):
        timed.handle_request(httpx.Request("POST", f"https://api.example.com{path}"))
    with pytest.raises(httpx.ReadError):
        timed.handle_request(httpx.Request("POST", "https://api.example.com/broken"))
    assert {of: (sum(times.counts), times.seconds) for of, times in answers.so_far().items()} == {
        ("shop-eu", "201"): (2, 2.0),
        ("shop-eu", "429"): (1, 1.0),
        ("shop-eu", NO_ANSWER): (1, 1.0),
    }


def test_no_call_is_lost_when_many_threads_count() -> None:
    answers, threads, calls = Answers(), 4, 10_000  # fewer are not noticed where two threads meet

    def count(_: int) -> None:
        for _ in range(calls):
            answers.count("shop-eu", 201, 0.1)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(count, range(threads)))
    assert sum(answers.so_far()["shop-eu", "201"].counts) == threads * calls


def ticking() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 1.0
