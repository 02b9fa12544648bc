"""Reads deliveries back. Source: Shippify API reference, "Get delivery information" and "Statuses".

Shippify tells one delivery at a time, by its id or `referenceId`; it has no list.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final
from urllib.parse import quote

import httpx

from orderdrop.destinations.asking import Asking
from orderdrop.destinations.base import AccountOptions
from orderdrop.destinations.comparing import Held
from orderdrop.destinations.readback import Contents, OrderView, ParcelView, Question, TrackingEvent
from orderdrop.destinations.shippify import held as places
from orderdrop.destinations.shippify.client import PUBLISHED, headers_of, secrets_of
from orderdrop.destinations.told import day, group, lines, moment, number, text
from orderdrop.errors import UsageError

_ANSWERED = ("id", "order_number", "expand")
_NOT_THERE: Final = object()


class ShippifyReader:
    """One Shippify account, read; for one thread."""

    def __init__(self, account: AccountOptions, transport_factory: Callable[[], httpx.BaseTransport]) -> None:
        self._asking = Asking(
            account,
            transport_factory,
            who="Shippify",
            headers=headers_of(account),
            limits=account.limits(PUBLISHED),
            secrets=secrets_of(account),
        )

    def fetch(self, question: Question) -> Iterator[dict[str, Any]]:
        """The delivery of an id or `referenceId`; nothing when Shippify does not know it. See `Reader.fetch`."""
        name = _name_in(question)
        return self._one(name)

    def as_person_sees(self, told: Mapping[str, Any]) -> OrderView:
        """One delivery: its parcel is the delivery itself."""
        recipient, dropoff = group(told, "recipient"), group(told, "dropoff")
        place = group(dropoff, "location")
        status = text(told, "status_lang", "_status", "status")
        return OrderView(
            number=text(told, "referenceId"),
            reference=text(told, "id"),
            email=text(recipient, "email"),
            status=status,
            address=lines(text(recipient, "name"), text(place, "address"), text(place, "instructions")),
            parcels=(
                ParcelView(
                    tracking_number=text(told, "id"),
                    carrier=text(group(group(told, "courier"), "info"), "shipperName"),
                    status=status,
                    expected_delivery=day(dropoff, "date"),
                    contents=tuple(_contents(told)),
                    events=tuple(_events(told)),
                ),
            ),
        )

    def questions(self, key: str, reference: str | None, payload: Mapping[str, Any] | None) -> list[Question]:  # noqa: ARG002 - the port's signature
        """By Shippify's own id where it is known, for several deliveries may have one `referenceId`."""
        return [Question(id=reference) if reference else Question(order_number=key)]

    def joined(self, key: str, found: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        """The delivery of this `referenceId`, or of this id."""
        return next((dict(one) for one in found if key in (text(one, "referenceId"), text(one, "id"))), None)

    def held(self, payload: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Held]:
        """Every value of a delivery as it was sent, with what Shippify holds in its place."""
        return places.held(payload, told)

    def close(self) -> None:
        """Let go of connections."""
        self._asking.close()

    def _one(self, name: str) -> Iterator[dict[str, Any]]:
        said = self._asking.get(f"/v1/deliveries/{quote(name, safe='')}/complete", missing=_NOT_THERE)
        if isinstance(said, dict):
            yield said


def _name_in(question: Question) -> str:
    asked = [
        one.name for one in fields(question) if one.name not in _ANSWERED and getattr(question, one.name)
    ]
    names = [name for name in (question.id, question.order_number) if name]
    if asked or len(names) != 1:
        what = f" It cannot be asked by {', '.join(asked).replace('_', ' ')}." if asked else ""
        raise UsageError(
            f"Shippify tells one delivery at a time, by its id or its referenceId.{what}",
            next_step="Name one delivery: its Shippify id, or the order number, which is its referenceId.",
        )
    return names[0]


def _contents(told: Mapping[str, Any]) -> Iterator[Contents]:
    for item in places.items_of(told):
        yield Contents(name=text(item, "name"), sku=text(item, "id"), quantity=number(item, "qty"))


def _events(told: Mapping[str, Any]) -> Iterator[TrackingEvent]:
    """The last thing that happened; Shippify tells no more."""
    status = text(told, "status_lang", "_status", "status")
    if status is not None:
        why = text(told, "problem_note", "reasonText")
        yield TrackingEvent(
            text=f"{status}: {why}" if why else status,
            at=moment(told, "lastStatusDate"),
            code=text(told, "_status"),
        )
