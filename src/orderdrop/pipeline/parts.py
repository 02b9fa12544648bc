"""What the use cases are made of: ports and pure functions, put together in `orderdrop.wiring`."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from orderdrop.core.expected import Expected
from orderdrop.core.progress import Watcher, nobody
from orderdrop.delivery.breaker import Breaker
from orderdrop.delivery.pace import Pace
from orderdrop.destinations.base import Carrier, Destination
from orderdrop.destinations.readback import Reader
from orderdrop.destinations.timing import Answers
from orderdrop.errors import SetupError
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pickup.inbox import Inbox
from orderdrop.pickup.settling import Settle

LEASE_SECONDS = 30.0  # how long a dead worker of another machine keeps its work from being taken over


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The way to one account: its carrier, its pace and its breaker, shared by every batch of the account."""

    account: str
    destination: Destination
    carrier: Carrier
    pace: Pace
    breaker: Breaker
    concurrency: int
    links: bool = False  # whether the success report carries tracking links
    keep_links: bool = False  # whether the ledger may keep them
    stop_after_refusals: int | None = None  # so many alike at the beginning of a batch: the rest is not sent


def _nothing_to_read(account: str) -> Reader:
    raise SetupError(
        f"Account {account} cannot be read back here.",
        next_step="Ask from a command that has the account's settings, such as `orderdrop orders view`.",
    )


def _never_breaks(file: Path, batch: Batch) -> str | None:  # noqa: ARG001 - stands where a trial could
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlan:
    """What the pipeline needs to know of a feed.

    `expected` are the times by which a file should have come. `when` says in words when it is polled; `next_poll` gives the next time, from the last poll and now.
    """

    name: str
    mapping: str
    account: str
    settle: Settle
    reply: bool
    overdue_seconds: float = 3600.0  # an upload that is not complete after so long is told
    largest_file_bytes: int = 2_000_000_000
    open_inbox: Callable[[], Inbox]
    files: str = "*"
    paused: bool = False  # by the settings: nothing polls it by itself
    when: str = ""
    expected: tuple[Expected, ...] = ()
    next_poll: Callable[[datetime | None, datetime], datetime | None] = lambda last, now: None  # noqa: ARG005 - stands where a schedule could


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that the use cases use; nothing in here is chosen by them.

    `destination_of` names an account's destination without its credentials; `line` opens the way to the account.
    `owner` names this process to others, `has_died` says of such a name whether its process is certainly gone.
    `patience_seconds`: how long to wait for what another orderdrop holds. `sleep` may end early on a stop.
    `breaks` has a process of its own read a batch's file and says how that broke, None when it did not.
    `hang_up` closes the lines and readers that were opened. `reader` opens the way back from an account, at the pace of
    its line. `answers` counts what comes over all of them.
    """

    ledger: Ledger
    workdir: Path
    owner: str
    mapping: Callable[[str], LoadedMapping]
    mapping_from_text: Callable[[str, str], LoadedMapping]
    destination: Callable[[str], Destination]
    destination_of: Callable[[str], str]
    line: Callable[[str], Line]
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], object]
    random: Random
    has_died: Callable[[str], bool] = lambda _: False
    lease_seconds: float = LEASE_SECONDS
    patience_seconds: float = 0.0
    watcher: Watcher = nobody
    stop: threading.Event = field(default_factory=threading.Event)
    hang_up: Callable[[], None] = lambda: None
    reader: Callable[[str], Reader] = _nothing_to_read
    breaks: Callable[[Path, Batch], str | None] = _never_breaks
    answers: Answers = field(default_factory=Answers)

    def close(self) -> None:
        """Let go of the accounts' connections and of the ledger."""
        self.hang_up()
        self.ledger.close()
