"""What is stored of a batch while it is prepared, in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, RowFate
from orderdrop.core.problems import Problem
from orderdrop.core.rows import ranges
from orderdrop.ledger.memory_state import InMemory, one_at_a_time
from orderdrop.ledger.parcels import tracking_numbers
from orderdrop.ledger.unavailable import contradiction, not_to_prepare


class Preparing(InMemory):
    """Orders, problems and row fates as they are found."""

    @one_at_a_time
    def begin_preparation(self, batch_id: str) -> None:
        batch = self._batches.get(batch_id)
        if batch is None or batch.status is not BatchStatus.RECEIVED:
            raise contradiction(not_to_prepare(batch_id, batch.status.value if batch else None))
        for order in self._of_batch(batch_id):
            del self._orders[order.id], self._parcels[order.id]
        self._row_fates = [entry for entry in self._row_fates if entry[0] != batch_id]
        self._problems = [entry for entry in self._problems if entry[0] != batch_id]

    @one_at_a_time
    def add_orders(self, batch_id: str, orders: Sequence[StoredOrder]) -> None:
        self._known(batch_id)
        taken = {order.sequence for order in self._orders.values() if order.batch_id == batch_id}
        for order in orders:
            if order.id in self._orders or order.sequence in taken:
                raise contradiction(f"the order {order.id} is there already")
        if len({order.id for order in orders}) + len({order.sequence for order in orders}) < 2 * len(orders):
            raise contradiction("two orders have one name")
        for order in orders:
            self._orders[order.id] = order._replace(batch_id=batch_id)
            self._parcels[order.id] = tracking_numbers((order.payload or b"").decode())

    @one_at_a_time
    def add_problems(self, batch_id: str, problems: Sequence[Problem]) -> None:
        self._known(batch_id)
        self._problems.extend((batch_id, None, problem) for problem in problems)

    @one_at_a_time
    def add_row_fates(self, batch_id: str, fate: RowFate, rows: Iterable[int]) -> None:
        self._known(batch_id)
        self._row_fates.extend((batch_id, fate, first, last) for first, last in ranges(rows))

    @one_at_a_time
    def finish_preparation(
        self, batch_id: str, *, rows_read: int, verdict: str, status: BatchStatus, remarks: str = ""
    ) -> None:
        batch = self._known(batch_id)
        self._batches[batch_id] = replace(
            batch, rows_read=rows_read, verdict=verdict, status=status, remarks=remarks or batch.remarks
        )

    @one_at_a_time
    def last_accepted(self, account: str, keys: Sequence[str]) -> Mapping[str, str]:
        return {
            key: self._accepted[account, key]
            for key in keys
            if (account, key) in self._accepted and (account, key) not in self._doubted
        }
