"""The request's field tables: what a delivery, a contact, a location and a package may hold.

Names, types and the length of a reference: Shippify, "Delivery creation" and "Update delivery". What must
be there inside a contact, a location and a package is from Shippify's own validator of 2020 (assumption that
it still holds). A null counts as absent, and unknown keys are ignored (assumption).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_DELIVERIES = 100
MAX_REFERENCE = 40
TYPES = ("slot", "flex", "express")
SIZES = ("xs", "s", "m", "l", "xl")

Found = tuple[str, str]  # reason, message
Rule = Callable[[Any], Found | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One plain field. `kind`: its type's name; `rule`: a condition that is checked when strict."""

    kind: str
    required: bool = False
    rule: Rule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """A nested object. `some_of`: at least one of these keys, when strict; `pairs`: keys that come together."""

    fields: Mapping[str, "Node"]
    required: bool = False
    some_of: tuple[str, ...] = ()
    unless: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """A list of objects or plain values, of at least `least`."""

    of: "Object | Field"
    least: int = 0
    required: bool = False


Node = Field | Object | Many


def number_of(value: Any) -> float | None:
    """Return a number as a number, from text too, as the documented examples send it; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if number == number and abs(number) != float("inf") else None


def size_of(value: Any) -> int | None:
    """Return a package size as 1 to 5, from a letter too; None if it is none."""
    if isinstance(value, str) and value.strip().lower() in SIZES:
        return SIZES.index(value.strip().lower()) + 1
    number = number_of(value)
    return int(number) if number in (1, 2, 3, 4, 5) else None


def _within(least: float, most: float | None = None) -> Rule:
    def rule(value: Any) -> Found | None:
        number = number_of(value)
        if number is None:
            return None
        if number < least:
            return "gte", f"must be greater than or equal to {least:g}, but is equal to {number:g}"
        if most is not None and number > most:
            return "lte", f"must be less than or equal to {most:g}, but is equal to {number:g}"
        return None

    return rule


def _no_longer(most: int) -> Rule:
    def rule(value: Any) -> Found | None:
        length = len(str(value))
        text = f"must be shorter than {most} elements, but it has {length}"
        return ("maxLength", text) if length > most else None

    return rule


def _not_empty(value: Any) -> Found | None:
    return None if str(value).strip() else ("minLength", "must be longer than 1 elements, but it has 0")


def _size(value: Any) -> Found | None:
    text = f"must be equal to one of [{', '.join(SIZES)}], but is equal to {value}"
    return None if size_of(value) is not None else ("eq", text)


def _short_values(value: Any) -> Found | None:
    long = [name for name, one in value.items() if len(str(one)) > 100]
    return ("maxLength", f"must be shorter than 100 elements at {long[0]}") if long else None


TEXT = Field(kind="string")
NUMBER = Field(kind="number")

CONTACT = Object(
    required=True,
    fields={"name": TEXT, "email": TEXT, "phonenumber": TEXT},
    some_of=("phonenumber", "email"),
    unless="name",
)
LOCATION = Object(
    required=True,
    fields={
        "address": Field(kind="string", rule=_not_empty),
        "instructions": TEXT,
        "lat": Field(kind="number", rule=_within(-90, 90)),
        "lng": Field(kind="number", rule=_within(-180, 180)),
        "warehouse": Field(kind="number", rule=_within(1)),
    },
    some_of=("address", "warehouse", "lat"),
    pairs=(("lat", "lng"), ("lng", "lat")),
)
STOP = Object(required=True, fields={"contact": CONTACT, "location": LOCATION, "date": NUMBER})
_NAMED = Many(
    of=Object(fields={"name": Field(kind="string", required=True), "value": Field(kind="any", required=True)})
)
PACKAGE = Object(
    fields={
        "id": TEXT,
        "name": Field(kind="string", required=True, rule=_not_empty),
        "qty": Field(kind="integer", required=True, rule=_within(1)),
        "size": Field(kind="any", required=True, rule=_size),
        "weight": Field(kind="number", rule=_within(0)),
        "price": Field(kind="number", rule=_within(0)),
        "properties": _NAMED,
        "fragile": Field(kind="boolean"),
    }
)
DELIVERY = Object(
    fields={
        "pickup": STOP,
        "dropoff": STOP,
        "packages": Many(of=PACKAGE, least=1, required=True),
        "referenceId": Field(kind="string", rule=_no_longer(MAX_REFERENCE)),
        "tags": Many(of=TEXT),
        "extraData": _NAMED,
        "metadata": Field(kind="object", rule=_short_values),
        "cod": Field(kind="number", rule=_within(0)),
        **dict.fromkeys(("sendEmail", "sendSMS", "requiresReturn"), Field(kind="boolean")),
    }
)
