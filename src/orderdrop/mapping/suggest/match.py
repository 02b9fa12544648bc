"""Columns and meanings brought together: heading, values, structure and memory, weighed and assigned all at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from orderdrop.mapping.suggest.assign import best_pairs
from orderdrop.mapping.suggest.fitting import Evidence
from orderdrop.mapping.suggest.meanings import Said, meanings, said_by
from orderdrop.mapping.suggest.memory import Memory
from orderdrop.mapping.suggest.structure import Grouping, grouped_by, names_one, names_orders

_LEAST = 0.42  # below this nothing is assigned
_TOLD_BY_VALUES = {
    "customer.email": 0.72, "parcel.tracking": 0.75, "ship.country": 0.6, "line.ean": 0.55, "order.currency": 0.65,
    "ship.phone": 0.5, "order.date": 0.42,
}  # fmt: skip
"""How sure the values alone make a meaning, where the heading says nothing."""
_AS_BEFORE, _AS_IN_SUCH_A_FILE = 0.9, 0.97
_UNSEEN = 0.88  # a column without a single value is never sure
_OWN = 0.9  # from here on a heading says whose something is
_CLEARLY = 0.2
_MOSTLY = 0.8  # two orders may share a parcel now and then
_OF_ONE_ORDER = frozenset({"order.id", "order.number", "order.external", "shipment.id", "parcel.tracking"})
_PEERS = frozenset({"id", "number", "external"})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What each column means, by its position; the key of the orders, and the rows grouped by it."""

    guesses: Mapping[int, Guess]
    key: int | None
    grouping: Grouping | None
    runners_up: Mapping[int, Guess] = field(default_factory=dict)


def match(evidence: Sequence[Evidence], memory: Memory, passed_over: frozenset[int] = frozenset()) -> Matched:
    """Find what each column means; columns in `passed_over` mean nothing here."""
    profiles = [one.profile for one in evidence]
    table = [{} if n in passed_over else _by_itself(one, memory) for n, one in enumerate(evidence)]
    _drop_strangers(table)
    structure = [names_orders(n, profiles) for n in range(len(profiles))]
    key = _key_of(table, structure, evidence)
    grouping = grouped_by(key, profiles) if key is not None else None
    if key is not None and grouping is not None:
        table = [
            {
                name: _in_the_rows(
                    guess, n, key, grouping, evidence[n], names_one=names_one(n, key, profiles)
                )
                for name, guess in guesses.items()
            }
            for n, guesses in enumerate(table)
        ]
        _name_the_orders(table[key], structure[key])
    order = {name: n for n, name in enumerate(meanings())}
    wishes = [
        {name: guess.sure**3 - order[name] * 1e-5 for name, guess in guesses.items() if guess.sure >= _LEAST}
        for guesses in table
    ]
    pairs = _with_one_order_number(_with_whole_names(best_pairs(wishes), table), table, key)
    guesses = {n: _against_rivals(n, name, pairs, table, evidence) for n, name in pairs.items()}
    return Matched(guesses=guesses, key=key, grouping=grouping, runners_up=_runners_up(table, pairs))


def _drop_strangers(table: Sequence[dict[str, Guess]]) -> None:
    """The buyer's country is not where it goes, where another column is called the country it goes to."""
    own = {
        name
        for guesses in table
        for name, guess in guesses.items()
        if guess.said is not None and not guess.said.stranger and guess.said.score >= _OWN
    }
    for guesses in table:
        for name, guess in list(guesses.items()):
            whose = name.partition(".")[0]
            strange = guess.said is not None and guess.said.stranger and guess.remembered is None
            if strange and any(other.partition(".")[0] == whose and _alike(name, other) for other in own):
                del guesses[name]


def _with_whole_names(pairs: dict[int, str], table: Sequence[dict[str, Guess]]) -> dict[int, str]:
    """A "nom" or "nombre" is a last name where a first name stands beside it, and the other way round."""
    columns = {name: n for n, name in pairs.items()}
    for whose in ("ship", "customer", "bill"):
        n = columns.get(f"{whose}.name")
        for part, other in (("first_name", "last_name"), ("last_name", "first_name")):
            name = f"{whose}.{other}"
            if n is not None and f"{whose}.{part}" in columns and name not in columns and name in table[n]:
                pairs = {**pairs, n: name}
    return pairs


