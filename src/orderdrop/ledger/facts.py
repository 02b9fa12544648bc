"""What is remembered: drops, batches, attempts and their outcomes, exclusions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """One file that arrived. `kept_at` is our copy below the workdir; `place` is where it lies at the source."""

    id: str
    feed: str | None
    name: str
    sha256: str
    size: int
    arrived_at: datetime
    kept_at: str
    place: str | None = None


NO_MAPPING = ""
"""The digest of the mapping of a batch that was refused because there was no mapping to read it with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One drop under one version of one mapping.

    `verdict` is what the reader decided, as JSON text, None before it was opened. `remarks` is for people.
    `feed_done` says that the source was told: archived, and answered where the feed wants it. `parent_id` is the batch
    that this one continues. `scope` is which rows of the drop a rerun takes over, as JSON text, None for any other batch.
    `purged_at` is when the personal data of the batch were removed; its books stay. `waits_since` is since when unsent
    orders of it wait for the account to work again; None where they wait for a person, or there are none. `given_up` says
    that it was held and nothing of it is sent any more: a person discarded it, or every row of it came back corrected.
    """

    id: str
    drop: Drop
    mapping: str
    mapping_digest: str
    destination: str
    account: str
    status: BatchStatus
    created_at: datetime
    finished_at: datetime | None = None
    parent_id: str | None = None
    verdict: str | None = None
    rows_read: int = 0
    feed_done: bool = False
    remarks: str = ""
    scope: str | None = None
    purged_at: datetime | None = None
    waits_since: datetime | None = None
    given_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingVersion:
    """One version of a mapping: which batches ran under it. The text is at `mapping_text`; unused ones were only pinned."""

    digest: str
    pinned_at: datetime
    first_used: datetime | None = None
    last_used: datetime | None = None
    batches: int = 0


PURGED = "What was said here was removed with the personal data of the batch."
"""What stands in place of the message of a purged batch's problem."""


class AttemptOutcome(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    PENDING = "pending"
    FAILED = "failed"  # an answer or an error that is no verdict on the order
    UNKNOWN = "unknown"  # the process died or the answer was lost before it was recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to send one order; orders that travelled together share `request_id`. Open while `outcome` is None."""

    id: str
    request_id: str
    batch_id: str
    order_id: str
    started_at: datetime
    finished_at: datetime | None = None
    outcome: AttemptOutcome | None = None
    http_status: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The recorded end of one attempt and what it makes of its order.

    `reference` is the destination's id, or the ticket when `fate` is pending.
    """

    attempt_id: str
    order_id: str
    fate: OrderFate
    attempt: AttemptOutcome
    at: datetime
    http_status: int | None = None
    message: str = ""
    reference: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOrder:
    """One order as a search finds it, with the batch and the drop it came from."""

    order: StoredOrder
    batch: Batch


REASONS = 5
"""How many problems of a rejected order a search tells; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedOrder:
    """What would have been an order of a batch, had our own checks not rejected its rows: there is no payload.

    `problems` are the first of it, at most REASONS; `count` is how many it has.
    """

    key: str
    batch: Batch
    problems: Sequence[Problem]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """An order that will not be sent by this batch or by anything that continues it, and why."""

    batch_id: str
    order_key: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaken:
    """Ready orders that must not be sent as they are.

    Those in `stale` are older than what was accepted; of those in `owed` an earlier drop's answer is still out.
    """

    stale: list[StoredOrder]
    owed: list[StoredOrder]
