"""Deliveries as the API shows them: in the answer to a creation, whole, and with their tracking link.

Keys and their order: Shippify, "Delivery creation", "Get delivery information" and "Get a tracking link". Price, distance,
cities and dates are made up; that a link's token is the same each time is an assumption.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from orderdrop.sandbox.shippify.fields import number_of, size_of
from orderdrop.sandbox.shippify.store import PENDING, Delivery

_TRACK = "https://api.shippify.co/track"

# Every status and its number. The numbers from going_to_return on are an assumption.
STATUSES = {
    **dict.fromkeys((PENDING, "draft", "scheduled", "processing"), 1),
    "broadcasting": 2,
    "assigned": 3,
    **dict.fromkeys(("confirmed_to_pickup", "going_to_pickup"), 4),
    **dict.fromkeys(("at_pickup", "on_delivery"), 5),
    **dict.fromkeys(("going_to_dropoff", "at_dropoff", "hold_by_courier", "dropped_off"), 6),
    "completed": 7,
    **dict.fromkeys(("canceled", "not_picked_up", "not_picked_up_payable"), -1),
    **dict.fromkeys(("going_to_return", "returning", "at_return_point", "returned"), 6),
}

Json = dict[str, Any]


def created_json(delivery: Delivery, index: int, *, pending_text: str) -> Json:
    """Return the delivery's entry in the answer to its creation; `index` is its place in the request."""
    sizes = [size_of(one.get("size")) or 1 for one in delivery.sent["packages"]]
    return {
        "index": index,
        "id": delivery.id,
        "price": 3500,
        "currencyCode": "CLP",
        "distance": 10.4,
        "cityId": 1,
        "destinationCityId": 1,
        "insurance": 0,
        "statusDelivery": pending_text if delivery.status == PENDING else delivery.status,
        "vehicleCapacity": max(sizes),
        "deliveryDate": _due(delivery).strftime("%Y-%m-%d %H:%M:%S"),
        "trackLink": f"{_TRACK}/{delivery.id}?token={delivery.token}",
        "referenceId": delivery.reference,
    }


def complete_json(delivery: Delivery, *, company: str, recipient: str) -> Json:
    """Return the delivery information; `recipient` says whose contact is shown under that name."""
    location = delivery.sent["dropoff"]["location"]
    items = [_item(one) for one in delivery.sent["packages"]]
    return {
        "id": delivery.id,
        "route": delivery.route,
        "recipient": delivery.sent[recipient]["contact"],
        "pickup": {"date": _iso(_picked_up(delivery))},
        "dropoff": {"location": location, "date": _iso(_due(delivery))},
        "courier": delivery.courier,
        "items": [items],  # a list in a list, as published
        "status": STATUSES[delivery.status],
        "_status": delivery.status,
        "status_lang": delivery.status.replace("_", " ").capitalize(),
        "distance": 10.4,
        "company": company,
        "referenceId": delivery.reference,
        "reasonId": delivery.reason.get("id"),
        "reasonText": delivery.reason.get("text"),
        "problem_note": delivery.reason.get("note"),
        "lastStatusDate": _iso(datetime.fromtimestamp(delivery.status_at, UTC)),
        "tags": delivery.sent.get("tags") or [],
    }


def link_json(delivery: Delivery, *, phone: bool) -> Json:
    """Return the tracking link. Its address names the delivery by id, however it was asked for."""
    contact = delivery.sent["dropoff"]["contact"]
    names = ("name", "email", "phonenumber") if phone else ("name", "email")
    return {
        "token": delivery.token,
        "url": f"{_TRACK}/{delivery.id}?token={delivery.token}&ref=server",
        "recipient": {name: contact[name] for name in names if contact.get(name) is not None},
    }


def _item(package: Json) -> Json:
    return {name: package.get(name) for name in ("id", "name", "qty", "weight", "size", "price")}


def _picked_up(delivery: Delivery) -> datetime:
    return _date(delivery, "pickup") or datetime.fromtimestamp(delivery.created_at, UTC) + timedelta(hours=1)


def _due(delivery: Delivery) -> datetime:
    return _date(delivery, "dropoff") or _picked_up(delivery) + timedelta(hours=1)


def _date(delivery: Delivery, stop: str) -> datetime | None:
    """Return the stop's time: as the control API has it, or as sent, in seconds or milliseconds."""
    sent = number_of(delivery.sent[stop].get("date"))
    seconds = delivery.dates.get(stop, sent)
    if seconds is None:
        return None
    seconds = seconds / 1000 if seconds >= 10_000_000_000 else seconds
    return datetime.fromtimestamp(min(max(seconds, 0.0), 253_402_300_799), UTC)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
