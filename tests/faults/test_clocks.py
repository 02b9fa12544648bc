"""Faults of clocks: both changes of daylight saving time, jumps of the machine's time, times that were missed."""

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.faults.place import Place

from orderdrop import schedule
from orderdrop.core.progress import Step
from orderdrop.errors import Busy
from orderdrop.settings import Feed

HOUR = timedelta(hours=1)


def job_of(**times: object) -> Any:
    """The job that the schedule makes of a feed, as it stood before the scheduler began to look at it."""
    feed = Feed.model_validate({"source": "in", "mapping": "m", "account": "a", **times})
    scheduler = schedule.start({"night": feed}, lambda _: None, datetime.now(UTC))
    job = scheduler.get_job("night")
    scheduler.shutdown(wait=True)
    return job


def fires(trigger: Any, begin: datetime, end: datetime) -> list[datetime]:
    """Every time at which a trigger fires, as the scheduler asks for them."""
    found: list[datetime] = []
    now = begin
    while (due := trigger.get_next_fire_time(found[-1] if found else None, now)) is not None and due < end:
        found.append(due)
        now = due.astimezone(UTC) + timedelta(milliseconds=3)
    return found


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        pytest.param("Europe/Berlin", date(2026, 3, 29), id="spring-in-berlin"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), id="autumn-in-berlin"),
        pytest.param("America/New_York", date(2026, 3, 8), id="spring-in-new-york"),
        pytest.param("America/New_York", date(2026, 11, 1), id="autumn-in-new-york"),
        pytest.param("Australia/Lord_Howe", date(2026, 4, 5), id="autumn-by-half-an-hour"),
        pytest.param("UTC", date(2028, 2, 29), id="a-leap-day"),
        pytest.param("Asia/Tokyo", date(2026, 12, 31), id="the-end-of-a-year"),
    ],
)
@pytest.mark.parametrize("at", ["0 0", "30 1", "0 2", "30 2", "0 3"])
def test_P19_a_nightly_feed_is_polled_once_a_day_whatever_the_clocks_do(
    zone: str, day: date, at: str
) -> None:
    minute, hour = at.split()
    trigger = job_of(cron=f"{minute} {hour} * * *", timezone=zone).trigger
    begin = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(days=4)
    found = fires(trigger, begin, begin + timedelta(days=8))
    assert [(moment.minute, moment.hour) for moment in found] == [(int(minute), int(hour))] * len(found)
    days = [moment.date() for moment in found]
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    assert day in days


@pytest.mark.parametrize(
    ("zone", "day", "gaps"),
    [
        pytest.param("Europe/Berlin", date(2026, 3, 29), {20}, id="spring"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), {20}, id="autumn"),
        pytest.param("Australia/Lord_Howe", date(2026, 4, 5), {20, 30}, id="autumn-by-half-an-hour"),
        pytest.param("Australia/Lord_Howe", date(2026, 10, 4), {20, 10}, id="spring-by-half-an-hour"),
    ],
)
def test_P19_a_feed_polled_every_twenty_minutes_is_polled_through_the_hour_that_comes_twice_or_not_at_all(
    zone: str, day: date, gaps: set[int]
) -> None:
    trigger = job_of(cron="*/20 * * * *", timezone=zone).trigger
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=18)
    found = [moment.astimezone(UTC) for moment in fires(trigger, begin, begin + timedelta(days=2))]
    assert {(later - earlier).total_seconds() / 60 for earlier, later in pairwise(found)} == gaps


def looked_at(job: Any, readings: Iterable[datetime]) -> list[datetime]:
    """When a job runs while the scheduler looks at the clock at these moments (BaseScheduler._process_jobs)."""
    ran: list[datetime] = []
    job.next_run_time = None
    for now in readings:
        if job.next_run_time is None:
            job.next_run_time = job.trigger.get_next_fire_time(None, now)
        due = job._get_run_times(now)
        if due:
            assert job.coalesce
            assert job.misfire_grace_time is None
            ran.append(now)
            job.next_run_time = job.trigger.get_next_fire_time(due[-1], now)
    return ran


NIGHT = datetime(2036, 11, 22, 2, 30, tzinfo=UTC)


def minutes(begin: datetime, count: int) -> list[datetime]:
    return [begin + timedelta(minutes=number) for number in range(count)]


@pytest.mark.parametrize(
    "readings",
    [
        pytest.param(
            minutes(NIGHT - HOUR, 70) + minutes(NIGHT - HOUR + timedelta(minutes=10), 120),
            id="an-hour-back-just-after-the-run",
        ),
        pytest.param(
            minutes(NIGHT - 2 * HOUR, 119) + minutes(NIGHT - HOUR, 120), id="an-hour-back-just-before-the-run"
        ),
        pytest.param(
            minutes(NIGHT - 2 * HOUR, 90) + minutes(NIGHT + timedelta(minutes=30), 60),
            id="an-hour-forward-over-the-run",
        ),
    ],
)
def test_P20_a_clock_that_jumps_by_an_hour_neither_skips_nor_doubles_the_nightly_poll(
    readings: list[datetime],
) -> None:
    assert len(looked_at(job_of(cron="30 2 * * *", timezone="UTC"), readings)) == 1


