"""Files that should have come and did not: the times of a feed against what arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from orderdrop.core.expected import Expected, Window, last_window
from orderdrop.ledger.ledger import Drop, Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A time that passed without a new file; `last` is the newest drop of the feed, None where none has ever come."""

    window: Window
    last: Drop | None

    def __str__(self) -> str:
        if self.last is None:
            return f"expected {self.window}; none has come so far"
        came = f"{self.last.arrived_at:%a %Y-%m-%d %H:%M} UTC"
        return f"expected {self.window}; the last one, {self.last.name}, came on {came}"


def missing(ledger: Ledger, feed: str, expected: Iterable[Expected], now: datetime) -> Missing | None:
    """The last time by which a file of a feed should have come, None where one has come for it or since."""
    window = last_window(expected, now)
    if window is None:
        return None
    last = ledger.last_drop(feed)
    came = last is not None and last.arrived_at >= window.begins
    return None if came else Missing(window=window, last=last)
