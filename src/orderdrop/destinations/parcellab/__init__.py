"""parcelLab: orders with their parcels and articles, created or updated through PUT /v4/track/orders/."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import httpx
from pydantic import TypeAdapter

from orderdrop.core.shape import Shape
from orderdrop.destinations.base import AccountOptions, Carrier, Judged
from orderdrop.destinations.contract import judge
from orderdrop.destinations.parcellab.client import ParcellabCarrier
from orderdrop.destinations.parcellab.guide import GUIDE
from orderdrop.destinations.parcellab.payloads import SHAPE, CancelledOrder, Order
from orderdrop.destinations.parcellab.reading import ParcellabReader
from orderdrop.destinations.parcellab.wire import body_of, completed
from orderdrop.destinations.readback import Reader
from orderdrop.mapping.suggest.guide import Guide


class Parcellab:
    """parcelLab as a destination. An order is upserted by its number; a parcel exists once in all of parcelLab."""

    name: str = "parcellab"
    shape: Shape = SHAPE
    guide: Guide = GUIDE
    upserts: bool = True

    def validate(self, payloads: Sequence[Mapping[str, Any]]) -> list[Judged]:
        """Per payload the body of the PUT, equal for equal payloads, or everything that is wrong with it.

        An incomplete address is left out and remarked upon.
        """
        judged: list[Judged] = []
        for payload in map(completed, payloads):
            model = self._cancelled if payload.get("cancel_order") is True else self._orders
            judged += judge(model, self.shape, [payload], finish=body_of)
        return judged

    def carrier(
        self, account: AccountOptions, transport_factory: Callable[[], httpx.BaseTransport]
    ) -> Carrier:
        """An account's carrier."""
        return ParcellabCarrier(account, transport_factory)

    def reader(self, account: AccountOptions, transport_factory: Callable[[], httpx.BaseTransport]) -> Reader:
        """An account's reader."""
        return ParcellabReader(account, transport_factory)

    @cached_property
    def _orders(self) -> TypeAdapter[Order]:
        return TypeAdapter(Order)

    @cached_property
    def _cancelled(self) -> TypeAdapter[CancelledOrder]:
        return TypeAdapter(CancelledOrder)
