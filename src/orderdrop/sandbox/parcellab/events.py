"""What happens to parcels: POST /v4/track/events/, and the control API's way to move one along.

The events' fields and status codes are those that parcelLab's API names itself in a refusal; that an event
named by order number attaches to nothing, and that InTransit shows as InboundScan, was seen by its users.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from orderdrop.sandbox.calls import MoveError
from orderdrop.sandbox.parcellab import info, times
from orderdrop.sandbox.parcellab.rules import RefusedValue, Rules
from orderdrop.sandbox.parcellab.store import Parcel, ParcelOrder, Store
from orderdrop.sandbox.parcellab.validation import Complaint

# `###` stands for a date or a place.
STATUS_CODES = (
    *("WarehousePending", "WarehousePrepared", "WarehouseDelay", "Loaded", "InboundScan", "InTransit"),
    *("ExportHub", "ImportHub", "CustomsIn", "CustomsReleased", "Exception-AddressIssue"),
    *("Exception-CustomerRefusal", "Exception-Customs", "Exception-Damaged", "Exception-DeliveryPayment"),
    *("Exception-IdentFailed", "Exception-ItemMissing", "Exception-Notified", "Exception-Strike"),
    *("ScheduledDelivery ###", "ScheduledTomorrow", "DestinationDeliveryCenter", "OutForDelivery"),
    *("FailedAttempt-NewAttemptNextDay", "FailedAttempt-NewAttemptToday", "FailedAttempt-PickUpReady"),
    *("FailedAttempt-Scheduled ###", "PickupReady", "PickupReady, collect at ###", "Delivered"),
    *("Delivered-Doorstep", "Delivered-HomeDeposit", "Delivered-Neighbor", "Delivered-Notified"),
    *("Delivered-ParcelLocker", "Delivered-ParcelShop", "Delivered-Postbox", "ReturnToSender-Damaged"),
    *("ReturnToSender-DeliveryPayment", "ReturnToSender-NotCollected", "ReturnToSender-Recall"),
    *("ReturnDroppedOff", "ReturnInProcess", "ReturnDelivered", "ReturnRefunded", "RMAProcessed"),
)
_STATUS = re.compile("|".join(re.escape(code).replace(r"\#\#\#", ".+") for code in STATUS_CODES))
_SHOWN_AS = {"InTransit": "InboundScan"}
_EXPECTED = ("announced_delivery_date", "announced_delivery_date_min", "announced_delivery_date_max")
_OF_PARCELS = ("checkpoints", "messages")
MOVE_KEYS = (
    *("order_number", "external_id", "account", "order_status", *_EXPECTED),
    *("courier", "tracking_number", *_OF_PARCELS),
)
_RULES = Rules(strict=True, nulls=True)


def event_complaints(event: dict[str, Any]) -> list[Complaint]:
    """Return every fault of an event."""
    found = [_missing(name) for name in ("event_status", "event_timestamp") if event.get(name) is None]
    if event.get("event_status") is not None and not _is_status(event["event_status"]):
        detail = f'"{event["event_status"]}" is not a valid choice.'
        found.append(Complaint(path=("event_status",), code="invalid_choice", detail=detail))
    if event.get("event_timestamp") is not None:
        try:
            times.moment(event["event_timestamp"], _RULES)
        except RefusedValue as problem:
            found.append(Complaint(path=("event_timestamp",), code=problem.code, detail=problem.detail))
    if not any(
        {*names} <= event.keys()
        for names in (
            ("courier", "tracking_number"),
            ("account", "order_number"),
            ("account", "reference_number"),
        )
    ):
        detail = "Provide courier and tracking_number, or account and order_number or reference_number."
        found.append(Complaint(path=("non_field_errors",), code="invalid", detail=detail))
    return found


def attach(store: Store, event: dict[str, Any]) -> bool:
    """Put a faultless event on its parcel's timeline; False if it names none that is known."""
    parcel = store.parcel(str(event.get("courier")), str(event.get("tracking_number")))
    if parcel is None:
        return False
    status = event["event_status"]
    at = times.moment(event["event_timestamp"], _RULES)
    _put(parcel, _checkpoint(_SHOWN_AS.get(status, status), at, event))
    return True


