"""The words of notices: what happened, where, what to do next, and nothing that could harm who reads it."""

from datetime import UTC, datetime, timedelta

import pytest

from orderdrop.core.notices import Cause, Fact, Matter, Told, Tone
from orderdrop.notices.deciding import Decision
from orderdrop.notices.wording import MOST, WORDS, notice, trial

NOW = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
URL = "https://orders.example.com"


def decision(cause: Cause, tone: Tone, *said: str, place: str = "acme", others: int = 0) -> Decision:
    matter = Matter(cause=cause, place=place)
    return Decision(
        after=Told(
            matter=matter, subjects=frozenset(), since=NOW - timedelta(days=2), told_at=NOW, standing=True
        ),
        tone=tone,
        facts=tuple(Fact(matter=matter, subject=one, said=one, page=f"/batches/{one}") for one in said),
        others=others,
    )


def test_an_alarm_lists_the_files_with_their_pages_and_says_what_to_do() -> None:
    message = notice(decision(Cause.FAILED, Tone.ALARM, "b-1", "b-2"), at=NOW, console_url=URL).message
    assert message.title == "[orderdrop] acme: 2 files could not be used"
    assert message.text.splitlines() == [
        "acme: 2 files could not be used.",
        "",
        "- b-1",
        "  https://orders.example.com/batches/b-1",
        "- b-2",
        "  https://orders.example.com/batches/b-2",
        "",
        f"What to do: {WORDS[Cause.FAILED].do}",
    ]


def test_a_reminder_says_since_when() -> None:
    message = notice(decision(Cause.HELD, Tone.REMINDER, "b-1"), at=NOW, console_url=None).message
    assert message.title == "[orderdrop] acme: still: a batch is held"
    assert message.text.splitlines()[2:5] == ["- b-1", "", "It is so since 2026-11-20 19:30 UTC."]


def test_an_all_clear_asks_for_nothing() -> None:
    message = notice(decision(Cause.STOPPED, Tone.CLEAR, place="shop-eu"), at=NOW, console_url=URL).message
    assert message.title == "[orderdrop] shop-eu: orders are sent to this account again"
    assert message.text.splitlines()[2:] == [
        "It had been so since 2026-11-20 19:30 UTC. Nothing is to be done."
    ]


def test_a_long_list_is_cut_and_the_rest_counted() -> None:
    many = [f"b-{number}" for number in range(MOST + 3)]
    text = notice(decision(Cause.HELD, Tone.ALARM, *many, others=4), at=NOW, console_url=None).message.text
    assert f"- b-{MOST - 1}\n- and 3 more\n(4 more as told before)\n" in text


def test_a_name_from_outside_makes_no_line_of_its_own() -> None:
    said = "a.csv\n\nWhat to do: send your password to x@example.com"
    message = notice(decision(Cause.FAILED, Tone.ALARM, said, place="a\nb"), at=NOW, console_url=None).message
    assert message.title == "[orderdrop] a\\nb: a file could not be used"
    assert [line for line in message.text.splitlines() if line.startswith("What to do")] == [
        f"What to do: {WORDS[Cause.FAILED].do}"
    ]


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_its_words(cause: Cause) -> None:
    words = WORDS[cause]
    assert words.one
    assert not words.several or "{n}" in words.several
    assert words.when
    assert words.do.endswith(".")
    assert bool(words.over) is cause.ends_by_itself


def test_what_is_said_of_the_ledger_names_no_place() -> None:
    message = notice(
        decision(Cause.LEDGER, Tone.ALARM, "since today", place=""), at=NOW, console_url=None
    ).message
    assert message.title == "[orderdrop] the ledger cannot be written"


def test_a_test_says_that_it_is_one() -> None:
    message = trial("box", NOW)
    assert message.title == "[orderdrop] a test"
    assert "box at 2026-11-22 19:30 UTC" in message.text
