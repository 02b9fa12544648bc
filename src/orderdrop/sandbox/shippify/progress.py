"""Moves a delivery along on the word of the control API: status, courier, route, reason and dates."""

from collections.abc import Callable
from typing import Any

from orderdrop.sandbox.calls import MoveError
from orderdrop.sandbox.shippify.fields import number_of
from orderdrop.sandbox.shippify.shapes import STATUSES
from orderdrop.sandbox.shippify.store import Delivery, Store

MOVE_KEYS = ("id", "status", "courier", "route", "reason", "pickup_date", "dropoff_date")
_COURIER_KEYS = ("info", "location")
_REASON_KEYS = ("id", "text", "note")


def move(store: Store, asked: Any, *, newest: bool, now: Callable[[], float]) -> Delivery:
    """Do to one delivery what the move says and return it; raises `MoveError`, and then nothing is changed.

    `id` is the delivery's id or reference. Dates are Unix seconds or milliseconds.
    """
    if not isinstance(asked, dict):
        raise MoveError("A move is a JSON object with at least an id.")
    if unknown := sorted(set(asked) - set(MOVE_KEYS)):
        raise MoveError(f"Unknown key {unknown[0]!r}. Keys: {', '.join(MOVE_KEYS)}.")
    delivery = store.find(str(asked.get("id")), newest=newest)
    if delivery is None:
        raise MoveError(f"There is no delivery {asked.get('id')!r}.")
    status = asked.get("status", delivery.status)
    if status not in STATUSES:
        raise MoveError(f"There is no status {status!r}. Statuses: {', '.join(STATUSES)}.")
    courier, reason = _object(asked, "courier", _COURIER_KEYS), _object(asked, "reason", _REASON_KEYS)
    route = _object(asked, "route", ("id", "order"))
    dates = {stop: _date(asked, f"{stop}_date") for stop in ("pickup", "dropoff") if f"{stop}_date" in asked}
    delivery.courier |= courier
    delivery.reason |= reason
    delivery.route |= route
    delivery.dates |= dates
    if status != delivery.status:
        delivery.status, delivery.status_at = status, now()
    return delivery


def _object(asked: dict[str, Any], name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    value = asked.get(name, {})
    if not isinstance(value, dict) or not set(value) <= set(keys):
        raise MoveError(f"{name} is a JSON object of {' and '.join(keys)}.")
    return value


def _date(asked: dict[str, Any], name: str) -> float:
    number = number_of(asked[name])
    if number is None:
        raise MoveError(f"{name} is {asked[name]!r}, but must be Unix seconds or milliseconds.")
    return number
