"""The 400 answer: exact words, exact places, everything at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from orderdrop.sandbox.shipup.validation import Strictness, order_errors

DATA = Path(__file__).parents[3] / "data" / "shipup"
STRICT = Strictness(semantics=True, known_quantities={})
TYPES_ONLY = Strictness(semantics=False, known_quantities={})


def published(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text())


def test_the_published_valid_order_has_no_errors() -> None:
    assert order_errors(published("valid_order"), strictness=STRICT) == {}


def test_the_published_invalid_order_gets_exactly_the_published_errors() -> None:
    errors = order_errors(published("invalid_order"), strictness=STRICT)

    assert {"errors": errors} == published("invalid_order_answer")


def order(**fields: Any) -> dict[str, Any]:
    return {"merchant_id": "O1", **fields}


def shipment(**fields: Any) -> dict[str, Any]:
    return order(fulfillments=[{"merchant_id": "F1", **fields}])


def parcel(**fields: Any) -> dict[str, Any]:
    return shipment(trackers=[{"tracking_number": "T1", **fields}])


def in_shipment(errors: dict[str, Any]) -> dict[str, Any]:
    return {"fulfillments": {"0": errors}}


def in_parcel(errors: dict[str, Any]) -> dict[str, Any]:
    return in_shipment({"trackers": {"0": errors}})


def wrong(ruby_class: str, text: str, expected: str) -> str:
    return f"Wrong data type: given, {ruby_class} ({text}) expected: {expected}"


@pytest.mark.parametrize(
    ("payload", "errors"),
    [
        pytest.param(order(email=5), {"email": wrong("Integer", "5", "String")}, id="integer-for-text"),
        pytest.param(order(phone=1.5), {"phone": wrong("Float", "1.5", "String")}, id="float-for-text"),
        pytest.param(order(email=[]), {"email": wrong("Array", "[]", "String")}, id="array-for-text"),
        pytest.param(
            order(email={"a": [1, None]}),
            {"email": wrong("Hash", '{"a"=>[1, nil]}', "String")},
            id="hash-for-text",
        ),
        pytest.param(
            order(canceled="true"),
            {"canceled": wrong("String", "true", "TrueClass or FalseClass")},
            id="text-for-boolean",
        ),
        pytest.param(
            order(mute_notifications=1),
            {"mute_notifications": wrong("Integer", "1", "TrueClass or FalseClass")},
            id="integer-for-boolean",
        ),
        pytest.param(
            order(custom_variables="x"),
            {"custom_variables": wrong("String", "x", "Hash")},
            id="text-for-object",
        ),
        pytest.param(
            order(ordered_at=False),
            {"ordered_at": wrong("FalseClass", "false", "String or Numeric")},
            id="boolean-for-datetime",
        ),
        pytest.param(
            order(line_items={}), {"line_items": wrong("Hash", "{}", "Array")}, id="object-for-array"
        ),
        pytest.param(
            order(line_items=["x"]),
            {"line_items": {"0": wrong("String", "x", "Hash")}},
            id="text-inside-an-array-of-objects",
        ),
        pytest.param(
            order(line_items=[{"merchant_id": "L", "quantity": "2"}]),
            {"line_items": {"0": {"quantity": wrong("String", "2", "Integer")}}},
            id="text-for-integer",
        ),
        pytest.param(
            order(line_items=[{"merchant_id": "L", "quantity": True}]),
            {"line_items": {"0": {"quantity": wrong("TrueClass", "true", "Integer")}}},
            id="a-boolean-is-no-integer",
        ),
        pytest.param(
            order(shipping_address={"zip": 1234}),
            {"zip": wrong("Integer", "1234", "String")},
            id="an-order-address-field-surfaces-at-the-root",
        ),
        pytest.param(
            shipment(shipping_address={"zip": 1234}),
            in_shipment({"zip": wrong("Integer", "1234", "String")}),
            id="a-fulfillment-address-field-surfaces-in-the-fulfillment",
        ),
        pytest.param(
            order(shipping_address="Paris"),
            {"shipping_address": wrong("String", "Paris", "Hash")},
            id="an-address-that-is-no-object-keeps-its-name",
        ),
        pytest.param(
            parcel(line_items=[{"merchant_id": "L", "thumbnail": {"src": 1, "width": 400, "height": "400"}}]),
            in_parcel({"line_items": {"0": {"thumbnail": {"src": wrong("Integer", "1", "String")}}}}),
            id="thumbnail-sizes-may-be-text-or-number",
        ),
        pytest.param(
            order(order_details={"currency_code": 978, "vat_amount": "20.00"}),
            {"order_details": {"currency_code": wrong("Integer", "978", "String")}},
            id="order-details",
        ),
        pytest.param({}, {"merchant_id": "Required"}, id="order-id-missing"),
        pytest.param({"merchant_id": None}, {"merchant_id": "Required"}, id="order-id-null"),
        pytest.param(
            order(fulfillments=[{}]), in_shipment({"merchant_id": "Required"}), id="fulfillment-id-missing"
        ),
        pytest.param(
            shipment(trackers=[{}]), in_parcel({"tracking_number": "Required"}), id="tracking-number-missing"
        ),
        pytest.param([], {"details": wrong("Array", "[]", "Hash")}, id="root-is-no-object"),
    ],
)
def test_wrong_types_and_missing_fields_are_named_in_place(payload: Any, errors: dict[str, Any]) -> None:
    assert order_errors(payload, strictness=TYPES_ONLY) == errors


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(parcel(tracking_number=12341121212), id="tracking-number-as-number"),
        pytest.param(order(ordered_at=1599403980), id="datetime-as-unix-seconds"),
        pytest.param(order(ordered_at="2024-07-17T00:00:00Z"), id="datetime-as-iso"),
        pytest.param(order(email=None, line_items=None, shipping_address=None), id="explicit-nulls"),
        pytest.param(order(colour="red"), id="unknown-key"),
        pytest.param(parcel(language_code="fr"), id="undocumented-key-that-a-public-client-sends"),
        pytest.param(order(language_code="xx"), id="unknown-language-falls-back-without-an-error"),
        pytest.param(order(is_multi_shipped=True, auto_opt_in_whatsapp=False), id="later-order-fields"),
        pytest.param(shipment(can_assign_items=False), id="later-fulfillment-field"),
        pytest.param(
            parcel(line_items=[{"merchant_id": "L", "quantity": 2, "shipped_quantity": 1}]),
            id="part-shipped",
        ),
    ],
)
def test_what_the_reference_allows_is_taken(payload: Any) -> None:
    assert order_errors(payload, strictness=STRICT) == {}


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        pytest.param(shipment(status_code="lost"), "fulfillments.0.status_code", id="unknown-status"),
        pytest.param(order(ordered_at="17/07/2024"), "ordered_at", id="date-in-no-known-format"),
        pytest.param(order(ordered_at=1599403980000), "ordered_at", id="milliseconds"),
        pytest.param(
            order(shipping_address={"country_code": "FRA"}), "country_code", id="three-letter-country"
        ),
        pytest.param({"merchant_id": "  "}, "merchant_id", id="blank-order-id"),
        pytest.param(
            order(line_items=[{"merchant_id": "L", "shipped_quantity": 1}]),
            "line_items.0.shipped_quantity",
            id="shipped-outside-a-tracker",
        ),
        pytest.param(
            shipment(line_items=[{"merchant_id": "L", "shipped_quantity": 1}]),
            "fulfillments.0.line_items.0.shipped_quantity",
            id="shipped-in-a-fulfillment",
        ),
        pytest.param(
            parcel(line_items=[{"merchant_id": "L", "quantity": 1, "shipped_quantity": 2}]),
            "fulfillments.0.trackers.0.line_items.0.shipped_quantity",
            id="more-shipped-than-there-is",
        ),
        pytest.param(
            order(line_items=[{"merchant_id": "L", "quantity": -1}]), "line_items.0.quantity", id="negative"
        ),
        pytest.param(
            order(line_items=[{"merchant_id": "KNOWN", "quantity": 4}]),
            "line_items.0.quantity",
            id="a-stored-quantity-changes",
        ),
        pytest.param(
            parcel(line_items=[{"merchant_id": "KNOWN", "shipped_quantity": 4}]),
            "fulfillments.0.trackers.0.line_items.0.shipped_quantity",
            id="more-shipped-than-is-stored",
        ),
    ],
)
def test_a_broken_condition_is_an_error_only_when_strict(payload: Any, place: str) -> None:
    known = {"KNOWN": 3}
    strict = order_errors(payload, strictness=Strictness(semantics=True, known_quantities=known))
    lenient = order_errors(payload, strictness=Strictness(semantics=False, known_quantities=known))

    assert list(flattened(strict)) == [place]
    assert lenient == {}


def test_a_missing_order_id_can_be_spelt_the_way_the_batch_page_does() -> None:
    errors = order_errors({"line_items": [{}]}, strictness=STRICT, missing_id_key="merchantId")

    assert errors == {"merchantId": "Required", "line_items": {"0": {"merchant_id": "Required"}}}


def test_an_order_field_keeps_its_message_beside_an_address_field_of_the_same_name() -> None:
    errors = order_errors(order(first_name=1, shipping_address={"first_name": 2}), strictness=STRICT)

    assert errors == {"first_name": wrong("Integer", "1", "String")}


def flattened(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    leaves: dict[str, str] = {}
    for key, node in tree.items():
        if isinstance(node, dict):
            leaves |= flattened(node, f"{prefix}{key}.")
        else:
            leaves[prefix + key] = node
    return leaves
