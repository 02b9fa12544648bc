"""Meanings of columns, and how well a heading says each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from orderdrop.mapping.suggest import words
from orderdrop.mapping.suggest.words import Span

_SCOPES: dict[str, dict[str, float]] = {
    "order": {"order": 0, "": 0.05, "customer": 0.12},
    "customer": {"customer": 0, "": 0.06, "order": 0.06, "ship": 0.2},
    "contact": {"customer": 0, "": 0.04, "order": 0.06, "ship": 0.2},
    "ship": {"ship": 0, "": 0.05, "order": 0.12, "customer": 0.2, "delivered": 0, "shipped": 0, "parcel": 0.15},
    "bill": {"bill": 0},
    "parcel": {"parcel": 0, "": 0.03, "ship": 0.03, "carrier": 0, "order": 0.15, "shipped": 0, "delivered": 0.03},
    "warehouse": {"warehouse": 0, "": 0.03},
    "item": {"item": 0, "": 0.05, "order": 0.1},
    "sender": {"sender": 0},
}  # fmt: skip
"""What it costs a meaning of a scope that the heading speaks of another one, or of none ("")."""

_WHOSE = frozenset(
    {"order", "customer", "ship", "bill", "parcel", "warehouse", "item", "sender", "payment", "store"}
)
_NAMING = frozenset({"number", "id", "code", "ref", "name", "type", "date"})
_STRANGE_SCOPE = 0.6
_LIKELY = 0.93
_WEAK = 0.55
_HALF_UNKNOWN = 0.2
_BEST = 0.97
_SAID = 0.35  # below this a heading says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One thing that a column can be. `headings` are the notions that say it, the plainest first."""

    name: str
    says: str
    level: str
    scope: str
    values: str
    headings: tuple[tuple[str, ...], ...]
    likely: tuple[tuple[str, ...], ...] = ()
    weak: tuple[tuple[str, ...], ...] = ()
    may: frozenset[str] = frozenset()
    exact: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How well a heading says a meaning, from 0 to 1, and in which language where that is worth telling."""

    score: float
    language: str | None = None
    stranger: bool = False  # the heading speaks of somebody else than the meaning does


@cache
def meanings() -> Mapping[str, Meaning]:
    """All of meanings.yaml, by name."""
    found = {}
    for name, entry in words.data("meanings.yaml").items():
        found[name] = Meaning(
            name=name,
            says=entry["says"],
            level=entry["level"],
            scope=entry["scope"],
            values=entry["values"],
            headings=tuple(_notions(phrase) for phrase in entry["headings"]),
            likely=tuple(_notions(phrase) for phrase in entry.get("likely", ())),
            weak=tuple(_notions(phrase) for phrase in entry.get("weak", ())),
            may=frozenset(str(notion) for notion in entry.get("may", ())),
            exact={words.plain(text): sure / 100 for text, sure in entry.get("exact", {}).items()},
        )
    return found


@lru_cache(maxsize=4_096)
def said_by(heading: str) -> Mapping[str, Said]:
    """What a heading says: the meanings that are worth a thought, each with how well it says it."""
    found = words.spans(heading)
    plain = words.plain(heading)
    told = {name: _said(meaning, plain, found) for name, meaning in meanings().items()}
    return {name: said for name, said in told.items() if said.score >= _SAID}


def _said(meaning: Meaning, plain: str, found: tuple[Span, ...]) -> Said:
    known = meaning.exact.get(plain)
    options = [
        _by_phrase(meaning, phrase, found, _BEST - 0.005 * n) for n, phrase in enumerate(meaning.headings)
    ]
    options += [_by_phrase(meaning, phrase, found, _LIKELY) for phrase in meaning.likely]
    options += [_by_phrase(meaning, phrase, found, _WEAK) for phrase in meaning.weak]
    best = max(options, key=lambda said: said.score, default=Said(score=0.0))
    return Said(score=known) if known is not None and known >= best.score else best


def _by_phrase(meaning: Meaning, phrase: tuple[str, ...], found: tuple[Span, ...], base: float) -> Said:
    rest = list(found)
    used: list[Span] = []
    for notion in phrase:
        hit = next((span for span in rest if notion in span.notions), None)
        if hit is None:
            return Said(score=0.0)
        rest.remove(hit)
        used.append(hit)
    if base == _WEAK and not all(span.notions for span in rest):
        return Said(score=0.0)  # a faint hint beside a word that nobody knows
    whose = _scope_cost(meaning, used, rest)
    twice = frozenset(phrase)  # "phone mobile" says one thing in two words
    cost = sum(_cost(meaning, span) for span in rest if not span.notions & twice) + whose
    if len(used) == 1 and len(found) == 2 and not all(span.notions for span in rest):
        cost += _HALF_UNKNOWN
    sure = min((span.sure for span in used), default=1.0)
    languages = frozenset.intersection(*(span.languages for span in used)) if used else frozenset()
    return Said(
        score=max(0.0, base * sure - cost),
        language=words.spoken(languages),
        stranger=whose > _SCOPES[meaning.scope].get("", 0.0),
    )


def _cost(meaning: Meaning, span: Span) -> float:
    """What a word of the heading that is not part of the phrase costs."""
    if not span.notions:
        return 0.14
    return min(_cost_of(meaning, notion) for notion in span.notions)


def _cost_of(meaning: Meaning, notion: str) -> float:
    if notion == "filler" or notion in meaning.may or notion in _SCOPES[meaning.scope]:
        return 0.0  # whose it is costs something once, in `_scope_cost`
    if notion.isdecimal():
        return 0.01 if notion == "1" else 0.25
    return 0.12 if notion in _NAMING else 0.3


def _scope_cost(meaning: Meaning, used: list[Span], rest: list[Span]) -> float:
    """What it costs that the heading speaks of somebody else, or of nobody."""
    allowed = _SCOPES[meaning.scope]
    spoken = [span for span in (*used, *rest) if span.notions & _WHOSE]
    if any(meaning.scope in span.notions for span in spoken):
        strangers = [span for span in rest if span.notions & _WHOSE and not _fits(meaning, span, allowed)]
        return _STRANGE_SCOPE * len(strangers)
    in_rest = [span for span in rest if span.notions & _WHOSE]
    if not in_rest:
        return 0.0 if any(span.notions & _WHOSE for span in used) else allowed.get("", _STRANGE_SCOPE)
    return sum(
        min(
            (
                allowed.get(notion, 0.0 if notion in meaning.may else _STRANGE_SCOPE)
                for notion in span.notions
            ),
            default=0.0,
        )
        for span in in_rest
    )


def _fits(meaning: Meaning, span: Span, allowed: Mapping[str, float]) -> bool:
    return any(notion in allowed or notion in meaning.may for notion in span.notions)


def _notions(phrase: object) -> tuple[str, ...]:
    return tuple(str(phrase).split())
