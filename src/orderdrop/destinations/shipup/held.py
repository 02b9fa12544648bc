"""Where each place of an order as it was sent reads back from Shipup.

Source: Shipup reference, "Get order index". Names differ: a tracker tells `carrier.code` for `carrier_code`, and its
expected delivery only as long as the merchant's word counts; line items move from the order to the fulfillment to the
tracker, and never back. What the answer has no name for (`order_details`, `state_code`) is not told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from orderdrop.destinations.comparing import MISSING, NOT_TOLD, Held, leaves, named
from orderdrop.destinations.readback import Bounds, Question
from orderdrop.destinations.told import group, listed

_LISTS = frozenset({"fulfillments", "trackers", "line_items"})

Node = Mapping[str, Any]


def questions_for(key: str, payload: Node | None) -> list[Question]:
    """Shipup cannot be asked by `merchant_id`: order number, else email, else the second of the order."""
    if payload is None:
        return [Question(order_number=key)]
    if payload.get("order_number"):
        return [Question(order_number=str(payload["order_number"]))]
    if payload.get("email"):
        return [Question(email=str(payload["email"]))]
    if isinstance(payload.get("ordered_at"), int):
        return [Question(ordered=Bounds(at=datetime.fromtimestamp(payload["ordered_at"], UTC)))]
    return []


def pick(key: str, found: Sequence[Node]) -> dict[str, Any] | None:
    """The order of this `merchant_id`; where none says so, the first of this order number."""
    one = named(found, merchant_id=key) or named(
        (other for other in found if other.get("merchant_id") is None), order_number=key
    )
    return dict(one) if one is not None else None


def held(payload: Node, told: Node) -> Iterator[Held]:
    """Every value of the payload with what Shipup holds."""
    yield from leaves("", _own(payload), told)
    yield from _items("line_items", payload, [told], told)
    fulfillments = list(listed(told, "fulfillments"))
    for index, sent in enumerate(_list(payload, "fulfillments")):
        path = f"fulfillments.{index}"
        there = named(fulfillments, merchant_id=sent.get("merchant_id"))
        yield from leaves(path, _own(sent) if there else sent, there)
        if there is not None:
            yield from _items(f"{path}.line_items", sent, [there], told)
            yield from _trackers(path, sent, told)


def _trackers(path: str, fulfillment: Node, told: Node) -> Iterator[Held]:
    parcels = list(_below(listed(told, "fulfillments"), "trackers"))
    for index, sent in enumerate(_list(fulfillment, "trackers")):
        at = f"{path}.trackers.{index}"
        there = named(parcels, tracking_number=sent.get("tracking_number"))
        yield from leaves(at, _own(sent) if there else sent, there, _OF_TRACKERS)
        if there is not None:
            yield from _items(f"{at}.line_items", sent, [there], None)


def _items(path: str, sent: Node, here: list[Node], order: Node | None) -> Iterator[Held]:
    """Line items where they were sent; `order`, where given, is searched for those that moved on."""
    nodes = list(_below(here, "line_items"))
    if order is not None:
        fulfillments = list(listed(order, "fulfillments"))
        nodes += _below(fulfillments, "line_items")
        nodes += _below(_below(fulfillments, "trackers"), "line_items")
    for index, item in enumerate(_list(sent, "line_items")):
        yield from leaves(f"{path}.{index}", item, named(nodes, merchant_id=item.get("merchant_id")))


def _own(node: Node) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name not in _LISTS}


def _below(nodes: Iterable[Node], name: str) -> Iterator[Node]:
    for node in nodes:
        yield from listed(node, name)


def _list(node: Node, name: str) -> list[Node]:
    found = node.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _code_of(name: str) -> Any:
    def code(told: Node) -> Any:
        if f"{name}_code" in told:
            return told[f"{name}_code"]
        return group(told, name).get("code", NOT_TOLD) if told.get(name) else MISSING

    return code


def _expected(told: Node) -> Any:
    if told.get("displayable_expected_delivery_kind") not in ("merchant", None):
        return NOT_TOLD  # the carrier's word counts by now
    return told.get("displayable_expected_delivery_datetime", NOT_TOLD)


_OF_TRACKERS = {
    "carrier_code": _code_of("carrier"),
    "carrier_service_code": _code_of("carrier_service"),
    "expected_delivery_at": _expected,
}
