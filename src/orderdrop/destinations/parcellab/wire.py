"""From the order that a mapping wrote to the body of the PUT: parcels become mutations, items are told twice.

Source: parcelLab documentation, "Full order API spec" (mutations, nested objects, additional attributes). That
confirmation mails read `articles_order` and shipment mails and returns read a tracking's `articles` is known from use:
so an article in a parcel is repeated in the order, and articles of the order in its only parcel.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from orderdrop.destinations.base import Fitted, PathProblem
from orderdrop.destinations.parcellab.payloads import REQUIRED_OF_AN_ADDRESS, Order

_ADDRESSES = ("shipping_address", "billing_address")
_OWN = frozenset({*_ADDRESSES, "articles_order", "trackings", "additional_attributes", "cancel_order"})


def body_of(order: Order) -> bytes | Fitted:
    """The JSON of the PUT, equal for equal orders; with remarks where something had to be left out."""
    told: dict[str, Any] = order.model_dump(exclude_none=True)
    remarks: list[PathProblem] = []
    body = {name: value for name, value in told.items() if name not in _OWN}
    parcels = [dict(parcel) for parcel in told.get("trackings", ())]
    _address(told, body, parcels, remarks)
    if (billing := told.get("billing_address")) and not (lacks := _missing(billing)):
        body["billing_address"] = billing
    elif billing:
        remarks.append(_left_out("billing_address", lacks, ""))
    if told.get("additional_attributes"):
        attributes = sorted(told["additional_attributes"].items())
        body["additional_attributes"] = [{"key": key, "value": value} for key, value in attributes]
    remarks += _items(told.get("articles_order", []), parcels, body)
    mutations: list[dict[str, Any]] = [{"type": "add_tracking", "tracking": parcel} for parcel in parcels]
    if told.get("cancel_order"):
        mutations.append({"type": "cancel_order"})
    if mutations:
        body["mutations"] = mutations
    sent = orjson.dumps(body)
    return Fitted(body=sent, remarks=tuple(remarks)) if remarks else sent


def completed(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with the order's country taken from its address where only that has one."""
    address = payload.get("shipping_address")
    country = address.get("country_iso3") if isinstance(address, Mapping) else None
    if country is None or "destination_country_iso3" in payload:
        return dict(payload)
    return {**payload, "destination_country_iso3": country}


def _address(
    told: Mapping[str, Any], body: dict[str, Any], parcels: list[dict[str, Any]], remarks: list[PathProblem]
) -> None:
    address = told.get("shipping_address")
    if not address:
        return
    lacks = _missing(address)
    if not lacks:
        body["shipping_address"] = address
        return
    name = " ".join(address[part] for part in ("first_name", "last_name") if part in address)
    if name:
        body.setdefault("recipient_name", name)
    where = ""
    if "postal_code" in address and parcels:
        for parcel in parcels:
            parcel.setdefault("recipient_postal_code", address["postal_code"])
        where = (
            " The postcode went with the parcels."
            if len(parcels) > 1
            else " The postcode went with the parcel."
        )
    remarks.append(_left_out("shipping_address", lacks, where))


def _missing(address: Mapping[str, Any]) -> list[str]:
    return [part for part in REQUIRED_OF_AN_ADDRESS if part not in address]


def _left_out(place: str, lacks: list[str], where: str) -> PathProblem:
    verb = "is" if len(lacks) == 1 else "are"
    return PathProblem(
        path=f"{place}.{lacks[0]}",
        message=f"{' and '.join(lacks)} {verb} missing, and parcelLab takes whole addresses only: "
        f"the {place.replace('_', ' ')} was left out.{where}",
    )


def _items(
    ordered: list[dict[str, Any]], parcels: list[dict[str, Any]], body: dict[str, Any]
) -> Iterator[PathProblem]:
    """Say the items in both places; an article keeps its position in the list that the mapping filled."""
    packed = [article for parcel in parcels for article in parcel.get("articles", ())]
    if packed:
        body["articles_order"] = _with_packed(ordered, parcels)
        return
    if ordered:
        body["articles_order"] = ordered
    shipped = [parcel for parcel in parcels if not parcel.get("is_return")]
    if ordered and len(shipped) == 1:
        shipped[0]["articles"] = ordered
    elif ordered and shipped:
        yield PathProblem(
            path=None,
            message=f"Nothing says which article is in which of the {len(shipped)} parcels, so the messages about them "
            "show none. Let the mapping fill trackings.articles instead of articles_order.",
        )


def _with_packed(ordered: list[dict[str, Any]], parcels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The order's articles and those of its parcels; what is in several parcels is counted together, returns apart."""
    found = {article["line_item_id"]: dict(article) for article in ordered}
    stated = frozenset(found)
    counted: set[str] = set()
    for parcel in sorted(parcels, key=lambda parcel: bool(parcel.get("is_return"))):
        for article in parcel.get("articles", ()):
            name = article["line_item_id"]
            known = found.setdefault(name, {})
            again = name in counted and name not in stated and not parcel.get("is_return")
            if again and "quantity" in known and "quantity" in article:
                known["quantity"] += article["quantity"]
            found[name] = {**article, **known}
            counted.add(name)
    return list(found.values())
