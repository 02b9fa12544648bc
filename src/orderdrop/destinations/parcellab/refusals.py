"""parcelLab's refusals led back to the places that a mapping fills.

An error names its field in `attr`, a dotted path into the body that was sent, positions as numbers (parcelLab
documentation, "Error codes" and "Create or update orders", validation errors). The body is not the mapping's payload:
parcels travel as mutations, items twice, attributes as a list. How errors inside a mutation are spelt to the end is not
documented, so a path is followed as far as it is known, and what comes behind is passed over.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from orderdrop.core.lineage import place_of
from orderdrop.destinations.base import PathProblem
from orderdrop.destinations.parcellab.payloads import SHAPE
from orderdrop.destinations.reasons import reason

_LONGEST_POSITION = 9  # digits; a longer "position" names nothing
_text_of = partial(reason, system="parcelLab")
_OBJECT_AS_A_WHOLE = "non_field_errors"
_NODES = SHAPE.nodes()

_COUNTED = frozenset({*SHAPE.lists, *(place for place, leaf in SHAPE.leaves.items() if leaf.many)})


def refusal(said: Any, sent: Mapping[str, Any]) -> tuple[PathProblem, ...]:
    """Everything that a parsed 400 body says is wrong with the body sent, at least one problem; never raises."""
    problems = tuple(_problems(said, sent))
    return problems or (PathProblem(path=None, message=_text_of(_sentence(said))),)


def unaccepted_parcels(said: Any, sent: Mapping[str, Any]) -> tuple[PathProblem, ...]:
    """The mutations that a success reports as failed, each at its parcel: the order is in, the parcel is not.

    Source: "Create or update orders", mutation results.
    """
    results = said.get("mutations") if isinstance(said, Mapping) else None
    found: list[PathProblem] = []
    for position, mutation in enumerate(results if isinstance(results, list) else ()):
        result = mutation.get("result") if isinstance(mutation, Mapping) else None
        if isinstance(result, Mapping) and _is_false(result.get("success")):
            at = _position_of(mutation, position, sent)
            found += _unaccepted(result, at, sent)
    return tuple(found)


def _problems(said: Any, sent: Mapping[str, Any]) -> Iterator[PathProblem]:
    errors = said.get("errors") if isinstance(said, Mapping) else None
    if isinstance(errors, Mapping):
        errors = [errors]
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, Mapping):
            message = error.get("detail") or error.get("message") or error.get("code")
            yield _problem(error.get("attr"), message, sent)
        else:
            yield PathProblem(path=None, message=_text_of(error))


def _problem(attr: Any, message: Any, sent: Mapping[str, Any], *, told: str = "") -> PathProblem:
    text = told + _text_of(message)
    if not isinstance(attr, str) or not attr.strip("."):
        return PathProblem(path=None, message=text)
    given = [part for part in attr.split(".") if part]
    path = _home(given, sent)
    value = _value_at(sent, _as_sent(path) if path and "additional_" not in path else given)
    return PathProblem(
        path=path,
        message=text if path or given == [_OBJECT_AS_A_WHOLE] else f"{attr[:100]}: {text}",
        value=None if value is None or isinstance(value, dict | list) else str(value),
        twins=tuple(twins(path, sent)) if path else (),
    )


def _home(given: list[str], sent: Mapping[str, Any]) -> str | None:
    """The mapping's spelling of a path, as far as it is a place; None where its beginning is none."""
    parts = [part for part in given if part != _OBJECT_AS_A_WHOLE]
    if parts[:1] == ["mutations"]:
        parts = _of_a_mutation(parts[1:], sent)
    elif parts[:1] == ["additional_attributes"] and len(parts) > 1:
        name = _value_at(sent, [*parts[:2], "key"])
        parts = [parts[0], name] if isinstance(name, str) and "." not in name else parts[:1]
    known = [part for part in parts if not part.isdecimal() or len(part) <= _LONGEST_POSITION]
    for length in range(len(known), 0, -1):
        path = ".".join(known[:length])
        place = place_of(path)
        if known[length - 1].isdecimal() and place not in _COUNTED:
            continue
        if place in _NODES or SHAPE.leaf(place) is not None:
            return path
    return None


def _as_sent(path: str) -> list[str]:
    """A path of the mapping's spelling in the body's."""
    first, *rest = path.split(".")
    return (
        ["mutations", *rest[:1], "tracking", *rest[1:]] if first == "trackings" and rest else [first, *rest]
    )