def move(store: Store, asked: Any, *, now: Callable[[], float]) -> dict[str, Any]:
    """Do to one stored order what the move says and return it as its customer sees it; raises `MoveError`.

    The move names the order, by `order_number` (and `account`), `external_id`, or by a parcel of it. Nothing is
    changed by a move that is refused.
    """
    if not isinstance(asked, dict):
        raise MoveError("A move is a JSON object that names an order or a parcel.")
    if unknown := sorted(set(asked) - set(MOVE_KEYS)):
        raise MoveError(f"Unknown key {unknown[0]!r}. Keys: {', '.join(MOVE_KEYS)}.")
    order = _order(store, asked)
    parcel = _parcel(order, asked)
    if parcel is None and (misplaced := [name for name in _OF_PARCELS if name in asked]):
        raise MoveError(f"{misplaced[0]} are of a parcel: name its tracking_number too.")
    checkpoints = [_told(one, now) for one in asked.get("checkpoints", ())]
    order.fields |= _order_changes(asked)
    if parcel is not None:
        for checkpoint in checkpoints:
            _put(parcel, checkpoint)
        parcel.messages += [str(one) for one in asked.get("messages", ()) if str(one) not in parcel.messages]
    return info.show(order)


def _order(store: Store, asked: dict[str, Any]) -> ParcelOrder:
    if "external_id" in asked:
        order = store.by_id(str(asked["external_id"]))
    elif "order_number" in asked:
        order = store.by_number(asked.get("account"), str(asked["order_number"]))
    else:
        number, courier = str(asked.get("tracking_number")), asked.get("courier")
        found = [
            one
            for one in store.all()
            for key in one.parcels
            if key[1] == number and courier in (None, key[0])
        ]
        order = found[0] if len(found) == 1 else None
    if order is None:
        raise MoveError("No order, or more than one, is of the number, the id or the parcel that was given.")
    return order


def _parcel(order: ParcelOrder, asked: dict[str, Any]) -> Parcel | None:
    if "tracking_number" not in asked:
        return None
    for (courier, number), parcel in order.parcels.items():
        if number == str(asked["tracking_number"]) and asked.get("courier") in (None, courier):
            return parcel
    raise MoveError(f"Order {order.number} has no parcel {asked['tracking_number']!r}.")


def _order_changes(asked: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "order_status" in asked:
        changes["order_status"] = asked["order_status"]
    for name in _EXPECTED:
        if name in asked:
            try:
                changes[name] = None if asked[name] is None else times.day(asked[name], _RULES)
            except RefusedValue as problem:
                raise MoveError(f"{name}: {problem.detail}") from None
    return changes


def _told(asked: Any, now: Callable[[], float]) -> dict[str, Any]:
    if not isinstance(asked, dict) or not _is_status(asked.get("status_code")):
        raise MoveError(f"A checkpoint is a JSON object with a status_code: {', '.join(STATUS_CODES)}.")
    present = datetime.fromtimestamp(int(now()), UTC).isoformat()
    try:
        at = times.moment(asked.get("timestamp", present), _RULES)
    except RefusedValue as problem:
        raise MoveError(f"timestamp: {problem.detail}") from None
    return _checkpoint(asked["status_code"], at, asked)


def _checkpoint(status: str, at: str, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "status_code": status,
        "status_text": told.get("status_text", status),
        "status_details": told.get("status_details"),
        "location": told.get("location"),
        "timestamp": at,
    }


def _put(parcel: Parcel, checkpoint: dict[str, Any]) -> None:
    parcel.checkpoints.append(checkpoint)
    parcel.checkpoints.sort(key=lambda one: str(one["timestamp"]))


def _is_status(value: Any) -> bool:
    return isinstance(value, str) and _STATUS.fullmatch(value) is not None


def _missing(name: str) -> Complaint:
    return Complaint(path=(name,), code="required", detail="This field is required.")