def _with_one_order_number(
    pairs: dict[int, str], table: Sequence[dict[str, Guess]], key: int | None
) -> dict[int, str]:
    """The column that groups the rows is the number of the order, where another column only might be."""
    other = next((n for n, name in pairs.items() if name == "order.id"), None)
    if key is None or other in (None, key) or pairs.get(key) != "order.number":
        return pairs
    assert other is not None
    if table[other]["order.id"].sure > table[key]["order.number"].sure - 0.15 or "order.id" not in table[key]:
        return pairs
    freed = {**pairs, key: "order.id"}
    del freed[other]
    return {**freed, other: "order.number"} if "order.number" in table[other] else freed


def _by_itself(one: Evidence, memory: Memory) -> dict[str, Guess]:
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


def _key_of(
    table: Sequence[Mapping[str, Guess]], structure: Sequence[float], evidence: Sequence[Evidence]
) -> int | None:
    """The column that names the orders: the heading says so and the rows agree, or at least the rows do."""

    def weight(n: int) -> float:
        said = max(
            (table[n][name].sure for name in ("order.id", "order.number") if name in table[n]), default=0.0
        )
        blank = evidence[n].profile.blank_share
        alone = (
            0.3
            if structure[n] >= 0.7
            and (evidence[n].fit("identifier") or 0) >= 0.9
            and not said_by(evidence[n].profile.heading)
            else 0.0
        )
        return max(said * (0.35 + 0.65 * structure[n]) * (1 - min(1.0, 2 * blank)), alone)

    best = max(range(len(table)), key=weight, default=None)
    return best if best is not None and weight(best) > 0.12 else None


def _in_the_rows(
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


def _name_the_orders(guesses: dict[str, Guess], structure: float) -> None:
    """The column that names the orders is one of their numbers, whatever else its heading might say."""
    for name in ("order.id", "order.number"):
        guess = guesses.get(name, Guess(meaning=name, sure=0.45 if name == "order.id" else 0.0))
        gain = 0.6 if structure >= 0.6 else 0.2
        if guess.sure:
            guesses[name] = replace(guess, sure=guess.sure + (0.99 - guess.sure) * gain)


def _against_rivals(
    n: int,
    name: str,
    pairs: Mapping[int, str],
    table: Sequence[Mapping[str, Guess]],
    evidence: Sequence[Evidence],
) -> Guess:
    """The guess, less sure where another column could have this meaning, or this column another one."""
    guess = table[n][name]
    for other, guesses in enumerate(table):
        there = guesses.get(name)
        if other == n or there is None or there.sure < guess.sure - 0.02:
            continue
        if other not in pairs or guesses[pairs[other]].sure < there.sure - 0.02:
            return replace(guess, sure=guess.sure - 0.08, rival=evidence[other].profile.heading)
    taken = {meaning: column for column, meaning in pairs.items()}
    for other_name, there in table[n].items():
        if other_name == name or there.sure < guess.sure - 0.02:
            continue
        column = taken.get(other_name)
        if column is not None and table[column][other_name].sure > there.sure - _CLEARLY:
            continue  # somebody else has it with good reason
        if not _alike(name, other_name) and there.sure > 0.6:
            return replace(guess, sure=guess.sure - 0.08, rival=meanings()[other_name].says)
    return guess


def _alike(one: str, other: str) -> bool:
    """Whether two meanings differ only in whose they are: the customer's phone, the recipient's phone."""
    mine, theirs = one.partition(".")[2], other.partition(".")[2]
    return (
        mine == theirs
        or (mine in _PEERS and theirs in _PEERS)
        or {mine, theirs} == {"country", "country_name"}
        or {mine, theirs} == {"note", "instructions"}
    )


def _runners_up(table: Sequence[Mapping[str, Guess]], pairs: Mapping[int, str]) -> dict[int, Guess]:
    """For columns without a meaning: the one that came nearest."""
    found = {}
    for n, guesses in enumerate(table):
        if n not in pairs and guesses:
            found[n] = max(guesses.values(), key=lambda guess: guess.sure)
    return found
