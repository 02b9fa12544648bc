"""Shipup: orders with their fulfillments, trackers and line items, created or updated through POST /v2/orders."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import httpx
import orjson
from pydantic import TypeAdapter

from orderdrop.core.shape import Shape
from orderdrop.destinations.base import AccountOptions, Carrier, Judged
from orderdrop.destinations.contract import judge
from orderdrop.destinations.readback import Reader
from orderdrop.destinations.shipup.client import ShipupCarrier
from orderdrop.destinations.shipup.guide import GUIDE
from orderdrop.destinations.shipup.payloads import SHAPE, Order
from orderdrop.destinations.shipup.reading import ShipupReader
from orderdrop.mapping.suggest.guide import Guide


class Shipup:
    """Shipup as a destination. Orders, fulfillments, line items and trackers are upserted by their ids."""

    name: str = "shipup"
    shape: Shape = SHAPE
    guide: Guide = GUIDE
    upserts: bool = True

    def validate(self, payloads: Sequence[Mapping[str, Any]]) -> list[Judged]:
        """Per payload the JSON to send, equal for equal payloads, or everything that is wrong with it."""
        # Nulls are sent: they erase a value, and a payload has one only where the mapping says so.
        return judge(self._orders, self.shape, payloads, finish=orjson.dumps)

    def carrier(
        self, account: AccountOptions, transport_factory: Callable[[], httpx.BaseTransport]
    ) -> Carrier:
        """An account's carrier; `auth: bearer` sends the key in its Bearer form."""
        return ShipupCarrier(account, transport_factory)

    def reader(self, account: AccountOptions, transport_factory: Callable[[], httpx.BaseTransport]) -> Reader:
        """An account's reader."""
        return ShipupReader(account, transport_factory)

    @cached_property
    def _orders(self) -> TypeAdapter[Order]:
        return TypeAdapter(Order)
