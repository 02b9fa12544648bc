"""Fates, statuses and the books that must balance."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum


class OrderFate(StrEnum):
    """Where one order stands."""

    HELD = "held"  # policy: a sibling row is bad, or the batch waits for a person
    UNCHANGED = "unchanged"  # same payload as last accepted; not sent again
    READY = "ready"  # may be sent; counts as unsent until it is
    SENDING = "sending"  # an attempt is recorded, its answer is not
    ACCEPTED = "accepted"  # the destination has it
    REFUSED = "refused"  # the API named problems
    PENDING = "pending"  # the API took it and answers later
    UNSENT = "unsent"  # not attempted, or given up for now; safe to retry

    @property
    def final(self) -> bool:
        """Whether the batch is done with this order until a person asks for a rerun."""
        return self not in (OrderFate.READY, OrderFate.SENDING, OrderFate.PENDING)


ARRIVED = (OrderFate.ACCEPTED, OrderFate.UNCHANGED)
"""The destination has these orders as they were built."""


class RowFate(StrEnum):
    """Fates that belong to a row alone; every other row shares the fate of its order."""

    IGNORED = "ignored"  # blank, footer, filtered by the mapping
    REJECTED = "rejected"  # our checks


class BatchStatus(StrEnum):
    """Where a batch stands; the first three go on by themselves after a restart."""

    RECEIVED = "received"  # the drop is registered and kept; not prepared
    SENDING = "sending"  # prepared; orders are ready or under way
    PENDING = "pending"  # sent; the API answers later
    HELD = "held"  # waits for a person before anything is sent
    ACCEPTED = "accepted"  # every good row is with the destination
    REJECTS = "rejects"  # finished, and rows came back
    UNFINISHED = "unfinished"  # finished for now; unsent orders wait for their account, or for a rerun
    FAILED = "failed"  # the file was refused as a whole; nothing was sent
    STUCK = "stuck"  # orderdrop broke over the file again and again; set aside for a person, nothing was sent
    UNBALANCED = "unbalanced"  # the books do not add up; never green

    @property
    def resumes(self) -> bool:
        """Whether a new start works on without a person."""
        return self in (BatchStatus.RECEIVED, BatchStatus.SENDING, BatchStatus.PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCounts:
    """How many physical rows below the header ended in each fate; `read` is what the reader counted.

    Rows of orders that are ready or sending count as `unsent`: that is what they are until an answer is recorded.
    """

    read: int = 0
    ignored: int = 0
    rejected: int = 0
    held: int = 0
    unchanged: int = 0
    accepted: int = 0
    refused: int = 0
    pending: int = 0
    unsent: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every row that was read has exactly one fate."""
        counted: int = sum(count for fate, count in asdict(self).items() if fate != "read")
        return self.read == counted


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCounts:
    """How many orders were built and where they stand; ready and sending count as `unsent`."""

    built: int = 0
    held: int = 0
    unchanged: int = 0
    accepted: int = 0
    refused: int = 0
    pending: int = 0
    unsent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The books of one batch."""

    rows: RowCounts
    orders: OrderCounts


def tally(read: int, alone: Mapping[RowFate, int], orders: Mapping[OrderFate, tuple[int, int]]) -> Counts:
    """Add up a batch: `alone` rows by fate, `orders` as fate -> (number of orders, number of their rows)."""
    shown = {fate.value: [0, 0] for fate in OrderFate}
    for fate, (count, rows) in orders.items():
        name = OrderFate.UNSENT.value if fate in (OrderFate.READY, OrderFate.SENDING) else fate.value
        shown[name][0] += count
        shown[name][1] += rows
    del shown["ready"], shown["sending"]
    return Counts(
        rows=RowCounts(
            read=read,
            ignored=alone.get(RowFate.IGNORED, 0),
            rejected=alone.get(RowFate.REJECTED, 0),
            **{name: rows for name, (_, rows) in shown.items()},
        ),
        orders=OrderCounts(
            built=sum(count for count, _ in shown.values()),
            **{name: count for name, (count, _) in shown.items()},
        ),
    )


def conclude(counts: Counts) -> BatchStatus:
    """Name the status that a batch's books deserve once nothing of it is under way."""
    rows = counts.rows
    if not rows.balanced:
        return BatchStatus.UNBALANCED
    if rows.pending:  # before unsent: it goes on by itself, and what is unsent is still told then
        return BatchStatus.PENDING
    if rows.unsent:
        return BatchStatus.UNFINISHED
    if rows.rejected or rows.refused or rows.held:
        return BatchStatus.REJECTS
    return BatchStatus.ACCEPTED
