"""Reads orders back from Shipup.

Source: Shipup reference, "Get order index" (filters and what may not be combined), "Pagination", "Expanding responses"
and "Get tracker index". `starting_after` means larger ids and `ending_before` smaller ones, the newest first: the other
way round than elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import httpx

from orderdrop.destinations.asking import TRY_AGAIN, Asking
from orderdrop.destinations.base import AccountOptions
from orderdrop.destinations.comparing import Held
from orderdrop.destinations.readback import Bounds, OrderView, Question
from orderdrop.destinations.shipup import held as places
from orderdrop.destinations.shipup.client import PUBLISHED, WHO, authorization
from orderdrop.destinations.shipup.view import order_view
from orderdrop.destinations.told import group, listed, text
from orderdrop.errors import DestinationUnavailable, UsageError

ORDERS: Final = "/v2/orders"
TRACKERS: Final = "/v2/trackers"
PAGE: Final = 100
DEEPEST: Final = 4
NEVER: Final = "4102444800"  # the year 2100: an upper bound that leaves nothing out
EVERYTHING: Final = (
    "shipping_address",
    "line_items",
    "fulfillments.shipping_address",
    "fulfillments.line_items",
    "fulfillments.trackers.line_items",
    "fulfillments.trackers.events.address",
    "fulfillments.trackers.carrier",
)
_LOWER, _UPPER = frozenset({"gt", "gte"}), frozenset({"lt", "lte"})

Query = list[tuple[str, str]]


class ShipupReader:
    """One Shipup account, read."""

    def __init__(
        self,
        account: AccountOptions,
        transport_factory: Callable[[], httpx.BaseTransport],
        *,
        asking: Asking | None = None,
        page: int = PAGE,
    ) -> None:
        self._page = page
        self._asking = asking or Asking(
            account,
            transport_factory,
            who=WHO,
            headers={"Authorization": authorization(account)},
            limits=account.limits(PUBLISHED),
            secrets=(account.key,),
        )

    def fetch(self, question: Question) -> Iterator[dict[str, Any]]:
        """The orders asked for, the newest first; with `above` alone the oldest page first.

        A tracking number is looked up in the account's trackers and gives the order of each that it finds.
        """
        check(question)
        expand = [("expand[]", path) for path in (EVERYTHING if question.expand is None else question.expand)]
        if question.tracking_number is not None:
            return self._by_tracking_number(question, expand)
        return self._walk(ORDERS, [*_filters(question), *expand], question)

    def as_person_sees(self, told: Mapping[str, Any]) -> OrderView:
        """An order, expanded or not, in the words of every destination."""
        return order_view(told)

    def questions(self, key: str, reference: str | None, payload: Mapping[str, Any] | None) -> list[Question]:  # noqa: ARG002 - the port's signature
        """See `shipup.held`: by order number, email or second, for there is no question for a `merchant_id`."""
        return places.questions_for(key, payload)

    def joined(self, key: str, found: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        """The order of this `merchant_id`."""
        return places.pick(key, found)

    def held(self, payload: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Held]:
        """Every value of an order as it was sent, with what Shipup holds in its place."""
        return places.held(payload, told)

    def close(self) -> None:
        """Close the connections."""
        self._asking.close()

    def _walk(self, path: str, query: Query, question: Question) -> Iterator[dict[str, Any]]:
        """Page by page towards smaller ids; towards larger ones where only `above` was said."""
        upwards = question.above is not None and question.below is None
        above, below = question.above, question.below
        while True:
            page = self._asking.get(path, [*query, ("limit", str(self._page)), *_cursors(above, below)])
            data = page.get("data") if isinstance(page, dict) else None
            if not isinstance(data, list):
                raise DestinationUnavailable(
                    "Shipup answered something else than a list.", next_step=TRY_AGAIN
                )
            yield from (one for one in data if isinstance(one, dict))
            ids = [one["id"] for one in data if isinstance(one, dict) and isinstance(one.get("id"), int)]
            if page.get("has_more") is not True:
                return
            at = (max(ids) if upwards else min(ids)) if ids else None
            if at is None or at == (above if upwards else below):
                raise DestinationUnavailable(
                    "Shipup says that more follows, and its page does not lead on.", next_step=TRY_AGAIN
                )
            above, below = (at, below) if upwards else (above, at)

    def _by_tracking_number(self, question: Question, expand: Query) -> Iterator[dict[str, Any]]:
        query = [("tracking_number", question.tracking_number or ""), ("expand[]", "fulfillment.order")]
        seen: set[str] = set()
        for tracker in self._trackers(query):
            if tracker.get("tracking_number") not in (question.tracking_number, None):
                continue
            order = group(group(tracker, "fulfillment"), "order") or group(tracker, "order")
            name = text(order, "order_number") or text(tracker, "order_number")
            if name is None or name in seen:
                continue
            seen.add(name)
            for found in self._walk(ORDERS, [("order_number", name), *expand], Question()):
                if _has_parcel(found, question.tracking_number):
                    yield found

    def _trackers(self, query: Query) -> Iterator[Mapping[str, Any]]:
        first = self._asking.get(TRACKERS, [*query, ("limit", str(self._page))], missing=None)
        if first is None:
            raise UsageError(
                "This Shipup account has no list of trackers, so it cannot be asked for a tracking number.",
                next_step="Ask by order number or email, or look the number up with `orderdrop orders find`.",
            )
        if isinstance(first, dict) and "tracking_number" in first:  # the reference shows one without a list
            yield first
        else:
            yield from listed({"list": first}, "list")


def check(question: Question) -> None:
    """Refuse what Shipup does not answer, with its reason: raises UsageError before anything is asked."""
    created = question.created.given() if question.created else {}
    ordered = question.ordered.given() if question.ordered else {}
    if question.id is not None:
        raise UsageError("Shipup has no question for an order by its id.", next_step="Ask by order number.")
    if question.ordering is not None:
        raise UsageError(
            "Shipup lists the newest orders first and knows no other ordering.",
            next_step="Ask without an ordering.",
        )
    if question.more:
        raise UsageError(
            f"Shipup's list of orders has no filter {', '.join(sorted(question.more))}.",
            next_step="Ask by order number, email, tracking number or dates.",
        )
    if created and ordered:
        raise UsageError(
            "Shipup refuses created_at and ordered_at in one question.", next_step="Ask for one of the two."
        )
    if question.tracking_number is None and question.courier is not None:
        raise UsageError(
            "Shipup is not asked for a courier without a tracking number.",
            next_step="Give the tracking number too.",
        )
    others = (
        question.order_number,
        question.email,
        question.above,
        question.below,
        created or ordered or None,
    )
    if question.tracking_number is not None and any(other is not None for other in others):
        raise UsageError(
            "A tracking number goes alone: it leads to one order.", next_step="Leave the other questions out."
        )
    _check_cursors(question, frozenset(created or ordered))
    too_deep = [path for path in question.expand or () if path.count(".") >= DEEPEST]
    if too_deep:
        raise UsageError(
            f"Shipup expands {DEEPEST} levels at most; {too_deep[0]} has more.",
            next_step="Expand a place further up.",
        )


def _check_cursors(question: Question, operators: frozenset[str]) -> None:
    if question.above is not None and question.below is None and operators and operators <= _UPPER:
        raise UsageError(
            "Shipup refuses to begin after an id (starting_after) when the dates have an upper bound only.",
            next_step="Add a lower bound (gt or gte).",
        )
    if question.below is not None and question.above is None and operators and operators <= _LOWER:
        raise UsageError(
            "Shipup refuses to go on before an id (ending_before) when the dates have a lower bound only.",
            next_step="Add an upper bound (lt or lte).",
        )


def _filters(question: Question) -> Query:
    found = [("email", question.email), ("order_number", question.order_number)]
    query = [(name, value) for name, value in found if value is not None]
    for name, bounds in (("created_at", question.created), ("ordered_at", question.ordered)):
        query += _bounds(name, bounds or Bounds())
    return query


def _bounds(name: str, bounds: Bounds) -> Iterator[tuple[str, str]]:
    given = bounds.given()
    for operator, when in given.items():
        yield (name if operator == "at" else f"{name}[{operator}]"), str(int(when.timestamp()))
    if given and given.keys() <= _LOWER:
        # The second page needs ending_before, which Shipup refuses beside a lower bound alone.
        yield f"{name}[lte]", NEVER


def _cursors(above: int | None, below: int | None) -> Query:
    cursors = (("starting_after", above), ("ending_before", below))
    return [(name, str(at)) for name, at in cursors if at is not None]


def _has_parcel(order: Mapping[str, Any], tracking_number: str | None) -> bool:
    trackers = [one for part in listed(order, "fulfillments") for one in listed(part, "trackers")]
    return not trackers or any(
        one.get("tracking_number", tracking_number) == tracking_number for one in trackers
    )
