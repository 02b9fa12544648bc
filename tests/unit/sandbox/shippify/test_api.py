"""The stand-in's answers, without a wire: credentials, pace, creations in every shape, reads."""

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.sandbox.hands import Hands, call, content_of, uuids
from tests.unit.sandbox.shippify.deliveries import delivery, stop

from orderdrop.sandbox.calls import Answer, Call
from orderdrop.sandbox.shippify.api import ShippifyApi
from orderdrop.sandbox.shippify.settings import ShippifySettings

DATA = Path(__file__).parents[3] / "data" / "shippify"
CREATE = "/v1/deliveries"


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


def new_api(hands: Hands | None = None, **settings: Any) -> ShippifyApi:
    return ShippifyApi(ShippifySettings(**settings), clock=(hands or Hands()).clock(), new_uuid=uuids())


def asked(method: str, path: str, content: Any = None, *, key: str = "id:secret", **details: Any) -> Call:
    return call(method, path, content, key=basic(key), **details)


def post(api: ShippifyApi, *deliveries: Any, **details: Any) -> Answer:
    return api.answer(asked("POST", CREATE, {"deliveries": deliveries}, **details))


def get(api: ShippifyApi, name: str, what: str = "complete") -> Answer:
    named = quote(name, safe="")
    path = f"{CREATE}/token/{named}" if what == "token" else f"{CREATE}/{named}/{what}"
    return api.answer(asked("GET", path))


def references(api: ShippifyApi) -> list[str | None]:
    return [one["referenceId"] for one in api.contents(brief=True)["orders"]]


def test_a_creation_is_a_200_with_an_entry_for_each_delivery() -> None:
    sent = delivery("PO-1", dropoff={**stop(address="x"), "date": 1_700_003_600_000})
    answer = post(new_api(company="shiinc"), sent, delivery())
    content = content_of(answer)
    first, second = content["payload"]

    assert (answer.status, content["code"], answer.committed) == (200, "OK", True)
    assert answer.orders == ("PO-1",)
    assert list(content) == ["code", "message", "payload"]
    assert first == {
        "index": 0,
        "id": "t-shiinc-1",
        "price": 3500,
        "currencyCode": "CLP",
        "distance": 10.4,
        "cityId": 1,
        "destinationCityId": 1,
        "insurance": 0,
        "statusDelivery": "processing",
        "vehicleCapacity": 3,
        "deliveryDate": "2023-11-14 23:13:20",
        "trackLink": "https://api.shippify.co/track/t-shiinc-1?token=" + "0" * 21 + "1",
        "referenceId": "PO-1",
    }
    assert (second["index"], second["id"], second["referenceId"]) == (1, "t-shiinc-2", None)


@pytest.mark.parametrize("path", ["/v1/deliveries", "/v1/deliveries/"])
def test_a_last_slash_makes_no_difference(path: str) -> None:
    assert new_api().answer(asked("POST", path, {"deliveries": [delivery()]})).status == 200


def test_the_type_is_of_the_whole_request_and_slot_by_default() -> None:
    api = new_api()
    post(api, delivery())
    api.answer(asked("POST", CREATE, {"deliveries": [delivery()], "type": "express"}))

    assert [one["type"] for one in api.contents(brief=True)["orders"]] == ["slot", "express"]


def test_one_bad_delivery_keeps_the_whole_request_out() -> None:
    api = new_api()
    answer = post(api, delivery("A"), delivery("x" * 41), delivery("C", cod=-1))

    assert (answer.status, answer.committed, references(api)) == (400, False, [])


def test_in_partial_mode_the_good_ones_are_created_under_their_own_index() -> None:
    api = new_api(partial=True)
    answer = post(api, delivery("A"), delivery("x" * 41), delivery("C"))

    assert [(one["index"], one["referenceId"]) for one in content_of(answer)["payload"]] == [
        (0, "A"),
        (2, "C"),
    ]
    assert references(api) == ["A", "C"]
    assert post(api, delivery("x" * 41)).status == 400


PATH = "@.deliveries[1].referenceId"
LONG = "must be shorter than 40 elements, but it has 41"
LINE = f"Property {PATH}: {LONG}"
ONE = {"property": PATH, "reason": "maxLength", "message": LONG}


