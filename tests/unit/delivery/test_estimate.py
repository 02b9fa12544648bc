"""How long sending takes is told before it begins, in the parcels that delivery will cut."""

from collections.abc import Callable

import httpx
import pytest

from orderdrop.delivery.estimate import Estimate, estimate
from orderdrop.destinations import registry
from orderdrop.destinations.base import AccountOptions

MakeEstimate = Callable[..., Estimate]


def _estimate(destination: str, orders: int, *, links: bool = False, **settings: object) -> Estimate:
    options = AccountOptions(name="a", base_url="http://127.0.0.1", key="none:none", **settings)  # type: ignore[arg-type]  # each test names what it sets
    carrier = registry.find(destination).carrier(options, httpx.HTTPTransport)
    return estimate(carrier, orders, links=links)


@pytest.mark.parametrize(
    ("destination", "orders", "settings", "requests", "questions"),
    [
        pytest.param("shipup", 10_037, {}, 101, 101, id="batches-and-a-question-for-each"),
        pytest.param("shipup", 5, {}, 5, 0, id="a-handful-goes-one-by-one"),
        pytest.param("shipup", 103, {}, 4, 1, id="what-is-left-of-the-batches-goes-one-by-one"),
        pytest.param("shipup", 103, {"endpoint": "single"}, 103, 0, id="one-by-one"),
        pytest.param("shipup", 1, {"endpoint": "batch"}, 1, 1, id="a-batch-of-one"),
        pytest.param("parcellab", 250, {}, 250, 0, id="parcellab-takes-one"),
        pytest.param("shippify", 250, {}, 3, 0, id="shippify-answers-at-once"),
        pytest.param("shippify", 250, {"links": True}, 3, 250, id="a-link-is-a-request"),
        pytest.param("shipup", 0, {}, 0, 0, id="nothing"),
    ],
)
def test_requests_are_counted_as_they_will_be_sent(
    destination: str, orders: int, settings: dict[str, object], requests: int, questions: int
) -> None:
    told = _estimate(destination, orders, **settings)  # type: ignore[arg-type]  # each test names what it sets
    assert (told.requests, told.questions) == (requests, questions)


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        pytest.param({"endpoint": "single"}, 9.5, id="the-published-rate"),
        pytest.param({"endpoint": "single", "rate": 19.0}, 1.0, id="the-rate-of-the-account"),
        pytest.param({"endpoint": "single", "unlimited": True}, None, id="no-limit"),
    ],
)
def test_the_time_is_that_of_the_accounts_pace(settings: dict[str, object], seconds: float | None) -> None:
    assert _estimate("shipup", 20, **settings).seconds == seconds  # type: ignore[arg-type]  # each test names what it sets
