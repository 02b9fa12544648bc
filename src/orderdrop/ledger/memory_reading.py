"""The books, orders, problems and attempts of a batch, in memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, Counts, OrderFate, RowFate, tally
from orderdrop.core.problems import Problem
from orderdrop.ledger.doubt import may_have_arrived
from orderdrop.ledger.ledger import REASONS, Attempt, Batch, FoundOrder, RejectedOrder
from orderdrop.ledger.memory_state import InMemory, one_at_a_time


class Reading(InMemory):
    """What is read of a batch, and orders across all of them."""

    @one_at_a_time
    def possibly_held(self, account: str, keys: Sequence[str]) -> Mapping[str, frozenset[str]]:
        wanted, found = frozenset(keys), dict[str, frozenset[str]]()
        for attempt in self._attempts.values():
            order = self._orders[attempt.order_id]
            ours = self._batches[order.batch_id].account == account and order.key in wanted
            if ours and may_have_arrived(attempt.outcome, attempt.http_status):
                found[order.key] = found.get(order.key, frozenset()) | {order.digest or ""}
        return found

    @one_at_a_time
    def orders(
        self,
        batch_id: str,
        fates: Collection[OrderFate] | None = None,
        *,
        after: int = -1,
        limit: int | None = None,
    ) -> list[StoredOrder]:
        found = [
            order
            for order in self._of_batch(batch_id)
            if order.sequence > after and (fates is None or order.fate in fates)
        ]
        return sorted(found, key=lambda order: order.sequence)[:limit]

    @one_at_a_time
    def counts(self, batch_id: str, *, anew: bool = False) -> Counts:  # noqa: ARG002 - nothing is kept here
        alone: dict[RowFate, int] = {}
        for of_batch, row_fate, first, last in self._row_fates:
            if of_batch == batch_id:
                alone[row_fate] = alone.get(row_fate, 0) + last - first + 1
        totals: dict[OrderFate, tuple[int, int]] = {}
        for order in self._of_batch(batch_id):
            orders, rows = totals.get(order.fate, (0, 0))
            totals[order.fate] = (orders + 1, rows + len(order.lineage.rows))
        return tally(self._known(batch_id).rows_read, alone, totals)

    @one_at_a_time
    def counts_of(self, batch_ids: Collection[str]) -> Mapping[str, Counts]:
        return {batch_id: self.counts(batch_id) for batch_id in batch_ids}

    @one_at_a_time
    def row_fates(self, batch_id: str) -> Iterator[tuple[RowFate, int, int]]:
        found = [(fate, first, last) for of, fate, first, last in self._row_fates if of == batch_id]
        return iter(sorted(found, key=lambda entry: entry[1]))

    @one_at_a_time
    def problems(self, batch_id: str, *, limit: int | None = None) -> list[Problem]:
        return [problem for of_batch, _, problem in self._problems if of_batch == batch_id][:limit]

    @one_at_a_time
    def attempts(self, order_id: str) -> list[Attempt]:
        return [attempt for attempt in self._attempts.values() if attempt.order_id == order_id]

    @one_at_a_time
    def find_orders(self, text: str, *, limit: int = 50) -> list[FoundOrder]:
        position = {batch_id: number for number, batch_id in enumerate(self._batches)}
        hits = [order for order in self._orders.values() if text in (order.key, *self._parcels[order.id])]
        if not hits and not self.rejected_orders(text, limit=1):
            hits = [order for order in self._orders.values() if _contains(order, text)]
        hits.sort(key=lambda order: (position[order.batch_id], order.sequence), reverse=True)
        return [
            FoundOrder(order=order, batch=self._with_drop(self._batches[order.batch_id]))
            for order in hits[:limit]
        ]

    @one_at_a_time
    def rejected_orders(self, key: str, *, limit: int = 50) -> list[RejectedOrder]:
        newest_first = map(self._with_drop, reversed(self._batches.values()))
        found = (rejected(batch, self._of_batch(batch.id), self.problems(batch.id)) for batch in newest_first)
        return [one for of_batch in found for one in of_batch if one.key == key][:limit]


def rejected(batch: Batch, orders: Sequence[StoredOrder], problems: Sequence[Problem]) -> list[RejectedOrder]:
    """What would have been orders of a batch, the last found first."""
    if batch.status is BatchStatus.RECEIVED:
        return []
    named: dict[str, list[Problem]] = {}
    for problem in reversed(problems):
        if problem.order is not None:
            named.setdefault(problem.order, []).insert(0, problem)
    built = {order.key for order in orders}
    return [
        RejectedOrder(key=key, batch=batch, problems=tuple(mine[:REASONS]), count=len(mine))
        for key, mine in named.items()
        if key not in built and any(problem.blocks for problem in mine)
    ]


def _contains(order: StoredOrder, text: str) -> bool:
    payload = None if order.payload is None else order.payload.decode()
    return any(lower(text) in lower(place) for place in (order.key, order.reference, payload) if place)


def lower(text: str) -> str:
    """In lower case as SQLite sees it: only the letters of ASCII have one."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)