@pytest.mark.parametrize(
    ("shape", "status", "content"),
    [
        pytest.param(
            "indexed",
            400,
            {"code": "ERROR", "message": "1 validation errors", "errors": [{"index": 1, **ONE}]},
            id="indexed",
        ),
        pytest.param(
            "paths",
            400,
            {"code": "ERROR", "message": "1 validation errors", "errors": [{"code": None, **ONE}]},
            id="paths",
        ),
        pytest.param("lines", 400, {"code": "ERROR", "message": LINE}, id="lines"),
        pytest.param(
            "message", 400, {"code": "ERROR", "message": "The deliveries could not be created"}, id="message"
        ),
        pytest.param("ok-error", 200, {"code": "ERROR", "message": LINE}, id="ok-error"),
    ],
)
def test_a_refusal_has_the_shape_that_is_set(shape: str, status: int, content: Any) -> None:
    api = new_api(error_shape=shape)
    answer = post(api, delivery("A"), delivery("x" * 41))

    assert (answer.status, content_of(answer), references(api)) == (status, content, [])


def test_a_refusal_can_be_no_json_at_all() -> None:
    answer = post(new_api(error_shape="text"), delivery("x" * 41))

    assert (answer.status, answer.body, answer.content_type) == (
        400,
        b"Bad Request",
        "text/plain; charset=utf-8",
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"deliveries": []}, id="none"),
        pytest.param({"deliveries": [delivery()] * 101}, id="101"),
        pytest.param({"deliveries": [delivery()], "type": "bike"}, id="unknown-type"),
        pytest.param([], id="no-object"),
    ],
)
def test_a_request_holds_1_to_100_deliveries_of_a_known_type(content: Any) -> None:
    api = new_api(partial=True)

    assert (api.answer(asked("POST", CREATE, content)).status, references(api)) == (400, [])


def test_a_hundred_deliveries_are_taken() -> None:
    api = new_api()

    assert len(content_of(post(api, *[delivery(str(n)) for n in range(100)]))["payload"]) == 100


@pytest.mark.parametrize("body", [b"", b"{", b"\xff"])
def test_a_body_that_is_no_json_gets_a_400(body: bytes) -> None:
    answer = new_api().answer(Call(method="POST", path=CREATE, headers={}, body=body))

    assert (answer.status, content_of(answer)["code"]) == (400, "ERROR")


@given(st.lists(st.sampled_from(["A", "B", None]), min_size=1, max_size=5))
def test_posting_any_deliveries_twice_makes_two_of_each(names: list[str | None]) -> None:
    api = new_api()
    sent = [delivery(name) for name in names]
    answers = [content_of(post(api, *sent))["payload"] for _ in range(2)]
    ids = [entry["id"] for payload in answers for entry in payload]

    assert len({*ids}) == 2 * len(names)
    assert references(api) == names * 2


def test_with_unique_references_the_second_is_refused() -> None:
    api = new_api(unique_references=True)
    statuses = [post(api, delivery(name)).status for name in ("A", "A", "B")]
    answer = post(api, delivery("C"), delivery("C"))

    assert statuses == [200, 400, 200]
    assert content_of(answer)["errors"][0]["index"] == 1
    assert references(api) == ["A", "B"]


@pytest.mark.parametrize(
    ("dropoff", "settings", "pending"),
    [
        pytest.param(stop(address="NOWHERE street"), {}, True, id="marked"),
        pytest.param(stop(address="NOWHERE", lat=1, lng=1), {}, False, id="marked-with-coordinates"),
        pytest.param(stop(warehouse=5), {"geocoding": False}, True, id="off-for-the-other-end"),
        pytest.param(stop(address="x"), {}, False, id="plain"),
        pytest.param(stop(address="NOWHERE"), {"ungeocodable": "??"}, False, id="another-marker"),
    ],
)
def test_an_address_that_is_not_found_makes_the_delivery_pend(
    dropoff: dict[str, Any], settings: dict[str, Any], pending: bool
) -> None:
    api = new_api(**settings)
    [entry] = content_of(post(api, delivery("A", dropoff=dropoff)))["payload"]
    shown = content_of(get(api, "A"))

    assert entry["statusDelivery"] == ("pending review" if pending else "processing")
    assert shown["_status"] == ("pending_to_review" if pending else "processing")


