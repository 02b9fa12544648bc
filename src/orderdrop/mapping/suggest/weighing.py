"""How sure it is that a column means something: by its heading, its values and memory, and by what it does in the rows."""

from dataclasses import dataclass, replace

from orderdrop.mapping.suggest.fitting import Evidence
from orderdrop.mapping.suggest.meanings import Said, meanings, said_by
from orderdrop.mapping.suggest.memory import Memory
from orderdrop.mapping.suggest.structure import Grouping

_TOLD_BY_VALUES = {
    "customer.email": 0.72, "parcel.tracking": 0.75, "ship.country": 0.6, "line.ean": 0.55, "order.currency": 0.65,
    "ship.phone": 0.5, "order.date": 0.42,
}  # fmt: skip
"""How sure the values alone make a meaning, where the heading says nothing."""
_AS_BEFORE, _AS_IN_SUCH_A_FILE = 0.9, 0.97
_UNSEEN = 0.88  # a column without a single value is never sure
_MOSTLY = 0.8  # two orders may share a parcel now and then
_OF_ONE_ORDER = frozenset({"order.id", "order.number", "order.external", "shipment.id", "parcel.tracking"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One meaning that a column may have: how sure, and what speaks for it."""

    meaning: str
    sure: float
    said: Said | None = None
    fit: float | None = None
    constant: bool | None = None  # within the orders; None where nothing tells
    remembered: str | None = None  # the mapping that has it so
    rival: str | None = None  # another column that could be it, or another meaning that this could have


def by_itself(one: Evidence, memory: Memory) -> dict[str, Guess]:
    """What a column may mean by its heading, its values and what earlier mappings made of it."""
    said = said_by(one.profile.heading)
    guesses = {}
    lessons = {
        meaning: lesson
        for lesson in reversed(memory.of(one.profile.heading))
        for meaning in lesson.meanings[:1]
    }
    silent = all(one_said.score < 0.6 for one_said in said.values())
    for name, meaning in meanings().items():
        heading = said.get(name)
        lesson = lessons.get(name)
        if heading is None and lesson is None and (silent is False or name not in _TOLD_BY_VALUES):
            continue
        score = heading.score if heading else 0.0
        if lesson is not None:
            score = max(score, _AS_IN_SUCH_A_FILE if lesson.close else _AS_BEFORE)
        fit = one.fit(meaning.values)
        guesses[name] = Guess(
            meaning=name,
            sure=_sure(score, fit, name, one),
            said=heading,
            fit=fit,
            remembered=lesson.mapping if lesson is not None else None,
        )
    return {name: guess for name, guess in guesses.items() if guess.sure >= 0.2}


def _sure(score: float, fit: float | None, name: str, one: Evidence) -> float:
    expected = meanings()[name].values
    if score == 0.0:
        limit = _TOLD_BY_VALUES.get(name, 0.0)
        if expected == "phone" and (one.fit("dialled") or 0.0) < 0.95:
            return 0.0
        if expected == "tracking" and sum(1 for hit in one.tracked if hit and hit.proved) < 0.9 * len(
            one.tracked
        ):
            return 0.0
        return limit if fit is not None and fit >= 0.95 and len(one.profile.values) > 1 else 0.0
    if fit is None:
        return min(score, _UNSEEN) if score >= 0.8 else score * 0.6
    if fit >= 0.9:
        return score + (0.995 - score) * (0.5 if one.tells(expected) else 0.12)
    return score * (0.75 + 0.25 * fit) if fit >= 0.5 else score * (0.15 + 0.5 * fit)


def in_the_rows(
    guess: Guess, n: int, key: int, grouping: Grouping, one: Evidence, *, names_one: float
) -> Guess:
    """What it changes that a column is the same within orders, or not."""
    constant = grouping.is_constant(n)
    if n == key or constant is None:
        return guess
    level = meanings()[guess.meaning].level
    if guess.meaning in _OF_ONE_ORDER and names_one < _MOSTLY:
        return replace(guess, sure=guess.sure * 0.5, constant=constant)
    if level == "order":
        factor = 0.45 + 0.4 * grouping.constant[n]
        sure = guess.sure + (0.99 - guess.sure) * 0.1 if constant else guess.sure * factor
    elif level == "line":
        several = grouping.several > 1 and one.profile.distinct > 1
        a_name = meanings()[guess.meaning].values in ("sku", "identifier", "title", "position")
        sure = (
            guess.sure * (0.7 if a_name and several else 0.95)
            if constant
            else guess.sure + (0.99 - guess.sure) * 0.1
        )
    else:
        return guess
    return replace(guess, sure=min(sure, 0.99), constant=constant)


def name_the_orders(guesses: dict[str, Guess], structure: float) -> None:
    """The column that names the orders is one of their numbers, whatever else its heading might say."""
    for name in ("order.id", "order.number"):
        guess = guesses.get(name, Guess(meaning=name, sure=0.45 if name == "order.id" else 0.0))
        gain = 0.6 if structure >= 0.6 else 0.2
        if guess.sure:
            guesses[name] = replace(guess, sure=guess.sure + (0.99 - guess.sure) * gain)