def test_P20_the_clock_is_looked_at_every_minute_so_that_a_jump_is_noticed() -> None:
    """The scheduler sleeps until its next job by a clock that does not jump; tidying wakes it in between."""
    feed = Feed.model_validate({"source": "in", "mapping": "m", "account": "a", "cron": "30 2 * * *"})
    scheduler = schedule.start({"night": feed}, lambda _: None, datetime.now(UTC), tidy=lambda: None)
    (tidying,) = [job for job in scheduler.get_jobs() if job.id != "night"]
    scheduler.shutdown(wait=True)
    assert tidying.trigger.interval <= timedelta(seconds=60)


@pytest.mark.parametrize("times", [{"every": "30s"}, {"cron": "*/5 * * * *"}], ids=["every", "cron"])
def test_P21_what_was_missed_while_the_machine_slept_is_made_up_for_once(times: dict[str, str]) -> None:
    job = job_of(**times)
    awake = [NIGHT + timedelta(seconds=number) for number in range(20)]
    begun = looked_at(job, awake)
    after = looked_at_further(job, [NIGHT + 3 * HOUR, NIGHT + 3 * HOUR + timedelta(milliseconds=1)])
    assert len(begun) <= 1
    assert after == [NIGHT + 3 * HOUR]


def looked_at_further(job: Any, readings: Iterable[datetime]) -> list[datetime]:
    ran = []
    for now in readings:
        due = job._get_run_times(now)
        if due:
            ran.append(now)
            job.next_run_time = job.trigger.get_next_fire_time(due[-1], now)
    return ran


@pytest.mark.parametrize("step", [Step.CLAIMED, Step.ATTEMPTS_RECORDED])
@pytest.mark.parametrize(
    "jump", [HOUR, -HOUR, timedelta(days=1)], ids=["an-hour-on", "an-hour-back", "a-day-on"]
)
def test_P20_a_clock_that_jumps_in_the_middle_of_a_batch_does_it_no_harm(
    step: Step, jump: timedelta, tmp_path: Path, new_place: Callable[[Path], Place]
) -> None:
    place = new_place(tmp_path)
    place.at(step, lambda: setattr(place, "ahead", jump))
    place.drop("orders.csv", 1, 2, 3)
    (receipt,) = place.poll()
    assert (receipt["status"], receipt["orders"]["accepted"]) == ("accepted", 3)
    assert place.posts() == {1: 1, 2: 1, 3: 1}
    assert place.poll() == []
    assert place.files() == ["archive/DAY/orders.csv"]


def test_P20_two_workers_whom_a_jump_of_the_clock_lets_at_one_batch_send_no_order_in_parallel(
    place: Place,
) -> None:
    """The jump runs the lease out in the eyes of the second worker, while the first goes on by a clock that did not jump."""
    place.account["rate"] = 40
    place.drop("orders.csv", *range(1, 81))
    ended: list[object] = []

    def work() -> None:
        parts = place.parts()
        try:
            ended.extend(receipt["status"] for receipt in place.poll(parts))
        except Busy as busy:
            ended.append(busy)
        finally:
            parts.close()

    second = threading.Thread(target=work)

    def jump() -> None:
        place.ahead = HOUR
        second.start()

    place.at(Step.OUTCOMES_RECORDED, jump)
    work()
    second.join()
    if "accepted" not in ended:  # each met the other
        work()
    assert "accepted" in ended
    posts = place.posts()
    assert len(posts) == 80
    again = {number: times - 1 for number, times in posts.items() if times > 1}
    given_up = unanswered(place)
    assert again.items() <= given_up.items(), "posted again though its answer was recorded"
    assert sum(given_up.values()) <= 4 + 4, (
        "at most what was under way, and what was written down to leave next"
    )


def unanswered(place: Place) -> Counter[int]:
    """How many attempts of each order were closed without an answer."""
    with closing(sqlite3.connect(place.folder / "var" / "orderdrop.db")) as ledger:
        keys = ledger.execute(
            "SELECT order_key FROM attempts JOIN orders ON orders.id = order_id WHERE outcome = 'unknown'"
        )
        return Counter(int(key.rpartition("-")[2]) for (key,) in keys)


def test_P20_orders_that_another_worker_made_ready_again_are_sent_before_the_batch_is_done(
    place: Place,
) -> None:
    place.drop("orders.csv", *range(1, 7))
    parts = place.parts()

    def another_begins() -> None:
        (batch,) = parts.ledger.unfinished()
        assert parts.ledger.reopen(batch.id, parts.clock()) == 6

    place.at(Step.ATTEMPTS_RECORDED, another_begins)
    (receipt,) = place.poll(parts)
    parts.close()
    assert (receipt["status"], receipt["orders"]["accepted"]) == ("accepted", 6)


def test_P20_a_batch_of_which_another_worker_has_an_order_under_way_is_not_called_done(place: Place) -> None:
    place.edited = True
    place.drop("orders.csv", 1)

    def another_takes_one() -> None:
        with closing(sqlite3.connect(place.folder / "var" / "orderdrop.db")) as other, other:
            assert other.execute("UPDATE orders SET fate = 'sending'").rowcount == 1

    place.at(Step.OUTCOMES_RECORDED, another_takes_one)
    with pytest.raises(Busy, match=r"has orders of batch .* under way"):
        place.poll()
    (receipt,) = place.poll()
    assert receipt["status"] == "accepted"
