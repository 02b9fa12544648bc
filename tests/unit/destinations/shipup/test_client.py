"""Shipup's carrier: every HTTP answer has one meaning."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.unit.destinations.shop import HTML, Shop

from orderdrop.destinations.base import (
    Accepted,
    AccountOptions,
    Answer,
    FailureKind,
    Limits,
    Parcel,
    PathProblem,
    Pending,
    Refused,
)
from orderdrop.destinations.shipup.client import ShipupCarrier

EXAMPLES = Path(__file__).parents[3] / "data" / "shipup_contract"
KEY = "sk_live_0123456789"
ACCOUNT = AccountOptions(name="shop-eu", base_url="http://127.0.0.1:9/shipup/", key=KEY)
ONE = Parcel(keys=("o1",), bodies=(b'{"merchant_id":"o1"}',))
TWO = Parcel(keys=("o1", "o2"), bodies=(b'{"merchant_id":"o1"}', b'{"merchant_id":"o2"}'))

Handler = Callable[[httpx.Request], httpx.Response]


def carrier(handler: Handler, **options: Any) -> ShipupCarrier:
    return ShipupCarrier(replace(ACCOUNT, **options), lambda: httpx.MockTransport(handler))


def sent(response: httpx.Response, parcel: Parcel = ONE, **options: Any) -> Answer:
    return carrier(Shop(response), **options).send(parcel)


@pytest.mark.parametrize(
    ("response", "verdict"),
    [
        pytest.param(httpx.Response(201), Accepted(), id="201 without a body, as the reference shows it"),
        pytest.param(httpx.Response(200, json={}), Accepted(), id="200 for an update"),
        pytest.param(httpx.Response(204), Accepted(), id="204"),
        pytest.param(httpx.Response(202, text="OK"), Accepted(), id="202 with a word"),
        pytest.param(httpx.Response(201, headers=HTML), Accepted(), id="no body is no web page"),
        pytest.param(
            httpx.Response(201, json={"id": 34567, "merchant_id": "o1"}),
            Accepted(reference="34567"),
            id="201 with the order",
        ),
        pytest.param(httpx.Response(201, json={"merchant_id": None}), Accepted(), id="201 without a name"),
        pytest.param(httpx.Response(201, json=[1]), Accepted(), id="201 with something else"),
        pytest.param(
            httpx.Response(400, json={"errors": {"email": "Required"}}),
            Refused(problems=(PathProblem(path="email", message="Required"),)),
            id="400 with a tree",
        ),
        pytest.param(
            httpx.Response(422, json={"errors": {"email": "Required"}}),
            Refused(problems=(PathProblem(path="email", message="Required"),)),
            id="422, nowhere documented, read like 400",
        ),
        pytest.param(
            httpx.Response(200, json={"errors": {"email": "Required"}}),
            Refused(problems=(PathProblem(path="email", message="Required"),)),
            id="a success that names errors is none",
        ),
        pytest.param(
            httpx.Response(400, text="Bad  request\n\x1b[31m"),
            Refused(problems=(PathProblem(path=None, message="Bad request [31m"),)),
            id="400 with text, control characters taken out",
        ),
        pytest.param(
            httpx.Response(400, text="x" * 2_000_000),
            Refused(problems=(PathProblem(path=None, message="x" * 500 + "…"),)),
            id="400 with 2 MB",
        ),
        pytest.param(
            httpx.Response(400),
            Refused(problems=(PathProblem(path=None, message="Shipup gave no reason"),)),
            id="400 without a body",
        ),
        pytest.param(
            httpx.Response(400, text="<h1>Bad Request</h1>", headers=HTML),
            Refused(problems=(PathProblem(path=None, message="<h1>Bad Request</h1>"),)),
            id="400 with a web page",
        ),
    ],
)
def test_an_answer_to_one_order_is_a_verdict(response: httpx.Response, verdict: Accepted | Refused) -> None:
    answer = sent(response)
    assert answer.failure is None
    assert answer.verdicts == {"o1": verdict}
    assert answer.status == response.status_code


@pytest.mark.parametrize(
    ("response", "kind", "wait"),
    [
        pytest.param(httpx.Response(401), FailureKind.CREDENTIALS, None, id="401"),
        pytest.param(httpx.Response(402, text="?"), FailureKind.PAYMENT, None, id="402"),
        pytest.param(httpx.Response(403, headers=HTML, text="<p>"), FailureKind.FORBIDDEN, None, id="403"),
        pytest.param(httpx.Response(404), FailureKind.NO_SUCH_ENDPOINT, None, id="404"),
        pytest.param(httpx.Response(405), FailureKind.NO_SUCH_ENDPOINT, None, id="405"),
        pytest.param(httpx.Response(413), FailureKind.TOO_LARGE, None, id="413"),
        pytest.param(httpx.Response(429), FailureKind.THROTTLED, None, id="429"),
        pytest.param(
            httpx.Response(429, headers={"Retry-After": "3"}), FailureKind.THROTTLED, 3.0, id="429 seconds"
        ),
        pytest.param(
            httpx.Response(429, headers={"Retry-After": "soon"}), FailureKind.THROTTLED, None, id="429 soon"
        ),
        pytest.param(
            httpx.Response(
                429,
                headers={
                    "Retry-After": "Sun, 22 Nov 2026 12:00:30 GMT",
                    "Date": "Sun, 22 Nov 2026 12:00:00 GMT",
                },
            ),
            FailureKind.THROTTLED,
            30.0,
            id="429 date",
        ),
        pytest.param(httpx.Response(500), FailureKind.SERVER, None, id="500"),
        pytest.param(httpx.Response(502, headers=HTML, text="<html>"), FailureKind.SERVER, None, id="502"),
        pytest.param(
            httpx.Response(503, headers={"Retry-After": "60"}), FailureKind.SERVER, 60.0, id="503 with wait"
        ),
        pytest.param(
            httpx.Response(302, headers={"Location": "/login"}), FailureKind.UNREADABLE, None, id="302"
        ),
        pytest.param(
            httpx.Response(307, headers={"Location": "http://127.0.0.1:1/"}),
            FailureKind.UNREADABLE,
            None,
            id="307",
        ),
        pytest.param(
            httpx.Response(200, headers=HTML, text="<html>Log in"),
            FailureKind.UNREADABLE,
            None,
            id="a login page",
        ),
        pytest.param(
            httpx.Response(200, text="\n<!doctype html>"),
            FailureKind.UNREADABLE,
            None,
            id="a page unlabelled",
        ),
        pytest.param(httpx.Response(201, text='{"id": 3'), FailureKind.UNREADABLE, None, id="cut JSON"),
        pytest.param(
            httpx.Response(201, json={"merchant_id": "o9"}), FailureKind.UNREADABLE, None, id="another order"
        ),
        pytest.param(httpx.Response(418), FailureKind.UNREADABLE, None, id="418"),
    ],
)
def test_an_answer_that_is_no_verdict_is_a_failure(
    response: httpx.Response, kind: FailureKind, wait: float | None
) -> None:
    answer = sent(response)
    assert not answer.verdicts
    assert answer.failure is not None
    assert (answer.failure.kind, answer.failure.retry_after_seconds) == (kind, wait)
    assert answer.failure.status == answer.status == response.status_code


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(httpx.ConnectError("refused"), FailureKind.NOT_CONNECTED, id="connection refused"),
        pytest.param(httpx.ReadTimeout("slow"), FailureKind.NO_ANSWER, id="no answer in time"),
        pytest.param(httpx.RemoteProtocolError("cut"), FailureKind.NO_ANSWER, id="cut off"),
    ],
)
@pytest.mark.parametrize("parcel", [ONE, TWO], ids=["one", "batch"])
def test_a_broken_call_is_a_failure_of_all_its_orders(
    error: httpx.HTTPError, kind: FailureKind, parcel: Parcel
) -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise error

    for answer in (carrier(broken).send(parcel), carrier(broken).follow("7", parcel.keys)):
        assert answer.failure is not None
        assert answer.failure.kind is kind
        assert not answer.verdicts


def test_a_redirect_is_not_followed() -> None:
    shop = Shop(httpx.Response(302, headers={"Location": "/login"}), httpx.Response(200))
    assert carrier(shop).send(ONE).failure is not None
    assert len(shop.requests) == 1


def test_one_order_is_posted_as_the_body_itself() -> None:
    shop = Shop(httpx.Response(201))
    carrier(shop).send(ONE)
    (request,) = shop.requests
    assert (request.method, str(request.url)) == ("POST", "http://127.0.0.1:9/shipup/v2/orders")
    assert request.content == ONE.bodies[0]
    assert request.headers["content-type"] == "application/json"


def test_several_orders_are_posted_as_one_batch_of_their_ready_bytes() -> None:
    shop = Shop(httpx.Response(202, json={"job_id": 7}))
    answer = carrier(shop).send(TWO)
    (request,) = shop.requests
    assert request.url.path == "/shipup/v2/orders/batch_create"
    assert request.content == b'{"orders":[{"merchant_id":"o1"},{"merchant_id":"o2"}]}'
    assert answer.verdicts == {"o1": Pending(ticket="7"), "o2": Pending(ticket="7")}


@pytest.mark.parametrize(
    ("auth", "header"),
    [("auto", KEY), ("bare", KEY), ("bearer", f"Bearer {KEY}")],
)
def test_the_key_travels_in_the_form_that_the_account_names(auth: str, header: str) -> None:
    shop = Shop(httpx.Response(201))
    carrier(shop, auth=auth).send(ONE)
    assert shop.requests[0].headers["authorization"] == header


def test_a_key_with_odd_characters_is_refused_by_the_api_not_by_us() -> None:
    answer = sent(httpx.Response(401), key=" clé \n")
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.CREDENTIALS


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(400, json={"errors": {"email": f"no {KEY}"}}), id="in a message"),
        pytest.param(httpx.Response(400, text=f"no {KEY}"), id="in text"),
        pytest.param(httpx.Response(500, text="x" * 490 + KEY), id="where the excerpt is cut"),
    ],
)
def test_a_key_that_the_api_echoes_is_blotted_out(response: httpx.Response) -> None:
    shown = repr(sent(response))
    assert KEY not in shown
    assert KEY[:8] not in shown


@pytest.mark.parametrize(
    ("endpoint", "waiting", "size"),
    [
        pytest.param("auto", 1, 1, id="auto, one"),
        pytest.param("auto", 5, 1, id="auto, a handful"),
        pytest.param("auto", 6, 100, id="auto, more than a handful"),
        pytest.param("batch", 1, 100, id="batch, always"),
        pytest.param("single", 5_000, 1, id="single, always"),
    ],
)
def test_the_endpoint_decides_how_many_orders_travel_together(endpoint: str, waiting: int, size: int) -> None:
    assert carrier(Shop(httpx.Response(201)), endpoint=endpoint).parcel_size(waiting) == size


@pytest.mark.parametrize("status", [404, 405])
def test_auto_falls_back_to_single_orders_where_there_is_no_batch_endpoint(status: int) -> None:
    shop = Shop(httpx.Response(status), httpx.Response(201))
    auto = carrier(shop)
    answer = auto.send(TWO)
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.NO_SUCH_ENDPOINT
    assert auto.parcel_size(1_000) == 1
    assert auto.send(ONE).verdicts == {"o1": Accepted()}
    # a parcel that another thread had packed before is not sent in vain
    late = auto.send(TWO)
    assert late.failure is not None
    assert late.failure.kind is FailureKind.NO_SUCH_ENDPOINT
    assert [request.url.path for request in shop.requests] == [
        "/shipup/v2/orders/batch_create",
        "/shipup/v2/orders",
    ]


def test_batch_says_that_there_is_no_such_endpoint_and_stays_with_it() -> None:
    batch = carrier(Shop(httpx.Response(404)), endpoint="batch")
    answer = batch.send(TWO)
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.NO_SUCH_ENDPOINT
    assert batch.parcel_size(2) == 100


def test_a_batch_refused_as_a_whole_asks_for_smaller_parcels() -> None:
    answer = sent(httpx.Response(400, json={"errors": {"details": "too many"}}), TWO)
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.TOO_LARGE
    assert "too many" in answer.failure.message


def test_a_batch_of_one_that_is_refused_is_a_refused_order() -> None:
    tree = {"errors": {"orders": {"0": {"email": "Required"}}}}
    answer = sent(httpx.Response(400, json=tree), ONE, endpoint="batch")
    assert answer.verdicts == {"o1": Refused(problems=(PathProblem(path="email", message="Required"),))}


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(202, json={}), id="no job"),
        pytest.param(httpx.Response(202), id="no body"),
        pytest.param(httpx.Response(200, headers=HTML, text="<p>Log in"), id="a login page"),
    ],
)
def test_a_batch_that_was_taken_without_a_job_is_unreadable(response: httpx.Response) -> None:
    answer = sent(response, TWO)
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.UNREADABLE


def test_a_job_that_only_the_location_header_names_is_followed() -> None:
    answer = sent(httpx.Response(202, headers={"Location": "/v2/jobs/8"}), TWO)
    assert answer.verdicts["o1"] == Pending(ticket="8")


def test_following_a_job_asks_for_it_by_its_id() -> None:
    results = [{"status": 201, "body": {"merchant_id": "o1"}}]
    shop = Shop(httpx.Response(200, json={"id": 7, "status": "completed", "results": results}))
    answer = carrier(shop).follow("7/..?", ["o1", "o2"])
    assert answer.verdicts == {"o1": Accepted()}
    assert shop.requests[0].method == "GET"
    assert shop.requests[0].url.raw_path == b"/shipup/v2/jobs/7%2F..%3F"


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        pytest.param(httpx.Response(404), FailureKind.LOST_TICKET, id="unknown job"),
        pytest.param(
            httpx.Response(200, json={"status": "failed"}), FailureKind.LOST_TICKET, id="failed job"
        ),
        pytest.param(httpx.Response(200, text="?"), FailureKind.UNREADABLE, id="no JSON"),
        pytest.param(httpx.Response(200, headers=HTML, text="<p>"), FailureKind.UNREADABLE, id="a page"),
        pytest.param(httpx.Response(401), FailureKind.CREDENTIALS, id="401"),
        pytest.param(httpx.Response(429), FailureKind.THROTTLED, id="429"),
        pytest.param(httpx.Response(503), FailureKind.SERVER, id="503"),
    ],
)
def test_a_job_that_cannot_be_read_is_a_failure(response: httpx.Response, kind: FailureKind) -> None:
    answer = carrier(Shop(response)).follow("7", ["o1"])
    assert answer.failure is not None
    assert answer.failure.kind is kind
    assert not answer.verdicts


def test_the_invalid_example_comes_home_over_the_wire() -> None:
    body = (EXAMPLES / "invalid_order.json").read_bytes()
    answer = sent(
        httpx.Response(400, content=(EXAMPLES / "invalid_order_answer.json").read_bytes()),
        Parcel(keys=("o1",), bodies=(json.dumps(json.loads(body)).encode(),)),
    )
    verdict = answer.verdicts["o1"]
    assert isinstance(verdict, Refused)
    assert [problem.path for problem in verdict.problems] == [
        "fulfillments.0.shipping_address.country",
        "fulfillments.0.trackers.1.tracking_number",
        "fulfillments.0.trackers.1.line_items.0.merchant_id",
        "fulfillments.0.line_items.0.canceled",
    ]


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        pytest.param({}, Limits(requests_per_second=2.0, burst=10), id="published"),
        pytest.param({"rate": 0.5, "burst": 1}, Limits(requests_per_second=0.5, burst=1), id="set"),
        pytest.param({"unlimited": True}, Limits(requests_per_second=None, burst=10), id="unlimited"),
    ],
)
def test_the_limits_are_the_account_s_or_the_published_ones(options: Any, limits: Limits) -> None:
    assert carrier(Shop(httpx.Response(201)), **options).limits == limits


@pytest.mark.parametrize(
    "parcel",
    [
        pytest.param(Parcel(keys=(), bodies=()), id="empty"),
        pytest.param(Parcel(keys=("a",) * 101, bodies=(b"{}",) * 101), id="101 orders"),
        pytest.param(Parcel(keys=("a", "b"), bodies=(b"{}",)), id="a body is missing"),
    ],
)
def test_a_parcel_that_cannot_be_is_our_own_fault(parcel: Parcel) -> None:
    with pytest.raises(ValueError):
        carrier(Shop(httpx.Response(201))).send(parcel)
