"""What carriers report and customers are told, as the orders list shows it (Shipup reference, "Get order index")."""

from collections.abc import Sequence

from orderdrop.sandbox.shipup.lists import Expand, Json, list_json
from orderdrop.sandbox.shipup.records import Event, Notification


def event_json(event: Event, expand: Expand) -> Json:
    """Return an event, its address as a stub until it is expanded."""
    address = event.address
    if address is not None and "address" not in expand:
        address = {"object": "address", "id": address["id"]}
    return {
        "object": "event",
        "id": event.id,
        "event_type_code": event.event_type_code,
        "happened_at": event.happened_at,
        "message": event.message,
        "raw": event.raw,
        "messages": event.messages,
        "address": address,
    }


def notifications_json(notifications: Sequence[Notification], parent: Expand) -> Json:
    """Return the notifications of an order, a fulfillment or a parcel, as its own expand tree says."""
    return list_json("notification", notifications, parent.get("notifications"), _notification_json)


def _notification_json(notification: Notification, expand: Expand) -> Json:
    whole = notification.payloads if "notification_payloads" in expand else map(_stub, notification.payloads)
    return {
        "object": "notification",
        "id": notification.id,
        "created_at": notification.created_at,
        "language_code": notification.language_code,
        "notification_payloads": {"object": "list", "data": list(whole)},
        "notification_type": notification.type if "notification_type" in expand else _stub(notification.type),
    }


def _stub(shown: Json) -> Json:
    return {"object": shown["object"], "id": shown["id"]}