def _of_a_mutation(rest: list[str], sent: Mapping[str, Any]) -> list[str]:
    """`0.add_tracking.tracking.courier`, with or without the type's name in it, is `trackings.0.courier`."""
    if not rest or not rest[0].isdecimal():
        return []
    mutation = _value_at(sent, ["mutations", rest[0]])
    if isinstance(mutation, Mapping) and mutation.get("type") == "cancel_order":
        return ["cancel_order"]
    below = rest[rest.index("tracking") + 1 :] if "tracking" in rest else []
    return ["trackings", rest[0], *below] if isinstance(mutation, Mapping) else []


def twins(path: str, sent: Mapping[str, Any]) -> Iterator[str]:
    """Where else the value at a path may have come from: see `orderdrop.destinations.parcellab.wire`."""
    parts = path.split(".")
    if parts[0] == "articles_order" and len(parts) > 1:
        name = _value_at(sent, [*parts[:2], "line_item_id"])
        for position, parcel in enumerate(_parcels(sent)):
            for at, article in enumerate(_list(parcel, "articles")):
                if name is not None and article.get("line_item_id") == name:
                    yield ".".join(["trackings", str(position), "articles", str(at), *parts[2:]])
    elif parts[0] == "trackings" and parts[2:3] == ["articles"] and len(parts) > 3:
        name = _value_at(sent, ["mutations", parts[1], "tracking", "articles", parts[3], "line_item_id"])
        for at, article in enumerate(_list(sent, "articles_order")):
            if name is not None and article.get("line_item_id") == name:
                yield ".".join(["articles_order", str(at), *parts[4:]])
    elif parts[-1] == "recipient_postal_code":
        yield "shipping_address.postal_code"
    elif parts[-1] == "destination_country_iso3":
        yield "shipping_address.country_iso3"
    elif path == "recipient_name":
        yield from ("shipping_address.last_name", "shipping_address.first_name")


def _position_of(mutation: Mapping[str, Any], position: int, sent: Mapping[str, Any]) -> int:
    """Which of the mutations sent a result is about: the one of its parcel where it names one, else its position."""
    told = mutation.get("tracking")
    if isinstance(told, Mapping):
        for at, parcel in enumerate(_parcels(sent)):
            if all(told.get(name) == parcel.get(name) for name in ("tracking_number", "courier")):
                return at
    return position


def _unaccepted(result: Mapping[str, Any], at: int, sent: Mapping[str, Any]) -> Iterator[PathProblem]:
    told = "parcelLab took the order without this: "
    errors = [error for error in _list_of_any(result, "errors") if isinstance(error, Mapping)]
    for error in errors:
        attr = str(error.get("attr") or "")
        below = attr if attr.startswith("mutations.") else f"mutations.{at}.{attr}"
        yield _problem(below, error.get("detail") or error.get("message"), sent, told=told)
    if errors:
        return
    reasons = [*_list_of_any(result, "errors"), *_list_of_any(result, "warnings")]
    sentences = [result.get("message"), *reasons]
    text = "; ".join(dict.fromkeys(_text_of(sentence).rstrip(".") for sentence in sentences if sentence))
    field = ".tracking.courier" if "courier" in text.lower() else ""
    yield _problem(f"mutations.{at}{field}", text, sent, told=told)


def _is_false(success: Any) -> bool:
    return success is False or str(success).lower() == "false"


def _parcels(sent: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [mutation.get("tracking") or {} for mutation in _list(sent, "mutations")]


def _list(node: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [one for one in _list_of_any(node, name) if isinstance(one, Mapping)]


def _list_of_any(node: Mapping[str, Any], name: str) -> list[Any]:
    found = node.get(name)
    return found if isinstance(found, list) else []


def _value_at(node: Any, parts: list[str]) -> Any:
    for part in parts:
        if isinstance(node, Mapping):
            node = node.get(part)
        elif isinstance(node, list) and part.isdecimal() and len(part) <= _LONGEST_POSITION:
            node = node[int(part)] if int(part) < len(node) else None
        else:
            return None
    return node


def _sentence(said: Any) -> Any:
    if isinstance(said, Mapping):
        return next((said[key] for key in ("detail", "message", "error") if said.get(key)), said)
    return said
