"""Cron lines by the clock on the wall, on the two days a year as well on which it is set."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

_JUST_AFTER = timedelta(microseconds=1)


class WallClockTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler is published without types
    """A cron line in a time zone: every fixed time comes once a day, never twice and never not at all.

    A time that spring leaves out is made up for by as much later (02:30 at 03:30); of one that autumn repeats the first
    counts; a line for every hour (`*/20 * * * *`) goes on through the repeated hour too. APScheduler's own trigger
    runs such times twice, and leaves midnight out on the day after a change. Raises ValueError for a line that cannot
    be read.
    """

    def __init__(self, line: str, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._wall = CronTrigger.from_crontab(line, timezone="UTC")  # a clock that nobody ever sets
        self._every_hour = line.split()[1] == "*"

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """The first time after the previous one, or from now on if there was none."""
        start = now.astimezone(UTC) if previous_fire_time is None else _after(previous_fire_time)
        local = start.astimezone(self._zone)
        wall = local.replace(tzinfo=UTC, fold=0)
        while (due := self._wall.get_next_fire_time(None, wall)) is not None:
            found = self._on_the_wall(due, fold=local.fold if self._every_hour else 0)
            if found.astimezone(UTC) >= start:
                return self._in_the_repeated_hour(start, local, due, found) if self._every_hour else found
            wall = due + _JUST_AFTER
        return None

    def _in_the_repeated_hour(
        self, start: datetime, local: datetime, due: datetime, found: datetime
    ) -> datetime:
        """The time found, or an earlier one in the hour that comes again before it."""
        wall = local.replace(tzinfo=UTC, fold=0)
        set_back = found.astimezone(UTC) - start - (due - wall)
        again = self._wall.get_next_fire_time(None, wall - set_back)
        while again < due:
            second = self._on_the_wall(again, fold=1)
            repeated = second.utcoffset() != second.replace(fold=0).utcoffset()
            if repeated and second.astimezone(UTC) >= start:
                return second
            again = self._wall.get_next_fire_time(None, again + _JUST_AFTER)
        return found

    def _on_the_wall(self, due: datetime, fold: int) -> datetime:
        return due.replace(tzinfo=self._zone, fold=fold)


def _after(moment: datetime) -> datetime:
    return moment.astimezone(UTC) + _JUST_AFTER
