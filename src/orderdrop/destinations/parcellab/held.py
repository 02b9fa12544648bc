"""Where each place of an order as it was sent reads back from parcelLab.

Source: parcelLab documentation, "Trackings/Orders" (retrieve) and "Order status" (info). An order by its id tells its own
fields and no parcels; the info endpoint tells parcels, and personal data blotted out. So both are asked and joined, and what
only the second tells of a person is not told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from orderdrop.destinations.comparing import MISSING, NOT_TOLD, Held, leaf, leaves, named
from orderdrop.destinations.parcellab.payloads import UNSET
from orderdrop.destinations.parcellab.refusals import twins
from orderdrop.destinations.readback import Question
from orderdrop.destinations.told import group, listed, text

_APART = frozenset({"mutations", "articles_order", "additional_attributes", "recipient_email"})
_PERSONAL = ("recipient_email", "recipient_name", "recipient_phone", "customer_number")
_BLOTTED = "***"

Node = Mapping[str, Any]


def questions_for(key: str, reference: str | None, payload: Node | None) -> list[Question]:
    """By its id, for its own fields, and by its number, for its parcels."""
    account = text(payload, "account")
    by_number = Question(order_number=key, more={"account": account} if account else {})
    return [Question(id=reference), by_number] if reference else [by_number]


def join(key: str, found: Sequence[Node]) -> dict[str, Any] | None:
    """The order by its id, with the parcels of the info endpoint; what that tells of a person counts as blotted out."""
    ours = [one for one in found if text(one, "order_number") in (key, None)]
    if not ours:
        return None
    together: dict[str, Any] = {}
    for one in ours:
        from_info = isinstance(one.get("trackings"), list)
        for name, value in one.items():
            if from_info and name in _PERSONAL:
                together.setdefault(name, _BLOTTED if value else None)
            elif name not in together:
                together[name] = value
    return together


def held(payload: Node, told: Node) -> Iterator[Held]:
    """Every value of the request with what parcelLab holds, by the paths that a mapping writes."""
    for one in _held(payload, told):
        yield replace(one, twins=tuple(twins(one.path, payload)))


def _held(payload: Node, told: Node) -> Iterator[Held]:
    yield from leaves("", {name: value for name, value in payload.items() if name not in _APART}, told)
    email = payload.get("recipient_email")
    there = told.get("recipient_email", NOT_TOLD)
    yield from leaf("recipient_email", email, email if email == UNSET and not there else there)
    yield from _attributes(payload, told.get("additional_attributes", NOT_TOLD))
    articles = list(listed(told, "articles_order")) if "articles_order" in told else None
    yield from _articles("articles_order", payload.get("articles_order"), articles)
    yield from _mutations(payload, told)


def _attributes(payload: Node, told: Any) -> Iterator[Held]:
    """A list of keys and values as it is sent; told as such, or as an object."""
    if isinstance(told, list):
        told = {one.get("key"): one.get("value") for one in told if isinstance(one, Mapping)}
    for one in listed(payload, "additional_attributes"):
        name = str(one.get("key"))
        value = told.get(name, MISSING) if isinstance(told, Mapping) else NOT_TOLD
        yield from leaf(f"additional_attributes.{name}", one.get("value"), value)


def _articles(path: str, sent: Any, told: list[Node] | None) -> Iterator[Held]:
    for index, article in enumerate(sent if isinstance(sent, list) else ()):
        there = named(told, line_item_id=article.get("line_item_id")) if told is not None else NOT_TOLD
        yield from leaves(f"{path}.{index}", article, there)


def _mutations(payload: Node, told: Node) -> Iterator[Held]:
    parcels = list(listed(told, "trackings")) if isinstance(told.get("trackings"), list) else None
    for index, mutation in enumerate(listed(payload, "mutations")):
        if mutation.get("type") == "cancel_order":
            cancelled = told.get("cancelled_date", NOT_TOLD)
            yield from leaf(
                "cancel_order", True, True if cancelled and cancelled is not NOT_TOLD else cancelled
            )
        elif isinstance(mutation.get("tracking"), Mapping):
            yield from _parcel(f"trackings.{index}", mutation["tracking"], parcels)


def _parcel(path: str, sent: Node, parcels: list[Node] | None) -> Iterator[Held]:
    own = {name: value for name, value in sent.items() if name != "articles"}
    if parcels is None:
        yield from leaves(path, own, NOT_TOLD)
        return
    there = next(
        (
            one
            for one in parcels
            if one.get("tracking_number") == sent.get("tracking_number")
            and _courier(one) in (sent.get("courier"), NOT_TOLD)
        ),
        None,
    )
    yield from leaves(path, own, there, {"courier": _courier})
    if there is not None:
        articles = list(listed(there, "articles")) if "articles" in there else None
        yield from _articles(f"{path}.articles", sent.get("articles"), articles)


def _courier(parcel: Node) -> Any:
    return text(group(parcel, "courier_info"), "courier") or text(parcel, "courier") or NOT_TOLD
