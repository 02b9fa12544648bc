"""Creates and updates orders the way Shipup describes: found by id and merged, never deleted by omission.

A field that is sent as null becomes null; one that is left out stays (assumption: the reference is silent
on both). Only valid payloads may come here.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from orderdrop.sandbox.shipup.fields import ADDRESS, FULFILLMENT, LINE_ITEM, ORDER, TRACKER, Shape
from orderdrop.sandbox.shipup.moments import unix_seconds
from orderdrop.sandbox.shipup.records import Fulfillment, LineItem, Order, Record, Tracker
from orderdrop.sandbox.shipup.ruby import ruby_text

_DEFAULTS: dict[str, dict[str, Any]] = {
    "order": {"canceled": False, "mute_notifications": False},
    "tracker": {"mute_notifications": False},
}


class Store:
    """All orders of the account, in memory; ids of each kind of object grow from 1."""

    def __init__(self, *, now: Callable[[], float], new_uuid: Callable[[], str]) -> None:
        self._now = now
        self._new_uuid = new_uuid
        self._orders: dict[str, Order] = {}
        self._by_id: dict[int, Order] = {}
        self._ids: list[int] = []
        self._found_by: dict[str, dict[str, set[int]]] = {}
        self._last_ids: dict[str, int] = {}
        self.clear()

    def clear(self) -> None:
        """Forget every order and count ids from 1 again."""
        self._orders.clear()
        self._by_id.clear()
        self._ids.clear()
        self._found_by = {"email": defaultdict(set), "order_number": defaultdict(set)}
        self._last_ids.clear()

    def all(self) -> Iterator[Order]:
        """Return every order, oldest first."""
        return iter(self._orders.values())

    def __len__(self) -> int:
        return len(self._orders)

    def get(self, merchant_id: str) -> Order | None:
        """Return the order of this id."""
        return self._orders.get(merchant_id)

    def next_id(self, kind: str) -> int:
        """Return the next free id of this kind of object."""
        number = self._last_ids[kind] = self._last_ids.get(kind, 0) + 1
        return number

    def known_quantities(self, merchant_id: Any) -> dict[str, int]:
        """Return the quantity stored for each line item of the order, where one was sent."""
        order = self._orders.get(merchant_id) if isinstance(merchant_id, str) else None
        items = order.items.values() if order else ()
        return {
            item.merchant_id: quantity
            for item in items
            if (quantity := item.sent.get("quantity")) is not None
        }

    def walk(
        self, *, above: int | None, below: int | None, newest_first: bool, where: dict[str, str]
    ) -> Iterator[Order]:
        """Yield the orders whose id lies between the two, in the asked order; `where` is email or order_number."""
        ids = self._ids
        if where:
            ids = sorted(
                set.intersection(*(self._found_by[name].get(text, set()) for name, text in where.items()))
            )
        first = 0 if above is None else bisect_right(ids, above)
        last = len(ids) if below is None else bisect_left(ids, below)
        positions = range(last - 1, first - 1, -1) if newest_first else range(first, last)
        return (self._by_id[ids[position]] for position in positions)

    def upsert(self, payload: dict[str, Any]) -> Order:
        """Create the order or merge the payload into the one with its merchant_id; every part likewise."""
        at = int(self._now())
        order = self._orders.get(payload["merchant_id"])
        if order is None:
            order = self._create(payload["merchant_id"], at)
        else:
            order.updates += 1
        self._merge_order(order, payload, at)
        return order

    def _create(self, merchant_id: str, at: int) -> Order:
        order = Order(merchant_id=merchant_id, **self._fresh("order", at))
        self._orders[merchant_id] = order
        self._by_id[order.id] = order
        self._ids.append(order.id)
        return order

    def _merge_order(self, order: Order, payload: dict[str, Any], at: int) -> None:
        before = {name: order.sent.get(name) for name in self._found_by}
        _merge(order, payload, ORDER, at)
        if payload.get("order_details") is not None:
            order.sent["order_details"] = {
                **(order.sent.get("order_details") or {}),
                **payload["order_details"],
            }
        order.ordered_at = unix_seconds(order.sent.get("ordered_at"))
        self._reindex(order, before)
        order.address = self._address(order.address, payload, at)
        for item in payload.get("line_items") or ():
            self._item(order, item, at)
        for fulfillment in payload.get("fulfillments") or ():
            self._fulfillment(order, fulfillment, at)

    def _reindex(self, order: Order, before: dict[str, Any]) -> None:
        for name, found in self._found_by.items():
            old, new = before[name], order.sent.get(name)
            if old != new:
                if old is not None:
                    found[old].discard(order.id)
                if new is not None:
                    found[new].add(order.id)

    def _fulfillment(self, order: Order, payload: dict[str, Any], at: int) -> None:
        merchant_id = payload["merchant_id"]
        fulfillment = order.fulfillments.get(merchant_id)
        if fulfillment is None:
            fulfillment = Fulfillment(merchant_id=merchant_id, **self._fresh("fulfillment", at))
            order.fulfillments[merchant_id] = fulfillment
        _merge(fulfillment, payload, FULFILLMENT, at)
        fulfillment.address = self._address(fulfillment.address, payload, at)
        for item in payload.get("line_items") or ():
            placed = self._item(order, item, at)
            if not placed.shipped:
                placed.fulfillment = merchant_id
        for tracker in payload.get("trackers") or ():
            self._tracker(order, fulfillment, tracker, at)

    def _tracker(self, order: Order, fulfillment: Fulfillment, payload: dict[str, Any], at: int) -> None:
        number = ruby_text(payload["tracking_number"])
        tracker = order.trackers.get(number)
        if tracker is None:
            fresh = self._fresh("tracker", at)
            tracker = Tracker(tracking_number=number, fulfillment=fulfillment.merchant_id, **fresh)
            order.trackers[number] = tracker
        tracker.fulfillment = fulfillment.merchant_id
        _merge(tracker, payload, TRACKER, at)
        for item in payload.get("line_items") or ():
            _ship(self._item(order, item, at), tracker, item.get("shipped_quantity"))

    def _item(self, order: Order, payload: dict[str, Any], at: int) -> LineItem:
        merchant_id = payload["merchant_id"]
        item = order.items.get(merchant_id)
        if item is None:
            item = LineItem(merchant_id=merchant_id, **self._fresh("line_item", at))
            order.items[merchant_id] = item
        _merge(item, payload, LINE_ITEM, at)
        if "thumbnail" in payload:
            item.sent["thumbnail"] = payload["thumbnail"]
        return item

    def _address(self, stored: Record | None, payload: dict[str, Any], at: int) -> Record | None:
        sent = payload.get("shipping_address")
        if not sent:
            return stored
        address = stored or Record(**self._fresh("address", at))
        _merge(address, sent, ADDRESS, at)
        return address

    def _fresh(self, kind: str, at: int) -> dict[str, Any]:
        sent = dict(_DEFAULTS.get(kind, {}))
        return {
            "id": self.next_id(kind),
            "uuid": self._new_uuid(),
            "created_at": at,
            "updated_at": at,
            "sent": sent,
        }


def _merge(record: Record, payload: dict[str, Any], shape: Shape, at: int) -> None:
    record.updated_at = at
    fields = shape.fields
    record.sent.update({name: value for name, value in payload.items() if name in fields})


def _ship(item: LineItem, tracker: Tracker, quantity: int | None) -> None:
    """Put the item into the parcel; without a quantity all of it, out of every other parcel (assumption)."""
    if quantity is None:
        item.shipped = {}
    item.shipped[tracker.id] = quantity
