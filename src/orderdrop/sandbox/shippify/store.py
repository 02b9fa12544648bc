"""What the stand-in keeps: deliveries, each new at every creation, found again by id or by reference."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

PENDING = "pending_to_review"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One delivery: what was sent, its secret token, and how far it has come. Times are Unix seconds."""

    id: str
    token: str
    type: str
    sent: dict[str, Any]
    created_at: float
    status: str
    status_at: float
    route: dict[str, Any] = field(default_factory=dict)
    courier: dict[str, Any] = field(default_factory=dict)
    reason: dict[str, Any] = field(default_factory=dict)
    dates: dict[str, float] = field(default_factory=dict)

    @property
    def reference(self) -> str | None:
        """The sender's own id of the delivery."""
        reference: str | None = self.sent.get("referenceId")
        return reference


class Store:
    """All deliveries, in memory, oldest first."""

    def __init__(self, *, now: Callable[[], float], new_uuid: Callable[[], str]) -> None:
        self._now = now
        self._new_uuid = new_uuid
        self._deliveries: dict[str, Delivery] = {}
        self._by_reference: defaultdict[str, list[Delivery]] = defaultdict(list)

    def clear(self) -> None:
        """Forget everything and count from 1 again."""
        self._deliveries.clear()
        self._by_reference.clear()

    def __len__(self) -> int:
        return len(self._deliveries)

    def all(self) -> Iterator[Delivery]:
        """Return every delivery, oldest first."""
        return iter(self._deliveries.values())

    def references(self) -> set[str]:
        """Return every reference in use."""
        return set(self._by_reference)

    def create(self, sent: dict[str, Any], *, type_: str, company: str, geocoded: bool) -> Delivery:
        """Store one more delivery, whatever its reference."""
        at = self._now()
        delivery = Delivery(
            id=f"t-{company}-{len(self._deliveries) + 1}",
            token=token_of(self._new_uuid()),
            type=type_,
            sent=sent,
            created_at=at,
            status="processing" if geocoded else PENDING,
            status_at=at,
        )
        self._deliveries[delivery.id] = delivery
        if delivery.reference:
            self._by_reference[delivery.reference].append(delivery)
        return delivery

    def find(self, name: str, *, newest: bool) -> Delivery | None:
        """Return the delivery of this id, or else of this reference: the newest or the oldest of them."""
        if (delivery := self._deliveries.get(name)) is not None:
            return delivery
        shared = self._by_reference.get(name)
        return shared[-1 if newest else 0] if shared else None


def geocodes(sent: dict[str, Any], *, on: bool, marker: str) -> bool:
    """Tell whether both ends of a delivery can be found on a map: by coordinates, as a warehouse, or by address."""
    for stop in ("pickup", "dropoff"):
        location = sent[stop]["location"]
        if location.get("warehouse") is not None or None not in (location.get("lat"), location.get("lng")):
            continue
        if not on or (marker and re.search(re.escape(marker), str(location.get("address", "")))):
            return False
    return True


def token_of(uuid: str) -> str:
    """Return 22 letters and digits that tell one uuid from every other."""
    rest, token = UUID(uuid).int, ""
    for _ in range(22):
        rest, digit = divmod(rest, len(_BASE62))
        token = _BASE62[digit] + token
    return token
