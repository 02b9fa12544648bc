"""What the stand-in keeps: orders found by number within their account, their parcels by courier and number.

An update merges: a key that is sent overwrites, one that is left out stays (parcelLab, "Create or update an
order"). What a list that is sent again does is not published (setting `lists`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

ParcelKey = tuple[str, str]
# How the elements of a list are told apart when lists join instead of replacing each other.
_LIST_KEYS = {
    "articles_order": "line_item_id",
    "articles": "line_item_id",
    "additional_attributes": "key",
    "additional_recipients": "role",
}


@dataclass(slots=True, kw_only=True)
class Parcel:
    """A tracking: what was sent of it, and what its carrier reported since."""

    courier: str
    tracking_number: str
    order: "ParcelOrder"
    sent: dict[str, Any] = field(default_factory=dict)
    checkpoints: list[dict[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def key(self) -> ParcelKey:
        """What makes a parcel the same one, in whichever order."""
        return self.courier, self.tracking_number


@dataclass(slots=True, kw_only=True)
class ParcelOrder:
    """An order: its fields as last read, its parcels, and how often it was sent after it was created."""

    seq: int
    external_id: str
    created_at: float
    updates: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    parcels: dict[ParcelKey, Parcel] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """The customer-facing order number."""
        number: str = self.fields["order_number"]
        return number

    def quantities(self) -> dict[str, int]:
        """Return how many of each line were ordered, where the line says so."""
        lines = self.fields.get("articles_order") or []
        return {
            line["line_item_id"]: line["quantity"]
            for line in lines
            if {"line_item_id", "quantity"} <= line.keys()
        }


class Store:
    """All orders, in memory, oldest first."""

    def __init__(self, *, now: Callable[[], float], new_uuid: Callable[[], str]) -> None:
        self._now = now
        self._new_uuid = new_uuid
        self._orders: list[ParcelOrder] = []
        self._by_id: dict[str, ParcelOrder] = {}
        self._by_number: dict[tuple[int, str], ParcelOrder] = {}
        self._parcels: dict[ParcelKey, Parcel] = {}

    def clear(self) -> None:
        """Forget everything and count from 1 again."""
        self._orders.clear()
        self._by_id.clear()
        self._by_number.clear()
        self._parcels.clear()

    def __len__(self) -> int:
        return len(self._orders)

    def all(self) -> Iterator[ParcelOrder]:
        """Return every order, oldest first."""
        return iter(self._orders)

    def by_id(self, external_id: str) -> ParcelOrder | None:
        """Return the order of this id."""
        return self._by_id.get(external_id)

    def by_number(self, account: int | None, number: str) -> ParcelOrder | None:
        """Return the account's order of this number; without an account, the only one there is."""
        if account is not None:
            return self._by_number.get((account, number))
        found = [order for (_, known), order in self._by_number.items() if known == number]
        return found[0] if len(found) == 1 else None

    def parcel(self, courier: str, tracking_number: str) -> Parcel | None:
        """Return the parcel of this carrier and number."""
        return self._parcels.get((courier, tracking_number))

    def upsert(self, known: ParcelOrder | None, fields: dict[str, Any], *, join_lists: bool) -> ParcelOrder:
        """Create an order, or merge the fields into the known one."""
        if known is None:
            known = ParcelOrder(
                seq=len(self._orders) + 1, external_id=self._new_uuid(), created_at=self._now()
            )
            self._orders.append(known)
            self._by_id[known.external_id] = known
        else:
            known.updates += 1
            self._by_number.pop((known.fields["account"], known.number), None)
        merge(known.fields, fields, join_lists=join_lists)
        self._by_number[known.fields["account"], known.number] = known
        return known

    def add_parcel(self, order: ParcelOrder, tracking: dict[str, Any], *, join_lists: bool) -> Parcel:
        """Attach a parcel to the order, or merge into the one that is there."""
        key = (tracking["courier"], tracking["tracking_number"])
        parcel = order.parcels.get(key)
        if parcel is None:
            parcel = Parcel(courier=key[0], tracking_number=key[1], order=order)
            order.parcels[key] = self._parcels[key] = parcel
        merge(parcel.sent, tracking, join_lists=join_lists)
        return parcel


def merge(stored: dict[str, Any], sent: dict[str, Any], *, join_lists: bool) -> None:
    """Lay the sent fields over the stored ones."""
    for name, value in sent.items():
        known = stored.get(name)
        if join_lists and isinstance(value, list) and isinstance(known, list):
            stored[name] = _joined(known, value, _LIST_KEYS.get(name))
        else:
            stored[name] = value


def _joined(known: list[Any], sent: list[Any], key: str | None) -> list[Any]:
    if key is None:
        return [*known, *[one for one in sent if one not in known]]
    places = {one.get(key): n for n, one in enumerate(known)}
    joined = list(known)
    for one in sent:
        place = places.get(one.get(key)) if one.get(key) is not None else None
        if place is None:
            joined.append(one)
        else:
            joined[place] = {**joined[place], **one}
    return joined
