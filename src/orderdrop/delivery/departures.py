"""What leaves, and when: attempts are written just before their requests may go, as pace, breaker and tickets allow."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from orderdrop.core.policy import STOPS_AT_ONCE
from orderdrop.delivery.alike import FirstRefusals
from orderdrop.delivery.circuit import Gate
from orderdrop.delivery.crew import Crew
from orderdrop.delivery.follow import Ask, Tickets
from orderdrop.delivery.looking_up import look_up
from orderdrop.delivery.parcels import Load, Sent, Waiting
from orderdrop.delivery.record import Record
from orderdrop.delivery.terms import Back, Chance, Line, Rhythm

_STOCK_WITHIN_SECONDS = 1.0  # attempts are not written long before their requests may leave


@dataclass(slots=True, kw_only=True)
class Departures:
    """The way out of one delivery: what is recorded and waits to leave, and what is under way.

    `halted`: nothing more may leave, not even what the crew has taken.
    """

    line: Line
    rhythm: Rhythm
    chance: Chance
    stop: threading.Event
    crew: Crew[Back]
    record: Record
    waiting: Waiting
    tickets: Tickets
    first: FirstRefusals
    stock_orders: int  # how many orders are recorded together
    spare_orders: int  # orders handed to the crew beyond its size
    outbox: deque[Sent] = field(default_factory=deque)
    halted: threading.Event = field(default_factory=threading.Event)
    requests_under_way: int = 0
    orders_under_way: int = 0

    def stock(self) -> None:
        """Write the attempts of the next parcels."""
        if self.outbox:
            return
        if self.line.breaker.gate() is not Gate.SEND or not self._may_leave():
            return
        if self.line.pace.wait_seconds() > _STOCK_WITHIN_SECONDS:
            return
        loads = list(self._cut())
        if loads:
            self.outbox.extend(self.record.attempts(loads))

    def let_go(self) -> None:
        """Hand over what may leave now: questions that are due, then parcels."""
        while self._has_place():
            asks = self.tickets.due_in(self.chance.monotonic()) == 0.0
            if not asks and not (self.outbox and self._may_leave()):
                return
            if (
                self.line.breaker.gate() is not Gate.SEND
                or self.line.pace.take()
                or not self.line.breaker.leave()
            ):
                return
            ask = self.tickets.take() if asks else None
            sent = ask.sent if ask else self.outbox.popleft()
            self.requests_under_way += 1
            self.orders_under_way += len(sent.orders)
            self.crew.submit(self._task(sent, ask))

    def came_back(self, backs: Sequence[Back]) -> None:
        """Take off what is no longer under way; what was not begun waits again."""
        self.requests_under_way -= len(backs)
        for back in backs:
            self.orders_under_way -= len(back.sent.orders)
            if back.answer is None and back.ask is not None:
                self.tickets.again(back.ask, self.chance.monotonic(), 0.0)
            elif back.answer is None:
                self.outbox.appendleft(back.sent)

    def next_in(self, now: float) -> float | None:
        """Seconds until something may leave; None while that depends on answers."""
        if not self._has_place() or self.line.breaker.gate() is not Gate.SEND:
            return None
        leaves = [self.tickets.due_in(now)]
        if self.outbox and self._may_leave():
            leaves.append(0.0)
        elif self._may_leave():
            leaves.append(self.waiting.due_in(now, fresh=self._may_begin_fresh()))
        known = [seconds for seconds in leaves if seconds is not None]
        return max(min(known), self.line.pace.wait_seconds()) if known else None

    def _cut(self) -> Iterator[Load]:
        rests = self.line.breaker.probes_after()
        if rests is not None:
            yield from self.waiting.cut_one(rests - 1, self.chance.monotonic())
            return
        orders = parcels = 0
        while orders < self.stock_orders or parcels < self.line.concurrency:
            size = max(1, self.line.carrier.parcel_size(len(self.waiting)))
            load = self.waiting.cut(size, self.chance.monotonic(), fresh=self._may_begin_fresh())
            if load is None:
                return
            orders += len(load.orders)
            parcels += 1
            yield load

    def _has_place(self) -> bool:
        return self.requests_under_way < self.line.concurrency or self.orders_under_way < self.spare_orders

    def _may_leave(self) -> bool:
        """Whether another parcel may leave, as far as it depends on answers; the first one of several orders goes alone."""
        several = bool(self.outbox) and len(self.outbox[0].orders) > 1
        talking = self.requests_under_way or len(self.tickets)
        if self.first.tripped or (several and talking and self.first.probing):
            return False
        return len(self.tickets) < self.rhythm.tickets_at_once

    def _may_begin_fresh(self) -> bool:
        return self.waiting.returned < self.rhythm.returned_at_once

    def _task(self, sent: Sent, ask: Ask | None) -> Callable[[], Back]:
        def talk() -> Back:
            if self._held_back() or (ask is None and self.first.tripped):
                return Back(sent=sent, ask=ask, answer=None)
            if sent.doubt is not None:
                answer = look_up(self.line.carrier, sent.orders[0].key)
            elif ask is None or sent.ticket is None:
                answer = self.line.carrier.send(sent.parcel())
                if answer.failure is not None and answer.failure.kind in STOPS_AT_ONCE:
                    self.halted.set()  # here, for the answers of many are settled together, later
            else:
                answer = self.line.carrier.follow(sent.ticket, [order.key for order in sent.orders])
            return Back(sent=sent, ask=ask, answer=answer)

        return talk

    def _held_back(self) -> bool:
        """Whether a request may not leave after all: things happen between its leave to go and a free thread."""
        line = self.line
        paused = line.pace.requests_per_second is None and line.pace.is_paused()
        stopped = self.halted.is_set() or self.stop.is_set()
        return stopped or paused or line.breaker.gate() is Gate.STOP