def test_pending_can_be_spelt_the_other_way_and_ends_when_it_is_moved_on() -> None:
    api = new_api(pending_text="pending_to_review", geocoding=False)
    [entry] = content_of(post(api, delivery("A")))["payload"]
    moved = api.move({"id": "A", "status": "processing"})

    assert (entry["statusDelivery"], moved["_status"]) == ("pending_to_review", "processing")


def test_the_tracking_link_has_the_published_shape() -> None:
    published = json.loads((DATA / "tracking_link.json").read_text())
    api = new_api(company="pruaas")
    contact = {**published["recipient"], "phonenumber": "777"}
    post(api, delivery("PO/7", dropoff={**stop(address="x"), "contact": contact}))
    shown = content_of(get(api, "t-pruaas-1", "token"))
    as_published = json.dumps(published).replace("t-pruaas-5063", "t-pruaas-1")

    assert json.dumps(shown) == as_published.replace(published["token"], shown["token"])
    assert len(shown["token"]) == len(published["token"])
    assert content_of(get(api, "PO/7", "token")) == shown


def test_a_recipient_without_an_email_has_none_in_the_link_and_a_phone_if_that_is_set() -> None:
    api = new_api()
    contact = {"name": "A", "phonenumber": "777"}
    post(api, delivery("R", dropoff={**stop(address="x"), "contact": contact}))
    without = content_of(get(api, "R", "token"))["recipient"]
    api.change_settings({"recipient_phone": True})

    assert (without, content_of(get(api, "R", "token"))["recipient"]) == ({"name": "A"}, contact)


def test_the_delivery_information_has_the_published_shape() -> None:
    published = json.loads((DATA / "delivery_information.json").read_text())
    [[package]] = published["items"]
    api = new_api(company="textlam")
    sent = delivery(
        published["referenceId"],
        packages=[{**package, "size": "m"}],
        tags=published["tags"],
        dropoff={**stop(address="x"), "contact": published["recipient"]},
    )
    post(api, sent)
    shown = api.move(
        {
            "id": published["referenceId"],
            "status": "assigned",
            "route": published["route"],
            "courier": published["courier"],
            "reason": {"id": 1, "text": "DANGER ZONE", "note": "Dangerous zone"},
            "pickup_date": 1_698_431_051,
        }
    )
    ours = {"id", "dropoff", "company", "lastStatusDate", "items"}

    assert list(shown) == list(published)
    assert {name: shown[name] for name in shown if name not in ours} == {
        name: published[name] for name in published if name not in ours
    }
    assert shown["items"] == [[{**package, "size": "m"}]]
    assert shown["lastStatusDate"] == "2023-11-14T22:13:20.000Z"
    assert content_of(get(api, published["referenceId"])) == shown


def test_of_several_deliveries_of_a_reference_the_newest_is_shown_or_the_oldest() -> None:
    api = new_api()
    post(api, delivery("A"), delivery("A"))
    newest = content_of(get(api, "A"))["id"]
    api.change_settings({"shared_reference": "oldest"})

    assert (newest, content_of(get(api, "A"))["id"]) == ("t-sandbox-2", "t-sandbox-1")


@pytest.mark.parametrize("reference", ["PO 7", "a/b", "a#b?c=d", "ñ%2F", "complete"])
def test_any_reference_is_found_when_it_is_encoded(reference: str) -> None:
    api = new_api()
    post(api, delivery(reference))

    for what in ("complete", "token"):
        path = f"{CREATE}/token/{quote(reference, safe='')}"
        path = path if what == "token" else f"{CREATE}/{quote(reference, safe='')}/complete"
        answer = api.answer(asked("GET", "decoded", raw_path=path))
        assert answer.status == 200, path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/v1/deliveries/none/complete", id="unknown"),
        pytest.param("GET", "/v1/deliveries/token/none", id="unknown-link"),
        pytest.param("GET", "/v1/deliveries/token/a/b", id="slash-that-is-not-encoded"),
        pytest.param("GET", "/v1/deliveries//complete", id="no-id"),
        pytest.param("GET", "/v1/deliveries", id="no-list"),
        pytest.param("DELETE", "/v1/deliveries/t-sandbox-1", id="no-deletion"),
    ],
)
def test_what_is_not_there_is_a_404_with_code_and_message(method: str, path: str) -> None:
    answer = new_api().answer(asked(method, path))

    assert answer.status == 404
    assert {name: type(value) for name, value in content_of(answer).items()} == {"code": str, "message": str}


