"""Sends what the ledger calls ready, and follows what the API answers later, until nothing more can be done now.

One thread thinks, a crew talks. The loop: write attempts, let requests leave as pace and breaker allow, gather
answers, write outcomes, send again what the policy says. An attempt is on disk before its request leaves; an answer
counts once it is on disk.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import OrderFate
from orderdrop.core.progress import Step, Watcher, nobody
from orderdrop.delivery.alike import FirstRefusals
from orderdrop.delivery.breaker import Breaker
from orderdrop.delivery.circuit import Gate
from orderdrop.delivery.crew import Crew, Threads
from orderdrop.delivery.departures import Departures
from orderdrop.delivery.ending import leave_unsent, why_open
from orderdrop.delivery.follow import Tickets, by_ticket
from orderdrop.delivery.looking_up import doubts_of
from orderdrop.delivery.pace import Pace
from orderdrop.delivery.parcels import Waiting, lane_of
from orderdrop.delivery.record import Record
from orderdrop.delivery.rulings import not_sent
from orderdrop.delivery.settling import Settling
from orderdrop.delivery.telling import Locate, account_stopped, refused_alike
from orderdrop.delivery.terms import Back, Chance, Delivered, Ended, Line, Receiver, Rhythm
from orderdrop.destinations.base import Carrier
from orderdrop.errors import Busy
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.ledger.paging import every_order

_PLENTY = 8  # tasks a thread has before it: then answers may gather while it works on
_LINGER_SECONDS = 0.02
_SHORTEST_NAP_SECONDS = 0.001  # below this the rounding of clocks would have the loop spin


def deliver(
    batch: Batch,
    ledger: Ledger,
    destination: Receiver,
    carrier: Carrier,
    *,
    pace: Pace,
    breaker: Breaker,
    clock: Callable[[], datetime],
    random: Random,
    stop: threading.Event,
    locate: Locate,
    concurrency: int,
    watcher: Watcher = nobody,
    crew: Crew[Back] | None = None,
    rhythm: Rhythm | None = None,
    stop_after_refusals: int | None = None,
) -> Delivered:
    """Send the ready orders of a batch and follow its pending ones; returns when nothing more can be done now.

    Orders that a dead run left as sending must be made ready again first (`Ledger.reopen`). Pace and breaker belong
    to the account; waits are measured by the pace's clock, `clock` only dates what is written. Raises
    LedgerUnavailable as soon as something cannot be written: then nothing more is sent. Raises Busy when another
    orderdrop began to send orders of this batch: once the answers to what left here are written. Whatever else is
    raised, by the watcher too, ends the delivery with nothing more recorded. When the first `stop_after_refusals`
    orders were all refused for one reason, the rest becomes unsent (see `alike`).
    """
    rhythm = rhythm or Rhythm()
    workers: Crew[Back] = crew or Threads(concurrency, f"send-{batch.id}")
    line = Line(
        carrier=carrier, upserts=destination.upserts, pace=pace, breaker=breaker, concurrency=concurrency
    )
    chance = Chance(clock=clock, monotonic=pace.monotonic, random=random)
    delivery = _Delivery(
        batch=batch,
        ledger=ledger,
        line=line,
        locate=locate,
        chance=chance,
        stop=stop,
        watcher=watcher,
        crew=workers,
        rhythm=rhythm,
        stop_after_refusals=stop_after_refusals,
    )
    try:
        return delivery.run()
    finally:
        delivery.departures.halted.set()
        workers.close()


class _Delivery:
    """One call of `deliver`."""

    def __init__(
        self,
        *,
        batch: Batch,
        ledger: Ledger,
        line: Line,
        locate: Locate,
        chance: Chance,
        stop: threading.Event,
        watcher: Watcher,
        crew: Crew[Back],
        rhythm: Rhythm,
        stop_after_refusals: int | None,
    ) -> None:
        self.batch, self.ledger, self.line = batch, ledger, line
        self.chance, self.stop, self.crew, self.rhythm = chance, stop, crew, rhythm
        # Where a pace holds, a task is handed over only to somebody free: leave to send is taken the moment before.
        paced = line.pace.requests_per_second is not None
        grouping = rhythm.grouping if paced else rhythm.hasty_grouping
        self.record = Record(ledger, batch, chance=chance, watcher=watcher, grouping=grouping)
        self.waiting = Waiting(
            self._ready_orders,
            rhythm.page_orders,
            lane=lane_of(line.carrier),
            doubts=lambda orders: doubts_of(ledger, batch.account, orders, upserts=line.upserts),
        )
        self.tickets = Tickets(rhythm.asking)
        self.first = FirstRefusals(
            stop_after_refusals, passed=self.record.accepted > 0, monotonic=chance.monotonic
        )
        self.departures = Departures(
            line=line,
            rhythm=rhythm,
            chance=chance,
            stop=stop,
            crew=crew,
            record=self.record,
            waiting=self.waiting,
            tickets=self.tickets,
            first=self.first,
            stock_orders=1 if paced else grouping.orders,
            spare_orders=0 if paced else rhythm.spare_orders,
        )
        self.settling = Settling(
            batch_id=batch.id,
            line=line,
            chance=chance,
            locate=locate,
            record=self.record,
            waiting=self.waiting,
            tickets=self.tickets,
            first=self.first,
        )

    def run(self) -> Delivered:
        """The loop."""
        for sent in by_ticket(self._pending_orders()):
            self.waiting.take_out(sent.orders)
            self.tickets.add(sent, self.chance.monotonic(), at_once=True)
        try:
            while (ended := self._ended()) is None:
                self.departures.stock()
                self.departures.let_go()
                self._gather(self._nap_seconds())
        except Busy:  # another one sends orders of this batch too: what left here is still written down
            self._wind_down(Ended.STOPPED)
            raise
        return self._wind_down(ended)

    def _ended(self) -> Ended | None:
        if self.stop.is_set():
            return Ended.STOPPED
        talking = bool(self.departures.requests_under_way or len(self.tickets))
        busy = (
            talking
            or bool(self.departures.outbox)
            or self.waiting.due_in(self.chance.monotonic()) is not None
        )
        if self.settling.stopped or (busy and self.line.breaker.gate() is Gate.STOP):
            return Ended.ACCOUNT_STOPPED
        if self.first.tripped and busy and not talking:
            return Ended.REFUSED_ALIKE
        return None if busy else Ended.DONE

    def _gather(self, timeout_seconds: float) -> None:
        plenty = self.departures.orders_under_way > _PLENTY * self.line.concurrency
        backs = self.crew.collect(timeout_seconds, _LINGER_SECONDS if plenty else 0.0)
        self.departures.came_back(backs)
        self.settling.settle(backs)
        if self.record.due_in(self.chance.monotonic()) == 0.0:
            self.record.flush()

    def _nap_seconds(self) -> float:
        """How long nothing can happen but an answer."""
        now = self.chance.monotonic()
        naps = (self.rhythm.look_seconds, self.record.due_in(now), self.departures.next_in(now))
        nap = min(nap for nap in naps if nap is not None)
        return max(nap, _SHORTEST_NAP_SECONDS) if nap > 0.0 else 0.0

    def _wind_down(self, ended: Ended) -> Delivered:
        """Begin nothing more, wait for what is under way, write it down, and leave the rest as it must be found."""
        self.departures.halted.set()
        self._wait_for_answers()
        for sent in self.departures.outbox:
            self.record.outcomes(not_sent(sent, self.chance.clock()))
        self.record.flush()
        reason, detail, unsent = None, "", 0
        if ended is Ended.ACCOUNT_STOPPED:
            reason, detail = self.settling.stopped or why_open(self.line.breaker.state)
            told = account_stopped(reason, detail, self.batch)
            unsent = self.ledger.put_off(self.batch.id, self.chance.clock(), told)
        elif ended is Ended.REFUSED_ALIKE and self.first.reason is not None:
            told = refused_alike(self.first.refused, self.first.reason, self.batch)
            unsent = leave_unsent(self.ledger, self.batch, told)
        if not self.departures.requests_under_way:
            self.record.tell(Step.SENT)
        return self.record.delivered(ended, unsent=unsent, reason=reason, detail=detail)

    def _wait_for_answers(self) -> None:
        """Until all are in, but not for long once somebody asked for a stop."""
        deadline: float | None = None
        while self.departures.requests_under_way:
            now = self.chance.monotonic()
            if self.stop.is_set():
                deadline = deadline or now + self.rhythm.stop_grace_seconds
                if now >= deadline:
                    return  # their orders stay `sending`; the next start finds that out
            self._gather(self.rhythm.look_seconds)

    def _ready_orders(self, after: int, limit: int) -> list[StoredOrder]:
        return self.ledger.orders(self.batch.id, (OrderFate.READY,), after=after, limit=limit)

    def _pending_orders(self) -> Iterator[StoredOrder]:
        return every_order(
            self.ledger, self.batch.id, (OrderFate.PENDING,), page_orders=self.rhythm.page_orders
        )
