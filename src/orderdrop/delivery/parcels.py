"""Which orders travel together and when: fresh ones from the ledger in pages, returned ones when their time has come.

Orders of a parcel are always in the order of their sequence: an API that answers by position, later and perhaps to
another process, is asked with the keys in that order.
"""

import heapq
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from orderdrop.core.orders import StoredOrder
from orderdrop.core.policy import LOOK_UP_AFTER_SECONDS
from orderdrop.delivery.circuit import ASKING_ORDERS
from orderdrop.destinations.base import Laned, Parcel


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why an order must be looked up before it is sent: the API may hold it. `asked` counts the look-ups so far.

    `rival`: what it may hold is another payload of the same key.
    """

    rival: bool = False
    asked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Orders that wait to be sent together, by sequence; `attempt` is the number that their next send has.

    One with a `doubt` is a single order to look up. Those that `joins` may travel with others of their kind.
    """

    orders: tuple[StoredOrder, ...]
    attempt: int = 1
    doubt: Doubt | None = None
    joins: bool = False

    def halves(self) -> "tuple[Load, Load]":
        """The load in two, each to be sent on its own."""
        middle = len(self.orders) // 2
        return (
            Load(orders=self.orders[:middle], attempt=self.attempt),
            Load(orders=self.orders[middle:], attempt=self.attempt),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Orders that were sent together, by sequence, and the attempts that stand for them in the ledger.

    `ticket` asks for their answer where the API gives it later. `attempt_ids` is empty where an earlier run sent them.
    """

    orders: tuple[StoredOrder, ...]
    attempt_ids: tuple[str, ...]
    attempt: int = 1
    ticket: str | None = None
    doubt: Doubt | None = None

    def parcel(self) -> Parcel:
        """What goes out."""
        orders = self.orders
        return Parcel(
            keys=tuple(order.key for order in orders), bodies=tuple(order.payload or b"" for order in orders)
        )


def _one_lane(order: StoredOrder) -> str:  # noqa: ARG001 - stands where a lane could
    return ""


def lane_of(carrier: object) -> Callable[[StoredOrder], str]:
    """How orders are told apart that may not travel together; one lane where the carrier says nothing."""
    return (lambda order: carrier.lane(order.payload or b"{}")) if isinstance(carrier, Laned) else _one_lane


def _no_doubts(orders: Sequence[StoredOrder]) -> Mapping[str, Doubt]:  # noqa: ARG001 - stands where doubts could
    return {}


class Waiting:
    """The orders of one batch that wait to be sent; holds a page of fresh ones and what came back, never the batch.

    No key is handed out twice before it was released: a second order of the same key waits for the first. Orders that
    travel together have the same lane. Those that `doubts` names, by id, come one by one, with their doubt.
    """

    def __init__(
        self,
        read_page: Callable[[int, int], Sequence[StoredOrder]],
        page_orders: int,
        *,
        lane: Callable[[StoredOrder], str] = _one_lane,
        doubts: Callable[[Sequence[StoredOrder]], Mapping[str, Doubt]] = _no_doubts,
    ) -> None:
        self._read_page = read_page
        self._page_orders = page_orders
        self._lane = lane
        self._doubts = doubts
        self._fresh: deque[tuple[StoredOrder, str]] = deque()
        self._after = -1
        self._exhausted = False
        self._returned: list[tuple[float, int, Load]] = []  # (due, sequence of the first order, load)
        self._twins: list[StoredOrder] = []
        self._out: set[str] = set()
        self._of_earlier_run: set[str] = set()

    def __len__(self) -> int:
        """How many orders are known to wait; a lower bound while pages are left to read."""
        returned = sum(len(load.orders) for _, _, load in self._returned)
        return len(self._fresh) + returned + len(self._twins)

    @property
    def returned(self) -> int:
        """How many loads came back and wait for their time."""
        return len(self._returned)

    def due_in(self, now: float, *, fresh: bool = True) -> float | None:
        """Seconds until something may be cut, 0.0 for at once, None when nothing waits that could."""
        self._fill(now)
        if fresh and (self._fresh or any(twin.key not in self._out for twin in self._twins)):
            return 0.0
        return max(0.0, self._returned[0][0] - now) if self._returned else None

    def cut(self, size: int, now: float, *, fresh: bool = True) -> Load | None:
        """The next load of at most `size` orders, its keys out until `release`; `fresh` False: only what came back."""
        if self._returned and self._returned[0][0] <= now:
            due, _, load = heapq.heappop(self._returned)
            if load.joins:
                return self._joined(load, size, now)
            if len(load.orders) > size:
                self._push(Load(orders=load.orders[size:], attempt=load.attempt), due)
                load = Load(orders=load.orders[:size], attempt=load.attempt)
            return load
        return self._cut_twin() or self._cut_fresh(size, now) if fresh else None

    def put_back(self, load: Load, due: float) -> None:
        """Have a load sent again from `due` on; its keys stay taken."""
        self._push(load, due)

    def take_out(self, orders: Sequence[StoredOrder]) -> None:
        """Mark orders as out that were sent by an earlier run; those that may go again come back by `put_back` only."""
        self._out.update(order.key for order in orders)
        self._of_earlier_run.update(order.id for order in orders)

    def release(self, order: StoredOrder) -> None:
        """The order is done with; another of its key may go."""
        self._out.discard(order.key)

    def cut_one(self, passing_over: int, now: float) -> Iterator[Load]:
        """A single order that may go now, not always the same: of the first few the one behind so many, round and round.

        It asks whether an account that was stopped works again, and one that breaks the API must not keep it stopped.
        """
        found: list[Load] = []
        while len(found) < ASKING_ORDERS and (load := self.cut(1, now)) is not None:
            found.append(load)
        if found:
            chosen = found.pop(passing_over % len(found))
            for load in found:
                self.put_back(replace(load, joins=load.attempt == 1 and load.doubt is None), now)
            yield chosen

    def _cut_twin(self) -> Load | None:
        for position, twin in enumerate(self._twins):
            if twin.key not in self._out:
                del self._twins[position]
                self._out.add(twin.key)
                return Load(orders=(twin,), doubt=self._doubts([twin]).get(twin.id))
        return None

    def _joined(self, load: Load, size: int, now: float) -> Load:
        """The load with others of its kind and lane that are due; the others stay."""
        lane, together, apart = self._lane(load.orders[0]), [*load.orders], []
        while len(together) < size and self._returned and self._returned[0][0] <= now:
            due, _, other = heapq.heappop(self._returned)
            alike = other.joins and other.attempt == load.attempt and self._lane(other.orders[0]) == lane
            if alike and len(together) + len(other.orders) <= size:
                together += other.orders
            else:
                apart.append((due, other))
        for due, other in apart:
            self._push(other, due)
        return replace(load, orders=tuple(sorted(together, key=lambda order: order.sequence)), joins=False)

    def _cut_fresh(self, size: int, now: float) -> Load | None:
        """The next fresh orders of one lane; those of other lanes are passed over and keep their turn."""
        cut: list[StoredOrder] = []
        passed: deque[tuple[StoredOrder, str]] = deque()
        wanted = self._fullest_lane(size)
        while len(cut) < size:
            if len(passed) < self._page_orders:
                self._fill(now)
            if not self._fresh:
                break
            order, lane = self._fresh.popleft()
            if order.key in self._out:
                self._twins.append(order)
            elif wanted in (None, lane):
                wanted = lane
                self._out.add(order.key)
                cut.append(order)
            else:
                passed.append((order, lane))
        self._fresh.extendleft(reversed(passed))
        return Load(orders=tuple(cut)) if cut else None

    def _fullest_lane(self, size: int) -> str | None:
        """The lane of the first order if it fills a parcel, else the fullest; None: whichever comes."""
        if self._lane is _one_lane or not self._fresh:
            return None
        waiting = Counter(lane for _, lane in self._fresh)
        first = self._fresh[0][1]
        return first if waiting[first] >= size else max(waiting, key=lambda lane: waiting[lane])

    def _fill(self, now: float) -> None:
        if self._fresh or self._exhausted:
            return
        page = self._next_page()
        if not page:
            return
        doubts = self._doubts(page)
        for order in page:
            if order.id not in doubts:
                self._fresh.append((order, self._lane(order)))
            elif order.key in self._out:
                self._twins.append(order)
            else:
                self._out.add(order.key)
                # whoever sent it before may have died a moment ago, with the API still at it
                self._push(Load(orders=(order,), doubt=doubts[order.id]), now + LOOK_UP_AFTER_SECONDS)

    def _next_page(self) -> Sequence[StoredOrder]:
        """Orders that no earlier run has sent; empty once there are no more."""
        while not self._exhausted:
            page = self._read_page(self._after, self._page_orders)
            self._exhausted = len(page) < self._page_orders
            if page:
                self._after = page[-1].sequence
            # one whose ticket was lost is ready again by now, and it is in hand already
            if mine := [order for order in page if order.id not in self._of_earlier_run]:
                return mine
        return []

    def _push(self, load: Load, due: float) -> None:
        heapq.heappush(self._returned, (due, load.orders[0].sequence, load))
