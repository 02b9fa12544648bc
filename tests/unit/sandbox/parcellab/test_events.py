"""Moving a parcel along, and the customer's view of it."""

from typing import Any

import pytest
from tests.unit.sandbox.hands import NOW, uuids

from orderdrop.sandbox.calls import MoveError
from orderdrop.sandbox.parcellab import info
from orderdrop.sandbox.parcellab.events import STATUS_CODES, attach, event_complaints, move
from orderdrop.sandbox.parcellab.store import ParcelOrder, Store

EMAIL = "jw@example.com"


def new_store() -> Store:
    store = Store(now=lambda: NOW, new_uuid=uuids())
    for n in (1, 2):
        fields = {
            "account": 4711,
            "order_number": f"A{n}",
            "external_reference": f"R{n}",
            "customer_number": "007",
            "client_key": "a.com",
            "recipient_email": EMAIL,
            "recipient_name": "Jörg Weiß",
            "shipping_address": {"postal_code": "01067"},
            "additional_attributes": [{"key": "gift", "value": "yes"}],
        }
        order = store.upsert(None, fields, join_lists=False)
        store.add_parcel(order, {"courier": "ups", "tracking_number": f"{n}Z"}, join_lists=False)
    return store


def moved(store: Store, **asked: Any) -> dict[str, Any]:
    return move(store, asked, now=lambda: NOW)


@pytest.mark.parametrize("code", STATUS_CODES)
def test_every_checkpoint_is_there_to_be_read(code: str) -> None:
    store = new_store()
    asked = {"status_code": code.replace("###", "2026-03-04"), "timestamp": "2026-03-02T08:00:00Z"}
    moved(store, tracking_number="1Z", checkpoints=[asked])
    order = info.find(store, "order_number=A1&account=4711")
    assert order is not None
    [parcel] = info.show(order)["trackings"]

    assert [(one["status_code"], one["timestamp"]) for one in parcel["checkpoints"]] == [
        (asked["status_code"], "2026-03-02T08:00:00Z")
    ]
    assert parcel["courier_info"]["courier"] == "ups"


def test_checkpoints_stand_in_the_order_of_time_and_messages_once() -> None:
    store = new_store()
    late = {"status_code": "Delivered"}
    early = {"status_code": "OutForDelivery", "timestamp": "2020-01-01", "location": "Dresden"}
    moved(store, order_number="A1", tracking_number="1Z", checkpoints=[late, early], messages=["sent"])
    shown = moved(store, order_number="A1", tracking_number="1Z", messages=["sent", "delivered"])
    [parcel] = shown["trackings"]

    assert [one["status_code"] for one in parcel["checkpoints"]] == ["OutForDelivery", "Delivered"]
    assert parcel["checkpoints"][1]["timestamp"] == "2023-11-14T22:13:20Z"
    assert parcel["last_delivery_status"] == {"status_code": "Delivered"}
    assert parcel["reporting_info"] == {"contacted_with_messages": ["sent", "delivered"]}


def test_an_orders_status_and_expected_delivery_can_be_told() -> None:
    shown = moved(
        new_store(),
        order_number="A1",
        account=4711,
        order_status="Packed",
        announced_delivery_date="2026-03-09",
    )

    assert (shown["order_status"], shown["announced_delivery_date"]) == ("Packed", "2026-03-09")


def test_personal_data_is_blotted_out_and_attributes_are_an_object() -> None:
    shown = moved(new_store(), order_number="A1")

    assert (shown["recipient_email"], shown["recipient_name"]) == (info.BLOT, info.BLOT)
    assert shown["additional_attributes"] == {"gift": "yes"}


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        pytest.param({}, "No order", id="nothing-named"),
        pytest.param({"order_number": "Z"}, "No order", id="unknown-order"),
        pytest.param({"external_id": "Z"}, "No order", id="unknown-id"),
        pytest.param({"order_number": "A1", "tracking_number": "2Z"}, "'2Z'", id="parcel-of-another-order"),
        pytest.param({"order_number": "A1", "colour": "red"}, "'colour'", id="unknown-key"),
        pytest.param(
            {"order_number": "A1", "checkpoints": []}, "tracking_number", id="checkpoints-of-no-parcel"
        ),
        pytest.param(
            {"tracking_number": "1Z", "order_status": "x", "checkpoints": [{"status_code": "Lost"}]},
            "status_code",
            id="unknown-status",
        ),
        pytest.param(
            {"tracking_number": "1Z", "checkpoints": [{"status_code": "Delivered", "timestamp": "now"}]},
            "timestamp",
            id="no-moment",
        ),
        pytest.param(
            {"order_number": "A1", "order_status": "x", "announced_delivery_date": "4.3."},
            "announced_delivery_date",
            id="no-day",
        ),
    ],
)
def test_a_move_that_makes_no_sense_names_the_reason_and_changes_nothing(
    asked: dict[str, Any], part: str
) -> None:
    store = new_store()
    before = moved(store, order_number="A1")
    with pytest.raises(MoveError, match=part):
        moved(store, **asked)

    assert moved(store, order_number="A1") == before


def test_an_event_named_by_order_number_is_taken_but_attaches_to_nothing() -> None:
    store = new_store()
    event = {"event_status": "Delivered", "event_timestamp": "2026-03-02", "account": 1, "order_number": "A1"}

    assert event_complaints(event) == []
    assert not attach(store, event)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("order_number=A1&account=4711", id="order-number"),
        pytest.param("order_number=A1&account=4711&client=a.com", id="order-number-and-client"),
        pytest.param("external_order_id=00000000-0000-0000-0000-000000000001&account=4711", id="id"),
        pytest.param("external_reference=R1&account=4711", id="reference"),
        pytest.param("tracking_number=1Z&courier=ups", id="tracking"),
        pytest.param("tracking_number=1Z&courier=ups&account=4711&postal_code=01067", id="tracking-verified"),
        pytest.param("order_number=A1&account=4711&recipient_email=jw@example.com", id="verified-by-email"),
    ],
)
def test_an_order_is_found_in_each_documented_way(query: str) -> None:
    assert number(info.find(new_store(), query)) == "A1"


@pytest.mark.parametrize(
    "query", ["customer_number=007&account=4711", f"recipient_email={EMAIL}&account=4711"]
)
def test_of_several_orders_the_newest_is_found(query: str) -> None:
    assert number(info.find(new_store(), query)) == "A2"


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("order_number=A9&account=4711", id="unknown"),
        pytest.param("order_number=A1&account=9", id="another-account"),
        pytest.param("order_number=A1&account=4711&postal_code=99999", id="wrong-postcode"),
        pytest.param("order_number=A1&account=4711&recipient_email=a@x.de", id="wrong-email"),
        pytest.param("order_number=A1&account=4711&client=b.com", id="wrong-client"),
    ],
)
def test_what_does_not_fit_is_not_found(query: str) -> None:
    assert info.find(new_store(), query) is None


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="nothing"),
        pytest.param("orderNo=A1&account=4711", id="the-older-name"),
        pytest.param("order_number=A1", id="no-account"),
        pytest.param("tracking_number=1Z", id="no-courier"),
        pytest.param("order_number=A1&external_reference=R1&account=4711", id="two-ways"),
    ],
)
def test_a_question_that_is_not_one_of_the_ways_is_told_all_of_them(query: str) -> None:
    with pytest.raises(info.LookupRefused) as caught:
        info.find(new_store(), query)

    assert [way for way, _ in info.WAYS if way not in str(caught.value)] == []


def number(order: ParcelOrder | None) -> str | None:
    return None if order is None else order.number
