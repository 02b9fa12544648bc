"""The schedule of the feeds: every feed at its times, one poll at a time per feed; it and `wall_clock` alone know APScheduler."""

from collections.abc import Callable, Mapping
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from orderdrop.settings import Feed
from orderdrop.wall_clock import WallClockTrigger

Poll = Callable[[str], None]
"""Polls a feed by name; must not raise."""

TIDY_SECONDS = 60.0
RESUME_SECONDS = 5.0
LOOK_SECONDS = 5.0


def start(
    feeds: Mapping[str, Feed],
    poll: Poll,
    now: datetime,
    *,
    tidy: Callable[[], None] | None = None,
    daily: Callable[[], None] | None = None,
    resume: Mapping[str, Callable[[], None]] | None = None,
    look: Callable[[], None] | None = None,
) -> BackgroundScheduler:
    """Begin polling; the first poll of an interval feed is at once. `tidy` is called at once and every minute, `daily` at
    once and every 24 hours, `look` and what is in `resume` at once and every few seconds, each by itself.

    A poll that is due while the one before still runs is left out, not piled up; times that were missed (the machine
    slept) are made up for once.
    """
    scheduler = BackgroundScheduler(
        timezone="UTC",
        # a slow feed or account keeps no other waiting
        executors={"default": ThreadPoolExecutor(len(feeds) + len(resume or {}) + 3)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    triggers = {name: _trigger(feed) for name, feed in feeds.items() if not feed.paused}
    for name, trigger in triggers.items():
        first = {"next_run_time": now} if isinstance(trigger, IntervalTrigger) else {}
        scheduler.add_job(poll, trigger, args=(name,), id=name, name=f"poll {name}", **first)
    if tidy is not None:
        scheduler.add_job(tidy, IntervalTrigger(seconds=TIDY_SECONDS), id=".tidy", next_run_time=now)
    if daily is not None:
        scheduler.add_job(daily, IntervalTrigger(days=1), id=".daily", next_run_time=now)
    if look is not None:
        scheduler.add_job(look, IntervalTrigger(seconds=LOOK_SECONDS), id=".look", next_run_time=now)
    for name, try_again in (resume or {}).items():
        trigger = IntervalTrigger(seconds=RESUME_SECONDS)
        scheduler.add_job(try_again, trigger, id=f".resume {name}", next_run_time=now)
    scheduler.start()
    return scheduler


def next_poll(feed: Feed, last: datetime | None, now: datetime) -> datetime:
    """When a serving process polls a feed next; in the past where an interval has gone by and nobody did.

    `last` is when it was polled last.
    """
    trigger = _trigger(feed)
    if isinstance(trigger, WallClockTrigger):
        return trigger.get_next_fire_time(None, now) or now
    return now if last is None else last + feed.interval


def _trigger(feed: Feed) -> IntervalTrigger | WallClockTrigger:
    if feed.cron is not None:
        return WallClockTrigger(feed.cron, feed.timezone)
    return IntervalTrigger(seconds=feed.interval.total_seconds())
