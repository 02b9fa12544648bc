"""Telling people: one message a cause, to every channel, whatever dies or is down in between."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.pipeline.telling.watching import DAY, HOUR, MINUTE, World

from orderdrop.core.notices import Cause, Sending, Tone
from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.policy import StopReason
from orderdrop.errors import LedgerUnavailable
from orderdrop.ledger.accounts import AccountState
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.notices.channel import Recipient
from orderdrop.notices.in_memory import MemoryChannel
from orderdrop.pipeline.telling.noticing import GIVEN_UP_AFTER, LedgerAlarm, Telling


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(workdir=tmp_path)


def stopped(world: World, reason: StopReason | None) -> None:
    def to(state: AccountState) -> AccountState:
        return replace(state, reason=reason.value if reason else None, since=world.now if reason else None)

    world.ledger.change_account("shop-eu", to)


def test_files_that_fail_for_one_feed_make_one_message_with_the_list(world: World) -> None:
    for number in (1, 2, 3):
        world.drop(number, BatchStatus.FAILED)
    world.look()
    assert world.titles() == ["acme: 3 files could not be used"]
    assert world.lines() == [f"{number}.csv: heading_missing (batch b-{number})" for number in (3, 2, 1)]
    world.look(after=MINUTE)
    world.look(after=20 * HOUR)
    assert len(world.titles()) == 1


def test_files_that_fail_in_one_poll_are_told_together_when_it_ends(world: World) -> None:
    world.ledger.lease("feed:acme", "poller", world.now, 600)
    for number in (1, 2):
        world.drop(number, BatchStatus.FAILED)
        world.look(after=MINUTE)
    assert world.titles() == []
    world.ledger.release("feed:acme", "poller")
    world.look()
    assert world.titles() == ["acme: 2 files could not be used"]


def test_what_fails_soon_after_is_told_together_once_the_quiet_time_is_over(world: World) -> None:
    world.drop(1, BatchStatus.FAILED)
    world.look()
    for number in (2, 3):
        world.now += MINUTE
        world.drop(number, BatchStatus.FAILED)
        world.look()
    assert len(world.titles()) == 1
    world.look(after=13 * MINUTE)
    assert world.titles()[1:] == ["acme: 2 files could not be used"]
    assert world.lines() == [f"{number}.csv: heading_missing (batch b-{number})" for number in (3, 2)]


def test_what_is_still_so_is_told_again_after_a_day_and_not_before(world: World) -> None:
    world.drop(1, BatchStatus.HELD)
    for _ in range(4 * 24):
        world.look(after=MINUTE * 30)
    assert world.titles() == ["acme: a batch is held", "acme: still: a batch is held"]


def test_an_account_that_works_again_is_told_once(world: World) -> None:
    stopped(world, StopReason.OUTAGE)
    world.look()
    world.look(after=HOUR)
    stopped(world, None)
    for _ in range(9):
        world.look(after=HOUR)
    assert world.titles() == [
        "shop-eu: nothing is sent to this account",
        "shop-eu: orders are sent to this account again",
    ]
    assert world.ledger.told() == []


def test_an_account_that_comes_and_goes_makes_a_message_in_a_quarter_of_an_hour_at_most(world: World) -> None:
    for minute in range(60):
        stopped(world, StopReason.OUTAGE if minute % 2 == 0 else None)
        world.look(after=MINUTE)
    assert len(world.titles()) <= 4


def test_a_restart_tells_nothing_twice(world: World) -> None:
    world.drop(1, BatchStatus.FAILED)
    world.drop(2, BatchStatus.HELD)
    world.look()
    told = world.titles()
    for _ in range(3):
        world.start()
        world.look(after=HOUR, insists=True)
    assert world.titles() == told == ["acme: a file could not be used", "acme: a batch is held"]


def test_a_channel_that_is_down_gets_its_notices_when_it_works_in_their_order(world: World) -> None:
    world.channel.fails = "no answer"
    world.drop(1, BatchStatus.FAILED)
    assert [one.said for one in world.look().failed] == ["no answer"]
    world.drop(2, BatchStatus.HELD)
    world.look(after=30 * timedelta(seconds=1))
    assert len(world.channel.refused) == 1  # what is newer waits behind what failed
    world.channel.fails = None
    world.look(after=MINUTE)
    assert world.titles() == ["acme: a file could not be used", "acme: a batch is held"]
    assert world.ledger.sendings() == []


def test_a_channel_that_stays_down_is_tried_ever_more_seldom(world: World) -> None:
    world.channel.fails = "no answer"
    world.drop(1, BatchStatus.FAILED)
    tries = []
    for minute in range(8 * 60):
        before = len(world.channel.refused)
        world.look(after=MINUTE if minute else timedelta())
        tries += [minute] if len(world.channel.refused) > before else []
    assert tries == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363, 423]
    assert [(one.tries, one.waits) for one in world.ledger.sendings()] == [(len(tries), True)]


def test_a_clock_that_is_set_back_by_a_day_keeps_back_a_notice_for_an_hour_at_most(world: World) -> None:
    world.channel.fails = "no answer"
    world.drop(1, BatchStatus.FAILED)
    world.look()
    world.channel.fails = None
    world.now -= DAY
    for _ in range(60):
        world.look(after=MINUTE)
    assert world.titles() == ["acme: a file could not be used"]


@dataclass
class FailingLedger(MemoryLedger):
    """A ledger that cannot take one kind of fact, once."""

    failing: str

    def __post_init__(self) -> None:
        super().__init__()

    def tell(self, *facts: Any) -> bool:
        self._fail_at("tell")
        return super().tell(*facts)

    def record_sending(self, sending: Sending) -> None:
        self._fail_at("record_sending")
        super().record_sending(sending)

    def _fail_at(self, what: str) -> None:
        if self.failing == what:
            self.failing = ""
            raise LedgerUnavailable("The ledger is locked.", next_step="Run again.")


@pytest.mark.parametrize(
    ("failing", "heard"),
    [
        pytest.param("tell", 1, id="before it was written down"),
        pytest.param("record_sending", 2, id="after the service took it: as after a death, better twice than never"),
    ],
)  # fmt: skip
def test_no_notice_is_lost_where_the_ledger_fails_in_between(
    tmp_path: Path, failing: str, heard: int
) -> None:
    world = World(workdir=tmp_path, ledger=FailingLedger(failing))
    world.drop(1, BatchStatus.FAILED)
    with pytest.raises(LedgerUnavailable):
        world.look()
    world.start()
    for _ in range(3):
        world.look(after=MINUTE)
    assert world.titles() == ["acme: a file could not be used"] * heard
    assert world.ledger.sendings() == []


def test_after_a_restart_it_is_tried_at_once(world: World) -> None:
    world.channel.fails = "no answer"
    world.drop(1, BatchStatus.FAILED)
    for _ in range(60):
        world.look(after=MINUTE)
    world.channel.fails = None
    world.start()
    world.look(insists=True)
    assert world.titles() == ["acme: a file could not be used"]


def test_what_could_not_be_sent_for_days_is_given_up_and_said_so(world: World) -> None:
    world.channel.fails = "no answer"
    world.drop(1, BatchStatus.FAILED)
    world.look()
    (given_up,) = world.look(after=GIVEN_UP_AFTER).failed
    assert given_up.given_up_at == world.now
    assert world.ledger.sendings() == []


def test_one_channel_that_is_down_keeps_back_no_other(world: World) -> None:
    down, works = MemoryChannel(fails="no answer"), MemoryChannel()
    recipients = [Recipient(name="a", channel=down), Recipient(name="b", channel=works)]
    world.telling = replace(world.telling, recipients=recipients)
    world.drop(1, BatchStatus.FAILED)
    world.look()
    assert (len(down.refused), len(works.sent)) == (1, 1)


def test_a_channel_is_told_of_its_causes_alone(world: World) -> None:
    other = MemoryChannel()
    recipients = [
        Recipient(name="a", channel=world.channel, causes=frozenset({Cause.HELD})),
        Recipient(name="b", channel=other, causes=frozenset({Cause.HELD, Cause.FAILED})),
    ]
    world.telling = replace(world.telling, recipients=recipients)
    world.drop(1, BatchStatus.FAILED)
    world.drop(2, BatchStatus.HELD)
    world.drop(3, BatchStatus.STUCK)
    world.look()
    assert world.titles() == ["acme: a batch is held"]
    assert len(other.sent) == 2
    assert {one.matter.cause for one in world.ledger.told()} == {Cause.HELD, Cause.FAILED}


def test_a_channel_that_was_taken_out_of_the_settings_is_waited_for_and_then_given_up(world: World) -> None:
    world.drop(1, BatchStatus.FAILED)
    world.channel.fails = "no answer"
    world.look()
    world.telling = replace(world.telling, recipients=[Recipient(name="new", channel=MemoryChannel())])
    assert world.look(after=DAY, insists=True).failed == ()
    assert len(world.ledger.sendings()) == 1
    (given_up,) = world.look(after=3 * DAY).failed
    assert (given_up.channel, given_up.said) == ("ops", "no answer")


def test_what_another_process_watches_is_left_to_it(tmp_path: Path) -> None:
    ours = World(workdir=tmp_path)
    stopped(ours, StopReason.OUTAGE)
    ours.look()
    watched = replace(ours.telling.watched, accounts=frozenset({"shop-us"}))
    theirs = World(workdir=tmp_path, ledger=ours.ledger, channel=ours.channel, now=ours.now)
    theirs.telling = replace(theirs.telling, watched=watched)
    theirs.start()
    theirs.look(after=HOUR)
    theirs.look(after=HOUR)
    assert ours.titles() == ["shop-eu: nothing is sent to this account"]


def test_a_stop_ends_the_sending_between_two_messages_and_the_rest_is_kept(world: World) -> None:
    class StopsAfterOne(MemoryChannel):
        def send(self, message: object) -> str | None:
            world.stop.set()
            return super().send(message)  # type: ignore[arg-type]  # a message

    channel = StopsAfterOne()
    world.telling = replace(world.telling, recipients=[Recipient(name="ops", channel=channel)])
    world.drop(1, BatchStatus.FAILED)
    world.drop(2, BatchStatus.HELD)
    world.look()
    assert len(channel.sent) == 1
    assert len(world.ledger.sendings()) == 1


def test_a_message_links_to_the_console_where_there_is_one(world: World) -> None:
    world.telling = replace(world.telling, console_url="https://orders.example.com")
    world.drop(1, BatchStatus.FAILED)
    world.look()
    assert "  https://orders.example.com/batches/b-1\n" in world.channel.sent[0].text


@pytest.fixture
def alarm(world: World) -> LedgerAlarm:
    return LedgerAlarm(parts=world.parts, telling=world.telling)


def test_a_ledger_that_cannot_be_written_is_told_after_a_while_and_its_end_too(
    world: World, alarm: LedgerAlarm
) -> None:
    alarm.state("The ledger cannot grow: the disk is full.")
    for _ in range(30):
        world.now += MINUTE
        alarm.state("The ledger cannot grow: the disk is full.")
        alarm.tell()
    assert world.titles() == ["the ledger cannot be written"]
    assert world.lines() == ["since 2026-11-23 12:00 UTC: The ledger cannot grow: the disk is full."]
    alarm.state(None)
    alarm.tell()
    alarm.tell()
    assert world.titles()[1:] == ["the ledger can be written again"]
    assert [message.tone for message in world.channel.sent] == [Tone.ALARM, Tone.CLEAR]


def test_a_ledger_that_was_away_for_a_moment_is_no_news(world: World, alarm: LedgerAlarm) -> None:
    for _ in range(9):
        world.now += 10 * MINUTE
        alarm.state("locked")
        alarm.tell()
        alarm.state(None)
    assert world.titles() == []


def test_nobody_hears_of_the_ledger_while_every_channel_is_down_and_all_do_then(
    world: World, alarm: LedgerAlarm
) -> None:
    world.channel.fails = "no answer"
    alarm.state("locked")
    world.now += 20 * MINUTE
    assert alarm.tell() == {"ops": "no answer"}
    assert alarm.tell() == {}  # not at once again
    world.now += MINUTE
    world.channel.fails = None
    assert alarm.tell() == {"ops": None}
    assert world.titles() == ["the ledger cannot be written"]


def test_who_could_not_be_reached_hears_of_the_ledger_later_and_the_others_once(world: World) -> None:
    down = MemoryChannel(fails="no answer")
    recipients = [Recipient(name="a", channel=world.channel), Recipient(name="b", channel=down)]
    alarm = LedgerAlarm(parts=world.parts, telling=replace(world.telling, recipients=recipients))
    alarm.state("locked")
    world.now += 20 * MINUTE
    assert alarm.tell() == {"a": None, "b": "no answer"}
    assert alarm.tell() == {}  # not at once again
    world.now += MINUTE
    assert alarm.tell() == {"b": "no answer"}
    down.fails = None
    world.now += MINUTE
    assert alarm.tell() == {"b": None}
    assert alarm.tell() == {}
    assert [message.title for message in down.sent] == [message.title for message in world.channel.sent]
    assert world.titles() == ["the ledger cannot be written"]


def test_who_is_not_told_of_the_ledger_hears_nothing(world: World) -> None:
    telling: Telling = replace(
        world.telling,
        recipients=[Recipient(name="a", channel=world.channel, causes=frozenset({Cause.HELD}))],
    )
    alarm = LedgerAlarm(parts=world.parts, telling=telling)
    alarm.state("locked")
    world.now += HOUR
    assert alarm.tell() == {}
    assert world.titles() == []
