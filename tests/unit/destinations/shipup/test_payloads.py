"""The contract of Shipup's payload, as the reference tells it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdrop.destinations.base import Judged
from orderdrop.destinations.shipup import Shipup

EXAMPLES = Path(__file__).parents[3] / "data" / "shipup_contract"
SHIPUP = Shipup()


def example(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return payload


def judged(payload: dict[str, Any]) -> Judged:
    (result,) = SHIPUP.validate([payload])
    return result


def problems(payload: dict[str, Any]) -> dict[str | None, str]:
    result = judged(payload)
    assert isinstance(result, tuple), f"accepted: {result!r}"
    return {problem.path: problem.message for problem in result}


def in_parcel(**item: Any) -> dict[str, Any]:
    line = {"merchant_id": "l1", **item}
    tracker = {"tracking_number": "1Z", "line_items": [line]}
    return {"merchant_id": "o1", "fulfillments": [{"merchant_id": "f1", "trackers": [tracker]}]}


PARCEL_ITEM = "fulfillments.0.trackers.0.line_items.0"


def test_the_valid_example_of_the_reference_passes_and_comes_out_as_it_went_in() -> None:
    result = judged(example("valid_order"))
    assert isinstance(result, bytes)
    assert json.loads(result) == example("valid_order")


def test_the_invalid_example_of_the_reference_is_refused_at_its_four_places_at_once() -> None:
    assert set(problems(example("invalid_order"))) == {
        "fulfillments.0.shipping_address.country",
        "fulfillments.0.trackers.1.tracking_number",
        "fulfillments.0.trackers.1.line_items.0.merchant_id",
        "fulfillments.0.line_items.0.canceled",
    }


FULL_ADDRESS = {
    "address1": "57 rue de Varenne",
    "address2": "3e étage",
    "city": "New York",
    "zip": "00501",
    "country": "United States",
    "country_code": "US",
    "state": "New York",
    "state_code": "NY",
    "first_name": "Jane",
    "last_name": "Doe",
    "name": "Jane Doe",
    "company_title": "ACME",
}
FULL_ITEM = {
    "merchant_id": "l1",
    "title": "Shirt",
    "variant_title": "Blue",
    "name": "Shirt Blue",
    "description": "A shirt",
    "quantity": 3,
    "canceled_quantity": 1,
    "requires_shipping": True,
    "sku": "0012",
    "thumbnail": {"src": "https://img.example/1.jpg", "width": "400", "height": "400"},
    "canceled": False,
    "custom_variables": {"engraving": "M & J"},
}
FULL_ORDER = {
    "merchant_id": "o1",
    "order_number": "n1",
    "ordered_at": 1_599_403_980,
    "language_code": "fr",
    "email": "jane@example.com",
    "phone": "+33612345678|+33712345678",
    "first_name": "Jane",
    "last_name": "Doe",
    "mute_notifications": False,
    "canceled": False,
    "auto_opt_in_whatsapp": False,
    "is_multi_shipped": True,
    "custom_variables": {"shop": "Paris"},
    "order_details": {
        "currency_code": "EUR",
        "total_order_price_excl_tax_amount": "20.00",
        "total_order_price_incl_tax_amount": "24.00",
        "vat_amount": "4.00",
        "shipping_cost_amount": "0",
        "duty_paid_amount": "-1.50",
        "merchant_currency_code": "USD",
        "merchant_total_order_price_excl_tax_amount": "21.00",
        "merchant_total_order_price_incl_tax_amount": "25.00",
        "merchant_vat_amount": "4.20",
        "merchant_shipping_cost_amount": "0.00",
        "merchant_duty_paid_amount": "0.00",
    },
    "shipping_address": FULL_ADDRESS,
    "line_items": [FULL_ITEM],
    "fulfillments": [
        {
            "merchant_id": "f1",
            "fulfillment_number": "n1_1",
            "status_code": "shipped",
            "estimated_delivery_range_start": 1_599_403_980,
            "estimated_delivery_range_end": 1_599_490_380,
            "warehouse_merchant_id": "w1",
            "can_assign_items": True,
            "custom_variables": {"dock": 4},
            "shipping_address": FULL_ADDRESS,
            "line_items": [FULL_ITEM],
            "trackers": [
                {
                    "tracking_number": "00340434161094000017",
                    "carrier_code": "dhl",
                    "carrier_service_code": "dhl_green",
                    "custom_variables": {"box": {"size": "L"}},
                    "expected_delivery_at": 1_599_490_380,
                    "mute_notifications": False,
                    "untracked_carrier_name": "Our van",
                    "untracked_carrier_url": "https://van.example/1",
                    "line_items": [{**FULL_ITEM, "shipped_quantity": 2}],
                }
            ],
        }
    ],
}


def test_every_documented_field_can_be_sent() -> None:
    result = judged(FULL_ORDER)
    assert isinstance(result, bytes)
    assert json.loads(result) == FULL_ORDER


@pytest.mark.parametrize(
    ("payload", "path", "message"),
    [
        pytest.param({}, "merchant_id", "merchant_id is missing", id="an order needs its id"),
        pytest.param(
            {"merchant_id": ""}, "merchant_id", "merchant_id is empty", id="an empty text is no value"
        ),
        pytest.param(
            in_parcel(quantity=2, shipped_quantity=3),
            f"{PARCEL_ITEM}.shipped_quantity",
            "quantity 2 is less than shipped_quantity 3",
            id="a parcel cannot hold more than there is",
        ),
        pytest.param(
            in_parcel(canceled_quantity=-1),
            f"{PARCEL_ITEM}.canceled_quantity",
            "canceled_quantity must be 0 or more",
            id="nobody cancels less than nothing",
        ),
        pytest.param(
            in_parcel(quantity="2"),
            f"{PARCEL_ITEM}.quantity",
            "quantity must be a whole number",
            id="a quantity is a number, not text",
        ),
        pytest.param(
            in_parcel(quantity=True),
            f"{PARCEL_ITEM}.quantity",
            "quantity must be a whole number",
            id="true is not one",
        ),
        pytest.param(
            in_parcel(canceled="true"),
            f"{PARCEL_ITEM}.canceled",
            "canceled must be true or false",
            id="the API refuses booleans as text",
        ),
        pytest.param(
            {"merchant_id": "o", "line_items": [{"merchant_id": "l", "shipped_quantity": 1}]},
            "line_items.0.shipped_quantity",
            "the shipup payload has no place line_items.shipped_quantity; "
            "the nearest place is fulfillments.trackers.line_items.shipped_quantity",
            id="shipped_quantity is for parcels only",
        ),
        pytest.param(
            {
                "merchant_id": "o",
                "fulfillments": [{"merchant_id": "f", "trackers": [{"tracking_number": 12}]}],
            },
            "fulfillments.0.trackers.0.tracking_number",
            "tracking_number must be text",
            id="a tracking number is text, a number would lose its zeros",
        ),
        pytest.param(
            {"merchant_id": "o", "fulfillments": [{"merchant_id": "f", "status_code": "Shipped"}]},
            "fulfillments.0.status_code",
            "status_code must be 'pending', 'in_production', 'in_transit_to_stock', 'preparing_shipment', 'shipped',"
            " 'delayed', 'production_delay', 'transit_to_stock_delay', 'partially_shipped', 'blocked' or 'canceled'",
            id="eleven status codes, in lower case",
        ),
        pytest.param(
            {"merchant_id": "o", "shipping_address": {"country_code": "FRA"}},
            "shipping_address.country_code",
            "country_code is not a two-letter ISO country code such as FR or GB",
            id="alpha-3 is not alpha-2",
        ),
        pytest.param(
            {"merchant_id": "o", "shipping_address": {"country_code": "UK"}},
            "shipping_address.country_code",
            "country_code is not a two-letter ISO country code such as FR or GB",
            id="the United Kingdom is GB",
        ),
        pytest.param(
            {"merchant_id": "o", "shipping_address": {"state_code": "New York"}},
            "shipping_address.state_code",
            "state_code is not a two-letter state code such as NY",
            id="a state's name belongs in state",
        ),
        pytest.param(
            {"merchant_id": "o", "shipping_address": {"country_code": "DE", "state_code": "BY"}},
            "shipping_address.state_code",
            "state_code is for the US and Canada only, and country_code is DE; use state",
            id="Bavaria has no state code here",
        ),
        pytest.param(
            {"merchant_id": "o", "ordered_at": 1_599_403_980_000},
            "ordered_at",
            "ordered_at must be 253402300799 or less",
            id="milliseconds instead of seconds",
        ),
        pytest.param(
            {"merchant_id": "o", "order_details": {"vat_amount": "4,00"}},
            "order_details.vat_amount",
            "vat_amount is not an amount such as 20.00",
            id="a decimal comma",
        ),
        pytest.param(
            {"merchant_id": "o", "order_details": {"currency_code": "€"}},
            "order_details.currency_code",
            "currency_code is not a three-letter currency code such as EUR",
            id="a currency's sign",
        ),
        pytest.param(
            {"merchant_id": "o", "ordered_on": 1},
            "ordered_on",
            "the shipup payload has no place ordered_on; the nearest place is ordered_at",
            id="a key that Shipup does not have",
        ),
        pytest.param(
            {"merchant_id": "o", "email": "\udcff"},
            "email",
            "email holds characters that are not valid text",
            id="half a character",
        ),
        pytest.param(
            {"merchant_id": "o", "line_items": {}}, "line_items", "line_items must be a list", id="no list"
        ),
    ],
)
def test_a_broken_rule_is_told_at_its_path(payload: dict[str, Any], path: str, message: str) -> None:
    assert problems(payload) == {path: message}


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(in_parcel(shipped_quantity=3), id="shipped without a quantity"),
        pytest.param(in_parcel(quantity=2, shipped_quantity=2), id="all of it shipped"),
        pytest.param(
            in_parcel(quantity=2, canceled_quantity=5), id="Shipup itself makes this a full cancellation"
        ),
        pytest.param(
            {"merchant_id": "o", "shipping_address": {"state_code": "QC"}}, id="a state, no country"
        ),
        pytest.param(
            {"merchant_id": "o", "shipping_address": {"country_code": "XK"}}, id="Kosovo, used outside ISO"
        ),
        pytest.param(
            {"merchant_id": "o", "language_code": "pt-br"}, id="the list of languages is not published"
        ),
        pytest.param({"merchant_id": "o", "fulfillments": []}, id="an empty list"),
    ],
)
def test_what_the_reference_leaves_open_is_left_to_the_api(payload: dict[str, Any]) -> None:
    assert isinstance(judged(payload), bytes)


def test_a_bad_field_does_not_hide_another_in_the_same_line() -> None:
    assert problems(in_parcel(quantity=2, shipped_quantity=3, sku=7, canceled="no")).keys() == {
        f"{PARCEL_ITEM}.shipped_quantity",
        f"{PARCEL_ITEM}.sku",
        f"{PARCEL_ITEM}.canceled",
    }


def test_a_problem_quotes_the_value_that_was_sent() -> None:
    result = judged(in_parcel(canceled="yes"))
    assert isinstance(result, tuple)
    assert [problem.value for problem in result] == ["yes"]


def test_good_and_bad_payloads_are_answered_in_their_order() -> None:
    results = SHIPUP.validate([{"merchant_id": "a"}, {}, {"merchant_id": "b"}])
    assert [result if isinstance(result, bytes) else None for result in results] == [
        b'{"merchant_id":"a"}',
        None,
        b'{"merchant_id":"b"}',
    ]


def shuffled(value: Any, draw: st.DataObject) -> Any:
    if isinstance(value, dict):
        names = draw.draw(st.permutations(sorted(value)))
        return {name: shuffled(value[name], draw) for name in names}
    return [shuffled(item, draw) for item in value] if isinstance(value, list) else value


@settings(deadline=None)
@given(st.data())
def test_equal_payloads_are_equal_bytes_in_whatever_order_their_fields_came(data: st.DataObject) -> None:
    twin = shuffled({**FULL_ORDER, "custom_variables": {"b": 1, "a": {"d": 1, "c": 2}}}, data)
    assert judged(twin) == judged({**FULL_ORDER, "custom_variables": {"a": {"c": 2, "d": 1}, "b": 1}})


@settings(deadline=None)
@given(
    st.dictionaries(
        st.one_of(st.text(), st.sampled_from(sorted(FULL_ORDER))),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=8,
        ),
        max_size=4,
    )
)
def test_no_payload_whatever_makes_the_judge_raise(payload: dict[str, Any]) -> None:
    assert judged(payload)


def test_null_erases_and_is_sent_as_null() -> None:
    payload = {"merchant_id": "o1", "phone": None, "shipping_address": {"city": None, "zip": "75001"}}
    result = judged(payload)
    assert isinstance(result, bytes)
    assert json.loads(result) == payload


def test_null_does_not_do_for_what_names_something() -> None:
    assert set(problems({"merchant_id": None})) == {"merchant_id"}


def test_names_and_what_never_changes_cannot_be_erased() -> None:
    names = {place.rpartition(".")[2] for place in SHIPUP.shape.erases}
    quantities = {"quantity", "canceled_quantity", "shipped_quantity"}
    assert not names & {"merchant_id", "tracking_number", *quantities, "canceled", "src", "width", "height"}
    assert {"phone", "city", "carrier_code", "title"} <= names
