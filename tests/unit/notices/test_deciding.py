"""When something is news: once, then quiet, then again after a day, and its end once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.core.notices import Cause, Fact, Matter, Told, Tone
from orderdrop.notices.deciding import Terms, decide

NOW = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
TERMS = Terms(remind=timedelta(hours=24), quiet=timedelta(minutes=15))
HELD = Matter(cause=Cause.HELD, place="acme")
FAILED = Matter(cause=Cause.FAILED, place="acme")
STOPPED = Matter(cause=Cause.STOPPED, place="shop-eu")
MINUTE = timedelta(minutes=1)


def facts(matter: Matter, *subjects: str) -> list[Fact]:
    return [Fact(matter=matter, subject=subject, said=f"{subject}.csv") for subject in subjects]


def told(matter: Matter, *subjects: str, ago: timedelta, standing: bool = True) -> Told:
    return Told(
        matter=matter, subjects=frozenset(subjects), since=NOW - ago, told_at=NOW - ago, standing=standing
    )


@pytest.mark.parametrize(
    ("before", "now", "tone", "listed"),
    [
        pytest.param(None, facts(HELD, "a", "b"), Tone.ALARM, ["a", "b"], id="several-at-once-are-one-message"),
        pytest.param(
            told(HELD, "a", ago=16 * MINUTE), facts(HELD, "a", "b"), Tone.ALARM, ["b"],
            id="what-is-new-is-told-alone",
        ),
        pytest.param(
            told(HELD, "a", ago=14 * MINUTE), facts(HELD, "a", "b"), None, [], id="not-at-once-after-the-last"
        ),
        pytest.param(told(HELD, "a", ago=23 * 60 * MINUTE), facts(HELD, "a"), None, [], id="what-is-known-is-no-news"),
        pytest.param(
            told(HELD, "a", "b", ago=24 * 60 * MINUTE), facts(HELD, "b"), Tone.REMINDER, ["b"],
            id="a-day-later-what-is-still-so",
        ),
        pytest.param(
            told(FAILED, "a", ago=25 * 60 * MINUTE), facts(FAILED, "a"), None, [],
            id="what-happened-once-is-not-told-again",
        ),
        pytest.param(
            told(STOPPED, "outage", ago=60 * MINUTE), facts(STOPPED, "credentials"), Tone.ALARM, ["credentials"],
            id="another-reason-is-news",
        ),
        pytest.param(
            told(STOPPED, ago=16 * MINUTE, standing=False), facts(STOPPED, "outage"), Tone.ALARM, ["outage"],
            id="it-comes-again-after-its-end",
        ),
        pytest.param(
            told(STOPPED, ago=5 * MINUTE, standing=False), facts(STOPPED, "outage"), None, [],
            id="not-at-once-after-its-end",
        ),
        pytest.param(told(STOPPED, "outage", ago=16 * MINUTE), [], Tone.CLEAR, [], id="it-is-over"),
        pytest.param(told(STOPPED, "outage", ago=5 * MINUTE), [], None, [], id="over-too-soon-to-tell"),
        pytest.param(told(STOPPED, ago=16 * MINUTE, standing=False), [], None, [], id="its-end-is-told-once"),
        pytest.param(told(HELD, "a", ago=16 * MINUTE), [], None, [], id="a-person-knows-what-they-ended"),
        pytest.param(
            told(STOPPED, "outage", ago=-48 * 60 * MINUTE), [], Tone.CLEAR, [], id="the-clock-was-set-back"
        ),
    ],
)  # fmt: skip
def test_what_is_news(before: Told | None, now: list[Fact], tone: Tone | None, listed: list[str]) -> None:
    matter = before.matter if before else now[0].matter
    decision = decide(matter, before, now, NOW, TERMS)
    assert (decision.tone if decision else None) is tone
    assert ([fact.subject for fact in decision.facts] if decision else []) == listed


def test_what_was_told_before_is_counted() -> None:
    decision = decide(HELD, told(HELD, "a", "b", ago=60 * MINUTE), facts(HELD, "a", "b", "c"), NOW, TERMS)
    assert decision is not None
    assert (decision.others, decision.after) == (
        2,
        replace(told(HELD, "a", "b", "c", ago=60 * MINUTE), told_at=NOW),
    )


def test_files_that_failed_before_are_not_counted_with_those_that_fail_now() -> None:
    decision = decide(FAILED, told(FAILED, "a", ago=60 * MINUTE), facts(FAILED, "a", "b"), NOW, TERMS)
    assert decision is not None
    assert decision.others == 0


def test_what_is_over_is_forgotten_without_a_word_once_it_was_told() -> None:
    for before in (told(HELD, "a", ago=20 * MINUTE), told(STOPPED, ago=20 * MINUTE, standing=False)):
        decision = decide(before.matter, before, [], NOW, TERMS)
        assert decision is not None
        assert (decision.after, decision.tone) == (None, None)


def test_what_may_be_one_of_several_is_no_news_yet_and_not_over_either() -> None:
    (early,) = (replace(fact, early=True) for fact in facts(HELD, "a"))
    assert decide(HELD, None, [early], NOW, TERMS) is None
    assert decide(HELD, told(HELD, "b", ago=20 * MINUTE), [early], NOW, TERMS) is None
    assert decide(HELD, told(HELD, "a", ago=20 * MINUTE), [early], NOW, TERMS) is None
    decision = decide(HELD, None, [early, *facts(HELD, "b")], NOW, TERMS)
    assert decision is not None
    assert [fact.subject for fact in decision.facts] == ["b"]


@given(
    cause=st.sampled_from(Cause),
    story=st.lists(st.tuples(st.integers(0, 400), st.sets(st.sampled_from("abc"))), min_size=1, max_size=40),
)
def test_whatever_happens_there_is_one_message_in_the_quiet_time_and_each_subject_is_told(
    cause: Cause, story: list[tuple[int, set[str]]]
) -> None:
    """Minutes pass and subjects come and go: who reads everything knows what is so, a quarter of an hour late at most."""
    matter, now, before = Matter(cause=cause, place="x"), NOW, None
    last_message: datetime | None = None
    heard: set[str] = set()
    for minutes, subjects in story:
        now += minutes * MINUTE
        found = facts(matter, *sorted(subjects))
        decision = decide(matter, before, found, now, TERMS)
        if decision is not None:
            before = decision.after
        if decision is not None and decision.tone is not None:
            assert last_message is None or now - last_message >= TERMS.quiet
            last_message = now
            heard = set() if decision.tone is Tone.CLEAR else heard | {one.subject for one in decision.facts}
            assert decision.tone is not Tone.CLEAR or cause.ends_by_itself
        if before is None or now - before.told_at >= TERMS.quiet or (decision and decision.tone):
            assert subjects <= heard or before is None
            assert bool(subjects) <= (before is not None and before.standing)
