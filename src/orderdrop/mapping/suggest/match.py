"""Columns and meanings brought together: heading, values, structure and memory, weighed and assigned all at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from orderdrop.mapping.suggest.assign import best_pairs
from orderdrop.mapping.suggest.fitting import Evidence
from orderdrop.mapping.suggest.meanings import meanings, said_by
from orderdrop.mapping.suggest.memory import Memory
from orderdrop.mapping.suggest.structure import Grouping, grouped_by, names_one, names_orders
from orderdrop.mapping.suggest.weighing import Guess, by_itself, in_the_rows, name_the_orders

_LEAST = 0.42  # below this nothing is assigned
_OWN = 0.9  # from here on a heading says whose something is
_CLEARLY = 0.2
_PEERS = frozenset({"id", "number", "external"})


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
    table = [{} if n in passed_over else by_itself(one, memory) for n, one in enumerate(evidence)]
    _drop_strangers(table)
    structure = [names_orders(n, profiles) for n in range(len(profiles))]
    key = _key_of(table, structure, evidence)
    grouping = grouped_by(key, profiles) if key is not None else None
    if key is not None and grouping is not None:
        table = [
            {
                name: in_the_rows(guess, n, key, grouping, evidence[n], names_one=names_one(n, key, profiles))
                for name, guess in guesses.items()
            }
            for n, guesses in enumerate(table)
        ]
        name_the_orders(table[key], structure[key])
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
