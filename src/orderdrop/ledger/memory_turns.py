"""Whose turn it is, in memory: of two drops that carry one order the first goes first, and the newer one stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Problem
from orderdrop.ledger.ledger import Batch, Overtaken
from orderdrop.ledger.memory_reading import Reading
from orderdrop.ledger.memory_state import one_at_a_time

_OPEN = (OrderFate.READY, OrderFate.SENDING, OrderFate.PENDING)


class Turns(Reading):
    """Orders that other batches carry too."""

    @one_at_a_time
    def accepted_as_of(self, account: str, keys: Sequence[str]) -> Mapping[str, datetime]:
        return {key: self._as_of[account, key] for key in keys if (account, key) in self._as_of}

    @one_at_a_time
    def rivals(self, batch_id: str, *, older: bool) -> list[Batch]:
        me, everything = self._known(batch_id), list(self._batches)
        mine = {o.key for o in self._of_batch(batch_id) if o.fate in (OrderFate.READY, OrderFate.HELD)}
        found = []
        for other_id in everything[: everything.index(batch_id)] if older else everything:
            other = self._batches[other_id]
            if other_id == batch_id or other.account != me.account or not other.status.resumes:
                continue
            if other.status is BatchStatus.RECEIVED:
                shares = older
            else:
                shares = any(o.fate in _OPEN and o.key in mine for o in self._of_batch(other_id))
            if shares:
                found.append(self._with_drop(other))
        return found

    @one_at_a_time
    def overtaken(self, batch_id: str, *, limit: int = 5_000) -> Overtaken:
        batch = self._with_drop(self._known(batch_id))
        owed_keys = {
            order.key
            for order in self._orders.values()
            if order.fate is OrderFate.PENDING
            and order.batch_id != batch_id
            and self._batches[order.batch_id].account == batch.account
        }
        found = Overtaken(stale=[], owed=[])
        for order in self.orders(batch_id, (OrderFate.READY, OrderFate.UNCHANGED)):
            entry, moment = (batch.account, order.key), order.as_of or batch.drop.arrived_at
            held = entry not in self._doubted and self._accepted.get(entry) == order.digest
            if order.fate is OrderFate.UNCHANGED or (held and order.digest is not None):
                self._orders[order.id] = order._replace(fate=OrderFate.UNCHANGED)
                if entry in self._accepted:
                    self._as_of[entry] = max(moment, self._as_of.get(entry, moment))
            elif entry in self._as_of and self._as_of[entry] > moment:
                found.stale.append(order)
            elif order.key in owed_keys:
                found.owed.append(order)
        return Overtaken(stale=found.stale[:limit], owed=found.owed[:limit])

    @one_at_a_time
    def put_aside(
        self, batch_id: str, order_ids: Sequence[str], to: OrderFate, problems: Sequence[Problem]
    ) -> None:
        self._known(batch_id)
        mine = {order.id: order for order in self._of_batch(batch_id)}
        for id_ in order_ids:
            self._known_order(id_, mine)
        for id_ in order_ids:
            payload = None if to is OrderFate.HELD else mine[id_].payload
            self._orders[id_] = mine[id_]._replace(fate=to, payload=payload)
        self._problems.extend((batch_id, None, problem) for problem in problems)
