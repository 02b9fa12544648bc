"""Shippify: deliveries from a pickup to a dropoff, created through POST /v1/deliveries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

import httpx
from pydantic import TypeAdapter

from orderdrop.core.shape import Shape
from orderdrop.destinations.base import AccountOptions, Carrier, Judged, PathProblem
from orderdrop.destinations.contract import judge
from orderdrop.destinations.readback import Reader
from orderdrop.destinations.shippify.client import ShippifyCarrier
from orderdrop.destinations.shippify.guide import GUIDE
from orderdrop.destinations.shippify.payloads import SHAPE, Delivery
from orderdrop.destinations.shippify.reading import ShippifyReader
from orderdrop.mapping.suggest.guide import Guide

# Where a whole node is wrong, the column that most likely should have filled it.
_LIKELY: Final = {
    "packages": "packages.name",
    **{
        f"{stop}{node}": f"{stop}.{leaf}"
        for stop in ("pickup", "dropoff")
        for node, leaf in {
            "": "location.address",
            ".location": "location.address",
            ".contact": "contact.phonenumber",
        }.items()
    },
}


class Shippify:
    """Shippify as a destination. A delivery sent again is a second delivery, so what may be there is looked up first."""

    name: str = "shippify"
    shape: Shape = SHAPE
    guide: Guide = GUIDE
    upserts: bool = False

    def validate(self, payloads: Sequence[Mapping[str, Any]]) -> list[Judged]:
        """Per payload the delivery to create, equal for equal payloads, or everything that is wrong with it."""
        judged = judge(self._deliveries, self.shape, payloads)
        return [tuple(map(_led_on, one)) if isinstance(one, tuple) else one for one in judged]

    def carrier(
        self, account: AccountOptions, transport_factory: Callable[[], httpx.BaseTransport]
    ) -> Carrier:
        """An account's carrier; its key is `APP_ID:APP_SECRET`."""
        return ShippifyCarrier(account, transport_factory)

    def reader(self, account: AccountOptions, transport_factory: Callable[[], httpx.BaseTransport]) -> Reader:
        """An account's reader."""
        return ShippifyReader(account, transport_factory)

    @cached_property
    def _deliveries(self) -> TypeAdapter[Delivery]:
        return TypeAdapter(Delivery)


def _led_on(problem: PathProblem) -> PathProblem:
    return replace(problem, path=_LIKELY.get(problem.path or "", problem.path))
