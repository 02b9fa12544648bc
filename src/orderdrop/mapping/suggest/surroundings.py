"""What the file as a whole says, and so helps to read its single columns."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orderdrop.mapping.suggest.fitting import Evidence
from orderdrop.mapping.suggest.match import Matched
from orderdrop.mapping.suggest.meanings import meanings
from orderdrop.mapping.suggest.memory import Memory
from orderdrop.mapping.suggest.words import plain

_ZEROS = re.compile(r"\.0+$")
_NUMBERS = ("amount", "number", "quantity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the file as a whole says: its decimal mark, its one country, and the date layouts that other columns prove."""

    mark: str | None = None
    country: str | None = None
    day_first: bool | None = None
    proved_by: str = ""
    translations: Mapping[str, tuple[Any, str]] = field(default_factory=dict)


def surroundings(
    matched: Matched, evidence: Sequence[Evidence], memory: Memory, country: Callable[[str], str | None]
) -> Surroundings:
    """Look at all columns together; `country` reads a country as the checks do."""
    layouts, countries = [], set()
    for n, guess in matched.guesses.items():
        expected = meanings()[guess.meaning].values
        found = evidence[n].dates
        if expected == "date" and found is not None and found.proof:
            layouts.append(
                (found.layouts[0].index("%d") < found.layouts[0].index("%m"), evidence[n].profile.heading)
            )
        if guess.meaning in ("ship.country", "ship.country_name"):
            countries |= {country(value) for value in evidence[n].profile.values}
    day_first = {first for first, _ in layouts}
    return Surroundings(
        mark=_mark([(evidence[n], meanings()[guess.meaning].values) for n, guess in matched.guesses.items()]),
        country=countries.pop() if len(countries) == 1 else None,
        day_first=day_first.pop() if len(day_first) == 1 else None,
        proved_by=layouts[0][1] if layouts else "",
        translations={plain(text): (value, mapping) for _, text, value, mapping in memory.translations()},
    )


def _mark(columns: Sequence[tuple[Evidence, str]]) -> str | None:
    """The decimal mark that the columns of numbers prove together, where the checks need to be told."""
    columns = [
        (one, expected) for one, expected in columns if expected in _NUMBERS and one.number_share > 0.9
    ]
    proved = {one.numbers.mark for one, _ in columns} - {None}
    if len(proved) != 1:
        return None
    mark = proved.pop()
    return mark if mark == "," or any(_needs_the_mark(one, expected) for one, expected in columns) else None


def _needs_the_mark(one: Evidence, expected: str) -> bool:
    """Whether the checks read its numbers only under a declared mark: thousands set apart, quantities like 4.000."""
    return (
        one.numbers.both_ways is not None
        or one.share(lambda value: "," in value) > 0
        or (expected == "quantity" and one.share(lambda value: _ZEROS.search(value) is not None) > 0)
    )
