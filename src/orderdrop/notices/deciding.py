"""When something is news. Pure: what people know, what is so, and the time make a decision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from orderdrop.core.notices import Fact, Matter, Told, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How often people are told of one matter: at most once in `quiet`, and after `remind` again while it is so."""

    remind: timedelta
    quiet: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What people know from now on, None for nothing; and the news, where `tone` says that there are any.

    `facts` are to be listed, `others` is how many more stand that were told before.
    """

    after: Told | None
    tone: Tone | None = None
    facts: tuple[Fact, ...] = ()
    others: int = 0


def decide(
    matter: Matter, before: Told | None, facts: Sequence[Fact], now: datetime, terms: Terms
) -> Decision | None:
    """What to do about a matter, of which `facts` is all that is so; None for nothing.

    What happens within `terms.quiet` of the last notice is told together once it is over, or not at all if it is
    undone by then.
    """
    known = before.subjects if before is not None and before.standing else frozenset()
    ripe = [fact for fact in facts if not fact.early or fact.subject in known]
    if before is None:
        return _alarm(matter, None, ripe, now) if ripe else None
    age = abs(now - before.told_at)  # a clock that was set back makes nobody wait for longer
    if age < terms.quiet:
        return None
    if not ripe:
        return None if facts else _over(before, now)
    if any(fact.subject not in known for fact in ripe):
        return _alarm(matter, before if before.standing else None, ripe, now)
    after = replace(before, subjects=frozenset(fact.subject for fact in ripe))
    if matter.cause.lasts and age >= terms.remind:
        return Decision(after=replace(after, told_at=now), tone=Tone.REMINDER, facts=tuple(ripe))
    return Decision(after=after) if after != before else None


def _alarm(matter: Matter, before: Told | None, facts: Sequence[Fact], now: datetime) -> Decision:
    known = before.subjects if before else frozenset()
    news = tuple(fact for fact in facts if fact.subject not in known)
    after = Told(
        matter=matter,
        subjects=frozenset(fact.subject for fact in facts),
        since=before.since if before else now,
        told_at=now,
    )
    others = len(facts) - len(news) if matter.cause.lasts else 0
    return Decision(after=after, tone=Tone.ALARM, facts=news, others=others)


def _over(before: Told, now: datetime) -> Decision:
    if before.standing and before.matter.cause.ends_by_itself:
        after = replace(before, subjects=frozenset(), told_at=now, standing=False)
        return Decision(after=after, tone=Tone.CLEAR)
    return Decision(after=None)
