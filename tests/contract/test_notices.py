"""What the ledger remembers of notices: on SQLite, on PostgreSQL and in memory."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.contract.ledgers import LEDGERS
from tests.unit.ledger.facts import NOW, later
from tests.unit.pipeline.telling.watching import HOUR, World

from orderdrop.core.notices import Cause, Matter, Message, Notice, Told, Tone
from orderdrop.core.outcomes import BatchStatus
from orderdrop.errors import LedgerUnavailable
from orderdrop.ledger.ledger import Ledger
from orderdrop.ledger.open import open_ledger
from orderdrop.notices.in_memory import MemoryChannel

MATTER = Matter(cause=Cause.FAILED, place="acme")
OTHER = Matter(cause=Cause.STOPPED, place="shop-eu")
TOLD = Told(matter=MATTER, subjects=frozenset({"b-1", "b-2"}), since=NOW, told_at=NOW)
MESSAGE = Message(tone=Tone.ALARM, title="2 files", text="Two files\nwith accents: é")
NOTICE = Notice(matter=MATTER, at=NOW, message=MESSAGE)


def test_what_people_were_told_is_kept_with_what_is_on_its_way_to_them(ledger: Ledger) -> None:
    assert ledger.tell(None, TOLD, NOTICE, ["slack", "mail"])
    assert ledger.told() == [TOLD]
    waiting = ledger.sendings()
    assert [(one.channel, one.next_at, one.tries, one.waits) for one in waiting] == [
        ("mail", NOW, 0, True),
        ("slack", NOW, 0, True),
    ]
    assert [replace(one.notice, number=0) for one in waiting] == [NOTICE, NOTICE]
    assert waiting[0].notice.number == waiting[1].notice.number > 0


def test_of_two_who_saw_the_same_one_tells(ledger: Ledger) -> None:
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: ledger.tell(None, TOLD, NOTICE, ["slack"]), range(8)))
    assert sorted(told) == [False] * 7 + [True]
    assert len(ledger.sendings()) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            replace(TOLD, told_at=later(1)), replace(TOLD, told_at=later(2)), id="told-again-meanwhile"
        ),
        pytest.param(replace(TOLD, subjects=frozenset({"b-1"})), None, id="of-more-files"),
        pytest.param(replace(TOLD, standing=False), TOLD, id="not-over"),
        pytest.param(replace(TOLD, matter=OTHER), TOLD, id="of-another-matter"),
        pytest.param(None, TOLD, id="not-told-at-all"),
    ],
)
def test_who_knows_something_else_than_the_ledger_tells_nobody(
    ledger: Ledger, before: Told | None, after: Told | None
) -> None:
    assert ledger.tell(None, TOLD, None, [])
    assert not ledger.tell(before, after, NOTICE, ["slack"])
    assert ledger.told() == [TOLD]
    assert ledger.sendings() == []


def test_a_matter_changes_and_is_forgotten(ledger: Ledger) -> None:
    over = replace(TOLD, standing=False, told_at=later(60), subjects=frozenset())
    other = replace(TOLD, matter=OTHER)
    assert ledger.tell(None, TOLD, None, [])
    assert ledger.tell(None, other, None, [])
    assert ledger.tell(TOLD, over, None, [])
    assert ledger.told() == [over, other]
    assert ledger.tell(over, None, None, [])
    assert ledger.told() == [other]


def test_a_sending_waits_until_it_is_sent_or_given_up(ledger: Ledger) -> None:
    ledger.tell(None, TOLD, NOTICE, ["a", "b", "c"])
    first, second, third = ledger.sendings()
    ledger.record_sending(replace(first, sent_at=later(1)))
    ledger.record_sending(replace(second, tries=1, said="no answer", next_at=later(60)))
    ledger.record_sending(replace(third, tries=9, said="no answer", given_up_at=later(2)))
    (waiting,) = ledger.sendings()
    assert waiting == replace(second, tries=1, said="no answer", next_at=later(60))
    assert [(one.channel, one.waits) for one in ledger.sendings(limit=9)] == [
        ("a", False),
        ("b", True),
        ("c", False),
    ]


def test_the_newest_come_first_where_all_are_asked_for_and_the_oldest_where_they_wait(ledger: Ledger) -> None:
    ledger.tell(None, TOLD, NOTICE, ["a"])
    ledger.tell(
        TOLD,
        replace(TOLD, told_at=later(9)),
        replace(NOTICE, at=later(9), message=replace(MESSAGE, title="3 files")),
        ["a"],
    )
    assert [one.notice.message.title for one in ledger.sendings()] == ["2 files", "3 files"]
    assert [one.notice.message.title for one in ledger.sendings(limit=1)] == ["3 files"]


def test_a_notice_that_nobody_wrote_cannot_be_sent(ledger: Ledger) -> None:
    ledger.tell(None, TOLD, NOTICE, ["a"])
    (sending,) = ledger.sendings()
    with pytest.raises(LedgerUnavailable):
        ledger.record_sending(replace(sending, channel="b"))


def test_a_notice_that_nobody_is_to_be_sent_is_forgotten_like_the_others(ledger: Ledger) -> None:
    ledger.tell(None, TOLD, NOTICE, [])
    assert ledger.forget_notices(NOW) == 0
    assert ledger.forget_notices(later(1)) == 1
    assert ledger.forget_notices(later(1)) == 0


def test_old_notices_are_forgotten_unless_they_wait(ledger: Ledger) -> None:
    ledger.tell(None, TOLD, NOTICE, ["a"])
    ledger.tell(None, replace(TOLD, matter=OTHER), replace(NOTICE, matter=OTHER), ["a", "b"])
    sent = [one for one in ledger.sendings() if one.channel == "a"]
    for one in sent:
        ledger.record_sending(replace(one, sent_at=later(1)))
    assert ledger.forget_notices(NOW) == 0
    assert ledger.forget_notices(later(1)) == 1
    assert [one.notice.matter for one in ledger.sendings(limit=9)] == [OTHER, OTHER]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_several_processes_that_look_at_the_same_moment_one_tells(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url, channel, rounds = LEDGERS[kind](request, tmp_path), MemoryChannel(), 5
    worlds = [
        World(workdir=tmp_path, ledger=open_ledger(url), owner=f"serve-{n}", channel=channel)
        for n in range(4)
    ]
    together = threading.Barrier(len(worlds), timeout=30)

    def look(world: World) -> None:
        together.wait()
        world.look()
        together.wait()
        world.look()  # whoever found another one sending has its turn now

    with ThreadPoolExecutor(len(worlds)) as pool:
        for number in range(rounds):
            worlds[0].drop(number, BatchStatus.FAILED)
            list(pool.map(look, worlds))
            for world in worlds:
                world.now += HOUR
    assert worlds[0].titles() == ["acme: a file could not be used"] * rounds
    for world in worlds:
        world.ledger.close()
