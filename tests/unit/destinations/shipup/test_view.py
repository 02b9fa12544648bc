"""What a person sees of a Shipup order."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.destinations.readback import Contents, OrderView
from orderdrop.destinations.shipup.view import order_view

SEEN = json.loads((Path(__file__).parents[3] / "data" / "shipup" / "list_answer.json").read_text("utf-8"))


def test_the_documented_order_is_shown_as_a_person_asks_about_it() -> None:
    view = order_view(SEEN["data"][0])
    assert (view.number, view.reference, view.status) == ("ORDER_NUMBER_34567", "34567", "shipped")
    assert view.ordered_at == datetime(2020, 9, 6, 14, 53, tzinfo=UTC)
    assert view.address == ("Jane Doe", "57 rue de Varenne", "75007 Paris", "France")
    first, second = view.parcels
    assert (first.tracking_number, first.carrier, first.status) == (
        "ABCD_2_34567",
        "DHL Express",
        "delivered",
    )
    assert first.tracking_link == "https://mydhl.express.dhl/fr/fr/tracking.html#/results?id=ABCD_2_34567"
    assert [event.text for event in first.events] == ["Package received", "Delivered"]
    assert first.contents[0] == Contents(sku="LINE_ITEM_UNFULFILLED_SKU_8")
    assert (second.carrier, second.status, second.expected_delivery) == ("UPS", "in_transit", None)
    assert first.tracking_link not in repr(view)


@pytest.mark.parametrize(
    ("told", "view"),
    [
        pytest.param({}, OrderView(), id="nothing"),
        pytest.param(
            {
                "id": 7,
                "order_number": None,
                "shipping_address": {"object": "address", "id": 7},
                "fulfillments": {"object": "list", "data": [{"object": "fulfillment", "id": 8}]},
                "line_items": None,
                "new": {"a": 1},
            },
            OrderView(reference="7"),
            id="stubs, nulls and something new",
        ),
        pytest.param(
            {"ordered_at": "2024-07-17T00:00:00Z", "canceled": True},
            OrderView(ordered_at=datetime(2024, 7, 17, tzinfo=UTC), status="canceled"),
            id="ISO time",
        ),
    ],
)
def test_whatever_is_missing_is_not_shown(told: dict[str, Any], view: OrderView) -> None:
    assert order_view(told) == view


def test_the_address_is_the_orders_or_else_that_of_its_first_fulfillment_with_one() -> None:
    parts = {"data": [{}, {"shipping_address": {"city": "Nantes"}}, {"shipping_address": {"city": "Lille"}}]}
    assert order_view({"fulfillments": parts}).address == ("Nantes",)
    assert order_view({"shipping_address": {"city": "Lyon"}, "fulfillments": parts}).address == ("Lyon",)


def test_an_expected_delivery_is_a_day_or_a_range_of_days() -> None:
    def shown(**told: Any) -> str | None:
        order = {"fulfillments": {"data": [{"trackers": {"data": [told]}}]}}
        return order_view(order).parcels[0].expected_delivery

    assert shown(displayable_expected_delivery_date="2026-11-24") == "2026-11-24"
    assert shown(displayable_expected_delivery_datetime=1_795_478_400) == "2026-11-24"
    assert (
        shown(
            displayable_expected_delivery_start_date="2026-11-24",
            displayable_expected_delivery_end_date="2026-11-26",
        )
        == "2026-11-24 to 2026-11-26"
    )


def anything() -> st.SearchStrategy[Any]:
    values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    names = st.sampled_from(
        [
            "data",
            "fulfillments",
            "trackers",
            "events",
            "line_items",
            "id",
            "ordered_at",
            "happened_at",
            "quantity",
        ]
    )
    return st.recursive(
        values,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
        max_leaves=20,
    )


@given(st.dictionaries(st.sampled_from(["fulfillments", "line_items", "ordered_at", "email"]), anything()))
def test_no_answer_breaks_the_view(told: dict[str, Any]) -> None:
    order_view(told)
