"""Where an order reads back from Shipup, by the reference's own answer."""

from typing import Any

import pytest

from orderdrop.destinations.comparing import MISSING, NOT_TOLD
from orderdrop.destinations.shipup.held import held, pick, questions_for

ITEM = {"merchant_id": "I-1", "sku": "0012", "quantity": 2}
TOLD: dict[str, Any] = {
    "object": "order",
    "id": 7,
    "merchant_id": "A-1",
    "email": "a@b.c",
    "shipping_address": {"object": "address", "id": 9, "zip": "04109", "state": None},
    "line_items": {"object": "list", "data": []},
    "fulfillments": {
        "object": "list",
        "data": [
            {
                "object": "fulfillment",
                "id": 8,
                "merchant_id": "F-1",
                "status_code": "shipped",
                "line_items": {"object": "list", "data": []},
                "trackers": {
                    "object": "list",
                    "data": [
                        {
                            "tracking_number": "T-1",
                            "carrier": {"object": "carrier", "code": "colissimo", "name": "Colissimo"},
                            "carrier_service": None,
                            "displayable_expected_delivery_datetime": 1795349700,
                            "displayable_expected_delivery_kind": "carrier",
                            "line_items": {"object": "list", "data": [{"object": "line_item", **ITEM}]},
                        }
                    ],
                },
            }
        ],
    },
}


def compared(payload: dict[str, Any]) -> dict[str, Any]:
    return {one.path: one.held for one in held(payload, TOLD)}


def test_a_carrier_is_told_as_an_object_and_a_service_that_is_null_is_missing() -> None:
    tracker = {"tracking_number": "T-1", "carrier_code": "ups", "carrier_service_code": "base"}
    found = compared({"fulfillments": [{"merchant_id": "F-1", "trackers": [tracker]}]})
    at = "fulfillments.0.trackers.0"
    assert found[f"{at}.carrier_code"] == "colissimo"
    assert found[f"{at}.carrier_service_code"] is MISSING


def test_an_expected_delivery_that_is_the_carriers_word_says_nothing_of_ours() -> None:
    tracker = {"tracking_number": "T-1", "expected_delivery_at": 1}
    found = compared({"fulfillments": [{"merchant_id": "F-1", "trackers": [tracker]}]})
    assert found["fulfillments.0.trackers.0.expected_delivery_at"] is NOT_TOLD


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        pytest.param({"line_items": [ITEM]}, "line_items.0", id="sent-with-the-order"),
        pytest.param(
            {"fulfillments": [{"merchant_id": "F-1", "line_items": [ITEM]}]},
            "fulfillments.0.line_items.0",
            id="sent-with-the-fulfillment",
        ),
    ],
)
def test_an_item_that_has_moved_into_a_parcel_is_found_there(payload: dict[str, Any], path: str) -> None:
    assert compared(payload)[f"{path}.sku"] == "0012"


def test_an_item_of_another_parcel_is_not_in_this_one() -> None:
    tracker = {"tracking_number": "T-1", "line_items": [{"merchant_id": "I-9", "quantity": 1}]}
    found = list(held({"fulfillments": [{"merchant_id": "F-1", "trackers": [tracker]}]}, TOLD))
    assert [(one.node, one.held) for one in found if one.node] == [
        ("fulfillments.0.trackers.0.line_items.0", MISSING)
    ]


def test_a_parcel_that_is_not_there_is_said_once_with_its_number() -> None:
    tracker = {"tracking_number": "T-2", "carrier_code": "ups", "line_items": [ITEM]}
    found = list(held({"fulfillments": [{"merchant_id": "F-1", "trackers": [tracker]}]}, TOLD))
    assert [(one.node, one.sent) for one in found if one.held is MISSING] == [
        ("fulfillments.0.trackers.0", "T-2")
    ]


def test_what_the_answer_has_no_name_for_is_not_told() -> None:
    payload = {
        "order_details": {"currency_code": "EUR"},
        "shipping_address": {"zip": "04109", "state_code": "NY"},
    }
    assert compared(payload) == {
        "order_details.currency_code": NOT_TOLD,
        "shipping_address.zip": "04109",
        "shipping_address.state_code": NOT_TOLD,
    }


@pytest.mark.parametrize(
    ("payload", "asked"),
    [
        pytest.param({"order_number": "10", "email": "a@b.c"}, "order_number", id="number-first"),
        pytest.param({"email": "a@b.c", "ordered_at": 5}, "email", id="then-email"),
        pytest.param({"ordered_at": 5}, "ordered", id="then-the-second-of-the-order"),
    ],
)
def test_an_order_is_asked_for_by_what_was_sent_of_it(payload: dict[str, Any], asked: str) -> None:
    (question,) = questions_for("A-1", payload)
    assert getattr(question, asked) is not None


def test_an_order_without_any_of_these_cannot_be_asked_for() -> None:
    assert questions_for("A-1", {"merchant_id": "A-1"}) == []


def test_of_several_orders_of_an_email_the_one_with_our_id_is_picked() -> None:
    assert pick("A-1", [{"merchant_id": "A-0", "order_number": "A-1"}, TOLD]) == TOLD
    assert pick("A-2", [TOLD]) is None
