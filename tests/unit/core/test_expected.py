"""When a file should have come: on the wall, and on the days when clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.core.expected import EVERY_DAY, Expected, Window, last_window
from orderdrop.wall_clock import WallClockTrigger

PARIS = "Europe/Paris"
WEEKDAYS = frozenset(range(5))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(hour: int, minute: int = 0, **facts: object) -> Expected:
    return Expected(by=time(hour, minute), **{"timezone": PARIS, **facts})  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("expected", "now", "begins", "by"),
    [
        pytest.param([at(22, 30)], "2026-11-24 21:29", "2026-11-22 23:00", "2026-11-23 21:30", id="not-yet-today"),
        pytest.param([at(22, 30)], "2026-11-24 21:30", "2026-11-23 23:00", "2026-11-24 21:30", id="at-its-time"),
        pytest.param(
            [at(22, 30, days=WEEKDAYS)], "2026-11-22 23:00", "2026-11-19 23:00", "2026-11-20 21:30",
            id="on-sunday-friday-counts",
        ),
        pytest.param(
            [at(6), at(14, begins=time(6))], "2026-11-24 14:00", "2026-11-24 05:00", "2026-11-24 13:00",
            id="the-second-of-a-day",
        ),
        pytest.param(
            [at(22, 30, days=WEEKDAYS), at(12, days=frozenset({5}))], "2026-11-21 12:00", "2026-11-20 23:00",
            "2026-11-21 11:00", id="another-time-on-saturdays",
        ),
        pytest.param(
            [at(2, begins=time(20))], "2026-11-24 01:00", "2026-11-23 19:00", "2026-11-24 01:00",
            id="a-night-begins-on-the-evening-before",
        ),
        pytest.param([at(0)], "2026-11-23 23:00", "2026-11-22 23:00", "2026-11-23 23:00", id="midnight-is-a-whole-day"),
        pytest.param(
            [at(7, days=frozenset({0}))], "2026-11-30 05:59", "2026-11-22 23:00", "2026-11-23 06:00",
            id="once-a-week-the-day-before-its-next",
        ),
        # spring: on 2026-03-29 clocks go from 02:00 to 03:00
        pytest.param([at(2, 30)], "2026-03-29 01:29", "2026-03-27 23:00", "2026-03-28 01:30", id="spring-before-the-gap"),
        pytest.param([at(2, 30)], "2026-03-29 01:30", "2026-03-28 23:00", "2026-03-29 01:30", id="spring-as-much-later"),
        pytest.param([at(22, 30)], "2026-03-29 20:30", "2026-03-28 23:00", "2026-03-29 20:30", id="spring-a-short-day"),
        # autumn: on 2026-10-25 clocks go from 03:00 back to 02:00
        pytest.param([at(2, 30)], "2026-10-25 00:30", "2026-10-24 22:00", "2026-10-25 00:30", id="autumn-the-first"),
        pytest.param([at(2, 30)], "2026-10-25 01:30", "2026-10-24 22:00", "2026-10-25 00:30", id="autumn-not-the-second"),
        pytest.param([at(22, 30)], "2026-10-25 21:30", "2026-10-24 22:00", "2026-10-25 21:30", id="autumn-a-long-day"),
    ],
)  # fmt: skip
def test_the_window_that_ended_last(expected: list[Expected], now: str, begins: str, by: str) -> None:
    assert last_window(expected, utc(now)) == Window(begins=utc(begins), by=utc(by), timezone=PARIS)


def test_nothing_is_expected_where_nobody_said_so() -> None:
    assert last_window([], utc("2026-11-24 12:00")) is None


@given(
    now=st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    by=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    zone=st.sampled_from([PARIS, "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]),
    days=st.sets(st.sampled_from(sorted(EVERY_DAY)), min_size=1),
)
def test_a_file_is_expected_at_the_very_moments_at_which_cron_would_fire(
    now: datetime, by: time, zone: str, days: set[int]
) -> None:
    window = last_window([Expected(by=by, days=frozenset(days), timezone=zone)], now)
    assert window is not None
    line = f"{by.minute} {by.hour} * * {','.join(DAYS[day] for day in sorted(days))}"
    fires = WallClockTrigger(line, zone).get_next_fire_time(None, window.by)
    assert fires is not None
    assert fires.astimezone(UTC) == window.by <= now
    following = WallClockTrigger(line, zone).get_next_fire_time(fires, now)
    assert following is not None
    assert following.astimezone(UTC) > now
    assert timedelta() < window.by - window.begins <= timedelta(hours=25)
    assert window.begins.astimezone(ZoneInfo(zone)).time() in (time(), time(1), time(0, 30))
