"""Reads orders back from parcelLab: all of them by cursor, one by its id, or one as its recipient sees it.

Source: parcelLab documentation, "Trackings/Orders" (retrieve) and "Order status" (info). The list takes a cursor and an
ordering and nothing else, so every other question goes to the info endpoint, which answers with one order.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

import httpx

from orderdrop.destinations.asking import TRY_AGAIN, Asking
from orderdrop.destinations.base import AccountOptions
from orderdrop.destinations.comparing import Held
from orderdrop.destinations.parcellab import held as places
from orderdrop.destinations.parcellab.client import (
    CAUTIOUS,
    ORDERS,
    WHO,
    account_number,
    authorization,
    secrets_of,
)
from orderdrop.destinations.parcellab.view import order_view
from orderdrop.destinations.readback import OrderView, Question
from orderdrop.destinations.told import listed
from orderdrop.errors import DestinationUnavailable, UsageError

INFO: Final = f"{ORDERS}info/"
ID: Final = re.compile(r"(?!info)[^/.]+")
_LOOKUPS = (
    frozenset({"order_number", "account"}),
    frozenset({"external_order_id", "account"}),
    frozenset({"external_reference", "account"}),
    frozenset({"tracking_number", "courier"}),
    frozenset({"customer_number", "account"}),
    frozenset({"recipient_email", "account"}),
)
_BESIDE = frozenset({"account", "client", "postal_code", "recipient_email", "lang", "show_returns"})


class ParcellabReader:
    """One parcelLab account, read."""

    def __init__(
        self,
        account: AccountOptions,
        transport_factory: Callable[[], httpx.BaseTransport],
        *,
        asking: Asking | None = None,
    ) -> None:
        self._number = account_number(account)
        self._asking = asking or Asking(
            account,
            transport_factory,
            who=WHO,
            headers={"Authorization": authorization(account)},
            limits=account.limits(CAUTIOUS),
            secrets=secrets_of(account),
        )

    def fetch(self, question: Question) -> Iterator[dict[str, Any]]:
        """The orders asked for: all in the order of `ordering`, one by `id`, or one by what the info endpoint takes."""
        if question.created or question.ordered or question.above is not None or question.below is not None:
            raise UsageError(
                "parcelLab has no question about dates or ranges of ids.",
                next_step="Ask for all orders, with an ordering, and pick.",
            )
        if question.expand:
            raise UsageError("parcelLab's answers cannot be expanded.", next_step="Leave `expand` out.")
        if question.id is not None:
            return self._by_id(question)
        lookup = _lookup(question)
        if not lookup:
            return self._all(question.ordering)
        if self._number and "tracking_number" not in lookup:
            lookup.setdefault("account", self._number)
        _check(lookup, question)
        return self._info(lookup)

    def as_person_sees(self, told: Mapping[str, Any]) -> OrderView:
        """An order of the list or of the info endpoint in the words of every destination."""
        return order_view(told)

    def questions(self, key: str, reference: str | None, payload: Mapping[str, Any] | None) -> list[Question]:
        """See `parcellab.held`: by id, and as its customer sees it."""
        return places.questions_for(key, reference, payload)

    def joined(self, key: str, found: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        """The order's own fields, and its parcels."""
        return places.join(key, found)

    def held(self, payload: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Held]:
        """Every value of an order as it was sent, with what parcelLab holds in its place."""
        return places.held(payload, told)

    def close(self) -> None:
        """Close the connections."""
        self._asking.close()

    def _by_id(self, question: Question) -> Iterator[dict[str, Any]]:
        name = question.id or ""
        if not ID.fullmatch(name):
            raise UsageError(
                f"{name!r} is no id of a parcelLab order: an id has no slash and no point, and does not begin with "
                '"info".',
                next_step="Ask by order number instead.",
            )
        if _lookup(question) or question.ordering:
            raise UsageError("An id names one order.", next_step="Ask for it alone.")
        return self._one(f"{ORDERS}{quote(name, safe='')}/", [])

    def _info(self, lookup: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        return self._one(INFO, sorted(lookup.items()))

    def _one(self, path: str, query: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
        said = self._asking.get(path, query, missing=None)
        if isinstance(said, list):  # some lookups find several orders
            yield from (one for one in said if isinstance(one, dict))
        elif isinstance(said, dict) and isinstance(said.get("results"), list):
            yield from listed(said, "results")  # type: ignore[misc]  # parsed JSON objects are dicts
        elif isinstance(said, dict) and said:
            yield said

    def _all(self, ordering: str | None) -> Iterator[dict[str, Any]]:
        query = [("ordering", ordering)] if ordering else []
        seen: set[str] = set()
        while True:
            page = self._asking.get(ORDERS, query)
            if not isinstance(page, dict) or not isinstance(page.get("results"), list):
                raise DestinationUnavailable(
                    "parcelLab answered something else than a list of orders.", next_step=TRY_AGAIN
                )
            yield from (one for one in page["results"] if isinstance(one, dict))
            onward = page.get("next")
            if not isinstance(onward, str) or not onward:
                return
            if onward in seen:
                raise DestinationUnavailable(
                    "parcelLab's list of orders leads back to a page that was read.", next_step=TRY_AGAIN
                )
            seen.add(onward)
            # The address names a host of their choosing, and the key goes to the account's alone.
            query = parse_qsl(urlsplit(onward).query, keep_blank_values=True)


def _lookup(question: Question) -> dict[str, str]:
    asked = {
        "order_number": question.order_number,
        "recipient_email": question.email,
        "tracking_number": question.tracking_number,
        "courier": question.courier,
        **question.more,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _check(lookup: Mapping[str, str], question: Question) -> None:
    ways = "; ".join(" + ".join(sorted(way)) for way in _LOOKUPS)
    if question.ordering:
        raise UsageError(
            "An ordering goes with a question for all orders only.", next_step="Leave the ordering out."
        )
    if not any(way <= lookup.keys() and lookup.keys() <= way | _BESIDE for way in _LOOKUPS):
        raise UsageError(
            f"parcelLab's info endpoint does not look orders up by {' + '.join(sorted(lookup))}.",
            next_step=f"It takes one of: {ways}. The account is given as --more account=NUMBER where the key does not say it.",
        )
