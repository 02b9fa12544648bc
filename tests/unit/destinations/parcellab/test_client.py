"""How orders travel to parcelLab, and what its answers mean."""

import base64
import json
from collections.abc import Callable
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
    Refused,
)
from orderdrop.destinations.parcellab.client import ParcellabCarrier

KEY = "MTYxNzpzZWNyZXQtdG9rZW4="
SENT = {
    "account": 1617,
    "order_number": "4711",
    "recipient_email": "mia@example",
    "mutations": [{"type": "add_tracking", "tracking": {"tracking_number": "00", "courier": "dhl-mars"}}],
}
ONE = Parcel(keys=("4711",), bodies=(json.dumps(SENT).encode(),))


def carrier(shop: Callable[[httpx.Request], httpx.Response], **options: Any) -> ParcellabCarrier:
    settings: dict[str, Any] = {"name": "local", "base_url": "http://127.0.0.1:9/parcellab/", "key": KEY}
    account = AccountOptions(**{**settings, **options})
    return ParcellabCarrier(account, lambda: httpx.MockTransport(shop))


def sent(response: httpx.Response, **options: Any) -> Answer:
    return carrier(Shop(response), **options).send(ONE)


def test_an_order_is_put_to_the_path_with_its_slash() -> None:
    shop = Shop(httpx.Response(201))
    carrier(shop).send(ONE)
    (request,) = shop.requests
    assert (request.method, str(request.url)) == ("PUT", "http://127.0.0.1:9/parcellab/v4/track/orders/")
    assert request.content == ONE.bodies[0]
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("key", "auth", "header"),
    [
        pytest.param(KEY, "bare", f"Parcellab-API-Token {KEY}", id="encoded, as the portal gives it"),
        pytest.param("secret-token", "auto", "Parcellab-API-Token secret-token", id="the bare token"),
        pytest.param("1617:secret-token", "bare", f"Parcellab-API-Token {KEY}", id="account and token"),
        pytest.param(
            f"{KEY[:9]}\n{KEY[9:]}\n", "bare", f"Parcellab-API-Token {KEY}", id="copied from two lines"
        ),
        pytest.param("a.b.c", "bearer", "Bearer a.b.c", id="OAuth"),
    ],
)
def test_the_key_travels_behind_the_scheme(key: str, auth: str, header: str) -> None:
    shop = Shop(httpx.Response(201))
    carrier(shop, key=key, auth=auth).send(ONE)
    assert shop.requests[0].headers["authorization"] == header


@pytest.mark.parametrize("shown", ["1617:secret-token", "secret-token", KEY])
def test_a_key_in_any_of_its_forms_is_blotted_out_of_answers(shown: str) -> None:
    answer = sent(httpx.Response(400, json={"detail": f"no {shown}!"}), key="1617:secret-token")
    assert shown not in repr(answer)
    assert base64.b64encode(b"1617:secret-token").decode() not in repr(answer)


