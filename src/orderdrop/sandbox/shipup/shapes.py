"""Orders as GET /v2/orders shows them: every key present, null when empty, relations as stubs until expanded.

Keys and their order: Shipup reference, "Get order index". The stand-in meets no carrier: what carriers and
notifications add is there once the control API has moved a parcel along (`progress.py`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from orderdrop.sandbox.shipup.lists import Expand, Json, list_json
from orderdrop.sandbox.shipup.moments import unix_seconds
from orderdrop.sandbox.shipup.records import (
    Fulfillment,
    LineItem,
    Order,
    Record,
    Tracker,
)
from orderdrop.sandbox.shipup.told import event_json, notifications_json

# The relations of each object, by the names that expand[] takes.
RELATIONS: dict[str, dict[str, str]] = {
    "order": {
        "fulfillments": "fulfillment",
        "line_items": "line_item",
        "notifications": "notification",
        "shipping_address": "address",
    },
    "fulfillment": {
        "line_items": "line_item",
        "shipping_address": "address",
        "trackers": "tracker",
        "notifications": "notification",
    },
    "tracker": {
        "carrier": "carrier",
        "carrier_service": "carrier_service",
        "events": "event",
        "notifications": "notification",
        "line_items": "line_item",
        "claims": "claim",
    },
    "event": {"address": "address"},
    "notification": {
        "notification_payloads": "notification_payload",
        "notification_type": "notification_type",
    },
}

# Trackers that are listed by themselves lead back to their order.
RELATIONS["listed_tracker"] = {**RELATIONS["tracker"], "fulfillment": "listed_fulfillment"}
RELATIONS["listed_fulfillment"] = {**RELATIONS["fulfillment"], "order": "order"}

_NOTIFICATION: Expand = {"notification_payloads": {}, "notification_type": {}}

# Every relation there is, as an expand tree: what the control API shows.
EVERYTHING: Expand = {
    "line_items": {},
    "shipping_address": {},
    "notifications": _NOTIFICATION,
    "fulfillments": {
        "line_items": {},
        "shipping_address": {},
        "notifications": _NOTIFICATION,
        "trackers": {
            "line_items": {},
            "carrier": {},
            "events": {"address": {}},
            "notifications": _NOTIFICATION,
        },
    },
}

_CARRIER_NAMES = {"dhl": "DHL Express", "ups": "UPS", "colissimo": "Colissimo"}
_SERVICE_NAMES = {
    "dhl_green": "DHL Green",
    "ups_intl": "UPS International",
    "colissimo_express": "Colissimo Express",
}


def order_json(order: Order, expand: Expand) -> Json:
    """Return one element of the list's `data`, its relations expanded as the tree says."""
    sent = order.sent.get
    return {
        "object": "order",
        "id": order.id,
        "canceled": order.canceled,
        "created_at": order.created_at,
        "custom_variables": sent("custom_variables"),
        "email": sent("email"),
        "first_name": sent("first_name"),
        "language_code": sent("language_code"),
        "last_name": sent("last_name"),
        "merchant_id": order.merchant_id,
        "mute_notifications": sent("mute_notifications"),
        "order_number": sent("order_number"),
        "ordered_at": order.ordered_at,
        "phone": sent("phone"),
        "updated_at": order.updated_at,
        "uuid": order.uuid,
        "fulfillments": list_json(
            "fulfillment",
            list(order.fulfillments.values()),
            expand.get("fulfillments"),
            lambda one, inner: _fulfillment_json(order, one, inner),
        ),
        "line_items": _items_json(order, order.unfulfilled(), expand.get("line_items")),
        "notifications": notifications_json(order.notifications, expand),
        "shipping_address": _address_json(order.address, expand.get("shipping_address")),
    }


def listed_tracker_json(order: Order, tracker: Tracker, expand: Expand) -> Json:
    """Return one element of the trackers list: a tracker that leads back to its fulfillment and its order."""
    fulfillment = order.fulfillments[tracker.fulfillment]
    shown: Json = {"object": "fulfillment", "id": fulfillment.id}
    if (inner := expand.get("fulfillment")) is not None:
        stub = {"object": "order", "id": order.id}
        whole = order_json(order, inner["order"]) if "order" in inner else stub
        shown = {**_fulfillment_json(order, fulfillment, inner), "order": whole}
    return {**_tracker_json(order, tracker, expand), "fulfillment": shown}


