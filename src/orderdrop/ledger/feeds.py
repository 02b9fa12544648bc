"""What every process that polls a feed must know of it: whether a person paused it, and how its last poll went."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """One feed as of its last poll and of the last word of a person.

    `paused_at` is None while it is polled; else `paused_by` and `pause_reason` say who paused it and why. `polled_at` is
    when the last poll ended, `failed` why it did not end well, empty when it did, and `failing_since` since when none has.
    """

    feed: str
    paused_at: datetime | None = None
    paused_by: str = ""
    pause_reason: str = ""
    polled_at: datetime | None = None
    failed: str = ""
    failing_since: datetime | None = None

    def paused(self, at: datetime, by: str, reason: str) -> "FeedState":
        """The state once somebody paused the feed; who was first, and why, stays."""
        if self.paused_at is not None:
            return self
        return replace(self, paused_at=at, paused_by=by, pause_reason=reason)

    def resumed(self) -> "FeedState":
        """The state once somebody let it go on."""
        return replace(self, paused_at=None, paused_by="", pause_reason="")

    def polled(self, at: datetime, failed: str = "") -> "FeedState":
        """The state after a poll."""
        since = (self.failing_since or at) if failed else None
        return replace(self, polled_at=at, failed=failed, failing_since=since)


ChangeFeed = Callable[[FeedState], FeedState]
"""Makes a new state of the one that is known; called with the ledger's writer held, so pure and quick."""
