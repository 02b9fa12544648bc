"""The port of looking around: what people ask of the ledger when they turn its pages. It never changes anything."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, Counts, OrderFate
from orderdrop.ledger.ledger import Batch, FoundOrder


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
    """Problems of one kind in one column: how many, of whom, and the first of them in words."""

    code: str
    column: str | None
    raised_by: str
    owner: str
    severity: str
    count: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one day brought: batches by feed, and refused or rejected orders by code."""

    day: str
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The whole ledger in a few numbers: batches by status, orders by account and fate, the oldest batch under way."""

    batches: Mapping[BatchStatus, int]
    orders: Mapping[tuple[str, str], int]
    oldest: datetime | None


class Browsing(Protocol):
    """What pages ask; every call may raise LedgerUnavailable."""

    def batches(self, wanted: Filter, *, limit: int = 50) -> list[BatchLine]:
        """Batches with their books, newest first."""

    def waiting(self, feeds: Collection[str] | None = None) -> Mapping[BatchStatus, int]:
        """How many batches stand in each status."""

    def orders(
        self, batch_id: str, *, fates: Collection[OrderFate] | None = None, after: int = -1, limit: int = 100
    ) -> Sequence[StoredOrder]:
        """Orders of a batch by sequence."""

    def order(self, batch_id: str, order_id: str) -> StoredOrder | None:
        """One order of a batch."""

    def causes(self, batch_id: str) -> list[Cause]:
        """The problems of a batch by kind and column, most frequent first."""

    def find(self, text: str, feeds: Collection[str] | None = None, *, limit: int = 50) -> list[FoundOrder]:
        """Orders whose number begins with a text, newest first; answered from indexes alone."""

    def arrivals(self, since: datetime, feeds: Collection[str] | None = None) -> list[Day]:
        """Batches by feed for every day that had any, oldest first."""

    def refusals(self, since: datetime, feeds: Collection[str] | None = None) -> list[Day]:
        """Problems by code for every day that had any, oldest first."""

    def last_drops(self) -> Mapping[str, datetime]:
        """When each feed last brought a drop."""

    def figures(self) -> Figures:
        """What is measured."""
