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
    CHANGED = "changed"  # written otherwise than the feed's last file
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
    ACCOUNT_STOPPED = "account_stopped"  # nothing more is sent to an account for now; once an outage
    ACCOUNT_WORKS = "account_works"  # it is sent to again


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of one batch; `done` of `total` where something is counted (rows, orders).

    Of an account there is no batch, and `name` is the account's.
    """

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
