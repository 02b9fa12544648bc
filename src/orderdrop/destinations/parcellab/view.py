"""An order of parcelLab's in the words of every destination, as a person wants to see it.

What an order looks like in an answer is not documented: everything is read without trust.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from orderdrop.destinations.readback import Contents, OrderView, ParcelView, TrackingEvent
from orderdrop.destinations.told import day, group, lines, listed, moment, number, text


def order_view(told: Mapping[str, Any]) -> OrderView:
    """What a person wants to see of an order, whichever endpoint told it."""
    address = group(told, "shipping_address")
    parcels = [*listed(told, "trackings"), *_parcels_in_mutations(told)]
    status = told.get("order_status")
    return OrderView(
        number=text(told, "order_number"),
        reference=text(told, "external_id", "id"),
        email=text(told, "recipient_email"),
        ordered_at=moment(told, "order_date"),
        status=text(told, "order_status") or text(status, "name", "code"),
        address=lines(
            " ".join(lines(text(address, "first_name"), text(address, "last_name")))
            or text(told, "recipient_name"),
            text(address, "address_line"),
            " ".join(lines(text(address, "postal_code"), text(address, "city"))),
            text(address, "country_iso3") or text(told, "destination_country_iso3"),
        ),
        contents=()
        if any(parcel.get("articles") for parcel in parcels)
        else _contents(told, "articles_order"),
        parcels=tuple(_parcel(parcel, told) for parcel in parcels),
    )


def _parcels_in_mutations(told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The echo of a PUT and the orders of the list have no trackings; what was added is in their mutations."""
    if isinstance(told.get("trackings"), list):
        return
    for mutation in listed(told, "mutations"):
        if isinstance(mutation.get("tracking"), Mapping):
            yield mutation["tracking"]


def _parcel(parcel: Mapping[str, Any], order: Mapping[str, Any]) -> ParcelView:
    carrier = group(parcel, "courier_info")
    events = sorted(
        map(_event, listed(parcel, "checkpoints")),
        key=lambda event: event.at.timestamp() if event.at else 0.0,
    )
    latest = events[-1] if events else None
    return ParcelView(
        tracking_number=text(parcel, "tracking_number"),
        carrier=text(carrier, "prettyname", "name", "courier") or text(parcel, "courier"),
        status=text(parcel, "status", "last_delivery_status", "status_code")
        or (latest.code if latest else None),
        expected_delivery=day(parcel, "announced_delivery_date", "expected_delivery_date")
        or _range(parcel)
        or day(order, "announced_delivery_date")
        or _range(order),
        tracking_link=text(carrier, "trackingurl", "tracking_url")
        or text(parcel, "tracking_url", "tracking_link"),
        contents=_contents(parcel, "articles"),
        events=tuple(events),
    )


def _range(told: Mapping[str, Any]) -> str | None:
    first, last = day(told, "announced_delivery_date_min"), day(told, "announced_delivery_date_max")
    return f"{first} to {last}" if first and last and first != last else first or last


def _event(checkpoint: Mapping[str, Any]) -> TrackingEvent:
    code = text(checkpoint, "status_code", "status", "code")
    return TrackingEvent(
        text=text(checkpoint, "status_text", "shortcut_text", "text", "message", "description")
        or code
        or "?",
        at=moment(checkpoint, "timestamp", "event_timestamp", "date", "created_at"),
        code=code,
        where=text(checkpoint, "location", "city", "location_name"),
    )


def _contents(told: Mapping[str, Any], name: str) -> tuple[Contents, ...]:
    return tuple(
        Contents(
            name=text(article, "article_name", "articleName"),
            sku=text(article, "sku", "articleNo", "line_item_id"),
            quantity=number(article, "quantity"),
        )
        for article in listed(told, name)
    )
