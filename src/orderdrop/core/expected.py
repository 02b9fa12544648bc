"""When a file should have come: times on the wall, on some days of the week, also on the days when clocks change.

Standard library alone, and nothing but values: who looks for files is elsewhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))
_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A file comes between `begins` and `by` on `days` (Monday is 0), by the clocks of `timezone`.

    Where `begins` is not earlier than `by` it is that of the day before.
    """

    by: time
    begins: time = time()
    days: frozenset[int] = EVERY_DAY
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Behind `begins` and until `by` a file should have come; moments in UTC, told by the clocks of `timezone`."""

    begins: datetime
    by: datetime
    timezone: str

    def __str__(self) -> str:
        return f"by {self.by.astimezone(ZoneInfo(self.timezone)):%a %Y-%m-%d %H:%M} ({self.timezone})"


def last_window(expected: Iterable[Expected], now: datetime) -> Window | None:
    """The window that ended last, None where none has ended within a week."""
    ended = (window for one in expected for window in _windows(one, now) if window.by <= now)
    return max(ended, key=lambda window: window.by, default=None)


def _windows(expected: Expected, now: datetime) -> Iterator[Window]:
    zone = ZoneInfo(expected.timezone)
    today = now.astimezone(zone).date()
    for back in range(_WEEK + 1):
        day = today - timedelta(days=back)
        if day.weekday() in expected.days:
            before = timedelta(days=1 if expected.begins >= expected.by else 0)
            yield Window(
                begins=_on_the_wall(day - before, expected.begins, zone),
                by=_on_the_wall(day, expected.by, zone),
                timezone=expected.timezone,
            )


def _on_the_wall(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment at which clocks show a time, in UTC.

    Of a time that autumn repeats it is the first, and one that spring leaves out comes by as much later, as it does for
    cron lines (see `orderdrop.wall_clock`).
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
