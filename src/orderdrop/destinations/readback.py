"""What a destination that can be read back is to the rest: questions, and orders as a person wants to see them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import httpx

from orderdrop.destinations.base import AccountOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A stretch of time: at a moment, or after and before moments; None leaves a side open. Moments have a zone."""

    at: datetime | None = None
    gt: datetime | None = None
    gte: datetime | None = None
    lt: datetime | None = None
    lte: datetime | None = None

    def given(self) -> dict[str, datetime]:
        """What was said, by name."""
        named = {"at": self.at, "gt": self.gt, "gte": self.gte, "lt": self.lt, "lte": self.lte}
        return {name: moment for name, moment in named.items() if moment is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which orders to read back; nothing said asks for all of them. No system answers every question.

    `id` is the system's own name of one order. `above` and `below` are ids to begin behind. `ordering` is a field's
    name, "-" before it for the newest first. `more` holds what only one system knows, by its own parameter names.
    """

    id: str | None = None
    order_number: str | None = None
    email: str | None = None
    tracking_number: str | None = None
    courier: str | None = None
    created: Bounds | None = None
    ordered: Bounds | None = None
    above: int | None = None
    below: int | None = None
    ordering: str | None = None
    expand: tuple[str, ...] | None = None  # None: what a person wants to see
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """An article of an order or a parcel, and how many of it."""

    name: str | None = None
    sku: str | None = None
    quantity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingEvent:
    """Something that happened to a parcel; `at` is as exact as the system told it."""

    text: str
    at: datetime | None = None
    code: str | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelView:
    """One parcel as a person asks about it; events in the order in which they happened."""

    tracking_number: str | None = None
    carrier: str | None = None
    status: str | None = None
    expected_delivery: str | None = None
    tracking_link: str | None = field(default=None, repr=False)  # whoever has it sees the recipient
    contents: tuple[Contents, ...] = ()
    events: tuple[TrackingEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One order as a person wants it when a customer asks where the parcel is; None: the system did not say."""

    number: str | None = None
    reference: str | None = None
    email: str | None = None
    ordered_at: datetime | None = None
    status: str | None = None
    address: tuple[str, ...] = ()  # lines
    contents: tuple[Contents, ...] = ()  # what is in no parcel yet
    parcels: tuple[ParcelView, ...] = ()


class Reader(Protocol):
    """One account of a destination, read."""

    def fetch(self, question: Question) -> Iterator[dict[str, Any]]:
        """The orders as the system tells them, one at a time, pages asked for as they are needed.

        Raises UsageError for a question that the system does not answer, with the reason, before anything is asked;
        SetupError for an account that may not read; DestinationUnavailable when the system does not answer.
        """

    def as_person_sees(self, told: Mapping[str, Any]) -> OrderView:
        """One fetched order in the words of this module; never raises, whatever is null, a stub or new."""

    def close(self) -> None:
        """Let go of connections."""


@runtime_checkable
class Readable(Protocol):
    """A destination that can be read back."""

    def reader(self, account: AccountOptions, transport_factory: Callable[[], httpx.BaseTransport]) -> Reader:
        """An account's reader, no faster than the account's limits."""
