"""The port of looking around: what people ask of the ledger when they turn its pages. It never changes anything."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, Counts, OrderFate
from orderdrop.core.problems import Problem
from orderdrop.ledger.facts import Batch, FoundOrder, RejectedOrder

CANDIDATES = 2_000
"""How many orders, and how many problems, a search looks at, of those that begin with its text: a text that is too short finds some of them."""
BY_HAND = "(imports)"
"""Stands for the feed of what came by no feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which batches; what is left out does not matter. `name` is a part of the drop's name, `before` a batch's id."""

    feeds: Collection[str] | None = None
    statuses: Collection[BatchStatus] | None = None
    name: str = ""
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """A batch in a list, with its books."""

    batch: Batch
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Problems of one kind in one column: how many, of whom, and the first of them in words.

    What a file as a whole is refused for is a cause of its own each time: a column that it lacks is named.
    """

    code: str
    column: str | None
    raised_by: str
    owner: str
    severity: str
    count: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What a search found, newest first; `more` says that there may be others, which a longer text would find.

    `rejected` never became orders: our checks found their rows wrong.
    """

    orders: Sequence[FoundOrder] = ()
    rejected: Sequence[RejectedOrder] = ()
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one day (of UTC) brought: drops by feed, or problems by code."""

    day: str
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The whole ledger in a few numbers.

    `orders` and `rows` are by account and fate. `oldest` is since when the oldest batch of an account is not at rest,
    or waits for its account; accounts without one are left out. `drops`, `last_drops` and `last_successes` are by feed;
    the last is when a batch of it last finished with its good rows at the destination.
    """

    batches: Mapping[BatchStatus, int]
    orders: Mapping[tuple[str, str], int]
    rows: Mapping[tuple[str, str], int]
    oldest: Mapping[str, datetime]
    drops: Mapping[str, int]
    last_drops: Mapping[str, datetime]
    last_successes: Mapping[str, datetime]


class Browsing(Protocol):
    """What pages ask; every call may raise LedgerUnavailable."""

    def batches(self, wanted: Filter, *, limit: int = 50) -> list[BatchLine]:
        """Batches with their books, newest first."""

    def by_status(self, feeds: Collection[str] | None = None) -> Mapping[BatchStatus, int]:
        """How many batches stand in each status."""

    def orders(
        self, batch_id: str, *, fates: Collection[OrderFate] | None = None, after: int = -1, limit: int = 100
    ) -> Sequence[StoredOrder]:
        """Orders of a batch by sequence."""

    def order(self, batch_id: str, order_id: str) -> StoredOrder | None:
        """One order of a batch."""

    def causes(self, batch_id: str) -> list[Cause]:
        """The problems of a batch by kind and column, most frequent first."""

    def problems(self, batch_id: str, key: str, *, limit: int = 100) -> list[Problem]:
        """Problems of one order of a batch, in the order in which they were found."""

    def find(self, text: str, feeds: Collection[str] | None = None, *, limit: int = 50) -> Hits:
        """Orders whose number, or tracking number, is a text, then those where it begins with it; each newest first.

        Rejected orders are found by their number, and at most `limit` of them as well. Of many that begin so the newest of some are found, see CANDIDATES. A tracking number is known of what was sent or
        could have been, until it is purged.
        """

    def versions(
        self, key: str, feeds: Collection[str] | None = None, *, limit: int = 50
    ) -> Sequence[FoundOrder]:
        """The orders of exactly this number in all batches, newest first."""

    def arrivals(self, since: datetime, feeds: Collection[str] | None = None) -> list[Day]:
        """Drops by feed for every day that had any, oldest first."""

    def refusals(self, since: datetime, feeds: Collection[str] | None = None) -> list[Day]:
        """Errors by code for every day whose batches had any, oldest first."""

    def last_drops(self) -> Mapping[str, datetime]:
        """When each feed last brought a drop."""

    def figures(self) -> Figures:
        """What is measured."""
