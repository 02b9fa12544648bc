"""Steps of the work, told as they happen: for progress bars, for logs, and for the tests that pull the plug at each one."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Step(StrEnum):
    """Every recorded step on a batch's way, in the order in which they come."""

    WAITING = "waiting"  # another orderdrop holds what is needed
    CLAIMED = "claimed"
    FETCHED = "fetched"
    REGISTERED = "registered"
    PREPARING = "preparing"  # again and again, with rows read so far
    PREPARED = "prepared"
    ATTEMPTS_RECORDED = "attempts_recorded"
    ANSWERED = "answered"  # answers are here, not yet recorded
    OUTCOMES_RECORDED = "outcomes_recorded"
    SENT = "sent"  # nothing of the batch is under way any more
    REPORTED = "reported"
    ARCHIVED = "archived"
    REPLIED = "replied"
    FINISHED = "finished"
    PUT_OFF = "put_off"  # not now; the next poll tries again


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of one batch; `done` of `total` where something is counted (rows, orders)."""

    step: Step
    batch: str | None = None
    name: str = ""
    done: int = 0
    total: int | None = None
    facts: dict[str, str | int | float] = field(default_factory=dict)


class Watcher(Protocol):
    """Whoever wants to know."""

    def __call__(self, event: Event) -> None:
        """Take note; must not raise."""


def nobody(event: Event) -> None:
    """A watcher for whom nothing is of interest."""