@pytest.mark.parametrize(
    ("response", "verdict"),
    [
        pytest.param(httpx.Response(200), Accepted(), id="200 without a body"),
        pytest.param(httpx.Response(204), Accepted(), id="204"),
        pytest.param(httpx.Response(201, json={}), Accepted(), id="201 with nothing in it"),
        pytest.param(httpx.Response(201, text="OK"), Accepted(), id="201 with a word"),
        pytest.param(httpx.Response(200, json=[SENT]), Accepted(), id="200 with something else"),
        pytest.param(
            httpx.Response(201, json={"external_id": "6e0c", "order_number": "4711", "client_key": ""}),
            Accepted(reference="6e0c"),
            id="201 with the order",
        ),
        pytest.param(
            httpx.Response(200, json={"mutations": [{"type": "add_tracking", "result": {"success": True}}]}),
            Accepted(),
            id="a parcel that was added",
        ),
        pytest.param(
            httpx.Response(
                201,
                json={"external_id": "6e0c", "mutations": [{"result": {"success": False, "message": "No."}}]},
            ),
            Refused(
                problems=(
                    PathProblem(path="trackings.0", message="parcelLab took the order without this: No"),
                )
            ),
            id="a parcel that was not",
        ),
        pytest.param(
            httpx.Response(200, json={"errors": [{"attr": "recipient_email", "detail": "Enter one."}]}),
            Refused(
                problems=(PathProblem(path="recipient_email", message="Enter one.", value="mia@example"),)
            ),
            id="a success that names errors is none",
        ),
        pytest.param(
            httpx.Response(
                400,
                json={
                    "type": "client_error",
                    "errors": [
                        {
                            "code": "invalid",
                            "detail": "Enter a valid email address.",
                            "attr": "recipient_email",
                        }
                    ],
                },
            ),
            Refused(
                problems=(
                    PathProblem(
                        path="recipient_email", message="Enter a valid email address.", value="mia@example"
                    ),
                )
            ),
            id="the documented validation error",
        ),
        pytest.param(
            httpx.Response(400, json={"detail": "order_number or external_id is required"}),
            Refused(problems=(PathProblem(path=None, message="order_number or external_id is required"),)),
            id="an early failure",
        ),
        pytest.param(
            httpx.Response(400, text="<h1>Bad Request</h1>", headers=HTML),
            Refused(problems=(PathProblem(path=None, message="<h1>Bad Request</h1>"),)),
            id="400 with a web page",
        ),
        pytest.param(
            httpx.Response(400),
            Refused(problems=(PathProblem(path=None, message="parcelLab gave no reason"),)),
            id="400 without a body",
        ),
    ],
)
def test_an_answer_is_a_verdict_on_the_order(response: httpx.Response, verdict: Accepted | Refused) -> None:
    answer = sent(response)
    assert answer.failure is None
    assert answer.verdicts == {"4711": verdict}
    assert answer.status == response.status_code


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        pytest.param(httpx.Response(401), FailureKind.CREDENTIALS, id="401"),
        pytest.param(httpx.Response(403, json={"detail": "No."}), FailureKind.FORBIDDEN, id="403"),
        pytest.param(
            httpx.Response(400, json={"detail": "You are not authorized for account 1617."}),
            FailureKind.FORBIDDEN,
            id="somebody else's account, under 400",
        ),
        pytest.param(httpx.Response(404, headers=HTML, text="<h1>"), FailureKind.NO_SUCH_ENDPOINT, id="404"),
        pytest.param(httpx.Response(405), FailureKind.NO_SUCH_ENDPOINT, id="405"),
        pytest.param(httpx.Response(413), FailureKind.TOO_LARGE, id="413"),
        pytest.param(httpx.Response(429), FailureKind.THROTTLED, id="429"),
        pytest.param(httpx.Response(500, headers=HTML, text="<h1>"), FailureKind.SERVER, id="500"),
        pytest.param(
            httpx.Response(200, headers=HTML, text="<p>Log in"), FailureKind.UNREADABLE, id="a login"
        ),
        pytest.param(httpx.Response(201, text='{"order_num'), FailureKind.UNREADABLE, id="cut JSON"),
        pytest.param(
            httpx.Response(200, json={"order_number": "4712"}), FailureKind.UNREADABLE, id="another order"
        ),
    ],
)
def test_an_answer_that_is_no_verdict_is_a_failure(response: httpx.Response, kind: FailureKind) -> None:
    answer = sent(response)
    assert not answer.verdicts
    assert answer.failure is not None
    assert answer.failure.kind is kind
    assert answer.failure.status == answer.status == response.status_code


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_says_what_to_mend(status: int) -> None:
    shop = Shop(httpx.Response(status, headers={"Location": "/v4/track/orders/"}))
    answer = carrier(shop).send(ONE)
    assert len(shop.requests) == 1
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.UNREADABLE
    assert "sends us on to /v4/track/orders/" in answer.failure.message
    assert "`base_url` must be the plain address" in answer.failure.message


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(httpx.ConnectError("refused"), FailureKind.NOT_CONNECTED, id="refused"),
        pytest.param(httpx.ReadTimeout("slow"), FailureKind.NO_ANSWER, id="no answer in time"),
    ],
)
def test_a_broken_call_is_a_failure(error: httpx.HTTPError, kind: FailureKind) -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise error

    answer = carrier(broken).send(ONE)
    assert answer.failure is not None
    assert answer.failure.kind is kind


def test_orders_go_one_by_one_and_never_wait_for_an_answer() -> None:
    one_by_one = carrier(Shop(httpx.Response(201)))
    assert one_by_one.parcel_size(10_000) == 1
    with pytest.raises(ValueError, match="2 orders"):
        one_by_one.send(Parcel(keys=("a", "b"), bodies=(b"{}", b"{}")))
    answer = one_by_one.follow("7", ["4711"])
    assert answer.failure is not None
    assert answer.failure.kind is FailureKind.LOST_TICKET


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        pytest.param({}, Limits(requests_per_second=1.6, burst=5), id="cautious where nothing is known"),
        pytest.param({"rate": 20.0, "burst": 20}, Limits(requests_per_second=20.0, burst=20), id="as agreed"),
    ],
)
def test_the_limits_are_the_account_s_or_cautious(options: Any, limits: Limits) -> None:
    assert carrier(Shop(httpx.Response(201)), **options).limits == limits
