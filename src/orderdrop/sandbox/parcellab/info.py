"""GET /v4/track/orders/info/: the customer-facing projection of one order, found in one of six ways.

Ways and parameters: parcelLab, "Order status information". Of the answer only the paths
`trackings[].checkpoints[].status_code`, `trackings[].courier_info.courier` and
`trackings[].reporting_info.contacted_with_messages` are known, that personal data is blotted out, and that the
additional attributes are an object; the rest is an assumption.
"""

from typing import Any
from urllib.parse import parse_qsl

from orderdrop.sandbox.parcellab.store import Parcel, ParcelOrder, Store

# Each way to find an order: the parameters that it needs.
WAYS = (
    ("order_number", "account"),
    ("external_order_id", "account"),
    ("external_reference", "account"),
    ("tracking_number", "courier"),
    ("customer_number", "account"),
    ("recipient_email", "account"),
)
BLOT = "***"
_SHOWN = (
    *("account", "order_number", "external_reference", "client_key", "order_status", "order_date"),
    *("destination_country_iso3", "language_iso2", "delivery_method", "order_currency", "order_total_amount"),
    *("announced_delivery_date", "announced_delivery_date_min", "announced_delivery_date_max"),
    *("has_multiple_shipments", "cancelled_date", "cancelled_reason", "timezone"),
)
_PERSONAL = ("recipient_name", "recipient_email", "recipient_phone", "customer_number")


class LookupRefused(ValueError):  # noqa: N818 - the caller's question is at fault, not the program
    """The parameters do not make one way to find an order; the text names all six."""


def find(store: Store, query: str) -> ParcelOrder | None:
    """Return the newest order that the query names, None if there is none; raises `LookupRefused`."""
    asked = {name: value for name, value in parse_qsl(query) if value}
    way = _way(asked)
    for order in reversed(list(store.all())):
        if _meets(order, asked, way) and _verified(order, asked):
            return order
    return None


def show(order: ParcelOrder) -> dict[str, Any]:
    """Return the order as its customer may see it."""
    fields = order.fields
    attributes = fields.get("additional_attributes") or ()
    return {
        "external_id": order.external_id,
        **{name: fields.get(name) for name in _SHOWN},
        **{name: BLOT if fields.get(name) else None for name in _PERSONAL},
        "additional_attributes": {one["key"]: one["value"] for one in attributes},
        "articles_order": fields.get("articles_order") or [],
        "trackings": [_parcel(parcel) for parcel in order.parcels.values()],
    }


def _parcel(parcel: Parcel) -> dict[str, Any]:
    newest = parcel.checkpoints[-1] if parcel.checkpoints else None
    return {
        "tracking_number": parcel.tracking_number,
        "courier_info": {"courier": parcel.courier, "name": parcel.courier.replace("-", " ").title()},
        "delivery_number": parcel.sent.get("delivery_number"),
        "is_return": bool(parcel.sent.get("is_return")),
        "cancelled_date": parcel.sent.get("cancelled_date"),
        "articles": parcel.sent.get("articles") or [],
        "checkpoints": parcel.checkpoints,
        "last_delivery_status": None if newest is None else {"status_code": newest["status_code"]},
        "reporting_info": {"contacted_with_messages": parcel.messages},
    }


def _way(asked: dict[str, str]) -> tuple[str, str]:
    ways = [way for way in WAYS if way[0] in asked]
    if len(ways) > 1:
        # An e-mail address beside another way is for verification.
        ways = [way for way in ways if way[0] != "recipient_email"]
    if len(ways) != 1 or not set(ways[0]) <= asked.keys():
        known = "; ".join(f"{first} and {second}" for first, second in WAYS)
        raise LookupRefused(f"Provide exactly one of these sets of parameters: {known}.")
    return ways[0]


def _meets(order: ParcelOrder, asked: dict[str, str], way: tuple[str, str]) -> bool:
    if "account" in asked and str(order.fields["account"]) != asked["account"]:
        return False
    wanted = asked[way[0]]
    match way[0]:
        case "tracking_number":
            return (asked["courier"], wanted) in order.parcels
        case "external_order_id":
            return order.external_id == wanted
        case name:
            return bool(order.fields.get(name) == wanted)


def _verified(order: ParcelOrder, asked: dict[str, str]) -> bool:
    client, email, postcode = (asked.get(name) for name in ("client", "recipient_email", "postal_code"))
    known = [(order.fields.get("shipping_address") or {}).get("postal_code")]
    known += [parcel.sent.get("recipient_postal_code") for parcel in order.parcels.values()]
    return (
        (client is None or order.fields.get("client_key") == client)
        and (email is None or order.fields.get("recipient_email") == email)
        and (postcode is None or postcode in known)
    )
