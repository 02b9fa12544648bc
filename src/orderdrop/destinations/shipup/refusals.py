"""Shipup's refusals led back to the payload: its error tree, flattened, in the payload's own spelling.

The tree mirrors the payload, positions are text keys, a leaf is one sentence (Shipup reference, "Create or update an
order", the invalid payload). Three spellings are Shipup's own: an address field is reported without its
`shipping_address` level; a missing order id is reported as `merchantId` ("Batch create or update orders"); and
`details` is a sentence about the whole order (the job object).
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import takewhile
from typing import Any

from orderdrop.core.lineage import place_of
from orderdrop.destinations.base import PathProblem
from orderdrop.destinations.reasons import reason
from orderdrop.destinations.shipup.payloads import SHAPE

_ADDRESS = "shipping_address"
_LONGEST_POSITION = 9  # digits; a longer "position" names nothing and would not even become a number
_text_of = partial(reason, system="Shipup")
_ABSENT = object()
_NODES = SHAPE.nodes()


def refusal(body: Any, payload: Mapping[str, Any] | None = None) -> tuple[PathProblem, ...]:
    """Everything that a parsed 400 body says is wrong, at least one problem; never raises, whatever the JSON.

    `payload` is what was sent: it settles which of two places a shortened path means, and gives the values. Without
    it the shape of the payload alone decides.
    """
    if not isinstance(body, Mapping) or "errors" not in body:
        return (PathProblem(path=None, message=_text_of(_said(body))),)
    errors = body["errors"]
    if isinstance(errors, str):
        return (PathProblem(path=None, message=_text_of(errors)),)
    return tuple(_problem(path, leaf, payload) for path, leaf in leaves(errors))


def leaves(tree: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every leaf of an error tree with the keys that lead to it, in the tree's order.

    A leaf is whatever is neither an object nor a list; an empty object or list is one too, for it marks its place.
    Sentences in a list stand at the list's own place, objects in a list at their position.
    """
    # a stack: depth is the sender's choice, not ours
    waiting: list[tuple[tuple[str, ...], Any]] = [((), tree)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, Mapping) and node:
            waiting.extend(((*path, str(key)), node[key]) for key in reversed(list(node)))
        elif isinstance(node, list) and node:
            positioned = [
                ((*path, str(index)) if isinstance(item, (Mapping, list)) else path, item)
                for index, item in enumerate(node)
            ]
            waiting.extend(reversed(positioned))
        else:
            yield path, node


def _problem(keys: tuple[str, ...], leaf: Any, payload: Mapping[str, Any] | None) -> PathProblem:
    parts = tuple(takewhile(_usable, (part for part in ".".join(keys).split(".") if part)))
    if not parts or parts == ("details",):
        return PathProblem(path=None, message=_text_of(leaf))
    if len(parts) > 2 and parts[0] == "orders" and parts[1].isdecimal():
        parts = parts[2:]
    home = _home(parts, payload)
    value = _value_at(payload, home)
    return PathProblem(
        path=".".join(home),
        message=_text_of(leaf),
        value=None if value is _ABSENT or isinstance(value, (dict, list)) else _text_of(value),
    )


def _home(parts: tuple[str, ...], payload: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The payload's own spelling of a path: what was sent decides, then what can be sent, else it stays as it is."""
    spellings = list(_spellings(parts))
    for spelling in spellings:
        if _value_at(payload, spelling) is not _ABSENT:
            return spelling
    return next((spelling for spelling in spellings if _is_a_place(spelling)), parts)


def _spellings(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    snake = tuple(re.sub(r"(?<=[a-z0-9])[A-Z]", lambda match: f"_{match[0]}", part).lower() for part in parts)
    for spelling in dict.fromkeys((parts, snake)):
        yield spelling
        with_level = (*spelling[:-1], _ADDRESS, spelling[-1])
        if _is_a_place(with_level):
            yield with_level
            yield (_ADDRESS, spelling[-1])  # the fulfillment goes where the order goes


def _usable(part: str) -> bool:
    return not part.isdecimal() or len(part) <= _LONGEST_POSITION


def _is_a_place(parts: tuple[str, ...]) -> bool:
    place = place_of(".".join(parts))
    return place in _NODES or SHAPE.leaf(place) is not None


def _value_at(payload: Any, parts: tuple[str, ...]) -> Any:
    node = payload
    for part in parts:
        if isinstance(node, Mapping):
            node = node.get(part, _ABSENT)
        elif isinstance(node, list) and part.isdecimal() and int(part) < len(node):
            node = node[int(part)]
        else:
            return _ABSENT
    return node


def _said(body: Any) -> Any:
    if isinstance(body, Mapping):
        return next((body[key] for key in ("error", "message", "detail", "details") if body.get(key)), body)
    return body
