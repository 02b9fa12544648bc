"""Drops and their batches, in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.ledger import NO_MAPPING, Batch, Drop
from orderdrop.ledger.memory_state import InMemory, one_at_a_time
from orderdrop.ledger.unavailable import contradiction


class Batches(InMemory):
    """Batches with the drops they came from."""

    @one_at_a_time
    def open_batch(self, batch: Batch) -> None:
        if batch.id in self._batches:
            raise contradiction(f"the batch {batch.id} is there already")
        self._drops.setdefault(batch.drop.id, batch.drop)
        self._batches[batch.id] = batch

    @one_at_a_time
    def batch(self, batch_id: str) -> Batch | None:
        return self._with_drop(self._batches[batch_id]) if batch_id in self._batches else None

    @one_at_a_time
    def batches(
        self,
        *,
        limit: int = 50,
        before: str | None = None,
        feed: str | None = None,
        statuses: Collection[BatchStatus] | None = None,
    ) -> list[Batch]:
        older = list(self._batches) if before is None else self._before(before)
        found = [self._with_drop(self._batches[id_]) for id_ in reversed(older)]
        return [
            batch
            for batch in found
            if feed in (None, batch.drop.feed) and (statuses is None or batch.status in statuses)
        ][:limit]

    @one_at_a_time
    def last_drop(self, feed: str) -> Drop | None:
        drops = [drop for drop in self._drops.values() if drop.feed == feed]
        return max(drops, key=lambda drop: drop.arrived_at, default=None)

    @one_at_a_time
    def batches_of_content(self, sha256: str, mapping: str, account: str) -> list[Batch]:
        return [
            batch
            for batch in map(self._with_drop, self._batches.values())
            if (batch.drop.sha256, batch.mapping, batch.account) == (sha256, mapping, account)
        ]

    @one_at_a_time
    def batch_at_place(self, feed: str, place: str) -> Batch | None:
        newest_first = map(self._with_drop, reversed(self._batches.values()))
        return next((b for b in newest_first if (b.drop.feed, b.drop.place) == (feed, place)), None)

    @one_at_a_time
    def set_aside(self, feed: str) -> list[Batch]:
        return [
            batch
            for batch in map(self._with_drop, self._batches.values())
            if batch.mapping_digest == NO_MAPPING and batch.drop.feed == feed and batch.drop.place is not None
        ]

    @one_at_a_time
    def unfinished(self, feed: str | None = None) -> list[Batch]:
        return [
            batch
            for batch in map(self._with_drop, self._batches.values())
            if feed in (None, batch.drop.feed)
            and (batch.status.resumes or (not batch.feed_done and batch.drop.feed is not None))
        ]

    @one_at_a_time
    def conclude(
        self,
        batch_id: str,
        status: BatchStatus,
        at: datetime | None,
        remarks: str = "",
        *,
        given_up: bool = False,
    ) -> None:
        batch = self._known(batch_id)
        self._batches[batch_id] = replace(
            batch,
            status=status,
            finished_at=at,
            remarks=remarks or batch.remarks,
            given_up=given_up or batch.given_up,
        )

    @one_at_a_time
    def feed_done(self, batch_id: str, place: str | None) -> None:
        batch = self._known(batch_id)
        self._batches[batch_id] = replace(batch, feed_done=True)
        self._drops[batch.drop.id] = replace(self._drops[batch.drop.id], place=place)

    @one_at_a_time
    def children(self, batch_id: str) -> list[Batch]:
        return [self._with_drop(batch) for batch in self._batches.values() if batch.parent_id == batch_id]
