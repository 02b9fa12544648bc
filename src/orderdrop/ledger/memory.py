"""The ledger's twin in memory, for tests and previews: same answers, nothing on disk.

It runs through the same contract suite as the real one. Each method looks for every contradiction before it changes
anything, which makes it whole or not at all.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, Counts, OrderFate, RowFate, tally
from orderdrop.core.problems import Code, Problem
from orderdrop.core.rows import ranges
from orderdrop.ledger.accounts import AccountState, ChangeAccount
from orderdrop.ledger.doubt import STILL_OPEN, leaves_no_trace, may_have_arrived
from orderdrop.ledger.ledger import (
    PURGED,
    Attempt,
    AttemptOutcome,
    Batch,
    Drop,
    Exclusion,
    FoundOrder,
    MappingVersion,
    Outcome,
    Overtaken,
)
from orderdrop.ledger.unavailable import LOST_ANSWER, contradiction, not_to_prepare, sent_by_another

P = ParamSpec("P")
R = TypeVar("R")

_OPEN = (OrderFate.READY, OrderFate.SENDING, OrderFate.PENDING)


def _one_at_a_time(
    method: Callable[Concatenate["MemoryLedger", P], R],
) -> Callable[Concatenate["MemoryLedger", P], R]:
    def alone(self: "MemoryLedger", /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            return method(self, *args, **kwargs)

    return alone


class MemoryLedger:
    """The Ledger port in dictionaries; what each method promises stands at the port."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._leases: dict[str, tuple[str, datetime]] = {}
        self._accounts: dict[str, AccountState] = {}
        self._mappings: dict[str, tuple[str, str, datetime]] = {}
        self._drops: dict[str, Drop] = {}
        self._batches: dict[str, Batch] = {}  # in the order of their registration, as all dictionaries here
        self._orders: dict[str, StoredOrder] = {}
        self._row_fates: list[tuple[str, RowFate, int, int]] = []
        self._problems: list[tuple[str, str | None, Problem]] = []  # batch, order whose outcome brought it
        self._attempts: dict[str, Attempt] = {}
        self._accepted: dict[tuple[str, str], str] = {}
        self._links: dict[str, str] = {}
        self._doubted: dict[tuple[str, str], str] = {}  # by which attempt
        self._as_of: dict[tuple[str, str], datetime] = {}
        self._exclusions: dict[tuple[str, str], Exclusion] = {}

    @_one_at_a_time
    def lease(self, name: str, owner: str, now: datetime, seconds: float) -> bool:
        holder = self.lease_holder(name, now)
        if holder not in (None, owner):
            return False
        self._leases[name] = (owner, now + timedelta(seconds=seconds))
        return True

    @_one_at_a_time
    def lease_holder(self, name: str, now: datetime) -> str | None:
        owner, expires_at = self._leases.get(name, (None, now))
        return owner if expires_at > now else None

    @_one_at_a_time
    def release(self, name: str, owner: str) -> None:
        if name in self._leases and self._leases[name][0] == owner:
            del self._leases[name]

    @_one_at_a_time
    def account_state(self, account: str) -> AccountState:
        return self._accounts.get(account, AccountState(account=account))

    @_one_at_a_time
    def account_states(self) -> list[AccountState]:
        return [self._accounts[account] for account in sorted(self._accounts)]

    @_one_at_a_time
    def change_account(self, account: str, to: ChangeAccount) -> AccountState:
        before = self.account_state(account)
        after = to(before)
        if after != before:
            self._accounts[account] = after
        return after

    @_one_at_a_time
    def pin_mapping(self, digest: str, name: str, text: str, at: datetime) -> None:
        self._mappings.setdefault(digest, (name, text, at))

    @_one_at_a_time
    def mapping_text(self, digest: str) -> str | None:
        return self._mappings[digest][1] if digest in self._mappings else None

    @_one_at_a_time
    def mapping_versions(self, name: str) -> list[MappingVersion]:
        found = []
        for digest, (called, _, pinned_at) in self._mappings.items():
            used = [b.created_at for b in self._batches.values() if b.mapping_digest == digest]
            if called == name:
                found.append(
                    MappingVersion(
                        digest=digest,
                        pinned_at=pinned_at,
                        first_used=min(used, default=None),
                        last_used=max(used, default=None),
                        batches=len(used),
                    )
                )
        return sorted(found, key=lambda version: (version.pinned_at, version.digest))

    @_one_at_a_time
    def open_batch(self, batch: Batch) -> None:
        if batch.id in self._batches:
            raise contradiction(f"the batch {batch.id} is there already")
        self._drops.setdefault(batch.drop.id, batch.drop)
        self._batches[batch.id] = batch

    @_one_at_a_time
    def batch(self, batch_id: str) -> Batch | None:
        return self._with_drop(self._batches[batch_id]) if batch_id in self._batches else None

    @_one_at_a_time
    def batches(
        self,
        *,
        limit: int = 50,
        before: str | None = None,
        feed: str | None = None,
        statuses: Collection[BatchStatus] | None = None,
    ) -> list[Batch]:
        everything = list(self._batches)
        older = everything if before is None else everything[: _index(everything, before)]
        found = [self._with_drop(self._batches[id_]) for id_ in reversed(older)]
        return [
            batch
            for batch in found
            if feed in (None, batch.drop.feed) and (statuses is None or batch.status in statuses)
        ][:limit]

    @_one_at_a_time
    def batches_of_content(self, sha256: str, mapping: str, account: str) -> list[Batch]:
        return [
            batch
            for batch in map(self._with_drop, self._batches.values())
            if (batch.drop.sha256, batch.mapping, batch.account) == (sha256, mapping, account)
        ]

    @_one_at_a_time
    def batch_at_place(self, feed: str, place: str) -> Batch | None:
        newest_first = map(self._with_drop, reversed(self._batches.values()))
        return next((b for b in newest_first if (b.drop.feed, b.drop.place) == (feed, place)), None)

    @_one_at_a_time
    def unfinished(self, feed: str | None = None) -> list[Batch]:
        return [
            batch
            for batch in map(self._with_drop, self._batches.values())
            if feed in (None, batch.drop.feed)
            and (batch.status.resumes or (not batch.feed_done and batch.drop.feed is not None))
        ]

    @_one_at_a_time
    def conclude(self, batch_id: str, status: BatchStatus, at: datetime | None, remarks: str = "") -> None:
        batch = self._known(batch_id)
        self._batches[batch_id] = replace(
            batch, status=status, finished_at=at, remarks=remarks or batch.remarks
        )

    @_one_at_a_time
    def feed_done(self, batch_id: str, place: str | None) -> None:
        batch = self._known(batch_id)
        self._batches[batch_id] = replace(batch, feed_done=True)
        self._drops[batch.drop.id] = replace(self._drops[batch.drop.id], place=place)

    @_one_at_a_time
    def adopt(self, batch_id: str, parent_id: str) -> None:
        self._batches[batch_id] = replace(self._known(batch_id), parent_id=parent_id)

    @_one_at_a_time
    def children(self, batch_id: str) -> list[Batch]:
        return [self._with_drop(batch) for batch in self._batches.values() if batch.parent_id == batch_id]

    @_one_at_a_time
    def row_numbers(self, feed: str, mapping: str, *, before: str, limit: int) -> list[int]:
        everything = list(self._batches)
        earlier = [self._batches[id_] for id_ in reversed(everything[: _index(everything, before)])]
        unusual = (BatchStatus.FAILED, BatchStatus.STUCK, BatchStatus.RECEIVED)
        return [
            batch.rows_read
            for batch in earlier
            if (batch.drop.feed, batch.mapping, batch.parent_id) == (feed, mapping, None)
            and batch.status not in unusual
        ][:limit]

    @_one_at_a_time
    def begin_preparation(self, batch_id: str) -> None:
        batch = self._batches.get(batch_id)
        if batch is None or batch.status is not BatchStatus.RECEIVED:
            raise contradiction(not_to_prepare(batch_id, batch.status.value if batch else None))
        self._orders = {id_: order for id_, order in self._orders.items() if order.batch_id != batch_id}
        self._row_fates = [entry for entry in self._row_fates if entry[0] != batch_id]
        self._problems = [entry for entry in self._problems if entry[0] != batch_id]

    @_one_at_a_time
    def add_orders(self, batch_id: str, orders: Sequence[StoredOrder]) -> None:
        self._known(batch_id)
        taken = {order.sequence for order in self._orders.values() if order.batch_id == batch_id}
        for order in orders:
            if order.id in self._orders or order.sequence in taken:
                raise contradiction(f"the order {order.id} is there already")
        if len({order.id for order in orders}) + len({order.sequence for order in orders}) < 2 * len(orders):
            raise contradiction("two orders have one name")
        self._orders.update((order.id, replace(order, batch_id=batch_id)) for order in orders)

    @_one_at_a_time
    def add_problems(self, batch_id: str, problems: Sequence[Problem]) -> None:
        self._known(batch_id)
        self._problems.extend((batch_id, None, problem) for problem in problems)

    @_one_at_a_time
    def add_row_fates(self, batch_id: str, fate: RowFate, rows: Iterable[int]) -> None:
        self._known(batch_id)
        self._row_fates.extend((batch_id, fate, first, last) for first, last in ranges(rows))

    @_one_at_a_time
    def finish_preparation(
        self, batch_id: str, *, rows_read: int, verdict: str, status: BatchStatus, remarks: str = ""
    ) -> None:
        batch = self._known(batch_id)
        self._batches[batch_id] = replace(
            batch, rows_read=rows_read, verdict=verdict, status=status, remarks=remarks or batch.remarks
        )

    @_one_at_a_time
    def last_accepted(self, account: str, keys: Sequence[str]) -> Mapping[str, str]:
        return {
            key: self._accepted[account, key]
            for key in keys
            if (account, key) in self._accepted and (account, key) not in self._doubted
        }

    @_one_at_a_time
    def accepted_as_of(self, account: str, keys: Sequence[str]) -> Mapping[str, datetime]:
        return {key: self._as_of[account, key] for key in keys if (account, key) in self._as_of}

    @_one_at_a_time
    def possibly_held(self, account: str, keys: Sequence[str]) -> Mapping[str, frozenset[str]]:
        wanted, found = frozenset(keys), dict[str, frozenset[str]]()
        for attempt in self._attempts.values():
            order = self._orders[attempt.order_id]
            ours = self._batches[order.batch_id].account == account and order.key in wanted
            if ours and may_have_arrived(attempt.outcome, attempt.http_status):
                found[order.key] = found.get(order.key, frozenset()) | {order.digest or ""}
        return found

    @_one_at_a_time
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

    @_one_at_a_time
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
                self._orders[order.id] = replace(order, fate=OrderFate.UNCHANGED)
                if entry in self._accepted:
                    self._as_of[entry] = max(moment, self._as_of.get(entry, moment))
            elif entry in self._as_of and self._as_of[entry] > moment:
                found.stale.append(order)
            elif order.key in owed_keys:
                found.owed.append(order)
        return Overtaken(stale=found.stale[:limit], owed=found.owed[:limit])

    @_one_at_a_time
    def put_aside(
        self, batch_id: str, order_ids: Sequence[str], to: OrderFate, problems: Sequence[Problem]
    ) -> None:
        for id_ in order_ids:
            order = self._orders[id_]
            if order.batch_id == batch_id:
                payload = None if to is OrderFate.HELD else order.payload
                self._orders[id_] = replace(order, fate=to, payload=payload)
        self._problems.extend((batch_id, None, problem) for problem in problems)

    @_one_at_a_time
    def exclude(self, exclusion: Exclusion) -> None:
        self._known(exclusion.batch_id)
        self._exclusions[exclusion.batch_id, exclusion.order_key] = exclusion

    @_one_at_a_time
    def exclusions(self, batch_ids: Sequence[str]) -> list[Exclusion]:
        found = [exclusion for exclusion in self._exclusions.values() if exclusion.batch_id in batch_ids]
        return sorted(found, key=lambda exclusion: exclusion.at)

    @_one_at_a_time
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

    @_one_at_a_time
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
            self._orders[order.id] = replace(order, fate=OrderFate.SENDING)
            entry = (self._batches[attempt.batch_id].account, order.key)
            if entry in self._accepted:
                self._doubted.setdefault(entry, attempt.id)

    @_one_at_a_time
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

    @_one_at_a_time
    def reopen(self, batch_id: str, at: datetime) -> int:
        for attempt in self._attempts.values():
            if attempt.batch_id == batch_id and attempt.outcome is None:
                self._attempts[attempt.id] = replace(
                    attempt, finished_at=at, outcome=AttemptOutcome.UNKNOWN, message=LOST_ANSWER
                )
        return self.set_fates(batch_id, [OrderFate.SENDING], OrderFate.READY)

    @_one_at_a_time
    def set_fates(self, batch_id: str, of: Collection[OrderFate], to: OrderFate) -> int:
        moved = [
            order
            for order in self._of_batch(batch_id)
            if order.fate in of and (to is not OrderFate.READY or order.payload is not None)
        ]
        self._orders.update((order.id, replace(order, fate=to)) for order in moved)
        return len(moved)

    @_one_at_a_time
    def put_off(self, batch_id: str, at: datetime, problem: Problem) -> int:
        batch = self._known(batch_id)
        moved = self.set_fates(batch_id, (OrderFate.READY,), OrderFate.UNSENT)
        if moved:
            self._batches[batch_id] = replace(batch, waits_since=batch.waits_since or at)
            self._problems.append((batch_id, None, problem))
        return moved

    @_one_at_a_time
    def take_up(self, batch_id: str, *, owes_reply: bool = False) -> int:
        batch = self._known(batch_id)
        self._batches[batch_id] = replace(
            batch,
            waits_since=None,
            finished_at=None,
            status=BatchStatus.SENDING,
            feed_done=batch.feed_done and not owes_reply,
        )
        self._problems = [
            entry for entry in self._problems if entry[0] != batch_id or entry[2].code is not Code.NOT_SENT
        ]
        return self.set_fates(batch_id, (OrderFate.UNSENT,), OrderFate.READY)

    @_one_at_a_time
    def waiting(self, account: str | None = None) -> list[Batch]:
        return [
            batch
            for batch in map(self._with_drop, self._batches.values())
            if batch.waits_since is not None and account in (None, batch.account)
        ]

    @_one_at_a_time
    def keep_links(self, links: Mapping[str, str]) -> None:
        for order_id in links:
            self._known_order(order_id)
        self._links.update(links)

    @_one_at_a_time
    def links(self, batch_id: str) -> Mapping[str, str]:
        return {
            order.id: self._links[order.id] for order in self._of_batch(batch_id) if order.id in self._links
        }

    @_one_at_a_time
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
                self._orders[order.id] = replace(order, payload=None)
                self._links.pop(order.id, None)
        for attempt in list(self._attempts.values()):
            if attempt.batch_id in batch_ids:
                self._attempts[attempt.id] = replace(attempt, message="")
        self._problems = [
            (of, by, replace(problem, message=PURGED, value=None) if of in batch_ids else problem)
            for of, by, problem in self._problems
        ]

    @_one_at_a_time
    def counts(self, batch_id: str) -> Counts:
        alone: dict[RowFate, int] = {}
        for of_batch, row_fate, first, last in self._row_fates:
            if of_batch == batch_id:
                alone[row_fate] = alone.get(row_fate, 0) + last - first + 1
        totals: dict[OrderFate, tuple[int, int]] = {}
        for order in self._of_batch(batch_id):
            orders, rows = totals.get(order.fate, (0, 0))
            totals[order.fate] = (orders + 1, rows + len(order.lineage.rows))
        return tally(self._known(batch_id).rows_read, alone, totals)

    @_one_at_a_time
    def row_fates(self, batch_id: str) -> Iterator[tuple[RowFate, int, int]]:
        found = [(fate, first, last) for of, fate, first, last in self._row_fates if of == batch_id]
        return iter(sorted(found, key=lambda entry: entry[1]))

    @_one_at_a_time
    def problems(self, batch_id: str, *, limit: int | None = None) -> list[Problem]:
        return [problem for of_batch, _, problem in self._problems if of_batch == batch_id][:limit]

    @_one_at_a_time
    def attempts(self, order_id: str) -> list[Attempt]:
        return [attempt for attempt in self._attempts.values() if attempt.order_id == order_id]

    @_one_at_a_time
    def find_orders(self, text: str, *, limit: int = 50) -> list[FoundOrder]:
        position = {batch_id: number for number, batch_id in enumerate(self._batches)}
        hits = [order for order in self._orders.values() if order.key == text or _contains(order, text)]
        hits.sort(
            key=lambda order: (order.key == text, position[order.batch_id], order.sequence), reverse=True
        )
        return [
            FoundOrder(order=order, batch=self._with_drop(self._batches[order.batch_id]))
            for order in hits[:limit]
        ]

    def damage(self) -> list[str]:
        """Nothing that could be damaged."""
        return []

    def close(self) -> None:
        """Nothing to let go of."""

    def _settle(self, outcome: Outcome) -> None:
        order = self._orders[outcome.order_id]
        self._attempts[outcome.attempt_id] = replace(
            self._attempts[outcome.attempt_id],
            finished_at=outcome.at,
            outcome=outcome.attempt,
            http_status=outcome.http_status,
            message=outcome.message,
        )
        self._orders[order.id] = replace(order, fate=outcome.fate, reference=outcome.reference)
        self._problems.extend((order.batch_id, order.id, problem) for problem in outcome.problems)
        if leaves_no_trace(outcome):
            self._doubted = {
                entry: attempt for entry, attempt in self._doubted.items() if attempt != outcome.attempt_id
            }

    def _known(self, batch_id: str) -> Batch:
        if batch_id not in self._batches:
            raise contradiction(f"there is no batch {batch_id}")
        return self._batches[batch_id]

    def _known_order(self, order_id: str) -> None:
        if order_id not in self._orders:
            raise contradiction("an order that was to be changed is not there")

    def _of_batch(self, batch_id: str) -> list[StoredOrder]:
        return [order for order in self._orders.values() if order.batch_id == batch_id]

    def _with_drop(self, batch: Batch) -> Batch:
        return replace(batch, drop=self._drops[batch.drop.id])


def _index(ids: list[str], wanted: str) -> int:
    return ids.index(wanted) if wanted in ids else 0


def _contains(order: StoredOrder, text: str) -> bool:
    payload = None if order.payload is None else order.payload.decode()
    return any(_lower(text) in _lower(place) for place in (order.key, order.reference, payload) if place)


def _lower(text: str) -> str:
    """In lower case as SQLite sees it: only the letters of ASCII have one."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)