@pytest.mark.parametrize(
    ("setting", "header", "let_in"),
    [
        pytest.param(None, basic("any:thing"), True, id="any-pair"),
        pytest.param(None, basic("any:"), True, id="no-secret"),
        pytest.param(None, basic(":"), False, id="empty-pair"),
        pytest.param(None, basic("any"), False, id="no-pair"),
        pytest.param(None, "Basic ???", False, id="no-base64"),
        pytest.param(None, "Bearer any", False, id="another-scheme"),
        pytest.param(None, "", False, id="nothing"),
        pytest.param("id:secret", basic("id:secret"), True, id="right"),
        pytest.param("id:secret", basic("id:other"), False, id="wrong-secret"),
        pytest.param("k", basic("k:k"), True, id="one-word-for-both"),
        pytest.param("k", basic("k:"), True, id="one-word-as-id"),
        pytest.param("k", basic("x:y"), False, id="neither"),
    ],
)
def test_credentials_are_a_pair_in_basic_form(setting: str | None, header: str, let_in: bool) -> None:
    refused = new_api(key=setting).admit(call("GET", "/v1/deliveries/a/complete", key=header))

    assert (refused is None) == let_in
    if refused is not None:
        assert (refused.status, list(content_of(refused))) == (401, ["code", "message"])


def test_a_hundred_creations_a_minute_are_let_in_and_reads_do_not_count() -> None:
    hands = Hands()
    api = new_api(hands)
    creation, reading = asked("POST", CREATE), asked("GET", "/v1/deliveries/a/complete")
    assert [api.admit(creation) for _ in range(100)] == [None] * 100
    refused = api.admit(creation)
    hands.at += 59.5
    still = api.admit(creation)
    hands.at += 0.5

    assert refused is not None
    assert still is not None
    assert (refused.status, refused.headers) == (429, (("Retry-After", "60"),))
    assert still.headers == (("Retry-After", "1"),)
    assert (api.admit(reading), api.admit(creation)) == (None, None)


def test_reads_can_count_too_and_a_429_can_keep_the_time_to_itself() -> None:
    api = new_api(requests_per_minute=1, limit_reads=True, retry_after=False)
    reading = asked("GET", "/v1/deliveries/a/complete")
    api.admit(reading)
    refused = api.admit(reading)

    assert refused is not None
    assert (refused.status, refused.headers) == (429, ())


@pytest.mark.parametrize(
    ("fault", "indexes"),
    [
        pytest.param("no-index", [None, None, None], id="no-index"),
        pytest.param("foreign-index", [1000, 1001, 1002], id="foreign-index"),
        pytest.param("shuffled", [2, 1, 0], id="shuffled"),
        pytest.param("short", [0, 1], id="short"),
    ],
)
def test_a_payload_can_be_spoilt_after_all_was_stored(fault: str, indexes: list[int | None]) -> None:
    api = new_api()
    answer = post(api, delivery("A"), delivery("B"), delivery("C"), fault=fault)

    assert [one.get("index") for one in content_of(answer)["payload"]] == indexes
    assert (answer.committed, references(api)) == (True, ["A", "B", "C"])


def test_a_200_can_be_an_error_that_stores_nothing() -> None:
    api = new_api()
    answer = post(api, delivery("A"), fault="code-error")

    assert (answer.status, content_of(answer)["code"], references(api)) == (200, "ERROR", [])


def test_reset_forgets_deliveries_and_the_last_minute_but_keeps_settings() -> None:
    api = new_api(requests_per_minute=1)
    api.admit(asked("POST", CREATE))
    post(api, delivery("A"))
    api.reset()

    assert (references(api), api.admit(asked("POST", CREATE))) == ([], None)
    assert get(api, "A").status == 404
    assert api.settings()["requests_per_minute"] == 1
