"""What people should know: each fact while it is so, in words without anybody's data."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from tests.unit.ledger.facts import a_batch, a_drop, an_order
from tests.unit.pipeline.telling.watching import DAY, HOUR, MINUTE, World

from orderdrop.core.expected import Expected
from orderdrop.core.notices import Cause, Matter
from orderdrop.core.outcomes import BatchStatus, OrderFate, RowFate
from orderdrop.core.policy import StopReason
from orderdrop.core.problems import Code, Problem
from orderdrop.ledger.accounts import AccountState

PARIS = "Europe/Paris"
DAY_ONE = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(workdir=tmp_path)


def seen(world: World) -> list[tuple[Cause, str, str]]:
    return [(fact.matter.cause, fact.matter.place, fact.said) for fact in world.survey.facts()]


def test_a_file_that_failed_is_named_with_the_codes_of_its_problems_and_nothing_else(world: World) -> None:
    world.drop(1, BatchStatus.FAILED, remarks="Frau Quist, 3 rue de la Paix")
    assert seen(world) == [(Cause.FAILED, "acme", "1.csv: heading_missing (batch b-1)")]
    (fact,) = world.survey.facts()
    assert fact.page == "/batches/b-1"


def test_what_failed_a_day_ago_is_no_news(world: World) -> None:
    world.drop(1, BatchStatus.FAILED)
    world.now += DAY + MINUTE
    assert seen(world) == []


def test_what_a_poll_brings_is_early_until_it_ends_or_brings_no_more_or_takes_for_ever(world: World) -> None:
    def early() -> list[bool]:
        world.now += MINUTE
        return [fact.early for fact in world.survey.facts()]

    world.ledger.lease("feed:acme", "poller", world.now, 6000)
    world.drop(1, BatchStatus.FAILED)
    assert early() == [True]
    world.drop(2, BatchStatus.HELD)
    assert early() == [True, True]
    assert early() == [False, False]
    world.drop(3, BatchStatus.HELD)
    assert early() == [True, True, True]
    world.now += MINUTE
    world.drop(4, BatchStatus.HELD)
    assert early() == [False, True, True, False]  # the oldest stand last, and have waited for long enough
    world.drop(5, BatchStatus.HELD)
    world.ledger.release("feed:acme", "poller")
    assert early() == [False] * 5


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        pytest.param(BatchStatus.HELD, Cause.HELD, id="held"),
        pytest.param(BatchStatus.STUCK, Cause.STUCK, id="stuck"),
        pytest.param(BatchStatus.UNBALANCED, Cause.STUCK, id="unbalanced"),
        pytest.param(BatchStatus.UNFINISHED, Cause.UNFINISHED, id="unfinished"),
    ],
)
def test_a_batch_waits_for_a_person_until_one_has_seen_to_it(
    world: World, status: BatchStatus, cause: Cause
) -> None:
    batch = world.drop(1, status)
    world.now += 30 * DAY
    assert [(of, place) for of, place, _ in seen(world)] == [(cause, "acme")]
    world.drop(2, BatchStatus.ACCEPTED, parent_id=batch)
    assert seen(world) == []


def test_a_batch_that_waits_for_its_account_waits_for_nobody_else(world: World) -> None:
    world.drop(1, BatchStatus.UNFINISHED, waits_since=world.now)
    assert seen(world) == []


@pytest.mark.parametrize(
    ("bad", "told"),
    [pytest.param(2, False, id="a-fifth-is-allowed"), pytest.param(3, True, id="three-of-ten-are-not")],
)
def test_many_rows_that_came_back_are_told_by_share(world: World, bad: int, told: bool) -> None:
    batch = world.drop(1, BatchStatus.RECEIVED)
    world.ledger.add_row_fates(batch, RowFate.REJECTED, range(2, 2 + bad))
    world.ledger.add_row_fates(batch, RowFate.IGNORED, range(20, 90))
    world.ledger.add_orders(batch, [an_order(n, batch, fate=OrderFate.ACCEPTED) for n in range(10 - bad)])
    world.ledger.finish_preparation(batch, rows_read=80, verdict="{}", status=BatchStatus.SENDING)
    world.ledger.conclude(batch, BatchStatus.REJECTS, world.now)
    expected = [(Cause.REJECTS, "acme", f"1.csv: {bad} of 10 rows came back (batch b-1)")]
    assert seen(world) == (expected if told else [])


@pytest.mark.parametrize("given_up", [False, True], ids=["released", "given-up"])
def test_rows_of_a_held_batch_that_somebody_has_seen_to_are_no_news(world: World, given_up: bool) -> None:
    batch = world.drop(1, BatchStatus.RECEIVED)
    world.ledger.add_row_fates(batch, RowFate.REJECTED, range(2, 11))
    world.ledger.finish_preparation(batch, rows_read=9, verdict="{}", status=BatchStatus.HELD)
    said = "Discarded at 2026-11-23 12:00 UTC: words in a remark, which say nothing by themselves"
    world.ledger.conclude(batch, BatchStatus.REJECTS, world.now, said, given_up=given_up)
    assert bool(seen(world)) is not given_up


def test_an_import_by_hand_is_told_of_its_account(world: World) -> None:
    drop = a_drop(feed=None, name="hand.csv", arrived_at=world.now)
    world.ledger.open_batch(
        a_batch(drop=drop, status=BatchStatus.FAILED, created_at=world.now, finished_at=world.now)
    )
    assert seen(world) == [(Cause.FAILED, "imports to shop-eu", "hand.csv: failed (batch b-1)")]


def test_a_feed_is_unreachable_once_its_polls_have_failed_for_long_and_not_while_it_is_paused(
    world: World,
) -> None:
    world.ledger.change_feed("acme", lambda state: state.polled(world.now, "The server did not answer."))
    world.now += 14 * MINUTE
    assert seen(world) == []
    world.now += MINUTE
    told = (Cause.UNREACHABLE, "acme", "since 2026-11-23 12:00 UTC: The server did not answer.")
    assert seen(world) == [told]
    world.ledger.change_feed("acme", lambda state: state.paused(world.now, "ada", "a move"))
    assert seen(world) == []
    world.ledger.change_feed("acme", lambda state: state.resumed())
    assert seen(world) == [told]
    world.ledger.change_feed("acme", lambda state: state.polled(world.now))
    assert seen(world) == []


def test_an_account_that_was_stopped_is_told_with_what_waits_for_it(world: World) -> None:
    def stop(state: AccountState) -> AccountState:
        return replace(state, reason=StopReason.CREDENTIALS.value, since=world.now, detail="key k-123")

    world.ledger.change_account("shop-eu", stop)
    world.ledger.change_account("somebody-elses", stop)
    world.drop(1, BatchStatus.UNFINISHED, waits_since=world.now)
    assert seen(world) == [
        (
            Cause.STOPPED,
            "shop-eu",
            "since 2026-11-23 12:00 UTC: its key is not accepted; 1 batch waiting",
        )
    ]


def test_an_upload_that_does_not_become_complete_is_told_as_long_as_it_lies_there(world: World) -> None:
    note = world.workdir / "feeds" / "acme.json"
    note.parent.mkdir()
    entry = {"since": world.now.isoformat(), "told": True, "why": "its done-file 1.csv.done has not come"}
    note.write_text(json.dumps({"1.csv": entry, "2.csv": entry | {"told": False}}))
    assert seen(world) == [
        (
            Cause.INCOMPLETE,
            "acme",
            "1.csv, since 2026-11-23 12:00 UTC: its done-file 1.csv.done has not come",
        )
    ]


@pytest.fixture
def expecting(tmp_path: Path) -> World:
    """A warehouse that delivers by half past ten in the evening on weekdays; it is Monday noon."""
    weekdays = Expected(by=time(22, 30), days=frozenset(range(5)), timezone=PARIS)
    return World(workdir=tmp_path, expected=(weekdays,))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_file_that_did_not_come_is_told_from_its_time_on_and_until_one_comes(expecting: World) -> None:
    expecting.drop(1)
    expecting.now = utc("2026-11-23 21:31")
    assert seen(expecting) == []
    expecting.now = utc("2026-11-24 21:29")
    assert seen(expecting) == []
    expecting.now = utc("2026-11-24 21:30")
    said = "expected by Tue 2026-11-24 22:30 (Europe/Paris); the last one, 1.csv, came on Mon 2026-11-23 12:00 UTC"
    assert seen(expecting) == [(Cause.ABSENT, "acme", said)]
    expecting.now += 5 * HOUR
    assert seen(expecting) == [(Cause.ABSENT, "acme", said)]
    expecting.drop(2)
    assert seen(expecting) == []


def test_a_late_file_does_not_count_for_the_next_day(expecting: World) -> None:
    expecting.drop(1)
    expecting.now = utc("2026-11-24 22:15")  # Tuesday's came at 23:15
    expecting.drop(2)
    assert seen(expecting) == []
    expecting.now = utc("2026-11-25 21:30")
    assert [cause for cause, _, _ in seen(expecting)] == [Cause.ABSENT]


def test_nobody_is_missed_at_the_weekend(expecting: World) -> None:
    expecting.now = utc("2026-11-27 20:00")  # Friday
    expecting.drop(1)
    expecting.now = utc("2026-11-30 21:29")  # Monday, a minute before
    assert seen(expecting) == []
    expecting.now += MINUTE
    assert [cause for cause, _, _ in seen(expecting)] == [Cause.ABSENT]


def test_a_rerun_and_a_batch_of_another_day_are_no_new_file(expecting: World) -> None:
    first = expecting.drop(1)
    batch = expecting.ledger.batch(first)
    assert batch is not None
    expecting.now = utc("2026-11-24 20:00")
    for number in range(2, 150):
        rerun = replace(batch, id=f"b-{number}", parent_id=first, scope="{}", created_at=expecting.now)
        expecting.ledger.open_batch(rerun)
    expecting.now = utc("2026-11-24 21:30")
    assert [cause for cause, _, _ in seen(expecting)] == [Cause.ABSENT]
    assert "the last one, 1.csv, came on Mon 2026-11-23 12:00 UTC" in seen(expecting)[0][2]


def test_of_a_feed_that_is_new_nothing_was_expected_before(expecting: World) -> None:
    assert seen(expecting) == []
    expecting.now = utc("2026-11-23 21:30")
    assert seen(expecting) == [
        (
            Cause.ABSENT,
            "acme",
            "expected by Mon 2026-11-23 22:30 (Europe/Paris); none has come so far",
        )
    ]


def test_a_pause_is_named_where_a_file_is_missed(expecting: World) -> None:
    expecting.drop(1)
    expecting.ledger.change_feed("acme", lambda state: state.paused(expecting.now, "ada", "a move"))
    expecting.now = utc("2026-11-24 21:30")
    assert seen(expecting)[0][2].endswith("; the feed is paused by ada")


@pytest.mark.parametrize(
    ("last", "quiet_until", "missed_at"),
    [
        pytest.param("2026-03-28 20:00", "2026-03-29 20:29", "2026-03-29 20:30", id="spring-an-hour-earlier-in-utc"),
        pytest.param("2026-10-24 20:00", "2026-10-25 21:29", "2026-10-25 21:30", id="autumn-an-hour-later-in-utc"),
    ],
)  # fmt: skip
def test_when_clocks_are_set_a_file_is_missed_by_the_clock_on_the_wall(
    tmp_path: Path, last: str, quiet_until: str, missed_at: str
) -> None:
    daily = Expected(by=time(22, 30), timezone=PARIS)
    world = World(workdir=tmp_path, now=utc(last), expected=(daily,))
    world.drop(1)
    world.now = utc(quiet_until)
    assert seen(world) == []
    world.now = utc(missed_at)
    assert [cause for cause, _, _ in seen(world)] == [Cause.ABSENT]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"], ids=["spring", "autumn"])
def test_a_time_that_comes_twice_or_not_at_all_misses_one_file_once(tmp_path: Path, day: str) -> None:
    """A whole day around the change, minute by minute: what is missed has one name."""
    world = World(
        workdir=tmp_path,
        now=utc(day) - DAY,
        expected=(Expected(by=time(2, 30), begins=time(22), timezone=PARIS),),
    )
    world.drop(1)
    world.now = utc(day) - timedelta(hours=1)
    names = set()
    for _ in range(4 * 60):
        world.now += MINUTE
        names |= {fact.subject for fact in world.survey.facts()}
    missed = "01:30" if day == "2026-03-29" else "00:30"
    assert names == {f"{day}T{missed}:00+00:00"}


def test_who_watches_other_feeds_leaves_ours_alone(world: World) -> None:
    watched = world.telling.watched
    for cause in (Cause.ABSENT, Cause.INCOMPLETE, Cause.UNREACHABLE):
        assert watched.minds(Matter(cause=cause, place="acme"))
        assert not watched.minds(Matter(cause=cause, place="other"))
    assert not watched.minds(Matter(cause=Cause.STOPPED, place="other"))
    assert watched.minds(Matter(cause=Cause.FAILED, place="other"))


def test_a_code_is_told_once_however_often_it_comes(world: World) -> None:
    batch = world.drop(1, BatchStatus.FAILED)
    world.ledger.add_problems(batch, [Problem(code=Code.HEADING_MISSING, message="x") for _ in range(9)])
    assert seen(world)[0][2] == "1.csv: heading_missing (batch b-1)"
