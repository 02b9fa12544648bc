"""Moves a parcel along: what carriers report and customers are told, on the word of the control API.

Codes: Shipup reference, "Event type codes", "Delivery statuses", "Expected deliveries". That an event changes
the delivery status, and which one it leads to, is an assumption.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from orderdrop.sandbox.calls import MoveError
from orderdrop.sandbox.shipup.moments import unix_seconds
from orderdrop.sandbox.shipup.records import Event, Fulfillment, Notification, Order, Tracker
from orderdrop.sandbox.shipup.shapes import EVERYTHING, order_json
from orderdrop.sandbox.shipup.store import Store

DELIVERY_STATUSES = (
    *("pending", "info_received", "in_transit", "failed_attempt", "exception"),
    *("pickup", "delivered", "return", "expired"),
)
EXPECTED_KINDS = ("merchant", "carrier", "promise", "sde_live")
# Each event type, and the delivery status it leads to.
EVENT_TYPES: Mapping[str, str | None] = {
    "label_created": "info_received",
    "origin_scan": "in_transit",
    "transit": "in_transit",
    "incident": "exception",
    "out_for_delivery": "in_transit",
    "failed_attempt": "failed_attempt",
    "pickup_point": "pickup",
    "delivered": "delivered",
    "return": "return",
    "drop_off": None,
    "expired": "expired",
}
_MOMENTS = ("delivered_at", "first_delivery_attempted_at", "shipped_at")
_OF_TRACKERS = (
    *_MOMENTS,
    *("delivery_status_code", "expected_delivery_at", "expected_delivery_kind", "tracking_link", "events"),
)
MOVE_KEYS = ("merchant_id", "fulfillment", "tracking_number", *_OF_TRACKERS, "notifications")


def move(store: Store, asked: Any, *, now: Callable[[], float]) -> dict[str, Any]:
    """Do to one stored order what the move says and return the order, all expanded; raises `MoveError`.

    The move names the order (`merchant_id`) and, unless it is about the order itself, a fulfillment of it
    or a parcel (`tracking_number`). Nothing is changed by a move that is refused.
    """
    if not isinstance(asked, dict):
        raise MoveError("A move is a JSON object with at least a merchant_id.")
    if unknown := sorted(set(asked) - set(MOVE_KEYS)):
        raise MoveError(f"Unknown key {unknown[0]!r}. Keys: {', '.join(MOVE_KEYS)}.")
    order = store.get(asked["merchant_id"]) if isinstance(asked.get("merchant_id"), str) else None
    if order is None:
        raise MoveError(f"There is no order {asked.get('merchant_id')!r}.")
    target = _target(order, asked)
    if not isinstance(target, Tracker) and (misplaced := [name for name in _OF_TRACKERS if name in asked]):
        raise MoveError(f"{misplaced[0]} is told of a parcel: name its tracking_number too.")
    at = int(now())
    notifications = [_notification(store, one, at) for one in _listed(asked, "notifications")]
    if isinstance(target, Tracker):
        _move_parcel(store, target, asked, at)
        order.updated_at = target.updated_at = at
    target.notifications.extend(notifications)
    return order_json(order, EVERYTHING)


def _target(order: Order, asked: dict[str, Any]) -> Order | Fulfillment | Tracker:
    if (number := asked.get("tracking_number")) is not None:
        if (tracker := order.trackers.get(str(number))) is None:
            raise MoveError(f"Order {order.merchant_id} has no parcel {number!r}.")
        return tracker
    if (name := asked.get("fulfillment")) is not None:
        if (fulfillment := order.fulfillments.get(str(name))) is None:
            raise MoveError(f"Order {order.merchant_id} has no fulfillment {name!r}.")
        return fulfillment
    return order


def _move_parcel(store: Store, tracker: Tracker, asked: dict[str, Any], at: int) -> None:
    events = [_event(store, one, at) for one in _listed(asked, "events")]
    progress: dict[str, Any] = {}
    for event in sorted(events, key=lambda one: one.happened_at):
        progress |= _led_to(event, {**tracker.progress, **progress})
    progress |= {name: _moment(asked[name], name) for name in _MOMENTS if name in asked}
    if "delivery_status_code" in asked:
        progress["delivery_status_code"] = _among(asked, "delivery_status_code", DELIVERY_STATUSES)
    if "expected_delivery_at" in asked:
        moment = _moment(asked["expected_delivery_at"], "expected_delivery_at")
        kind = _among(
            {"expected_delivery_kind": "carrier", **asked}, "expected_delivery_kind", EXPECTED_KINDS
        )
        progress |= {
            "expected_delivery_at": moment,
            "expected_delivery_kind": None if moment is None else kind,
        }
    if "tracking_link" in asked:
        progress["tracking_link"] = asked["tracking_link"]
    tracker.events.extend(events)
    tracker.progress |= progress


def _led_to(event: Event, known: Mapping[str, Any]) -> dict[str, Any]:
    status = EVENT_TYPES.get(event.event_type_code or "")
    progress: dict[str, Any] = {} if status is None else {"delivery_status_code": status}
    if status == "delivered":
        progress["delivered_at"] = event.happened_at
    if status == "failed_attempt" and known.get("first_delivery_attempted_at") is None:
        progress["first_delivery_attempted_at"] = event.happened_at
    return progress


def _event(store: Store, asked: Any, at: int) -> Event:
    """Return an event as published: text in `message`, its translations, and the carrier's line in `raw`."""
    if not isinstance(asked, dict):
        raise MoveError("An event is a JSON object.")
    code = asked.get("event_type_code")
    if code is not None and code not in EVENT_TYPES:
        raise MoveError(f"There is no event type {code!r}. Types: {', '.join(EVENT_TYPES)}.")
    message = str(asked.get("message", (code or "event").replace("_", " ").capitalize()))
    happened_at = _moment(asked.get("happened_at", at), "happened_at")
    if happened_at is None:
        raise MoveError("happened_at is null, but every event happened at some time.")
    moment = datetime.fromtimestamp(happened_at, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    address = asked.get("address")
    return Event(
        id=store.next_id("event"),
        event_type_code=code,
        happened_at=happened_at,
        message=message,
        raw=asked.get("raw", f'{{:message=>"{message}", :date=>{moment}}}'),
        messages=asked.get("messages", {"en": message, "fr": message}),
        address=None if address is None else _address(store, address),
    )


def _address(store: Store, asked: Any) -> dict[str, Any]:
    if not isinstance(asked, dict):
        raise MoveError("The address of an event is a JSON object.")
    names = ("address1", "address2", "city", "comment", "company_title", "country", "country_code")
    more = ("first_name", "last_name", "name", "state", "zip")
    shown = {name: asked.get(name) for name in (*names, *more)}
    return {"object": "address", "id": store.next_id("address"), **shown}


def _notification(store: Store, asked: Any, at: int) -> Notification:
    if not isinstance(asked, dict):
        raise MoveError("A notification is a JSON object with at least a slug.")
    slug = str(asked.get("slug", "order_placed"))
    created_at = _moment(asked.get("created_at", at), "created_at") or at
    payload = {
        "object": "notification_payload",
        "id": store.next_id("notification_payload"),
        "created_at": created_at,
        "dispatched": bool(asked.get("dispatched", False)),
        "status": asked.get("status", "built"),
        "error": asked.get("error"),
        "type": asked.get("type", "email"),
        "support_cced": asked.get("support_cced"),
    }
    kind = {
        "object": "notification_type",
        "id": store.next_id("notification_type"),
        "name": asked.get("name", slug.replace("_", " ").capitalize()),
        "category": asked.get("category", "pre_shipment"),
        "description": asked.get("description"),
        "slug": slug,
    }
    return Notification(
        id=store.next_id("notification"),
        created_at=created_at,
        language_code=asked.get("language_code"),
        payloads=[payload],
        type=kind,
    )


def _listed(asked: dict[str, Any], name: str) -> list[Any]:
    value = asked.get(name, [])
    if not isinstance(value, list):
        raise MoveError(f"{name} is a list.")
    return value


def _moment(value: Any, name: str) -> int | None:
    moment = unix_seconds(value)
    if moment is None and value is not None:
        raise MoveError(f"{name} is {value!r}, but must be Unix seconds or ISO 8601.")
    return moment


def _among(asked: Mapping[str, Any], name: str, values: tuple[str, ...]) -> str:
    value = asked[name]
    if value not in values:
        raise MoveError(f"{name} is {value!r}, but must be one of {', '.join(values)}.")
    chosen: str = value
    return chosen