def _fulfillment_json(order: Order, fulfillment: Fulfillment, expand: Expand) -> Json:
    sent = fulfillment.sent.get
    return {
        "object": "fulfillment",
        "id": fulfillment.id,
        "created_at": fulfillment.created_at,
        "custom_variables": sent("custom_variables"),
        "estimated_delivery_range_end": unix_seconds(sent("estimated_delivery_range_end")),
        "estimated_delivery_range_start": unix_seconds(sent("estimated_delivery_range_start")),
        "fulfillment_number": sent("fulfillment_number"),
        "merchant_id": fulfillment.merchant_id,
        "status_code": order.status_of(fulfillment),
        "updated_at": fulfillment.updated_at,
        "uuid": fulfillment.uuid,
        "line_items": _items_json(order, order.unshipped(fulfillment), expand.get("line_items")),
        # In the reference's answer a fulfillment shows the order's own address, id and all.
        "shipping_address": _address_json(
            fulfillment.address or order.address, expand.get("shipping_address")
        ),
        "trackers": list_json(
            "tracker",
            order.trackers_of(fulfillment),
            expand.get("trackers"),
            lambda one, inner: _tracker_json(order, one, inner),
        ),
        "notifications": notifications_json(fulfillment.notifications, expand),
    }


def _tracker_json(order: Order, tracker: Tracker, expand: Expand) -> Json:
    sent, progress = tracker.sent.get, tracker.progress.get
    moment, kind = _expected(tracker)
    return {
        "object": "tracker",
        "id": tracker.id,
        "created_at": tracker.created_at,
        "custom_variables": sent("custom_variables"),
        "delivered_at": progress("delivered_at"),
        "delivery_status_code": progress("delivery_status_code", "pending"),
        "displayable_expected_delivery_date": None if moment is None else _date(moment),
        "displayable_expected_delivery_datetime": moment,
        "displayable_expected_delivery_kind": kind,
        "first_delivery_attempted_at": progress("first_delivery_attempted_at"),
        "mute_notifications": sent("mute_notifications"),
        "shipped_at": progress("shipped_at"),
        "tracking_link": progress("tracking_link"),
        "tracking_number": tracker.tracking_number,
        "untracked_carrier_name": sent("untracked_carrier_name"),
        "untracked_carrier_url": sent("untracked_carrier_url"),
        "updated_at": tracker.updated_at,
        "uuid": tracker.uuid,
        "carrier": _carrier_json(sent("carrier_code"), expand.get("carrier")),
        "carrier_service": _service_json(sent("carrier_service_code")),
        "events": list_json("event", tracker.events, expand.get("events"), event_json),
        "notifications": notifications_json(tracker.notifications, expand),
        "line_items": _items_json(order, order.shipped_in(tracker), expand.get("line_items"), tracker),
        "claims": {"object": "list", "data": []},
    }


def _expected(tracker: Tracker) -> tuple[int | None, str | None]:
    """Return when the parcel is expected and on whose word; the control API's comes before the merchant's."""
    if "expected_delivery_at" in tracker.progress:
        return tracker.progress["expected_delivery_at"], tracker.progress["expected_delivery_kind"]
    sent = unix_seconds(tracker.sent.get("expected_delivery_at"))
    return sent, None if sent is None else "merchant"


def _items_json(
    order: Order, items: Sequence[LineItem], expand: Expand | None, tracker: Tracker | None = None
) -> Json:
    return list_json("line_item", items, expand, lambda item, _: _item_json(order, item, tracker))


def _item_json(order: Order, item: LineItem, tracker: Tracker | None) -> Json:
    sent = item.sent.get
    return {
        "object": "line_item",
        "id": item.id,
        "canceled": True if order.canceled else item.canceled,
        "canceled_quantity": sent("canceled_quantity"),
        "created_at": item.created_at,
        "custom_variables": sent("custom_variables"),
        "description": sent("description"),
        "merchant_id": item.merchant_id,
        "name": sent("name"),
        "quantity": sent("quantity"),
        "requires_shipping": sent("requires_shipping"),
        "shipped_quantity": item.shipped.get(tracker.id) if tracker else None,
        "sku": sent("sku"),
        "thumbnail": sent("thumbnail"),
        "title": sent("title"),
        "updated_at": item.updated_at,
        "variant_title": sent("variant_title"),
    }


def _address_json(address: Record | None, expand: Expand | None) -> Json | None:
    if address is None:
        return None
    if expand is None:
        return {"object": "address", "id": address.id}
    sent = address.sent.get
    names = ("address1", "address2", "city", "comment", "company_title", "country", "country_code")
    more = ("first_name", "last_name", "name", "state", "zip")
    return {"object": "address", "id": address.id, **{name: sent(name) for name in (*names, *more)}}


def _carrier_json(code: str | None, expand: Expand | None) -> Json | None:
    if not code:
        return None
    stub = {"object": "carrier", "code": code}
    return stub if expand is None else {**stub, "name": _CARRIER_NAMES.get(code, code)}


def _service_json(code: str | None) -> Json | None:
    # Shown in full although the reference's request expands only the carrier. Its id means nothing here.
    if not code:
        return None
    return {"object": "carrier_service", "id": 1, "code": code, "name": _SERVICE_NAMES.get(code, code)}


def _date(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
