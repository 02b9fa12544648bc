"""Tickets of orders that the API took and answers later: asked for again and again, less and less often, not for ever."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from orderdrop.core.orders import StoredOrder
from orderdrop.delivery.parcels import Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """When to ask for a late answer: first after a moment, each time later, until the orders are left pending."""

    first_seconds: float = 1.0
    growth: float = 1.5
    longest_seconds: float = 30.0
    give_up_seconds: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One ticket's turn: its orders, how often it was asked about, when it is next, and when to leave it pending."""

    sent: Sent
    asked: int
    due: float
    deadline: float


class Tickets:
    """The tickets that one delivery follows, those under way included."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._resting: list[Ask] = []
        self._under_way = 0

    def __len__(self) -> int:
        return len(self._resting) + self._under_way

    def add(self, sent: Sent, now: float, *, at_once: bool = False) -> None:
        """Follow a ticket; `at_once` for one that an earlier run was given."""
        due = now if at_once else now + self._asking.first_seconds
        self._resting.append(Ask(sent=sent, asked=0, due=due, deadline=now + self._asking.give_up_seconds))

    def due_in(self, now: float) -> float | None:
        """Seconds until a ticket is to be asked about; None while none rests."""
        return max(0.0, min(ask.due for ask in self._resting) - now) if self._resting else None

    def take(self) -> Ask:
        """The ticket whose turn is next; it is under way until `again` or `done`."""
        ask = min(self._resting, key=lambda resting: resting.due)
        self._resting.remove(ask)
        self._under_way += 1
        return replace(ask, asked=ask.asked + 1)

    def again(self, ask: Ask, now: float, in_seconds: float | None = None) -> bool:
        """Let a ticket rest until its next turn; False when its time is over and its orders stay pending."""
        self._under_way -= 1
        asking = self._asking
        usual = min(asking.longest_seconds, asking.first_seconds * asking.growth ** min(ask.asked, 50))
        due = now + (usual if in_seconds is None else in_seconds)
        if due > ask.deadline:
            return False
        self._resting.append(replace(ask, due=due))
        return True

    def done(self) -> None:
        """A ticket that was taken has its answer."""
        self._under_way -= 1


def by_ticket(pending: Iterable[StoredOrder]) -> Sequence[Sent]:
    """Group the orders that an earlier run left pending by their ticket; within a ticket in the order they were sent.

    That order is the sequence: `orders` comes by sequence, and every parcel is cut by sequence.
    """
    groups: dict[str, list[StoredOrder]] = {}
    for order in pending:
        if order.reference is not None:
            groups.setdefault(order.reference, []).append(order)
    return [Sent(orders=tuple(orders), attempt_ids=(), ticket=ticket) for ticket, orders in groups.items()]
