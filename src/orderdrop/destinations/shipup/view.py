"""An order of Shipup's in the words of every destination, as a person wants to see it.

Source: Shipup reference, "Get order index" and "Expanding responses": what was not expanded is a stub.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from orderdrop.destinations.readback import Contents, OrderView, ParcelView, TrackingEvent
from orderdrop.destinations.told import day, group, lines, listed, moment, number, text


def order_view(told: Mapping[str, Any]) -> OrderView:
    """What a person wants to see of an order; stubs show nothing, and nothing of them is asked for."""
    fulfillments = list(listed(told, "fulfillments"))
    address = group(told, "shipping_address")
    named = (group(fulfillment, "shipping_address") for fulfillment in fulfillments)
    loose = [told, *fulfillments]
    return OrderView(
        number=text(told, "order_number", "merchant_id"),
        reference=text(told, "id"),
        email=text(told, "email"),
        ordered_at=moment(told, "ordered_at"),
        status="canceled" if told.get("canceled") is True else _status(fulfillments),
        address=_address(address) or next(filter(None, map(_address, named)), ()),
        contents=tuple(content for node in loose for content in _contents(node)),
        parcels=tuple(_parcel(one) for part in fulfillments for one in listed(part, "trackers")),
    )


def _status(fulfillments: list[Mapping[str, Any]]) -> str | None:
    codes = dict.fromkeys(filter(None, (text(one, "status_code") for one in fulfillments)))
    return ", ".join(codes) or None


def _address(told: Mapping[str, Any]) -> tuple[str, ...]:
    return lines(
        text(told, "name") or " ".join(lines(text(told, "first_name"), text(told, "last_name"))) or None,
        text(told, "company_title"),
        text(told, "address1"),
        text(told, "address2"),
        " ".join(lines(text(told, "zip"), text(told, "city"), text(told, "state"))),
        text(told, "country", "country_code"),
    )


def _parcel(told: Mapping[str, Any]) -> ParcelView:
    events = sorted(map(_event, listed(told, "events")), key=lambda pair: pair[0])
    return ParcelView(
        tracking_number=text(told, "tracking_number"),
        carrier=text(group(told, "carrier"), "name", "code")
        or text(told, "untracked_carrier_name", "carrier_code"),
        status=text(told, "delivery_status_code"),
        expected_delivery=_expected(told),
        tracking_link=text(told, "tracking_link", "untracked_carrier_url"),
        contents=tuple(_contents(told)),
        events=tuple(event for _, event in events),
    )


def _expected(told: Mapping[str, Any]) -> str | None:
    start = day(told, "displayable_expected_delivery_start_date")
    end = day(told, "displayable_expected_delivery_end_date")
    if start and end and start != end:
        return f"{start} to {end}"
    return (
        day(told, "displayable_expected_delivery_date", "displayable_expected_delivery_datetime")
        or start
        or end
    )


def _event(told: Mapping[str, Any]) -> tuple[tuple[float, float], TrackingEvent]:
    """An event and its place in the row: by time, and by id where times are equal, for ids grow."""
    at = moment(told, "happened_at")
    where = group(told, "address")
    event = TrackingEvent(
        text=text(told, "message", "event_type_code") or "?",
        at=at,
        code=text(told, "event_type_code"),
        where=", ".join(lines(text(where, "city"), text(where, "country", "country_code"))) or None,
    )
    return (at.timestamp() if at else 0.0, number(told, "id") or 0.0), event


def _contents(told: Mapping[str, Any]) -> Iterator[Contents]:
    for item in listed(told, "line_items"):
        shown = Contents(
            name=text(item, "name")
            or " ".join(lines(text(item, "title"), text(item, "variant_title")))
            or None,
            sku=text(item, "sku", "merchant_id"),
            quantity=number(item, "shipped_quantity")
            if item.get("shipped_quantity") is not None
            else number(item, "quantity"),
        )
        if shown != Contents():  # a stub
            yield shown
