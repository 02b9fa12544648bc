"""Looking around in a ledger in memory: the answers that the database must give, worked out the plain way."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Problem, Severity
from orderdrop.ledger.browsing import BY_HAND, CANDIDATES, BatchLine, Cause, Day, Figures, Filter, Hits
from orderdrop.ledger.ledger import Batch, FoundOrder, Ledger, RejectedOrder
from orderdrop.ledger.memory_reading import lower, rejected
from orderdrop.ledger.parcels import tracking_numbers

_ALL = 1_000_000_000
_SUCCESS = (BatchStatus.ACCEPTED, BatchStatus.REJECTS)


class MemoryBrowsing:
    """The Browsing port over any ledger, by reading all of it; what each method promises stands at the port.

    All but one thing: of an order whose payload was put aside it finds no tracking number.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def batches(self, wanted: Filter, *, limit: int = 50) -> list[BatchLine]:
        found = [
            batch
            for batch in self._ledger.batches(limit=_ALL, before=wanted.before, statuses=wanted.statuses)
            if _is_of(batch, wanted.feeds) and lower(wanted.name) in lower(batch.drop.name)
        ]
        return [BatchLine(batch=one, counts=self._ledger.counts(one.id)) for one in found[:limit]]

    def by_status(self, feeds: Collection[str] | None = None) -> Mapping[BatchStatus, int]:
        return Counter(batch.status for batch in self._batches(feeds))

    def orders(
        self, batch_id: str, *, fates: Collection[OrderFate] | None = None, after: int = -1, limit: int = 100
    ) -> Sequence[StoredOrder]:
        return self._ledger.orders(batch_id, fates, after=after, limit=limit)

    def order(self, batch_id: str, order_id: str) -> StoredOrder | None:
        return next((one for one in self._ledger.orders(batch_id) if one.id == order_id), None)

    def causes(self, batch_id: str) -> list[Cause]:
        kinds: dict[tuple[str, str | None, str, str, str, str | None], list[str]] = {}
        for one in self._ledger.problems(batch_id):
            kind = (one.code.value, one.column, one.raised_by.value, one.owner.value, one.severity.value)
            refuses_file = one.blocks and not one.cells and one.order is None
            kinds.setdefault((*kind, one.message if refuses_file else None), []).append(one.message)
        found = [
            Cause(code=code, column=column, raised_by=by, owner=owner, severity=severity, count=len(said), example=said[0])
            for (code, column, by, owner, severity, _), said in kinds.items()
        ]  # fmt: skip
        return sorted(found, key=lambda cause: -cause.count)

    def problems(self, batch_id: str, key: str, *, limit: int = 100) -> list[Problem]:
        return [one for one in self._ledger.problems(batch_id) if one.order == key][:limit]

    def find(self, text: str, feeds: Collection[str] | None = None, *, limit: int = 50) -> Hits:
        if not text:
            return Hits()
        exact = self._found(feeds, lambda name: name == text)
        begin = self._found(feeds, lambda name: name.startswith(text))
        found = {one.order.id: one for one in (*exact, *begin)}
        turned_back = self._rejected(feeds, text)
        suspects = sum(
            (problem.order or "").startswith(text)
            for batch in self._batches(None)
            for problem in self._ledger.problems(batch.id)
        )
        more = (
            max(len(found), len(turned_back)) > limit
            or len(self._found(None, lambda name: name.startswith(text))) >= CANDIDATES
            or suspects >= CANDIDATES
        )
        return Hits(orders=list(found.values())[:limit], rejected=turned_back[:limit], more=more)

    def versions(
        self, key: str, feeds: Collection[str] | None = None, *, limit: int = 50
    ) -> Sequence[FoundOrder]:
        return [one for one in self._found(feeds, lambda name: name == key) if one.order.key == key][:limit]

    def arrivals(self, since: datetime, feeds: Collection[str] | None = None) -> list[Day]:
        drops = {batch.drop.id: batch.drop for batch in self._batches(feeds)}.values()
        return _by_day((drop.arrived_at, drop.feed or BY_HAND) for drop in drops if drop.arrived_at >= since)

    def refusals(self, since: datetime, feeds: Collection[str] | None = None) -> list[Day]:
        return _by_day(
            (batch.created_at, problem.code.value)
            for batch in self._batches(feeds)
            if batch.created_at >= since
            for problem in self._ledger.problems(batch.id)
            if problem.severity is Severity.ERROR
        )

    def last_drops(self) -> Mapping[str, datetime]:
        return _latest((batch.drop.feed, batch.drop.arrived_at) for batch in self._batches(None))

    def figures(self) -> Figures:
        batches = list(self._batches(None))
        orders, rows = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for batch in batches:
            for order in self._ledger.orders(batch.id):
                orders[batch.account, order.fate.value] += 1
                rows[batch.account, order.fate.value] += len(order.lineage.rows)
            for fate, first, last in self._ledger.row_fates(batch.id):
                rows[batch.account, fate.value] += last - first + 1
        oldest: dict[str, datetime] = {}
        for batch in batches:  # oldest first
            if batch.status.resumes or batch.waits_since is not None:
                oldest[batch.account] = min(batch.created_at, oldest.get(batch.account, batch.created_at))
        return Figures(
            batches=self.by_status(),
            orders=orders,
            rows=rows,
            oldest=oldest,
            drops={BY_HAND: 0, **Counter(feed or BY_HAND for _, feed in {(b.drop.id, b.drop.feed) for b in batches})},
            last_drops=self.last_drops(),
            last_successes=_latest(
                (batch.drop.feed, batch.finished_at) for batch in batches if batch.status in _SUCCESS
            ),
        )  # fmt: skip

    def _batches(self, feeds: Collection[str] | None) -> Iterator[Batch]:
        """Oldest first."""
        return (batch for batch in reversed(self._ledger.batches(limit=_ALL)) if _is_of(batch, feeds))

    def _found(self, feeds: Collection[str] | None, matches: Callable[[str], bool]) -> list[FoundOrder]:
        return [
            FoundOrder(order=order, batch=batch)
            for batch in reversed(list(self._batches(feeds)))
            for order in reversed(self._ledger.orders(batch.id))
            if any(map(matches, (order.key, *tracking_numbers((order.payload or b"").decode()))))
        ]

    def _rejected(self, feeds: Collection[str] | None, text: str) -> list[RejectedOrder]:
        """Those whose number is the text before those that begin with it."""
        found = [
            one
            for batch in reversed(list(self._batches(feeds)))
            for one in rejected(batch, self._ledger.orders(batch.id), self._ledger.problems(batch.id))
            if one.key.startswith(text)
        ]
        return sorted(found, key=lambda one: one.key != text)


def _is_of(batch: Batch, feeds: Collection[str] | None) -> bool:
    return feeds is None or batch.drop.feed in feeds


def _by_day(facts: Iterable[tuple[datetime, str]]) -> list[Day]:
    days: dict[str, Counter[str]] = {}
    for at, name in facts:
        days.setdefault(f"{at.astimezone(UTC):%Y-%m-%d}", Counter())[name] += 1
    return [Day(day=day, counts=dict(days[day])) for day in sorted(days)]


def _latest(facts: Iterable[tuple[str | None, datetime | None]]) -> dict[str, datetime]:
    latest: dict[str, datetime] = {}
    for feed, at in facts:
        if feed is not None and at is not None:
            latest[feed] = max(at, latest.get(feed, at))
    return latest
