"""Judges a creation: every fault of every delivery, with its place in the request.

Reasons and messages are those of schema-inspector, the library that Shippify's own pre-creation validator is
built with; that the API answers with them is an assumption.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from orderdrop.sandbox.shippify.fields import (
    DELIVERY,
    MAX_DELIVERIES,
    TYPES,
    Many,
    Node,
    Object,
    number_of,
)

_MISSING = "is missing and not optional"
_HOUR = 3_600_000
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. `property`: a path from the request's root `@`; `index`: the delivery's place, None for none."""

    index: int | None
    property: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strictness:
    """What is checked beyond types. `now_ms`: the present moment, to check dates by the rules of 2018; or None."""

    semantics: bool
    references: bool
    now_ms: int | None


def root_faults(request: Any) -> list[Fault]:
    """Return the faults of everything but the deliveries themselves."""
    if not isinstance(request, dict):
        return [_fault(None, "@", "type", _wrong_type("object", request))]
    found = []
    deliveries = request.get("deliveries")
    if deliveries is None:
        found.append(_fault(None, "@.deliveries", "optional", _MISSING))
    elif not isinstance(deliveries, list):
        found.append(_fault(None, "@.deliveries", "type", _wrong_type("array", deliveries)))
    elif not deliveries:
        found.append(
            _fault(None, "@.deliveries", "minLength", "must be longer than 1 elements, but it has 0")
        )
    elif len(deliveries) > MAX_DELIVERIES:
        text = f"must be shorter than {MAX_DELIVERIES} elements, but it has {len(deliveries)}"
        found.append(_fault(None, "@.deliveries", "maxLength", text))
    kind = request.get("type")
    if kind is not None and kind not in TYPES:
        text = f"must be equal to one of [{', '.join(TYPES)}], but is equal to {kind}"
        found.append(_fault(None, "@.type", "eq", text))
    company = request.get("companyId")
    if company is not None and ((number := number_of(company)) is None or number < 1 or number % 1):
        found.append(_fault(None, "@.companyId", "type", _wrong_type("integer", company)))
    return found


def delivery_faults(delivery: Any, index: int, strictness: Strictness) -> list[Fault]:
    """Return the faults of one delivery."""
    place = f"@.deliveries[{index}]"
    found = [
        _fault(index, path, reason, text)
        for path, reason, text in _node(delivery, DELIVERY, place, strictness.semantics)
    ]
    if isinstance(delivery, dict):
        if strictness.references and not delivery.get("referenceId"):
            found.append(_fault(index, f"{place}.referenceId", "optional", _MISSING))
        if strictness.now_ms is not None and not found:
            found += [_fault(index, *one) for one in _dates(delivery, place, strictness.now_ms)]
    return found


def repeated_references(deliveries: list[Any], known: set[str]) -> list[Fault]:
    """Return a fault for each reference that is stored already or came earlier in the same request."""
    seen = set(known)
    found = []
    for index, delivery in enumerate(deliveries):
        reference = delivery.get("referenceId") if isinstance(delivery, dict) else None
        if isinstance(reference, str) and reference:
            if reference in seen:
                path = f"@.deliveries[{index}].referenceId"
                found.append(_fault(index, path, "uniqueness", f"must be unique, but {reference} exists"))
            seen.add(reference)
    return found


_Place = tuple[str, str, str]  # property, reason, message


def _node(value: Any, node: Node, path: str, strict: bool) -> Iterator[_Place]:
    if isinstance(node, Object):
        yield from _object(value, node, path, strict)
    elif isinstance(node, Many):
        yield from _list(value, node, path, strict)
    elif not _is(value, node.kind):
        yield path, "type", _wrong_type(node.kind, value)
    elif strict and node.rule and (broken := node.rule(value)):
        yield path, *broken


def _object(value: Any, node: Object, path: str, strict: bool) -> Iterator[_Place]:
    if not isinstance(value, dict):
        yield path, "type", _wrong_type("object", value)
        return
    present = {name for name, one in value.items() if one is not None}
    for name, child in node.fields.items():
        if name in present:
            yield from _node(value[name], child, f"{path}.{name}", strict)
        elif child.required:
            yield f"{path}.{name}", "optional", _MISSING
    if not strict:
        return
    if node.some_of and not present & {*node.some_of} and (node.unless is None or node.unless in present):
        yield path, "someKeys", f"must have at least key {' or '.join(map(repr, node.some_of))}"
    for one, other in node.pairs:
        if one in present and other not in present:
            yield f"{path}.{other}", "optional", _MISSING


def _list(value: Any, node: Many, path: str, strict: bool) -> Iterator[_Place]:
    if not isinstance(value, list):
        yield path, "type", _wrong_type("array", value)
        return
    if len(value) < node.least:
        yield path, "minLength", f"must be longer than {node.least} elements, but it has {len(value)}"
    for n, one in enumerate(value):
        yield from _node(one, node.of, f"{path}[{n}]", strict)


def _dates(delivery: dict[str, Any], place: str, now_ms: int) -> Iterator[_Place]:
    """Pickup from one hour to 30 days ahead, dropoff from one hour to a day later."""
    pickup, dropoff = (_ms(delivery[stop].get("date")) for stop in ("pickup", "dropoff"))
    if pickup is not None and not now_ms + _HOUR <= pickup <= now_ms + 30 * _DAY:
        yield f"{place}.pickup.date", "date", "must be from 60 minutes to 30 days from now"
    if dropoff is not None and pickup is not None and not pickup + _HOUR <= dropoff <= pickup + _DAY:
        yield f"{place}.dropoff.date", "date", "must be from 60 minutes to 24 hours after the pickup"


def _ms(value: Any) -> float | None:
    number = number_of(value)
    return number * 1000 if number is not None and number < 10_000_000_000 else number


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "any":
            return not isinstance(value, dict | list)
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool) or value in ("true", "false", "1", "0", 1, 0)
        case "object":
            return isinstance(value, dict)
        case "integer":
            number = number_of(value)
            return number is not None and number % 1 == 0
        case _:
            return number_of(value) is not None


def _wrong_type(kind: str, value: Any) -> str:
    given = {bool: "boolean", dict: "object", list: "array", str: "string", type(None): "null"}
    return f"must be {kind}, but is {given.get(type(value), 'number')}"


def _fault(index: int | None, path: str, reason: str, message: str) -> Fault:
    return Fault(index=index, property=path, reason=reason, message=message)
