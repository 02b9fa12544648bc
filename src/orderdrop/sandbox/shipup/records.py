"""What the stand-in keeps of an order, and what it concludes from it.

Uniqueness: orders by merchant_id in the account; fulfillments and line items by merchant_id, trackers by
tracking_number, within their order (assumption: the reference names the keys but not their scope).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Record:
    """Anything stored: `sent` holds the plain fields as last sent, null where null was sent."""

    id: int
    uuid: str
    created_at: int
    updated_at: int
    sent: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class LineItem(Record):
    """A line item and its one place: the order, a fulfillment, or one or more trackers.

    `shipped` gives, for each tracker's record id, the quantity it carries; None means all of it.
    """

    merchant_id: str
    fulfillment: str | None = None
    shipped: dict[int, int | None] = field(default_factory=dict)

    @property
    def canceled(self) -> bool | None:
        """The flag as sent, forced to true once canceled_quantity reaches quantity."""
        quantity, gone = self.sent.get("quantity"), self.sent.get("canceled_quantity")
        if quantity is not None and gone is not None and gone >= quantity:
            return True
        flag: bool | None = self.sent.get("canceled")
        return flag

    @property
    def wholly_shipped(self) -> bool:
        """Whether the trackers carry all that was not canceled."""
        carried = [quantity for quantity in self.shipped.values() if quantity is not None]
        if not self.shipped or len(carried) < len(self.shipped):
            return bool(self.shipped)
        quantity = self.sent.get("quantity")
        return quantity is None or sum(carried) >= quantity - (self.sent.get("canceled_quantity") or 0)


@dataclass(slots=True, kw_only=True)
class Event:
    """What a carrier reported of a parcel; `address` is shown as it was given, id and all."""

    id: int
    event_type_code: str | None
    happened_at: int
    message: str | None
    raw: str | None
    messages: dict[str, str]
    address: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class Notification:
    """A message to the customer, with its type and what was sent of it, ready to be shown."""

    id: int
    created_at: int
    language_code: str | None
    payloads: list[dict[str, Any]]
    type: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Tracker(Record):
    """A parcel; `fulfillment` is the merchant_id of the fulfillment it was last sent under.

    `progress` holds what only the vendor fills in, by the names under which it is shown.
    """

    tracking_number: str
    fulfillment: str
    progress: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Fulfillment(Record):
    """A shipment of the order, with an address of its own or None."""

    merchant_id: str
    address: Record | None = None
    notifications: list[Notification] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Order(Record):
    """An order with all its parts, and how often it was sent after it was created."""

    merchant_id: str
    updates: int = 0
    ordered_at: int | None = None
    address: Record | None = None
    items: dict[str, LineItem] = field(default_factory=dict)
    fulfillments: dict[str, Fulfillment] = field(default_factory=dict)
    trackers: dict[str, Tracker] = field(default_factory=dict)
    notifications: list[Notification] = field(default_factory=list)

    @property
    def canceled(self) -> bool:
        """The flag as last sent; false is the documented default."""
        return bool(self.sent.get("canceled"))

    def trackers_of(self, fulfillment: Fulfillment) -> list[Tracker]:
        """Return the parcels of one fulfillment."""
        return [one for one in self.trackers.values() if one.fulfillment == fulfillment.merchant_id]

    def unfulfilled(self) -> list[LineItem]:
        """Return the items that are still in the order itself."""
        return [item for item in self.items.values() if item.fulfillment is None and not item.shipped]

    def unshipped(self, fulfillment: Fulfillment) -> list[LineItem]:
        """Return the items that lie in the fulfillment, in no parcel yet."""
        here = fulfillment.merchant_id
        return [item for item in self.items.values() if item.fulfillment == here and not item.shipped]

    def shipped_in(self, tracker: Tracker) -> list[LineItem]:
        """Return the items that the parcel carries, all or part of."""
        return [item for item in self.items.values() if tracker.id in item.shipped]

    def status_of(self, fulfillment: Fulfillment) -> str | None:
        """Return the status as sent, unless the items force another one.

        All canceled: canceled; all others in parcels: shipped; some of them: partially_shipped
        (Shipup reference, fulfillment statuses).
        """
        items = list(self._items_of(fulfillment))
        open_items = [item for item in items if not item.canceled]
        if self.canceled or (items and not open_items):
            return "canceled"
        if open_items and all(item.wholly_shipped for item in open_items):
            return "shipped"
        if any(item.shipped for item in open_items):
            return "partially_shipped"
        sent: str | None = fulfillment.sent.get("status_code")
        return sent

    def _items_of(self, fulfillment: Fulfillment) -> Iterator[LineItem]:
        parcels = {tracker.id for tracker in self.trackers_of(fulfillment)}
        for item in self.items.values():
            if parcels & item.shipped.keys() or (
                item.fulfillment == fulfillment.merchant_id and not item.shipped
            ):
                yield item
