"""The ledger on SQLite or PostgreSQL: each method of the port is one transaction around one function of a topic."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, Counts, OrderFate, RowFate
from orderdrop.core.problems import Problem
from orderdrop.ledger import (
    sql_batches,
    sql_books,
    sql_damage,
    sql_finding,
    sql_leases,
    sql_links,
    sql_preparing,
    sql_purging,
    sql_reading,
    sql_rejected,
    sql_reruns,
    sql_sending,
    sql_states,
    sql_turns,
    sql_waiting,
)
from orderdrop.ledger.accounts import AccountState, ChangeAccount
from orderdrop.ledger.browsing import Filter
from orderdrop.ledger.database import Database
from orderdrop.ledger.feeds import ChangeFeed, FeedState
from orderdrop.ledger.ledger import (
    Attempt,
    Batch,
    Drop,
    Exclusion,
    FoundOrder,
    MappingVersion,
    Outcome,
    Overtaken,
    RejectedOrder,
)
from orderdrop.ledger.sql_notices import SqlNotices
from orderdrop.ledger.tables import ACCOUNTS, FEEDS


class SqlLedger(SqlNotices):
    """The Ledger port on a migrated database; what each method promises stands at the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def database(self) -> Database:
        """The database itself, for what else is kept beside the ledger."""
        return self._database

    def lease(self, name: str, owner: str, now: datetime, seconds: float) -> bool:
        with self._database.writing() as connection:
            return sql_leases.lease(connection, name, owner, now, seconds)

    def lease_holder(self, name: str, now: datetime) -> str | None:
        with self._database.reading() as connection:
            return sql_leases.lease_holder(connection, name, now)

    def release(self, name: str, owner: str) -> None:
        with self._database.writing() as connection:
            sql_leases.release(connection, name, owner)

    def account_state(self, account: str) -> AccountState:
        with self._database.reading() as connection:
            return sql_states.state(connection, ACCOUNTS, AccountState, account)

    def account_states(self) -> list[AccountState]:
        with self._database.reading() as connection:
            return sql_states.states(connection, ACCOUNTS, AccountState)

    def change_account(self, account: str, to: ChangeAccount) -> AccountState:
        with self._database.writing() as connection:
            return sql_states.change(connection, ACCOUNTS, AccountState, account, to)

    def feed_state(self, feed: str) -> FeedState:
        with self._database.reading() as connection:
            return sql_states.state(connection, FEEDS, FeedState, feed)

    def change_feed(self, feed: str, to: ChangeFeed) -> FeedState:
        with self._database.writing() as connection:
            return sql_states.change(connection, FEEDS, FeedState, feed, to)

    def pin_mapping(self, digest: str, name: str, text: str, at: datetime) -> None:
        with self._database.writing() as connection:
            sql_leases.pin_mapping(connection, digest, name, text, at)

    def mapping_text(self, digest: str) -> str | None:
        with self._database.reading() as connection:
            return sql_leases.mapping_text(connection, digest)

    def mapping_versions(self, name: str) -> list[MappingVersion]:
        with self._database.reading() as connection:
            return sql_leases.mapping_versions(connection, name)

    def open_batch(self, batch: Batch) -> None:
        with self._database.writing() as connection:
            sql_batches.open_batch(connection, batch)

    def batch(self, batch_id: str) -> Batch | None:
        with self._database.reading() as connection:
            return sql_batches.batch(connection, batch_id)

    def batches(
        self,
        *,
        limit: int = 50,
        before: str | None = None,
        feed: str | None = None,
        statuses: Collection[BatchStatus] | None = None,
    ) -> list[Batch]:
        feeds = None if feed is None else (feed,)
        with self._database.reading() as connection:
            return sql_batches.batches(
                connection, Filter(feeds=feeds, statuses=statuses, before=before), limit
            )

    def batches_of_content(self, sha256: str, mapping: str, account: str) -> list[Batch]:
        with self._database.reading() as connection:
            return sql_batches.batches_of_content(connection, sha256, mapping, account)

    def batch_at_place(self, feed: str, place: str) -> Batch | None:
        with self._database.reading() as connection:
            return sql_batches.batch_at_place(connection, feed, place)

    def set_aside(self, feed: str) -> list[Batch]:
        with self._database.reading() as connection:
            return sql_batches.set_aside(connection, feed)

    def unfinished(self, feed: str | None = None) -> list[Batch]:
        with self._database.reading() as connection:
            return sql_batches.unfinished(connection, feed)

    def conclude(
        self,
        batch_id: str,
        status: BatchStatus,
        at: datetime | None,
        remarks: str = "",
        *,
        given_up: bool = False,
    ) -> None:
        with self._database.writing() as connection:
            sql_batches.conclude(connection, batch_id, status, at, remarks, given_up)

    def feed_done(self, batch_id: str, place: str | None) -> None:
        with self._database.writing() as connection:
            sql_batches.feed_done(connection, batch_id, place)

    def adopt(self, batch_id: str, parent_id: str) -> None:
        with self._database.writing() as connection:
            sql_reruns.adopt(connection, batch_id, parent_id)

    def children(self, batch_id: str) -> list[Batch]:
        with self._database.reading() as connection:
            return sql_batches.children(connection, batch_id)

    def last_drop(self, feed: str) -> Drop | None:
        with self._database.reading() as connection:
            return sql_batches.last_drop(connection, feed)

    def row_numbers(self, feed: str, mapping: str, *, before: str, limit: int) -> list[int]:
        with self._database.reading() as connection:
            return sql_reruns.row_numbers(connection, feed, mapping, before, limit)

    def begin_preparation(self, batch_id: str) -> None:
        with self._database.writing() as connection:
            sql_preparing.begin_preparation(connection, batch_id)

    def add_orders(self, batch_id: str, orders: Sequence[StoredOrder]) -> None:
        with self._database.writing() as connection:
            sql_preparing.add_orders(connection, batch_id, orders)

    def add_problems(self, batch_id: str, problems: Sequence[Problem]) -> None:
        with self._database.writing() as connection:
            sql_preparing.add_problems(connection, batch_id, problems)

    def add_row_fates(self, batch_id: str, fate: RowFate, rows: Iterable[int]) -> None:
        with self._database.writing() as connection:
            sql_preparing.add_row_fates(connection, batch_id, fate, rows)

    def finish_preparation(
        self, batch_id: str, *, rows_read: int, verdict: str, status: BatchStatus, remarks: str = ""
    ) -> None:
        with self._database.writing() as connection:
            sql_batches.finish_preparation(connection, batch_id, rows_read, verdict, status, remarks)

    def last_accepted(self, account: str, keys: Sequence[str]) -> Mapping[str, str]:
        with self._database.reading() as connection:
            return sql_preparing.last_accepted(connection, account, keys)

    def accepted_as_of(self, account: str, keys: Sequence[str]) -> Mapping[str, datetime]:
        with self._database.reading() as connection:
            return sql_turns.accepted_as_of(connection, account, keys)

    def possibly_held(self, account: str, keys: Sequence[str]) -> Mapping[str, frozenset[str]]:
        with self._database.reading() as connection:
            return sql_reading.possibly_held(connection, account, keys)

    def rivals(self, batch_id: str, *, older: bool) -> list[Batch]:
        with self._database.reading() as connection:
            return sql_turns.rivals(connection, batch_id, older=older)

    def overtaken(self, batch_id: str, *, limit: int = 5_000) -> Overtaken:
        with self._database.writing() as connection:
            return sql_turns.overtaken(connection, batch_id, limit)

    def put_aside(
        self, batch_id: str, order_ids: Sequence[str], to: OrderFate, problems: Sequence[Problem]
    ) -> None:
        with self._database.writing() as connection:
            sql_turns.put_aside(connection, batch_id, order_ids, to, problems)

    def exclude(self, exclusion: Exclusion) -> None:
        with self._database.writing() as connection:
            sql_reruns.exclude(connection, exclusion)

    def exclusions(self, batch_ids: Sequence[str]) -> list[Exclusion]:
        with self._database.reading() as connection:
            return sql_reruns.exclusions(connection, batch_ids)

    def orders(
        self,
        batch_id: str,
        fates: Collection[OrderFate] | None = None,
        *,
        after: int = -1,
        limit: int | None = None,
    ) -> list[StoredOrder]:
        with self._database.reading() as connection:
            return sql_reading.orders(connection, batch_id, fates, after, limit)

    def record_attempts(self, attempts: Sequence[Attempt]) -> None:
        with self._database.writing() as connection:
            sql_sending.record_attempts(connection, attempts)

    def record_outcomes(self, outcomes: Sequence[Outcome], account: str) -> None:
        with self._database.writing() as connection:
            sql_sending.record_outcomes(connection, outcomes, account)

    def reopen(self, batch_id: str, at: datetime) -> int:
        with self._database.writing() as connection:
            return sql_sending.reopen(connection, batch_id, at)

    def set_fates(self, batch_id: str, of: Collection[OrderFate], to: OrderFate) -> int:
        with self._database.writing() as connection:
            return sql_sending.set_fates(connection, batch_id, of, to)

    def put_off(self, batch_id: str, at: datetime, problem: Problem) -> int:
        with self._database.writing() as connection:
            return sql_waiting.put_off(connection, batch_id, at, problem)

    def take_up(self, batch_id: str, *, owes_reply: bool = False) -> int:
        with self._database.writing() as connection:
            return sql_waiting.take_up(connection, batch_id, owes_reply)

    def waiting(self, account: str | None = None) -> list[Batch]:
        with self._database.reading() as connection:
            return sql_waiting.waiting(connection, account)

    def keep_links(self, links: Mapping[str, str]) -> None:
        with self._database.writing() as connection:
            sql_links.keep_links(connection, links)

    def links(self, batch_id: str) -> Mapping[str, str]:
        with self._database.reading() as connection:
            return sql_links.links(connection, batch_id)

    def purge(self, batch_ids: Collection[str], at: datetime) -> None:
        with self._database.writing() as connection:
            sql_purging.purge(connection, batch_ids, at)
        self._database.tidy(sql_purging.empty_the_side_file)

    def counts(self, batch_id: str, *, anew: bool = False) -> Counts:
        with self._database.reading() as connection:
            return sql_books.counts(connection, [batch_id], anew=anew)[batch_id]

    def counts_of(self, batch_ids: Collection[str]) -> Mapping[str, Counts]:
        with self._database.reading() as connection:
            return sql_books.counts(connection, [*batch_ids])

    def row_fates(self, batch_id: str) -> Iterator[tuple[RowFate, int, int]]:
        with self._database.reading() as connection:
            return iter(sql_reading.row_fates(connection, batch_id))

    def problems(self, batch_id: str, *, limit: int | None = None) -> list[Problem]:
        with self._database.reading() as connection:
            return sql_reading.problems(connection, batch_id, limit)

    def attempts(self, order_id: str) -> list[Attempt]:
        with self._database.reading() as connection:
            return sql_reading.attempts(connection, order_id)

    def find_orders(self, text: str, *, limit: int = 50) -> list[FoundOrder]:
        with self._database.reading() as connection:
            return sql_finding.find_anywhere(connection, text, limit)

    def rejected_orders(self, key: str, *, limit: int = 50) -> list[RejectedOrder]:
        with self._database.reading() as connection:
            return sql_rejected.of_number(connection, key, limit)

    def damage(self) -> list[str]:
        with self._database.reading() as connection:
            return sql_damage.damage(connection)

    def close(self) -> None:
        self._database.close()
