"""Shippify's carrier: every HTTP answer has one meaning."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.destinations.shop import HTML, Shop

from orderdrop.destinations.base import (
    Accepted,
    AccountOptions,
    Answer,
    Failure,
    FailureKind,
    Laned,
    Limits,
    Linking,
    LooksUp,
    Parcel,
    PathProblem,
    Pending,
    Refused,
    Verdict,
)
from orderdrop.destinations.shippify.client import LARGEST_PARCEL, ShippifyCarrier

KEY = "app-0123456:secret-789"
ACCOUNT = AccountOptions(name="lojas", base_url="http://127.0.0.1:9/shippify/", key=KEY)
TOKEN = "ThegDpp8VhtbAVw1y7NjSZ"
IN_REVIEW = Pending(ticket="t-x-1", until_next_run=True)

Handler = Callable[[httpx.Request], httpx.Response]


def carrier(handler: Handler, **options: Any) -> ShippifyCarrier:
    return ShippifyCarrier(replace(ACCOUNT, **options), lambda: httpx.MockTransport(handler))


def parcel(*keys: str, **more: Any) -> Parcel:
    bodies = tuple(json.dumps({"referenceId": key, **more}).encode() for key in keys)
    return Parcel(keys=keys, bodies=bodies)


def entry(index: int, **more: Any) -> dict[str, Any]:
    return {"index": index, "id": f"t-x-{index + 1}", "statusDelivery": "processing", **more}


def created(*entries: Any) -> httpx.Response:
    return httpx.Response(200, json={"code": "OK", "message": "created", "payload": list(entries)})


def sent(response: httpx.Response, *keys: str) -> Answer:
    return carrier(Shop(response)).send(parcel(*(keys or ("a", "b", "c"))))


def refused(message: str, path: str | None = None, value: str | None = None) -> Refused:
    return Refused(problems=(PathProblem(path=path, message=message, value=value),))


def accepted(number: int) -> Accepted:
    return Accepted(reference=f"t-x-{number}")


ALL = {"a": accepted(1), "b": accepted(2), "c": accepted(3)}


def test_a_parcel_is_one_request_and_what_belongs_to_the_request_is_said_once() -> None:
    shop = Shop(created(entry(0), entry(1)))
    carrier(shop).send(parcel("a", "b", type="flex", companyId=7))
    [request] = shop.requests
    assert (request.method, request.url.path) == ("POST", "/shippify/v1/deliveries")
    assert request.headers["authorization"] == "Basic " + base64.b64encode(KEY.encode()).decode()
    assert json.loads(request.content) == {
        "deliveries": [{"referenceId": "a"}, {"referenceId": "b"}],
        "type": "flex",
        "companyId": 7,
    }


def test_without_a_type_it_is_the_one_that_shippify_would_take() -> None:
    shop = Shop(created(entry(0)))
    carrier(shop).send(parcel("a"))
    assert json.loads(shop.requests[0].content) == {"deliveries": [{"referenceId": "a"}], "type": "slot"}


def test_deliveries_of_one_request_agree_on_what_belongs_to_the_request() -> None:
    mine = carrier(Shop(created()))
    assert isinstance(mine, Laned)
    bodies = [b"{}", b'{"type":"slot"}', b'{"type":"flex"}', b'{"companyId":7}']
    lanes = [mine.lane(body) for body in bodies]
    assert lanes[0] == lanes[1]
    assert len(set(lanes)) == 3
    with pytest.raises(ValueError, match="different types"):
        mine.send(Parcel(keys=("a", "b"), bodies=(bodies[0], bodies[2])))


@pytest.mark.parametrize("keys", [(), tuple(map(str, range(LARGEST_PARCEL + 1)))])
def test_a_parcel_of_none_or_too_many_is_a_fault_of_ours(keys: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="a parcel of"):
        carrier(Shop(created())).send(parcel(*keys))


def test_the_limits_are_shippifys_or_the_accounts() -> None:
    published = carrier(Shop(created())).limits
    assert published.requests_per_second is not None
    assert published.burst + published.requests_per_second * 60 <= 100
    assert published.requests_per_second * 60 >= 95
    assert carrier(Shop(created()), rate=0.5).limits == Limits(requests_per_second=0.5, burst=1)
    assert carrier(Shop(created())).parcel_size(1) == 100
    assert carrier(Shop(created()), endpoint="single").parcel_size(1000) == 1


@pytest.mark.parametrize(
    ("response", "verdicts"),
    [
        pytest.param(created(entry(0), entry(1), entry(2)), ALL, id="all of them"),
        pytest.param(created(entry(2), entry(0), entry(1)), ALL, id="in another order"),
        pytest.param(created(entry(0), entry(2)), {"a": accepted(1), "c": accepted(3)}, id="one is missing"),
        pytest.param(created(), {}, id="none of them"),
        pytest.param(
            created(entry(0, statusDelivery="pending review"), entry(1), entry(2)),
            {**ALL, "a": IN_REVIEW},
            id="one is in review",
        ),
        pytest.param(
            created(entry(0, statusDelivery="pending_to_review")), {"a": IN_REVIEW}, id="the other spelling"
        ),
        pytest.param(created(entry(0, referenceId="b")), {"b": accepted(1)}, id="it names another of them"),
        pytest.param(created(entry(0, referenceId="z")), {}, id="it names one that was not sent"),
        pytest.param(created(entry(3), entry(-1), entry(0) | {"index": True}), {}, id="indexes of nothing"),
        pytest.param(created({"index": 0}, {"index": 1, "id": None}), {}, id="no id"),
        pytest.param(created(None, "x", [1]), {}, id="no entries at all"),
        pytest.param(created(entry(0), entry(0) | {"id": "t-x-9"}), {"a": accepted(1)}, id="twice"),
        pytest.param(
            httpx.Response(200, json={"code": "OK", "payload": {"0": entry(0)}}),
            {},
            id="a payload of another shape",
        ),
    ],
)
def test_a_success_gives_a_verdict_to_every_delivery_that_it_lists(
    response: httpx.Response, verdicts: dict[str, Verdict]
) -> None:
    answer = sent(response)
    assert answer.verdicts == verdicts
    assert answer.failure is None
    assert answer.status == 200


NAMED = {
    "code": "ERROR",
    "message": "Invalid",
    "errors": [{"property": "@.deliveries[1].cod", "message": "is odd"}],
}


@pytest.mark.parametrize(
    ("response", "verdicts", "kind"),
    [
        pytest.param(
            httpx.Response(400, json=NAMED),
            {"b": refused("cod is odd", "cod")},
            FailureKind.HELD_UP,
            id="400 that names one",
        ),
        pytest.param(
            httpx.Response(422, json=NAMED),
            {"b": refused("cod is odd", "cod")},
            FailureKind.HELD_UP,
            id="422, nowhere documented, read like 400",
        ),
        pytest.param(
            httpx.Response(200, json=NAMED),
            {"b": refused("cod is odd", "cod")},
            FailureKind.HELD_UP,
            id="200 whose code is not OK",
        ),
        pytest.param(
            httpx.Response(400, json={"code": "ERROR", "message": "No."}),
            {},
            FailureKind.TOO_LARGE,
            id="400 that names nobody: halved",
        ),
        pytest.param(httpx.Response(400, text="Bad Request"), {}, FailureKind.TOO_LARGE, id="400 with text"),
        pytest.param(httpx.Response(400), {}, FailureKind.TOO_LARGE, id="400 without a body"),
        pytest.param(
            httpx.Response(400, text="<h1>Bad</h1>", headers=HTML),
            {},
            FailureKind.TOO_LARGE,
            id="400 with a page",
        ),
        pytest.param(
            httpx.Response(400, json={**NAMED, "payload": [entry(0)]}),
            {"a": accepted(1), "b": refused("cod is odd", "cod")},
            None,
            id="400 that created one: the third has no answer",
        ),
        pytest.param(httpx.Response(401, json={"code": "x"}), {}, FailureKind.CREDENTIALS, id="401"),
        pytest.param(httpx.Response(402), {}, FailureKind.PAYMENT, id="402"),
        pytest.param(httpx.Response(403), {}, FailureKind.FORBIDDEN, id="403"),
        pytest.param(httpx.Response(404), {}, FailureKind.NO_SUCH_ENDPOINT, id="404"),
        pytest.param(httpx.Response(413), {}, FailureKind.TOO_LARGE, id="413"),
        pytest.param(httpx.Response(429, headers={"Retry-After": "7"}), {}, FailureKind.THROTTLED, id="429"),
        pytest.param(httpx.Response(500, json={"code": "ERROR"}), {}, FailureKind.SERVER, id="500"),
        pytest.param(httpx.Response(502, text="<html>", headers=HTML), {}, FailureKind.SERVER, id="502"),
        pytest.param(
            httpx.Response(302, headers={"Location": "/login"}), {}, FailureKind.UNREADABLE, id="a redirect"
        ),
        pytest.param(
            httpx.Response(200, text="<html>", headers=HTML), {}, FailureKind.UNREADABLE, id="a login page"
        ),
        pytest.param(httpx.Response(200), {}, FailureKind.UNREADABLE, id="200 without a body"),
        pytest.param(
            httpx.Response(200, text='{"code":"OK","pay'),
            {},
            FailureKind.UNREADABLE,
            id="200 that breaks off",
        ),
        pytest.param(
            httpx.Response(200, json={"payload": [entry(0)]}),
            {},
            FailureKind.UNREADABLE,
            id="200 without a code",
        ),
        pytest.param(httpx.Response(200, json=[entry(0)]), {}, FailureKind.UNREADABLE, id="a bare list"),
        pytest.param(httpx.Response(409, json={"code": "ERROR"}), {}, FailureKind.UNREADABLE, id="409"),
    ],
)
def test_an_answer_to_several_refuses_only_whom_it_names(
    response: httpx.Response, verdicts: dict[str, Verdict], kind: FailureKind | None
) -> None:
    answer = sent(response)
    assert answer.verdicts == verdicts
    assert (answer.failure.kind if answer.failure else None) == kind
    assert answer.status == response.status_code


@pytest.mark.parametrize(
    ("response", "verdict"),
    [
        pytest.param(httpx.Response(400, json={"message": "No."}), refused("No."), id="a sentence"),
        pytest.param(httpx.Response(400, text="Bad\x1b[31m"), refused("Bad [31m"), id="text"),
        pytest.param(httpx.Response(400), refused("Shippify gave no reason"), id="no body"),
        pytest.param(
            httpx.Response(400, text="Property @.deliveries[0].pickup: is missing"),
            refused("pickup is missing", "pickup"),
            id="a line of the library",
        ),
        pytest.param(
            httpx.Response(200, json={"code": "ERROR", "message": "No."}), refused("No."), id="200 and no OK"
        ),
    ],
)
def test_a_delivery_alone_is_refused_whatever_the_body_names(
    response: httpx.Response, verdict: Verdict
) -> None:
    answer = sent(response, "a")
    assert (answer.verdicts, answer.failure) == ({"a": verdict}, None)


STANDING = {"id": "t-x-1", "referenceId": "a/1 #2", "_status": "assigned"}


@pytest.mark.parametrize(
    ("response", "found"),
    [
        pytest.param(httpx.Response(200, json=STANDING), accepted(1), id="it is there"),
        pytest.param(
            httpx.Response(200, json={"id": "t-x-1"}),
            accepted(1),
            id="it is there and repeats no referenceId",
        ),
        pytest.param(
            httpx.Response(200, json={**STANDING, "_status": "pending_to_review"}),
            IN_REVIEW,
            id="it is in review",
        ),
        pytest.param(
            httpx.Response(200, json={**STANDING, "_status": "canceled"}),
            accepted(1),
            id="it is there, whatever became of it since",
        ),
        pytest.param(httpx.Response(404, json={"code": "x", "message": "y"}), None, id="it is not there"),
        pytest.param(httpx.Response(404), None, id="it is not there, in no words"),
        pytest.param(
            httpx.Response(404, text="<html>", headers=HTML), FailureKind.NO_SUCH_ENDPOINT, id="a proxy's 404"
        ),
        pytest.param(
            httpx.Response(200, json={**STANDING, "referenceId": "b"}),
            FailureKind.UNREADABLE,
            id="an answer that matches no question",
        ),
        pytest.param(httpx.Response(200, json={}), FailureKind.UNREADABLE, id="an empty object"),
        pytest.param(httpx.Response(200, json=None), FailureKind.UNREADABLE, id="null"),
        pytest.param(
            httpx.Response(200, json={"code": "ERROR", "message": "not found"}),
            FailureKind.UNREADABLE,
            id="no delivery and no 404: not certain",
        ),
        pytest.param(httpx.Response(400), FailureKind.UNREADABLE, id="400: not certain"),
        pytest.param(httpx.Response(401), FailureKind.CREDENTIALS, id="401"),
        pytest.param(httpx.Response(429), FailureKind.THROTTLED, id="429"),
        pytest.param(httpx.Response(500), FailureKind.SERVER, id="500"),
    ],
)
def test_a_look_up_says_no_only_when_it_is_certain(
    response: httpx.Response, found: Verdict | FailureKind | None
) -> None:
    shop = Shop(response)
    mine = carrier(shop)
    assert isinstance(mine, LooksUp)
    said = mine.look_up("a/1 #2")
    assert (said.kind if isinstance(said, Failure) else said) == found
    assert shop.requests[0].url.raw_path == b"/shippify/v1/deliveries/a%2F1%20%232/complete"


@pytest.mark.parametrize(
    ("response", "verdict"),
    [
        pytest.param(
            httpx.Response(200, json={"id": "t-x-1", "_status": "pending review"}),
            IN_REVIEW,
            id="still in review",
        ),
        pytest.param(
            httpx.Response(200, json={"id": "t-x-1", "_status": "processing"}), accepted(1), id="on its way"
        ),
        pytest.param(
            httpx.Response(
                200, json={"id": "t-x-1", "_status": "canceled", "problem_note": "no such street"}
            ),
            refused(
                "Shippify could not find the address and canceled the delivery t-x-1 in its review: no such street",
                "dropoff.location.address",
            ),
            id="canceled in its review",
        ),
    ],
)
def test_a_review_is_followed_until_it_is_over(response: httpx.Response, verdict: Verdict) -> None:
    assert carrier(Shop(response)).follow("t-x-1", ["a"]).verdicts == {"a": verdict}


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        pytest.param(httpx.Response(404), FailureKind.LOST_TICKET, id="it is gone"),
        pytest.param(
            httpx.Response(404, text="<html>", headers=HTML), FailureKind.NO_SUCH_ENDPOINT, id="a page"
        ),
        pytest.param(httpx.Response(503), FailureKind.SERVER, id="503"),
        pytest.param(httpx.Response(200, json=[]), FailureKind.UNREADABLE, id="no delivery"),
    ],
)
def test_a_question_about_a_review_may_bring_no_answer(response: httpx.Response, kind: FailureKind) -> None:
    answer = carrier(Shop(response)).follow("t-x-1", ["a"])
    assert answer.failure is not None
    assert (answer.failure.kind, answer.verdicts) == (kind, {})


SEED_ANSWER = {
    "token": TOKEN,
    "url": f"https://api.shippify.co/track/t-pruaas-5063?token={TOKEN}&ref=server",
    "recipient": {"name": "Javier Perez", "email": "test-1998@hotmail.com"},
}


def test_a_tracking_link_comes_with_its_recipient_and_hides_itself() -> None:
    shop = Shop(httpx.Response(200, json=SEED_ANSWER))
    mine = carrier(shop)
    assert isinstance(mine, Linking)
    link = mine.link("SP/1 é")
    assert not isinstance(link, Failure)
    assert (link.url, link.token) == (SEED_ANSWER["url"], TOKEN)
    assert (link.name, link.email, link.phone) == ("Javier Perez", "test-1998@hotmail.com", None)
    assert TOKEN not in repr(link)
    assert "hotmail" not in repr(link)
    assert shop.requests[0].url.raw_path == b"/shippify/v1/deliveries/token/SP%2F1%20%C3%A9"


@pytest.mark.parametrize(
    ("response", "told"),
    [
        pytest.param(httpx.Response(401, json={}), "the account's `key` must be APP_ID:APP_SECRET", id="401"),
        pytest.param(
            httpx.Response(404, json={}),
            "knows no delivery SP-1, neither as its id nor as its referenceId",
            id="404",
        ),
        pytest.param(httpx.Response(200, json={"url": "x"}), "holds no tracking link", id="no token"),
        pytest.param(httpx.Response(200, text="["), "holds no tracking link", id="no JSON"),
        pytest.param(httpx.Response(500), "has a fault of its own", id="500"),
    ],
)
def test_why_there_is_no_link_is_said(response: httpx.Response, told: str) -> None:
    failure = carrier(Shop(response)).link("SP-1")
    assert isinstance(failure, Failure)
    assert told in failure.message


def test_neither_key_nor_token_are_kept_for_people() -> None:
    link = f"https://api.shippify.co/track/t-x-1?token={TOKEN}"
    answer = sent(created(entry(0, trackLink=link), {"echo": KEY, "token": TOKEN, "half": "secret-789"}), "a")
    assert answer.verdicts == {"a": accepted(1)}
    for secret in (TOKEN, "secret-789"):
        assert secret not in answer.excerpt
    assert KEY not in repr(ACCOUNT)


@given(body=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda below: st.lists(below) | st.dictionaries(st.sampled_from(["code", "payload", "errors", "id", "index", "message", "referenceId", "_status", "url", "token"]), below), max_leaves=15), status=st.sampled_from([200, 400, 401, 404, 422, 500]))  # fmt: skip
def test_whatever_json_comes_back_nothing_is_raised_and_nothing_is_made_up(body: Any, status: int) -> None:
    mine = carrier(
        lambda request: httpx.Response(status, content=json.dumps(body).encode("utf-8", "replace"))
    )
    answer = mine.send(parcel("a", "b"))
    assert set(answer.verdicts) <= {"a", "b"}
    assert answer.failure is not None or status in (200, 400, 422)
    mine.follow("t-x-1", ["a"])
    mine.look_up("a")
    mine.link("a")


@given(body=st.binary(max_size=200))
def test_whatever_bytes_come_back_nothing_is_raised(body: bytes) -> None:
    mine = carrier(lambda request: httpx.Response(200, content=body))
    for answer in (mine.send(parcel("a")), mine.follow("t-x-1", ["a"])):
        assert not any(isinstance(verdict, Accepted) for verdict in answer.verdicts.values())
    assert isinstance(mine.look_up("a"), Failure)
    assert isinstance(mine.link("a"), Failure)
