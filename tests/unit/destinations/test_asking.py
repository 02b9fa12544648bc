"""Questions are paced, and asked again where that may help."""

from random import Random
from typing import Any

import httpx
import pytest
from tests.unit.destinations.shop import Shop

from orderdrop.destinations.asking import Asking
from orderdrop.destinations.base import AccountOptions, Limits
from orderdrop.errors import DestinationUnavailable, SetupError


class Days:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.naps: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def asking(days: Days, *responses: httpx.Response, rate: float | None = None) -> Asking:
    return Asking(
        AccountOptions(name="eu", base_url="http://127.0.0.1:9", key="secret-token"),
        lambda: httpx.MockTransport(Shop(*responses)),
        who="parcelLab",
        headers={"Authorization": "secret-token"},
        limits=Limits(requests_per_second=rate),
        secrets=("secret-token",),
        monotonic=days.monotonic,
        sleep=days.sleep,
        random=Random(1),
    )


def answer(said: Any = None) -> httpx.Response:
    return httpx.Response(200, json=said)


def test_questions_leave_no_faster_than_the_limit() -> None:
    days = Days()
    patient = asking(days, answer({}), rate=2.0)
    for _ in range(4):
        patient.get("/orders")
    assert days.naps == [0.5, 0.5, 0.5]


def test_a_throttled_question_is_asked_again_when_the_api_says() -> None:
    days = Days()
    slow_down = httpx.Response(429, headers={"Retry-After": "7"})
    assert asking(days, slow_down, slow_down, answer([1])).get("/orders") == [1]
    assert days.naps == [7.0, 7.0]


def test_an_outage_is_asked_about_five_times() -> None:
    days = Days()
    with pytest.raises(DestinationUnavailable, match="Nothing was changed; ask again later"):
        asking(days, httpx.Response(503)).get("/orders")
    assert len(days.naps) == 4


def test_a_wait_of_an_hour_is_cut_short() -> None:
    days = Days()
    asking(days, httpx.Response(429, headers={"Retry-After": "3600"}), answer({})).get("/orders")
    assert days.naps == [60.0]


@pytest.mark.parametrize("status", [401, 403, 405])
def test_what_no_wait_cures_is_told_at_once(status: int) -> None:
    days = Days()
    with pytest.raises(SetupError, match=f"Account eu: .*HTTP {status}"):
        asking(days, httpx.Response(status)).get("/orders")
    assert days.naps == []


def test_what_is_not_there_may_be_an_answer() -> None:
    assert asking(Days(), httpx.Response(404)).get("/orders/7", missing=None) is None
    with pytest.raises(DestinationUnavailable, match="HTTP 404"):
        asking(Days(), httpx.Response(404)).get("/orders/7")


def test_a_key_that_is_echoed_is_not_shown() -> None:
    with pytest.raises(DestinationUnavailable) as raised:
        asking(Days(), httpx.Response(400, text="no secret-token")).get("/orders")
    assert "secret-token" not in str(raised.value)
