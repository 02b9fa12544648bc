"""What batches continue, and which orders none of them sends, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.ledger import Exclusion
from orderdrop.ledger.memory_state import InMemory, one_at_a_time


class Reruns(InMemory):
    """Reruns, corrections and exclusions."""

    @one_at_a_time
    def adopt(self, batch_id: str, parent_id: str) -> None:
        self._batches[batch_id] = replace(self._known(batch_id), parent_id=parent_id)

    @one_at_a_time
    def row_numbers(self, feed: str, mapping: str, *, before: str, limit: int) -> list[int]:
        earlier = [self._batches[id_] for id_ in reversed(self._before(before))]
        unusual = (BatchStatus.FAILED, BatchStatus.STUCK, BatchStatus.RECEIVED)
        return [
            batch.rows_read
            for batch in earlier
            if (batch.drop.feed, batch.mapping, batch.parent_id) == (feed, mapping, None)
            and batch.status not in unusual
        ][:limit]

    @one_at_a_time
    def exclude(self, exclusion: Exclusion) -> None:
        self._known(exclusion.batch_id)
        self._exclusions[exclusion.batch_id, exclusion.order_key] = exclusion

    @one_at_a_time
    def exclusions(self, batch_ids: Sequence[str]) -> list[Exclusion]:
        found = [exclusion for exclusion in self._exclusions.values() if exclusion.batch_id in batch_ids]
        return sorted(found, key=lambda exclusion: exclusion.at)
