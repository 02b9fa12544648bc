"""Orders look as in the published answer: the same keys in the same order, at every level."""

import json
from pathlib import Path
from typing import Any

import pytest

from orderdrop.sandbox.shipup.progress import move
from orderdrop.sandbox.shipup.reading import read_query
from orderdrop.sandbox.shipup.records import Order
from orderdrop.sandbox.shipup.shapes import order_json
from orderdrop.sandbox.shipup.store import Store

PUBLISHED = Path(__file__).parents[3] / "data" / "shipup" / "list_answer.json"
PUBLISHED_QUERY = (
    "expand[]=shipping_address&expand[]=line_items&expand[]=notifications.notification_payloads"
    "&expand[]=notifications.notification_type&expand[]=fulfillments.trackers.line_items"
    "&expand[]=fulfillments.trackers.events.address&expand[]=fulfillments.trackers.carrier"
    "&expand[]=fulfillments.shipping_address&expand[]=fulfillments.line_items"
)


NOW = 1599403980


def filled_store() -> Store:
    """Return a store of one order, sent with what the newest published one shows, its parcels moved along."""
    thumbnail = {"src": "https://imgurl.com/foo.jpg", "width": "300", "height": "100"}

    def parcel(n: int, carrier: str, service: str, *items: int) -> dict[str, Any]:
        lines = [
            {"merchant_id": f"LINE_ITEM_M_UNFULFILLED_ID_{i}", "sku": f"LINE_ITEM_UNFULFILLED_SKU_{i}"}
            for i in items
        ]
        return {
            "tracking_number": f"ABCD_{n}_34567",
            "carrier_code": carrier,
            "carrier_service_code": service,
            "line_items": [{**line, "thumbnail": thumbnail} for line in lines],
        }

    def shipment(n: int, tracker: dict[str, Any]) -> dict[str, Any]:
        return {
            "merchant_id": f"FULFILLMENT_M_ID_{n}_34567",
            "fulfillment_number": f"FULFILLMENT_NUMBER_{n}_34567",
            "status_code": "shipped",
            "trackers": [tracker],
        }

    store = Store(now=lambda: NOW, new_uuid=lambda: "uuid")
    store.upsert(
        {
            "merchant_id": "ORDER_M_ID_34567",
            "order_number": "ORDER_NUMBER_34567",
            "ordered_at": 1599403980,
            "language_code": "fr",
            "first_name": "Héloise",
            "shipping_address": {
                "address1": "57 rue de Varenne",
                "city": "Paris",
                "country": "France",
                "country_code": "FR",
                "first_name": "Jane",
                "last_name": "Doe",
                "name": "Jane Doe",
                "zip": "75007",
            },
            "fulfillments": [
                shipment(1, parcel(1, "ups", "ups_intl", 4, 5)),
                shipment(2, parcel(2, "dhl", "dhl_green", 6, 7, 8)),
            ],
        }
    )
    for tracker in published_trackers():
        happened = [
            {key: one[key] for key in ("event_type_code", "happened_at", "message", "messages", "raw")}
            for one in reversed(tracker["events"]["data"])
        ]
        told = ("tracking_number", "tracking_link", "delivered_at", "delivery_status_code")
        asked = {"merchant_id": "ORDER_M_ID_34567", **{name: tracker[name] for name in told}}
        move(store, {**asked, "events": happened}, now=lambda: NOW)
    return store


def published_trackers() -> list[dict[str, Any]]:
    return [one for shipment in published()["fulfillments"]["data"] for one in shipment["trackers"]["data"]]


def stored() -> Order:
    """Return the order of the filled store."""
    [order] = filled_store().all()
    return order


def published() -> dict[str, Any]:
    order: dict[str, Any] = json.loads(PUBLISHED.read_text())["data"][0]
    return order


# What the vendor numbers by itself, and the address that the page blots out.
NOT_OURS = {"id", "uuid", "created_at", "updated_at", "email"}


def comparable(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: comparable(value) for key, value in node.items() if key not in NOT_OURS}
    return [comparable(one) for one in node] if isinstance(node, list) else node


def key_orders(node: Any, place: str = "") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if isinstance(node, dict):
        found[place] = list(node)
        for key, value in node.items():
            found |= key_orders(value, f"{place}.{key}")
    elif isinstance(node, list):
        for n, one in enumerate(node):
            found |= key_orders(one, f"{place}.{n}")
    return found


def test_the_published_query_gives_the_published_order() -> None:
    shown = order_json(stored(), read_query(PUBLISHED_QUERY, strict=True).expand)

    assert comparable(shown) == comparable(published())


def test_every_key_is_there_in_the_published_order() -> None:
    shown = key_orders(order_json(stored(), read_query(PUBLISHED_QUERY, strict=True).expand))

    assert shown == key_orders(published())


def test_relations_are_stubs_until_they_are_expanded() -> None:
    shown = order_json(stored(), {})

    assert list(shown) == list(published())
    assert shown["shipping_address"] == {"object": "address", "id": 1}
    assert shown["line_items"] == {"object": "list", "data": []}
    assert shown["fulfillments"]["data"] == [
        {"object": "fulfillment", "id": 2},
        {"object": "fulfillment", "id": 1},
    ]


def test_an_expanded_path_expands_its_parents_and_nothing_beside_it() -> None:
    shown = order_json(stored(), read_query("expand[]=fulfillments.trackers.carrier", strict=True).expand)
    [newest, _] = shown["fulfillments"]["data"]
    [tracker] = newest["trackers"]["data"]

    assert newest["shipping_address"] == {"object": "address", "id": 1}
    assert tracker["carrier"] == {"object": "carrier", "code": "dhl", "name": "DHL Express"}
    assert [list(item) for item in tracker["line_items"]["data"]] == [["object", "id"]] * 3


def test_a_carrier_that_is_not_expanded_shows_its_code_only() -> None:
    shown = order_json(stored(), read_query("expand[]=fulfillments.trackers", strict=True).expand)

    assert shown["fulfillments"]["data"][0]["trackers"]["data"][0]["carrier"] == {
        "object": "carrier",
        "code": "dhl",
    }


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        pytest.param(1599403980, ("2020-09-06", 1599403980, "merchant"), id="unix"),
        pytest.param("2020-09-06T23:59:00+02:00", ("2020-09-06", 1599429540, "merchant"), id="iso"),
        pytest.param(None, (None, None, None), id="none"),
    ],
)
def test_an_expected_delivery_is_shown_as_the_merchants(sent: Any, shown: tuple[Any, ...]) -> None:
    tracker = {"tracking_number": "T", "expected_delivery_at": sent}
    payload = {"merchant_id": "O", "fulfillments": [{"merchant_id": "F", "trackers": [tracker]}]}
    order = Store(now=lambda: 1, new_uuid=lambda: "uuid").upsert(payload)
    answered = order_json(order, read_query("expand[]=fulfillments.trackers", strict=True).expand)
    [tracker] = answered["fulfillments"]["data"][0]["trackers"]["data"]

    names = ("date", "datetime", "kind")
    assert tuple(tracker[f"displayable_expected_delivery_{name}"] for name in names) == shown
