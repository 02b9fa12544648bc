"""The stand-in's answers, without a wire: routes, refusals, creating, merging, mutations."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.sandbox.hands import Hands, call, content_of, uuids

from orderdrop.sandbox.calls import Answer, Call
from orderdrop.sandbox.parcellab.api import EVENTS, INFO, ORDERS, ParcellabApi
from orderdrop.sandbox.parcellab.settings import ParcellabSettings

KEY = "Parcellab-API-Token t"
DATA = Path(__file__).parents[3] / "data" / "parcellab"
CORE = {"account": 1, "order_number": "A", "destination_country_iso3": "DEU", "recipient_email": "a@x.de"}


def new_api(hands: Hands | None = None, **settings: Any) -> ParcellabApi:
    return ParcellabApi(ParcellabSettings(**settings), clock=(hands or Hands()).clock(), new_uuid=uuids())


def asked(method: str, path: str, content: Any = None, **details: Any) -> Call:
    return call(method, path, content, key=details.pop("key", KEY), **details)


def put(api: ParcellabApi, content: Any, **details: Any) -> Answer:
    return api.answer(asked("PUT", ORDERS, content, **details))


def errors_of(answer: Answer) -> dict[str, str]:
    return {one["attr"]: one["code"] for one in content_of(answer)["errors"]}


def whole_order() -> dict[str, Any]:
    order: dict[str, Any] = json.loads((DATA / "order.json").read_text())
    return order


def adding(number: str = "1Z", courier: str = "ups", **tracking: Any) -> dict[str, Any]:
    return {"type": "add_tracking", "tracking": {"courier": courier, "tracking_number": number, **tracking}}


def outcomes(answer: Answer) -> list[bool]:
    return [one["result"]["success"] for one in content_of(answer)["mutations"]]


def parcels(api: ParcellabApi) -> list[tuple[str, str]]:
    orders = api.contents(brief=False)["orders"]
    return [(order["order_number"], one["tracking_number"]) for order in orders for one in order["trackings"]]


def test_a_new_order_is_a_201_a_known_one_a_200_and_both_echo_it() -> None:
    api = new_api()
    first, second = put(api, whole_order()), put(api, whole_order())

    assert (first.status, second.status) == (201, 200)
    shown = content_of(second)
    assert shown["external_id"] == content_of(first)["external_id"]
    assert [one["result"]["success"] for one in shown["mutations"]] == [True, True]
    assert "trackings" not in shown
    sent = {**whole_order(), "order_date": "2026-03-01T08:30:00Z"}
    del sent["mutations"]
    assert {name: shown[name] for name in sent} == sent


def test_a_success_can_be_without_a_body_as_the_page_shows_it() -> None:
    answer = put(new_api(body="empty"), CORE)

    assert (answer.status, answer.body, answer.committed) == (201, b"", True)


def test_an_update_overwrites_what_is_sent_and_keeps_the_rest() -> None:
    api = new_api()
    put(api, {**CORE, "channel": "web", "order_status": "Paid", "tags": ["a:b"]})
    answer = put(api, {"account": 1, "order_number": "A", "order_status": "Packed", "tags": ["c:d"]})

    shown = content_of(answer)
    assert (shown["channel"], shown["order_status"], shown["tags"]) == ("web", "Packed", ["c:d"])
    assert shown["recipient_email"] == "a@x.de"


def test_lists_can_join_instead_of_replacing_each_other() -> None:
    api = new_api(lists="merge")
    put(api, {**CORE, "tags": ["a:b"], "articles_order": [{"line_item_id": "1", "quantity": 1, "sku": "S"}]})
    more = [{"line_item_id": "1", "quantity": 5}, {"line_item_id": "2"}, {"sku": "T"}]
    shown = content_of(put(api, {**CORE, "tags": ["a:b", "c:d"], "articles_order": more}))

    assert shown["tags"] == ["a:b", "c:d"]
    assert shown["articles_order"] == [
        {"line_item_id": "1", "quantity": 5, "sku": "S"},
        {"line_item_id": "2"},
        {"sku": "T"},
    ]


def test_unset_clears_the_address_of_the_recipient() -> None:
    api = new_api()
    put(api, CORE)

    assert content_of(put(api, {**CORE, "recipient_email": "_unset"}))["recipient_email"] is None


def test_the_core_fields_can_be_required_on_every_put() -> None:
    api = new_api(core_fields="always")
    put(api, CORE)
    answer = put(api, {"account": 1, "order_number": "A"})

    assert errors_of(answer) == {"destination_country_iso3": "required", "recipient_email": "required"}


def test_a_refused_order_leaves_no_trace() -> None:
    api = new_api()
    answer = put(api, {**CORE, "order_date": "soon", "mutations": [adding()]})

    assert (answer.status, answer.committed, answer.orders) == (400, False, ("A",))
    assert api.contents(brief=True) == {"count": 0, "orders": []}
    assert put(api, {**CORE, "order_number": "B", "mutations": [adding()]}).status == 201


@pytest.mark.parametrize("error_type", ["client_error", "validation_error"])
def test_a_refusal_is_an_envelope_of_a_type_that_can_be_set(error_type: str) -> None:
    answer = put(new_api(error_type=error_type), {**CORE, "recipient_email": "x"})

    assert content_of(answer) == {
        "type": error_type,
        "errors": [{"code": "invalid", "detail": "Enter a valid email address.", "attr": "recipient_email"}],
    }


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        pytest.param({"account": 1}, 400, id="nothing-identifies-the-order"),
        pytest.param({"account": 2, "order_number": "A"}, 403, id="another-account"),
        pytest.param({"external_id": "no-such-id"}, 400, id="unknown-external-id"),
    ],
)
def test_an_early_refusal_has_a_detail_and_nothing_else(payload: Any, status: int) -> None:
    answer = put(new_api(account=1), payload)

    assert (answer.status, list(content_of(answer))) == (status, ["detail"])


def test_a_token_that_names_its_account_writes_to_no_other() -> None:
    key = "Parcellab-API-Token " + base64.b64encode(b"1:t").decode()

    assert [put(new_api(), {**CORE, "account": n}, key=key).status for n in (1, 2)] == [201, 403]


def test_an_order_is_found_by_its_external_id_too() -> None:
    api = new_api()
    external_id = content_of(put(api, CORE))["external_id"]
    answer = put(api, {"external_id": external_id, "order_number": "B"})

    assert (answer.status, content_of(answer)["order_number"]) == (200, "B")
    assert put(api, {**CORE, "order_number": "B", "channel": "x"}).status == 200
    assert put(api, CORE).status == 201
    assert errors_of(put(api, {"external_id": external_id, "order_number": "A"})) == {
        "order_number": "unique"
    }


def test_a_number_is_unique_in_its_account_only() -> None:
    api = new_api()

    assert [put(api, {**CORE, "account": n}).status for n in (1, 2, "1", 2)] == [201, 201, 200, 200]


def test_a_post_creates_and_refuses_what_is_there() -> None:
    api = new_api()
    statuses = [api.answer(asked("POST", ORDERS, CORE)).status for _ in range(2)]
    api.change_settings({"post_existing": "update"})
    statuses.append(api.answer(asked("POST", ORDERS, CORE)).status)

    assert statuses == [201, 400, 200]


def test_a_tracking_sent_twice_is_there_once_and_merged() -> None:
    api = new_api()
    put(api, {**CORE, "mutations": [adding(delivery_number="1")]})
    put(api, {**CORE, "mutations": [adding(tags=["a:b"])]})
    [order] = api.contents(brief=False)["orders"]

    assert [(one["delivery_number"], one["tags"]) for one in order["trackings"]] == [("1", ["a:b"])]


def test_a_tracking_of_another_order_is_a_400_that_names_it() -> None:
    api = new_api()
    put(api, {**CORE, "mutations": [adding()]})
    answer = put(api, {**CORE, "order_number": "B", "mutations": [adding("2Z"), adding()]})

    [error] = content_of(answer)["errors"]
    assert (answer.status, error["attr"]) == (400, "mutations.1.tracking.tracking_number")
    assert error["detail"].endswith("order A.")
    assert parcels(api) == [("A", "1Z")]


def test_a_tracking_of_another_order_can_be_a_failed_mutation_inside_a_2xx() -> None:
    api = new_api(tracking_taken="fail")
    put(api, {**CORE, "mutations": [adding()]})
    answer = put(api, {**CORE, "order_number": "B", "mutations": [adding("2Z"), adding()]})

    assert (answer.status, outcomes(answer)) == (201, [True, False])
    assert "order A" in content_of(answer)["mutations"][1]["result"]["errors"][0]
    assert parcels(api) == [("A", "1Z"), ("B", "2Z")]


def test_an_unknown_courier_is_a_failed_mutation_inside_a_2xx() -> None:
    api = new_api()
    answer = put(api, {**CORE, "mutations": [adding(courier="pigeon"), adding("2Z")]})

    assert (answer.status, outcomes(answer)) == (201, [False, True])
    assert content_of(answer)["mutations"][0]["result"]["warnings"] == ["Unknown courier pigeon."]
    assert parcels(api) == [("A", "2Z")]


def test_mutations_can_be_made_to_fail() -> None:
    api = new_api()
    answer = put(api, {**CORE, "mutations": [adding()]}, fault="mutation-failed")

    assert (answer.status, outcomes(answer), parcels(api)) == (201, [False], [])


def test_a_cancelled_order_and_tracking_say_since_when_and_why() -> None:
    api = new_api()
    mutations = [
        adding(),
        {
            "type": "cancel_tracking",
            "courier": "ups",
            "tracking_number": "1Z",
            "cancelled_reason": "inventory",
        },
        {"type": "cancel_tracking", "tracking_number": "9Z"},
        {"type": "cancel_order", "cancelled_date": "2026-03-01T00:00:00Z"},
    ]
    answer = put(api, {**CORE, "mutations": mutations})
    [order] = api.contents(brief=False)["orders"]

    assert outcomes(answer) == [True, True, False, True]
    assert order["trackings"][0]["cancelled_date"] == "2023-11-14T22:13:20Z"
    assert order["trackings"][0]["cancelled_reason"] == "inventory"
    assert (order["order"]["order_status"], order["order"]["cancelled_date"]) == (
        "Cancelled",
        "2026-03-01T00:00:00Z",
    )


@pytest.mark.parametrize(
    ("line", "quantity"),
    [
        pytest.param({"quantity": 5}, 5, id="absolute"),
        pytest.param({"new_quantity": 5}, 5, id="absolute-by-another-name"),
        pytest.param({"quantity_to_cancel": 2}, 1, id="relative"),
        pytest.param({}, 3, id="nothing-said"),
    ],
)
def test_a_lines_quantity_can_be_changed(line: dict[str, Any], quantity: int) -> None:
    api = new_api()
    put(api, {**CORE, "articles_order": [{"line_item_id": "1", "quantity": 3}]})
    change = {"type": "change_line_item_quantity", "line_items": [{"line_item_id": "1", **line}]}
    answer = put(api, {**CORE, "mutations": [change]})

    assert content_of(answer)["articles_order"] == [{"line_item_id": "1", "quantity": quantity}]


def test_no_more_can_be_cancelled_than_was_ordered() -> None:
    lines = [{"line_item_id": "1", "quantity_to_cancel": 4}]
    change = {"type": "change_line_item_quantity", "line_items": lines}
    order = {**CORE, "articles_order": [{"line_item_id": "1", "quantity": 3}], "mutations": [change]}

    assert errors_of(put(new_api(), order)) == {"mutations.0.line_items.0.quantity_to_cancel": "invalid"}


def test_a_line_that_is_not_there_is_a_failed_mutation() -> None:
    change = {"type": "change_line_item_quantity", "line_items": [{"line_item_id": "9", "quantity": 1}]}

    assert outcomes(put(new_api(), {**CORE, "mutations": [change]})) == [False]


@pytest.mark.parametrize(
    ("method", "path", "location"),
    [
        pytest.param("PUT", "/v4/track/orders", "/parcellab/v4/track/orders/", id="orders"),
        pytest.param("POST", "/v4/track/events", "/parcellab/v4/track/events/", id="events"),
        pytest.param("GET", "/v4/track/orders/info", "/parcellab/v4/track/orders/info/?a=b", id="info"),
        pytest.param("GET", "/v4/track/orders/x-1", "/parcellab/v4/track/orders/x-1/", id="one"),
    ],
)
def test_a_missing_last_slash_is_redirected_and_nothing_is_stored(
    method: str, path: str, location: str
) -> None:
    api = new_api()
    query = location.partition("?")[2]
    missing = asked(method, path, CORE, query=query, key="")
    answer = api.answer(missing)

    assert api.admit(missing) is None
    assert (answer.status, answer.headers, answer.committed) == (301, (("Location", location),), False)
    assert api.contents(brief=True)["count"] == 0


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/", id="root"),
        pytest.param("/v4/track/orders/information/", id="starts-with-info"),
        pytest.param("/v4/track/orders/info-1/", id="info-and-more"),
        pytest.param("/v4/track/orders/a.b/", id="dot"),
        pytest.param("/v4/track/orders/a/b/", id="slash"),
        pytest.param("/v4/track/orders/a.b", id="dot-without-a-last-slash"),
    ],
)
def test_a_path_that_is_none_gets_a_page_of_html(path: str) -> None:
    answer = new_api().answer(asked("GET", path))

    assert (answer.status, answer.content_type) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        pytest.param(asked("DELETE", ORDERS), 405, "method_not_allowed", id="method"),
        pytest.param(asked("GET", ORDERS, query="cursor=x"), 404, "not_found", id="cursor"),
        pytest.param(asked("GET", ORDERS + "a-1/"), 404, "not_found", id="unknown-id"),
        pytest.param(asked("GET", ORDERS + "Info/"), 404, "not_found", id="id-with-a-capital"),
        pytest.param(asked("GET", INFO, query="order_number=A&account=1"), 404, "not_found", id="info"),
        pytest.param(
            Call(method="PUT", path=ORDERS, headers={"content-type": "application/json"}, body=b"{"),
            400,
            "parse_error",
            id="cut-off-json",
        ),
        pytest.param(
            asked("PUT", ORDERS, CORE, headers={"content-type": "text/plain"}),
            415,
            "unsupported_media_type",
            id="content-type",
        ),
    ],
)
def test_a_refusal_without_a_field_has_the_code_of_its_status(sent: Call, status: int, code: str) -> None:
    answer = new_api().answer(sent)

    assert answer.status == status
    assert [(one["code"], one["attr"]) for one in content_of(answer)["errors"]] == [(code, None)]


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        pytest.param("", 401, "not_authenticated", id="none"),
        pytest.param("Basic abc", 401, "not_authenticated", id="another-scheme"),
        pytest.param("Bearer wrong", 401, "authentication_failed", id="wrong"),
    ],
)
def test_without_the_token_nobody_is_let_in(key: str, status: int, code: str) -> None:
    refused = new_api(key="right").admit(asked("GET", ORDERS, key=key))

    assert refused is not None
    assert (refused.status, content_of(refused)["errors"][0]["code"]) == (status, code)


def test_a_rate_can_be_set_and_is_refused_with_the_time_to_wait() -> None:
    api = new_api(rate=0.5, burst=1)
    assert api.admit(asked("GET", ORDERS)) is None
    refused = api.admit(asked("GET", ORDERS))

    assert refused is not None
    assert (refused.status, refused.headers) == (429, (("Retry-After", "2"),))
    assert content_of(refused)["errors"][0]["code"] == "throttled"


def test_an_order_is_read_again_by_its_id() -> None:
    api = new_api()
    sent = content_of(put(api, whole_order()))
    shown = content_of(api.answer(asked("GET", f"{ORDERS}{sent['external_id']}/")))

    assert shown == {name: value for name, value in sent.items() if name != "mutations"}


def test_an_event_is_taken_with_an_empty_204() -> None:
    api = new_api()
    put(api, {**CORE, "mutations": [adding()]})
    event = {"event_status": "InTransit", "event_timestamp": "2026-03-02T08:00:00Z", "courier": "ups"}
    answer = api.answer(asked("POST", EVENTS, {**event, "tracking_number": "1Z"}))
    lost = api.answer(asked("POST", EVENTS, {**event, "tracking_number": "9Z"}))
    shown = content_of(api.answer(asked("GET", INFO, query="order_number=A&account=1")))

    assert (answer.status, answer.body, answer.committed) == (204, b"", True)
    assert (lost.status, lost.committed) == (204, False)
    assert [one["status_code"] for one in shown["trackings"][0]["checkpoints"]] == ["InboundScan"]


def test_a_bad_event_has_every_fault_named() -> None:
    answer = new_api().answer(asked("POST", EVENTS, {"event_status": "Lost", "account": 1}))

    assert errors_of(answer) == {
        "event_timestamp": "required",
        "event_status": "invalid_choice",
        "non_field_errors": "invalid",
    }


def test_reset_forgets_orders_and_parcels_but_keeps_settings() -> None:
    api = new_api(page_size=7)
    put(api, {**CORE, "mutations": [adding()]})
    api.reset()

    assert (api.contents(brief=True)["count"], api.settings()["page_size"]) == (0, 7)
    assert put(api, {**CORE, "order_number": "B", "mutations": [adding()]}).status == 201


addresses = st.fixed_dictionaries(
    {
        "address_line": st.just("Ring 5"),
        "postal_code": st.sampled_from(["01067", "75007"]),
        "city": st.sampled_from(["Dresden", "Paris"]),
        "country_iso3": st.sampled_from(["DEU", "FRA"]),
    }
)
trackings = st.builds(adding, st.sampled_from(["0001", "1E+05", "98765432109876543210"]))
orders = st.fixed_dictionaries(
    {
        "account": st.integers(1, 3),
        "order_number": st.sampled_from(["A", "B", "00012"]),
        "destination_country_iso3": st.sampled_from(["DEU", "fra"]),
        "recipient_email": st.sampled_from(["a@x.de", "_unset"]),
    },
    optional={
        "shipping_address": addresses | st.just({}),
        "order_total_amount": st.decimals(0, 99999999, places=2).map(str),
        "announced_delivery_date": st.dates().map(str) | st.none(),
        "tags": st.lists(st.sampled_from(["a:b", "a:c"])),
        "articles_order": st.lists(st.fixed_dictionaries({"line_item_id": st.sampled_from("123")})),
        "mutations": st.lists(trackings, max_size=2),
    },
)


@given(orders, st.sampled_from(["replace", "merge"]))
def test_any_valid_order_put_twice_is_there_once(order: dict[str, Any], lists: str) -> None:
    api = new_api(lists=lists)
    first, second = put(api, order), put(api, order)
    [stored] = api.contents(brief=False)["orders"]

    assert (first.status, second.status) == (201, 200)
    assert (stored["created"], stored["updated"]) == (1, 1)
    wanted = {one["tracking"]["tracking_number"] for one in order.get("mutations", ())}
    assert sorted(one["tracking_number"] for one in stored["trackings"]) == sorted(wanted)
