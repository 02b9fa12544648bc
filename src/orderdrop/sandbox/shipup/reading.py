"""GET /v2/orders and /v2/trackers: what a query asks for, and the page of it.

Filters, limits and forbidden combinations: Shipup reference, "Get order index", "Get tracker index" and "Pagination". That a
forbidden or malformed parameter gives a 400, and its text, is an assumption: the reference says "an error".
"""

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from orderdrop.sandbox.shipup.lists import Expand
from orderdrop.sandbox.shipup.records import Order
from orderdrop.sandbox.shipup.shapes import RELATIONS, listed_tracker_json, order_json
from orderdrop.sandbox.shipup.store import Store

MAX_LIMIT = 100
DEFAULT_LIMIT = 10
MAX_DEPTH = 4

_COMPARE = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le, "": operator.eq}
_DATES = ("created_at", "ordered_at")
_EXACT = {"order": ("email", "order_number"), "listed_tracker": ("tracking_number",)}


class QueryError(ValueError):
    """One parameter that cannot be answered; `parameter` is its name in the query."""

    def __init__(self, parameter: str, text: str) -> None:
        super().__init__(text)
        self.parameter = parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """What one request asks for. `bounds` hold (field, operator, Unix seconds)."""

    where: dict[str, str]
    bounds: tuple[tuple[str, str, int], ...]
    limit: int
    starting_after: int | None
    ending_before: int | None
    expand: Expand


def read_query(query: str, *, strict: bool, of: str = "order") -> OrderQuery:
    """Return what the query string asks for; raises `QueryError`. Unknown parameters are ignored.

    `of` is what is listed: `order`, or `listed_tracker`.

    Strict refuses expand paths that name no relation; lenient ignores them (assumption either way).
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    last = dict(pairs)
    wanted = OrderQuery(
        where={name: last[name] for name in _EXACT[of] if name in last},
        bounds=_bounds(last),
        limit=_limit(last),
        starting_after=_number(last, "starting_after"),
        ending_before=_number(last, "ending_before"),
        expand=_expand(
            [path for name, path in pairs if name in ("expand[]", "expand")], strict=strict, of=of
        ),
    )
    _refuse_forbidden(wanted)
    return wanted


def list_orders(store: Store, wanted: OrderQuery) -> dict[str, Any]:
    """Return the answer's body: ids descending, `has_more` if the walk could go on.

    With starting_after alone the page nearest to the cursor comes (assumption: so a poller that goes on
    from the largest id misses nothing).
    """
    newest_first = wanted.starting_after is None or wanted.ending_before is not None
    walk = store.walk(
        above=wanted.starting_after, below=wanted.ending_before, newest_first=newest_first, where=wanted.where
    )
    found = list(islice(_within(walk, wanted.bounds), wanted.limit + 1))
    page = found[: wanted.limit]
    if not newest_first:
        page.reverse()
    data = [order_json(order, wanted.expand) for order in page]
    return {"object": "list", "data": data, "has_more": len(found) > wanted.limit}


def list_trackers(store: Store, wanted: OrderQuery) -> dict[str, Any]:
    """Return the body of a list of parcels, across all orders: ids descending, paged as orders are.

    The reference's answer shows one parcel where its words say a list (assumption: the list is like the orders').
    """
    every = [(order, tracker) for order in store.all() for tracker in order.trackers.values()]
    number, above, below = wanted.where.get("tracking_number"), wanted.starting_after, wanted.ending_before
    found = [
        (order, tracker)
        for order, tracker in every
        if (number is None or tracker.tracking_number == number)
        and (above is None or tracker.id > above)
        and (below is None or tracker.id < below)
        and all(
            _COMPARE[how](tracker.created_at, at) for name, how, at in wanted.bounds if name == "created_at"
        )
    ]
    newest_first = above is None or below is not None
    found.sort(key=lambda pair: pair[1].id, reverse=newest_first)
    page = found[: wanted.limit]
    if not newest_first:
        page.reverse()
    data = [listed_tracker_json(order, tracker, wanted.expand) for order, tracker in page]
    return {"object": "list", "data": data, "has_more": len(found) > wanted.limit}


def _within(orders: Iterator[Order], bounds: tuple[tuple[str, str, int], ...]) -> Iterator[Order]:
    if not bounds:
        return orders
    return (order for order in orders if all(_holds(order, *bound) for bound in bounds))


def _holds(order: Order, name: str, comparison: str, bound: int) -> bool:
    moment = order.created_at if name == "created_at" else order.ordered_at
    return moment is not None and _COMPARE[comparison](moment, bound)


def _refuse_forbidden(wanted: OrderQuery) -> None:
    if {name for name, _, _ in wanted.bounds} == set(_DATES):
        raise QueryError("created_at", "created_at and ordered_at cannot be used in the same query")
    operators = {comparison for _, comparison, _ in wanted.bounds}
    if (
        wanted.ending_before is None
        and wanted.starting_after is not None
        and operators
        and operators <= {"lt", "lte"}
    ):
        raise QueryError("starting_after", "starting_after needs a gt or gte beside lt or lte")
    if (
        wanted.starting_after is None
        and wanted.ending_before is not None
        and operators
        and operators <= {"gt", "gte"}
    ):
        raise QueryError("ending_before", "ending_before needs a lt or lte beside gt or gte")


def _bounds(last: dict[str, str]) -> tuple[tuple[str, str, int], ...]:
    found = []
    for name in _DATES:
        for comparison in _COMPARE:
            parameter = f"{name}[{comparison}]" if comparison else name
            bound = _number(last, parameter)
            if bound is not None:
                found.append((name, comparison, bound))
    return tuple(found)


def _limit(last: dict[str, str]) -> int:
    limit = _number(last, "limit")
    if limit is None:
        return DEFAULT_LIMIT
    if not 1 <= limit <= MAX_LIMIT:
        raise QueryError("limit", f"limit is {limit}, but must be from 1 to {MAX_LIMIT}")
    return limit


def _number(last: dict[str, str], parameter: str) -> int | None:
    text = last.get(parameter)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise QueryError(parameter, f"{parameter} is {text!r}, but must be a whole number")
    return int(text)


def _expand(paths: list[str], *, strict: bool, of: str) -> Expand:
    tree: Expand = {}
    for path in paths:
        names = path.split(".")
        if len(names) > MAX_DEPTH:
            raise QueryError("expand", f"{path} is deeper than {MAX_DEPTH} levels")
        if strict and not _exists(names, of):
            raise QueryError("expand", f"{path} names no relation of an order or a parcel")
        node = tree
        for name in names:
            node = node.setdefault(name, {})
    return tree


def _exists(names: list[str], of: str) -> bool:
    kind: str | None = of
    for name in names:
        kind = RELATIONS.get(kind or "", {}).get(name)
    return kind is not None
