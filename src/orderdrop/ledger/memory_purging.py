"""Tracking links, and the removal of personal data, in memory."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.ledger import PURGED
from orderdrop.ledger.memory_state import InMemory, one_at_a_time
from orderdrop.ledger.unavailable import contradiction


class Purging(InMemory):
    """Secrets of the recipients: kept where the account says so, and not for ever."""

    @one_at_a_time
    def keep_links(self, links: Mapping[str, str]) -> None:
        for order_id in links:
            self._known_order(order_id)
        self._links.update(links)

    @one_at_a_time
    def links(self, batch_id: str) -> Mapping[str, str]:
        return {
            order.id: self._links[order.id] for order in self._of_batch(batch_id) if order.id in self._links
        }

    @one_at_a_time
    def purge(self, batch_ids: Collection[str], at: datetime) -> None:
        for batch_id in batch_ids:
            status = self._known(batch_id).status
            if status.resumes or status is BatchStatus.HELD:
                raise contradiction(f"the batch {batch_id} is {status}, its data must not be removed")
        for batch_id in batch_ids:
            batch = self._batches[batch_id]
            remarks = "" if batch.status is BatchStatus.FAILED else batch.remarks
            self._batches[batch_id] = replace(
                batch, purged_at=at, verdict=None, remarks=remarks, waits_since=None
            )
            for order in self._of_batch(batch_id):
                self._orders[order.id] = order._replace(payload=None)
                self._parcels[order.id] = ()
                self._links.pop(order.id, None)
        for attempt in list(self._attempts.values()):
            if attempt.batch_id in batch_ids:
                self._attempts[attempt.id] = replace(attempt, message="")
        self._problems = [
            (of, by, replace(problem, message=PURGED, value=None) if of in batch_ids else problem)
            for of, by, problem in self._problems
        ]
