"""Moving a parcel along, and reading what that did."""

import json
from pathlib import Path
from typing import Any

import pytest

from orderdrop.sandbox.calls import MoveError
from orderdrop.sandbox.shipup.progress import DELIVERY_STATUSES, EVENT_TYPES, move
from orderdrop.sandbox.shipup.reading import list_orders, read_query
from orderdrop.sandbox.shipup.store import Store

PUBLISHED = Path(__file__).parents[3] / "data" / "shipup" / "list_answer.json"
NOW = 1_700_000_000


def new_store() -> Store:
    store = Store(now=lambda: NOW - 60, new_uuid=lambda: "uuid")
    store.upsert(
        {
            "merchant_id": "A",
            "fulfillments": [
                {"merchant_id": "F", "trackers": [{"tracking_number": "T1"}, {"tracking_number": "T2"}]}
            ],
        }
    )
    return store


def moved(store: Store, **asked: Any) -> dict[str, Any]:
    return move(store, {"merchant_id": "A", **asked}, now=lambda: NOW)


def parcel(order: dict[str, Any], number: str = "T1") -> dict[str, Any]:
    parcels: list[dict[str, Any]] = order["fulfillments"]["data"][0]["trackers"]["data"]
    return next(one for one in parcels if one["tracking_number"] == number)


@pytest.mark.parametrize("code", sorted(EVENT_TYPES))
def test_every_event_is_there_to_be_read_and_leads_to_a_published_status(code: str) -> None:
    store = new_store()
    moved(store, tracking_number="T1", events=[{"event_type_code": code, "happened_at": NOW - 5}])
    found = list_orders(store, read_query("expand[]=fulfillments.trackers.events.address", strict=True))
    shown = parcel(found["data"][0])

    assert [(one["event_type_code"], one["happened_at"]) for one in shown["events"]["data"]] == [
        (code, NOW - 5)
    ]
    assert shown["delivery_status_code"] == (EVENT_TYPES[code] or "pending")
    assert shown["delivery_status_code"] in DELIVERY_STATUSES
    assert parcel(found["data"][0], "T2")["events"]["data"] == []


def test_a_delivered_parcel_says_when_and_the_latest_event_decides() -> None:
    late = {"event_type_code": "delivered", "happened_at": NOW - 10}
    early = {"event_type_code": "failed_attempt", "happened_at": NOW - 100}
    shown = parcel(moved(new_store(), tracking_number="T1", events=[late, early]))

    assert shown["delivery_status_code"] == "delivered"
    assert (shown["delivered_at"], shown["first_delivery_attempted_at"]) == (NOW - 10, NOW - 100)


def test_what_the_move_says_comes_before_what_its_events_lead_to() -> None:
    events = [{"event_type_code": "delivered"}]
    shown = parcel(moved(new_store(), tracking_number="T1", events=events, delivery_status_code="in_transit"))

    assert (shown["delivery_status_code"], shown["delivered_at"]) == ("in_transit", NOW)


def test_an_expected_delivery_is_the_carriers_unless_it_is_said_whose() -> None:
    store = new_store()
    names = ("date", "datetime", "kind")
    seen = []
    for asked in (
        {"expected_delivery_at": 1_599_403_980},
        {"expected_delivery_at": "2020-09-07T00:00:00Z", "expected_delivery_kind": "promise"},
        {"expected_delivery_at": None},
    ):
        shown = parcel(moved(store, tracking_number="T1", **asked))
        seen.append(tuple(shown[f"displayable_expected_delivery_{name}"] for name in names))

    assert seen == [
        ("2020-09-06", 1_599_403_980, "carrier"),
        ("2020-09-07", 1_599_436_800, "promise"),
        (None, None, None),
    ]


def test_a_notification_has_the_published_shape_at_every_level() -> None:
    published = json.loads(PUBLISHED.read_text())["data"][1]["notifications"]["data"][0]
    kind = published["notification_type"]
    payload = published["notification_payloads"]["data"][0]
    told = {
        **{name: kind[name] for name in ("slug", "name", "category", "description")},
        **{name: payload[name] for name in ("dispatched", "status", "error", "type", "support_cced")},
        "language_code": "fr",
        "created_at": published["created_at"],
    }
    store = new_store()
    for target in ({}, {"fulfillment": "F"}, {"tracking_number": "T1"}):
        order = moved(store, notifications=[told], **target)
    shipment = order["fulfillments"]["data"][0]

    for holder in (order, shipment, parcel(order)):
        [shown] = holder["notifications"]["data"]
        assert without_ids(shown) == without_ids(published)
        assert key_order(shown) == key_order(published)


def test_what_is_told_is_a_stub_until_it_is_expanded() -> None:
    store = new_store()
    address = {"city": "Paris", "country_code": "FR"}
    moved(store, tracking_number="T1", events=[{"address": address}], notifications=[{}])

    def shown(*paths: str) -> dict[str, Any]:
        query = "&".join(f"expand[]=fulfillments.trackers{path}" for path in paths)
        return parcel(list_orders(store, read_query(query, strict=True))["data"][0])

    assert shown("")["events"]["data"] == [{"object": "event", "id": 1}]
    assert shown("")["notifications"]["data"] == [{"object": "notification", "id": 1}]
    assert shown(".events")["events"]["data"][0]["address"] == {"object": "address", "id": 1}
    assert shown(".events.address")["events"]["data"][0]["address"]["city"] == "Paris"
    [notification] = shown(".notifications")["notifications"]["data"]
    assert notification["notification_type"] == {"object": "notification_type", "id": 1}
    assert notification["notification_payloads"]["data"] == [{"object": "notification_payload", "id": 1}]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        pytest.param({"merchant_id": "Z"}, "'Z'", id="unknown-order"),
        pytest.param({"tracking_number": "T9"}, "'T9'", id="unknown-parcel"),
        pytest.param({"fulfillment": "F9"}, "'F9'", id="unknown-fulfillment"),
        pytest.param({"colour": "red"}, "'colour'", id="unknown-key"),
        pytest.param({"events": [{}]}, "tracking_number", id="event-of-no-parcel"),
        pytest.param(
            {"tracking_number": "T1", "events": [{"event_type_code": "lost"}]}, "'lost'", id="event"
        ),
        pytest.param({"tracking_number": "T1", "events": {}}, "list", id="events-in-no-list"),
        pytest.param({"tracking_number": "T1", "events": [{"happened_at": None}]}, "happened_at", id="never"),
        pytest.param({"tracking_number": "T1", "delivery_status_code": "lost"}, "'lost'", id="status"),
        pytest.param({"tracking_number": "T1", "shipped_at": "soon"}, "shipped_at", id="no-moment"),
        pytest.param(
            {
                "tracking_number": "T1",
                "events": [{}],
                "expected_delivery_at": 1,
                "expected_delivery_kind": "me",
            },
            "'me'",
            id="kind",
        ),
    ],
)
def test_a_move_that_makes_no_sense_names_the_reason_and_changes_nothing(
    asked: dict[str, Any], part: str
) -> None:
    store = new_store()
    before = moved(store)
    with pytest.raises(MoveError, match=part):
        moved(store, **asked)

    assert moved(store) == before


def without_ids(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: without_ids(value) for key, value in node.items() if key not in ("id", "created_at")}
    return [without_ids(one) for one in node] if isinstance(node, list) else node


def key_order(node: Any) -> Any:
    if isinstance(node, dict):
        return [(key, key_order(value)) for key, value in node.items()]
    return [key_order(one) for one in node] if isinstance(node, list) else None
