"""Attempts, what came of them, and the fates of orders, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from orderdrop.core.outcomes import OrderFate
from orderdrop.ledger.doubt import STILL_OPEN, leaves_no_trace
from orderdrop.ledger.ledger import Attempt, AttemptOutcome, Outcome
from orderdrop.ledger.memory_state import InMemory, one_at_a_time
from orderdrop.ledger.unavailable import LOST_ANSWER, contradiction, sent_by_another


class Sending(InMemory):
    """Attempts and outcomes as they are written, and orders that move from fate to fate."""

    @one_at_a_time
    def record_attempts(self, attempts: Sequence[Attempt]) -> None:
        if len({attempt.id for attempt in attempts} - self._attempts.keys()) < len(attempts):
            raise contradiction("an attempt is there already")
        for attempt in attempts:
            self._known(attempt.batch_id)
            self._known_order(attempt.order_id)
            if self._orders[attempt.order_id].fate is not OrderFate.READY:
                raise sent_by_another()
        for attempt in attempts:
            order = self._orders[attempt.order_id]
            self._attempts[attempt.id] = attempt
            self._orders[order.id] = order._replace(fate=OrderFate.SENDING)
            entry = (self._batches[attempt.batch_id].account, order.key)
            if entry in self._accepted:
                self._doubted.setdefault(entry, attempt.id)

    @one_at_a_time
    def record_outcomes(self, outcomes: Sequence[Outcome], account: str) -> None:
        for outcome in outcomes:
            self._known_order(outcome.order_id)
            if outcome.attempt_id not in self._attempts:
                raise contradiction("an attempt that was to be changed is not there")
        outcomes = [o for o in outcomes if self._attempts[o.attempt_id].outcome in STILL_OPEN]
        settled = {outcome.order_id for outcome in outcomes}
        self._problems = [entry for entry in self._problems if entry[1] not in settled]
        for outcome in outcomes:
            self._settle(outcome)
        for outcome in outcomes:
            if outcome.fate is OrderFate.ACCEPTED:
                order = self._orders[outcome.order_id]
                self._accepted[account, order.key] = order.digest or ""
                self._doubted.pop((account, order.key), None)
                arrived_at = self._with_drop(self._batches[order.batch_id]).drop.arrived_at
                self._as_of[account, order.key] = order.as_of or arrived_at

    @one_at_a_time
    def reopen(self, batch_id: str, at: datetime) -> int:
        for attempt in self._attempts.values():
            if attempt.batch_id == batch_id and attempt.outcome is None:
                self._attempts[attempt.id] = replace(
                    attempt, finished_at=at, outcome=AttemptOutcome.UNKNOWN, message=LOST_ANSWER
                )
        return self.set_fates(batch_id, [OrderFate.SENDING], OrderFate.READY)

    @one_at_a_time
    def set_fates(self, batch_id: str, of: Collection[OrderFate], to: OrderFate) -> int:
        moved = [
            order
            for order in self._of_batch(batch_id)
            if order.fate in of and (to is not OrderFate.READY or order.payload is not None)
        ]
        self._orders.update((order.id, order._replace(fate=to)) for order in moved)
        return len(moved)

    def _settle(self, outcome: Outcome) -> None:
        order = self._orders[outcome.order_id]
        self._attempts[outcome.attempt_id] = replace(
            self._attempts[outcome.attempt_id],
            finished_at=outcome.at,
            outcome=outcome.attempt,
            http_status=outcome.http_status,
            message=outcome.message,
        )
        self._orders[order.id] = order._replace(fate=outcome.fate, reference=outcome.reference)
        self._problems.extend((order.batch_id, order.id, problem) for problem in outcome.problems)
        if leaves_no_trace(outcome):
            self._doubted = {
                entry: attempt for entry, attempt in self._doubted.items() if attempt != outcome.attempt_id
            }
