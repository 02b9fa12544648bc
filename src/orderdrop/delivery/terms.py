"""The terms of a delivery: the account's way out, how time is divided, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Protocol

from orderdrop.core.policy import StopReason
from orderdrop.delivery.breaker import Breaker
from orderdrop.delivery.follow import Ask, Asking
from orderdrop.delivery.pace import Pace
from orderdrop.delivery.parcels import Sent
from orderdrop.destinations.base import Answer, Carrier, LooksUp


class Receiver(Protocol):
    """What delivery must know of a destination."""

    @property
    def upserts(self) -> bool:
        """Whether sending the same order again leaves one order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One account's way out. Pace and breaker are shared by all batches of the account; the carrier may be."""

    carrier: Carrier
    upserts: bool  # the destination's: sending an order again leaves one order
    pace: Pace
    breaker: Breaker
    concurrency: int = 4
    can_look_up: bool = field(init=False)  # asked once: a protocol check is dear when every answer makes it

    def __post_init__(self) -> None:
        object.__setattr__(self, "can_look_up", isinstance(self.carrier, LooksUp))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What would make two runs differ: wall clock, monotonic clock, randomness."""

    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    random: Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """How many outcomes are written together, and how long the first of them may wait for company."""

    orders: int = 100
    seconds: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How delivery divides its time; the defaults are right outside of tests."""

    page_orders: int = 500
    grouping: Grouping = field(default_factory=Grouping)
    # Where no pace holds requests back, larger groups: each transaction takes its turn among busy threads.
    hasty_grouping: Grouping = field(default_factory=lambda: Grouping(orders=300, seconds=0.25))
    asking: Asking = field(default_factory=Asking)
    tickets_at_once: int = 20  # beyond this no further orders leave until the API has answered some
    returned_at_once: int = 100  # beyond this many loads to send again no fresh orders leave
    look_seconds: float = 0.25  # how soon a stop is noticed
    stop_grace_seconds: float = 8.0  # how long requests under way are waited for after a stop
    # Orders handed to the crew beyond its size, where no pace holds them back: it has work while the ledger writes.
    spare_orders: int = 450


class Ended(StrEnum):
    """Why a delivery came to its end."""

    DONE = "done"  # nothing is left to send; orders may be unsent or pending
    STOPPED = "stopped"  # somebody asked for it; the rest is ready and goes on at the next start
    ACCOUNT_STOPPED = "account_stopped"  # the rest is unsent
    REFUSED_ALIKE = "refused_alike"  # the first orders were all refused for one reason; the rest is unsent


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one delivery did: orders by the fate it left them in; `requests` were answered, questions included."""

    ended: Ended
    accepted: int
    refused: int
    unsent: int
    pending: int
    requests: int
    reason: StopReason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """What the crew brings back: a parcel or a question, and its answer; None where it was not begun."""

    sent: Sent
    ask: Ask | None
    answer: Answer | None
