"""What delivery writes down: attempts before their requests leave, outcomes after, each in groups.

The outcomes of one answer are never torn apart: an API that answers by position must find all orders of a ticket
pending or none of them.
"""

from collections import Counter
from collections.abc import Sequence

from orderdrop.core.outcomes import OrderFate
from orderdrop.core.policy import StopReason
from orderdrop.core.progress import Event, Step, Watcher
from orderdrop.delivery.parcels import Load, Sent
from orderdrop.delivery.terms import Chance, Delivered, Ended, Grouping
from orderdrop.ledger.ledger import Attempt, Batch, Ledger, Outcome


class Record:
    """The ledger's side of one delivery, and its progress; done counts orders accepted or refused, of all that may go."""

    def __init__(
        self,
        ledger: Ledger,
        batch: Batch,
        *,
        chance: Chance,
        watcher: Watcher,
        grouping: Grouping,
    ) -> None:
        self._ledger = ledger
        self._batch = batch
        self._chance = chance
        self._watcher = watcher
        self._grouping = grouping
        self._unwritten: list[Outcome] = []
        self._unwritten_since = 0.0
        books = ledger.counts(batch.id).orders
        self._total = books.accepted + books.refused + books.pending + books.unsent
        self._done = books.accepted + books.refused
        self.accepted = books.accepted  # before this delivery began
        self._fates: Counter[OrderFate] = Counter()
        self._requests = 0

    def attempts(self, loads: Sequence[Load]) -> list[Sent]:
        """Write the attempts of loads that are about to leave; what was answered before is written first."""
        self.flush()
        at = self._chance.clock()
        # The time first, so that new names lie next to each other in the index; 48 bits within the second.
        moment, number = f"{at:%Y%m%d-%H%M%S}", self._chance.random.getrandbits(48)
        attempts: list[Attempt] = []
        recorded = []
        for place, load in enumerate(loads):
            request_id = f"r-{moment}-{(number + place) % 2**48:012x}"
            sent = Sent(
                orders=load.orders,
                attempt_ids=tuple([f"{request_id}.{position}" for position in range(len(load.orders))]),
                attempt=load.attempt,
                doubt=load.doubt,
            )
            attempts += [
                Attempt(
                    id=attempt_id,
                    request_id=request_id,
                    batch_id=self._batch.id,
                    order_id=order.id,
                    started_at=at,
                )
                for attempt_id, order in zip(sent.attempt_ids, load.orders, strict=True)
            ]
            recorded.append(sent)
        self._ledger.record_attempts(attempts)
        self.tell(Step.ATTEMPTS_RECORDED, requests=len(recorded), orders=len(attempts))
        return recorded

    def last_attempt(self, order_id: str) -> str:
        """The attempt of an order that an earlier run sent."""
        return self._ledger.attempts(order_id)[-1].id

    def answered(self, answers: int) -> None:
        """Tell that answers are here which are not yet written."""
        self._requests += answers
        self.tell(Step.ANSWERED, requests=answers)

    def outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Keep the outcomes of one answer to be written with others."""
        if outcomes and not self._unwritten:
            self._unwritten_since = self._chance.monotonic()
        self._unwritten += outcomes

    def due_in(self, now: float) -> float | None:
        """Seconds until outcomes must be written; None when there are none."""
        if not self._unwritten:
            return None
        if len(self._unwritten) >= self._grouping.orders:
            return 0.0
        return max(0.0, self._unwritten_since + self._grouping.seconds - now)

    def flush(self) -> None:
        """Write all outcomes that wait."""
        if not self._unwritten:
            return
        self._ledger.record_outcomes(self._unwritten, self._batch.account)
        fates = Counter(outcome.fate for outcome in self._unwritten)
        self._fates += fates
        self._done += fates[OrderFate.ACCEPTED] + fates[OrderFate.REFUSED]
        written = len(self._unwritten)
        self._unwritten = []
        self.tell(Step.OUTCOMES_RECORDED, orders=written)

    def tell(self, step: Step, **facts: int) -> None:
        """Tell the watcher how far the batch is."""
        self._watcher(
            Event(
                step=step,
                batch=self._batch.id,
                name=self._batch.drop.name,
                done=self._done,
                total=self._total,
                facts=dict(facts),
            )
        )

    def delivered(
        self, ended: Ended, *, unsent: int, reason: StopReason | None = None, detail: str = ""
    ) -> Delivered:
        """Add up; `unsent` are the orders that were moved there together, beside those given up one by one."""
        return Delivered(
            ended=ended,
            accepted=self._fates[OrderFate.ACCEPTED],
            refused=self._fates[OrderFate.REFUSED],
            unsent=self._fates[OrderFate.UNSENT] + unsent,
            pending=self._ledger.counts(self._batch.id).orders.pending,
            requests=self._requests,
            reason=reason,
            detail=detail,
        )
