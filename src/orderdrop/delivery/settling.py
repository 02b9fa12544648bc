"""What is done with an answer: the ruling's outcomes to the record, orders back to the queue, the account told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from orderdrop.core.policy import (
    AskAgain,
    Decision,
    Retry,
    StopAccount,
    StopReason,
    after,
    after_asking,
    signals_outage,
)
from orderdrop.delivery.alike import FirstRefusals
from orderdrop.delivery.follow import Tickets
from orderdrop.delivery.looking_up import rule_on_look_up
from orderdrop.delivery.parcels import Sent, Waiting
from orderdrop.delivery.record import Record
from orderdrop.delivery.rulings import Ruling, rule_on
from orderdrop.delivery.telling import Locate
from orderdrop.delivery.terms import Back, Chance, Line
from orderdrop.destinations.base import Answer, Failure


@dataclass(slots=True, kw_only=True)
class Settling:
    """Settles answers one by one; everything it touches belongs to one delivery, but for the line.

    `stopped` says why the account was stopped, once an answer of this delivery did that.
    """

    batch_id: str
    line: Line
    chance: Chance
    locate: Locate
    record: Record
    waiting: Waiting
    tickets: Tickets
    first: FirstRefusals
    stopped: tuple[StopReason, str] | None = None

    def settle(self, backs: Iterable[Back]) -> None:
        """Take note of the answers among what the crew brought back."""
        answered, at = 0, self.chance.clock()
        for back in backs:
            if back.answer is not None:
                answered += 1
                self._answered(back, back.answer, at)
        if answered:
            self.record.answered(answered)

    def _answered(self, back: Back, answer: Answer, at: datetime) -> None:
        sent = self._named(back.sent)
        ruling = self._ruling(back, sent, answer, at)
        self.record.outcomes(ruling.outcomes)
        self.first.note(ruling.outcomes)
        self._tell_account(ruling)
        now = self.chance.monotonic()
        if back.ask is not None:
            if ruling.outcomes or ruling.rests:
                self.tickets.done()
            else:
                wait = ruling.decision.in_seconds if isinstance(ruling.decision, AskAgain) else None
                self.tickets.again(back.ask, now, wait)
        for load, in_seconds in ruling.back:
            self.waiting.put_back(load, now + in_seconds)
        for order in ruling.finished:
            self.waiting.release(order)
        for pending in ruling.pending:
            self.tickets.add(pending, now)

    def _ruling(self, back: Back, sent: Sent, answer: Answer, at: datetime) -> Ruling:
        def decide(failure: Failure, orders: int) -> Decision:
            return self._decide(back, failure, orders)

        if sent.doubt is not None:
            return rule_on_look_up(
                sent, sent.doubt, answer, decide, batch_id=self.batch_id, at=at, locate=self.locate
            )
        return rule_on(
            sent,
            answer,
            decide,
            batch_id=self.batch_id,
            at=at,
            locate=self.locate,
            can_look_up=self.line.can_look_up,
        )

    def _named(self, sent: Sent) -> Sent:
        """Orders that an earlier run sent get the names of their attempts."""
        if sent.attempt_ids:
            return sent
        return replace(sent, attempt_ids=tuple(self.record.last_attempt(order.id) for order in sent.orders))

    def _decide(self, back: Back, failure: Failure, orders: int) -> Decision:
        doubt = back.sent.doubt
        if back.ask is not None or doubt is not None:
            return after_asking(
                failure.kind,
                attempt=back.sent.attempt,
                asked=back.ask.asked if back.ask is not None else doubt.asked + 1 if doubt else 1,
                upserts=self.line.upserts,
                random=self.chance.random,
                status=failure.status,
                retry_after_seconds=failure.retry_after_seconds,
                orders=orders,
            )
        return after(
            failure.kind,
            attempt=back.sent.attempt,
            upserts=self.line.upserts,
            random=self.chance.random,
            status=failure.status,
            retry_after_seconds=failure.retry_after_seconds,
            orders=orders,
            shrinks=self.line.carrier.parcel_size(len(self.waiting) + orders) < len(back.sent.orders),
        )

    def _tell_account(self, ruling: Ruling) -> None:
        failure, decision = ruling.failure, ruling.decision
        if isinstance(decision, Retry | AskAgain) and decision.pauses_account:
            self.line.pace.pause(decision.in_seconds)
        if failure is not None and isinstance(decision, StopAccount):
            self.stopped = (decision.reason, failure.message)
            self.line.breaker.opened(decision.reason, failure.message)
        elif failure is not None and signals_outage(failure.kind, failure.status):
            self.line.breaker.failed(failure.message)
        else:
            self.line.breaker.worked()
