"""The schedule: who is polled when, and that one slow feed keeps back no other."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from orderdrop import schedule
from orderdrop.settings import Feed

NOW = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)


def feed(**options: object) -> Feed:
    return Feed.model_validate({"source": "in", "mapping": "m", "account": "a", **options})


def test_a_feed_that_takes_long_is_not_polled_twice_at_once_and_keeps_back_no_other() -> None:
    polls: Counter[str] = Counter()
    enough, go_on = threading.Event(), threading.Event()

    def poll(name: str) -> None:
        polls[name] += 1
        if name == "slow":
            go_on.wait(30)
        elif polls[name] == 5:
            enough.set()

    feeds = {"slow": feed(every="20ms"), "quick": feed(every="20ms")}
    scheduler = schedule.start(feeds, poll, datetime.now(UTC))
    assert enough.wait(30)
    go_on.set()
    running = polls["slow"]
    scheduler.shutdown(wait=True)
    assert running == 1


def test_tidying_is_done_at_once_and_a_paused_feed_is_not_polled() -> None:
    tidied = threading.Event()
    polled: list[str] = []
    scheduler = schedule.start(
        {"night": feed(every="10ms", paused=True)}, polled.append, datetime.now(UTC), tidy=tidied.set
    )
    assert tidied.wait(30)
    scheduler.shutdown(wait=True)
    assert polled == []


def test_looking_begins_at_once_whatever_the_feeds_do() -> None:
    looked = threading.Event()
    scheduler = schedule.start({}, lambda _: None, datetime.now(UTC), look=looked.set)
    assert looked.wait(30)
    scheduler.shutdown(wait=True)


def test_a_feed_at_fixed_times_waits_for_the_first_of_them_in_its_own_time_zone() -> None:
    scheduler = schedule.start(
        {"night": feed(cron="30 2 * * *", timezone="Europe/Berlin")}, lambda _: None, datetime.now(UTC)
    )
    due = scheduler.get_job("night").next_run_time
    scheduler.shutdown(wait=True)
    assert (due.hour, due.minute, str(due.tzinfo)) == (2, 30, "Europe/Berlin")


@pytest.mark.parametrize(
    ("options", "last", "due"),
    [
        pytest.param({}, None, NOW, id="never-polled-at-once"),
        pytest.param({"every": "90s"}, NOW, NOW + timedelta(seconds=90), id="so-long-after-the-last"),
        pytest.param(
            {"every": "5m"}, NOW - timedelta(hours=1), NOW - timedelta(minutes=55), id="overdue-is-said-so"
        ),
        pytest.param(
            {"cron": "30 2 * * *", "timezone": "Europe/Berlin"},
            NOW - timedelta(days=3),
            datetime(2026, 11, 23, 1, 30, tzinfo=UTC),
            id="the-next-of-its-times",
        ),
    ],
)
def test_the_next_poll_of_a_feed_can_be_told(
    options: dict[str, str], last: datetime | None, due: datetime
) -> None:
    assert schedule.next_poll(feed(**options), last, NOW) == due
