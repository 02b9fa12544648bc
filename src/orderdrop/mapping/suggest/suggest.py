"""From a sample to a suggestion: match, place, give options, and say what is missing."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orderdrop.core.shape import Leaf, Shape
from orderdrop.mapping.model import Mapping as FileMapping
from orderdrop.mapping.suggest import reasons
from orderdrop.mapping.suggest.fitting import Evidence, Reads
from orderdrop.mapping.suggest.guide import Guide, named
from orderdrop.mapping.suggest.match import Matched, match
from orderdrop.mapping.suggest.meanings import meanings
from orderdrop.mapping.suggest.memory import Lesson, Memory, learn
from orderdrop.mapping.suggest.options import Options, Surroundings, options
from orderdrop.mapping.suggest.plan import Plan, plan
from orderdrop.mapping.suggest.sample import Sample, profile
from orderdrop.mapping.suggest.suggestion import Line, Suggestion
from orderdrop.mapping.suggest.words import plain

_CARRIERS = frozenset(
    ("ups", "usps", "fedex", "dhl", "dpd", "gls", "hermes", "colissimo", "chronopost", "la poste", "mondial relay", "postnl",
     "bpost", "correos", "seur", "mrw", "brt", "bartolini", "inpost", "royal mail", "evri", "tnt", "ontrac", "lasership", "canada post",
     "poste italiane", "sda", "nacex", "ctt", "jadlog", "loggi", "correios", "pocztex", "fedx", "post")
)  # fmt: skip
_ZEROS = re.compile(r"\.0+$")
_NUMBERS = ("amount", "number", "quantity")
_TOTALS = frozenset(
    (
        "total",
        "totals",
        "sum",
        "summe",
        "gesamt",
        "gesamtsumme",
        "totale",
        "totaal",
        "totaux",
        "suma",
        "razem",
        "grand total",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What the checks of a run say of a text, so that a suggestion promises nothing that a run would refuse."""

    reads: Reads
    country: Callable[[str], str | None]


def suggest(
    sample: Sample,
    shape: Shape,
    guide: Guide,
    earlier: Sequence[tuple[FileMapping, Guide]],
    checks: Checks,
    name: str,
) -> Suggestion:
    """Suggest a mapping called `name`; `earlier` are known mappings, each with the guide of its destination."""
    memory = learn(earlier, sample.headings, shape.destination)
    evidence = [
        Evidence(profile(heading, cells), checks.reads, _CARRIERS)
        for heading, cells in zip(sample.headings, sample.columns, strict=True)
    ]
    taught = _taught(sample, memory, shape)
    passed_over = frozenset(
        n
        for n, heading in enumerate(sample.headings)
        if heading in sample.repeated or (n in taught and taught[n].column is None)
    )
    matched = match(evidence, memory, passed_over)
    work = _Work(
        sample,
        shape,
        guide,
        evidence,
        matched,
        taught,
        _surroundings(matched, evidence, memory, checks),
        checks,
    )
    return work.suggestion(name)


def _taught(sample: Sample, memory: Memory, shape: Shape) -> dict[int, Lesson]:
    """Columns that a mapping of the same kind of file has, by position; of two that want one place, the first."""
    found: dict[int, Lesson] = {}
    filled: set[str] = set()
    for n, heading in enumerate(sample.headings):
        lesson = next((one for one in memory.of(heading) if one.close), None)
        if lesson is None or heading in sample.repeated:
            continue
        places = lesson.column.to if lesson.column is not None else ()
        if filled.isdisjoint(places) and all(shape.leaf(place) is not None for place in places):
            filled |= set(places)
            found[n] = lesson
    return found


def _surroundings(
    matched: Matched, evidence: Sequence[Evidence], memory: Memory, checks: Checks
) -> Surroundings:
    layouts, countries = [], set()
    for n, guess in matched.guesses.items():
        expected = meanings()[guess.meaning].values
        found = evidence[n].dates
        if expected == "date" and found is not None and found.proof:
            layouts.append(
                (found.layouts[0].index("%d") < found.layouts[0].index("%m"), evidence[n].profile.heading)
            )
        if guess.meaning in ("ship.country", "ship.country_name"):
            countries |= {checks.country(value) for value in evidence[n].profile.values}
    day_first = {first for first, _ in layouts}
    return Surroundings(
        mark=_mark(
            [
                evidence[n]
                for n, guess in matched.guesses.items()
                if meanings()[guess.meaning].values in _NUMBERS
            ]
        ),
        country=countries.pop() if len(countries) == 1 else None,
        day_first=day_first.pop() if len(day_first) == 1 else None,
        proved_by=layouts[0][1] if layouts else "",
        translations={plain(text): (value, mapping) for _, text, value, mapping in memory.translations()},
    )


def _mark(columns: Sequence[Evidence]) -> str | None:
    """The decimal mark that the columns of numbers prove together, where the checks need to be told."""
    columns = [one for one in columns if one.number_share > 0.9]
    proved = {one.numbers.mark for one in columns} - {None}
    if len(proved) != 1:
        return None
    mark = proved.pop()
    return mark if mark == "," or any(map(_needs_the_mark, columns)) else None


def _needs_the_mark(one: Evidence) -> bool:
    """Whether the checks read its numbers only under a declared mark: thousands set apart, quantities like 4.000."""
    return (
        one.numbers.both_ways is not None
        or one.share(lambda value: "," in value or _ZEROS.search(value) is not None) > 0
    )


class _Work:
    """One suggestion under way: what was found out, and the lines that come of it."""

    def __init__(
        self,
        sample: Sample,
        shape: Shape,
        guide: Guide,
        evidence: Sequence[Evidence],
        matched: Matched,
        taught: Mapping[int, Lesson],
        around: Surroundings,
        checks: Checks,
    ) -> None:
        self._sample, self._shape, self._guide, self._evidence = sample, shape, guide, evidence
        self._matched, self._taught, self._around, self._checks = matched, taught, around, checks
        self._of = {guess.meaning: n for n, guess in matched.guesses.items() if n not in taught}
        self._tried: dict[tuple[str, str], Options] = {}

    def suggestion(self, name: str) -> Suggestion:
        """The whole of it."""
        given = frozenset(
            place for lesson in self._taught.values() if lesson.column for place in lesson.column.to
        )
        chosen = plan(self._shape, self._guide, self._has, given)
        lines = [self._line(n, chosen) for n in range(len(self._evidence))]
        if not any(self._shape.key in line.places for line in lines):
            lines = self._with_a_key(lines)
        derived = {place: self._in_headings(template) for place, template in chosen.derived.items()}
        return Suggestion(
            name=name,
            destination=self._shape.destination,
            source=self._sample.name,
            lines=tuple(self._distinct(lines)),
            file_keys=self._file_keys(),
            derived=derived,
            hints=self._hints(chosen, lines, derived),
            looked_at=_looked_at(self._sample),
        )

    def _has(self, meaning: str, place: str) -> bool:
        """Whether a column means this and its values can be read for the place."""
        n = self._of.get(meaning)
        if n is None:
            return False
        leaf = self._shape.leaf(place)
        return leaf is not None and self._options(meaning, leaf).usable

    def _options(self, meaning: str, leaf: Leaf) -> Options:
        found = self._tried.get((meaning, leaf.place))
        if found is None:
            one = self._evidence[self._of[meaning]]
            found = options(
                one, leaf, meanings()[meaning].values, self._guide, self._around, self._checks.reads
            )
            self._tried[meaning, leaf.place] = found
        return found

    def _line(self, n: int, chosen: Plan) -> Line:
        one = self._evidence[n]
        heading = self._sample.headings[n]
        if heading in self._sample.repeated:
            return Line(
                heading=heading,
                question="the heading stands more than once; a mapping cannot tell the columns apart",
            )
        if n in self._taught:
            return self._as_taught(heading, self._taught[n])
        guess = self._matched.guesses.get(n)
        if guess is None:
            return self._unknown(n)
        line = Line(
            heading=heading,
            sure=round(100 * guess.sure),
            meaning=guess.meaning,
            says=meanings()[guess.meaning].says,
            why=reasons.why(guess, one, is_key=n == self._matched.key, grouping=self._matched.grouping),
        )
        places = chosen.filled.get(guess.meaning, ())
        if places:
            return self._placed(line, n, guess.meaning, places)
        used_in = chosen.in_templates().get(guess.meaning, ())
        return (
            replace(line, used_in=used_in)
            if used_in
            else replace(line, question=self._unusable(guess.meaning))
        )

    def _placed(self, line: Line, n: int, meaning: str, places: tuple[str, ...]) -> Line:
        keys: dict[str, Any] = {}
        notes: list[str] = []
        question, most = None, 1.0
        for place in places:
            leaf = self._shape.leaf(place)
            assert leaf is not None
            found = self._options(meaning, leaf)
            keys = {**found.keys, **keys}
            notes += [note for note in found.notes if note not in notes]
            question = question or found.question
            most = min(most, found.most)
            blank = self._guide.blanks.get(place)
            if blank is not None and self._evidence[n].profile.blank_share > 0:
                keys["default"] = blank
                notes.append(f"a blank becomes {blank}")
        if self._is_required(n, places):
            keys = {"required": True, **keys}
        sure = min(line.sure or 0, round(100 * most))
        return replace(line, places=places, keys=keys, sure=sure, notes=tuple(notes), question=question)

    def _is_required(self, n: int, places: tuple[str, ...]) -> bool:
        if self._shape.key in places:
            return True
        keys = {f"{node.place}.{node.key}" for node in self._shape.lists.values() if node.key}
        wanted = any(
            place in keys or ((leaf := self._shape.leaf(place)) is not None and leaf.required)
            for place in places
        )
        return wanted and self._evidence[n].profile.blank_share == 0

    def _unusable(self, meaning: str) -> str | None:
        """Why no place takes a column that means something the destination knows."""
        tried = [
            found.question for (name, _), found in self._tried.items() if name == meaning and not found.usable
        ]
        return next(filter(None, tried), None)

    def _unknown(self, n: int) -> Line:
        nearest = self._matched.runners_up.get(n)
        blank = not self._evidence[n].profile.values
        why = "blank in every row that was looked at" if blank else ""
        if nearest is not None and nearest.sure >= 0.35 and not blank:
            why = f"perhaps {meanings()[nearest.meaning].says}"
        return Line(heading=self._sample.headings[n], why=why)

    def _as_taught(self, heading: str, lesson: Lesson) -> Line:
        if lesson.column is None:
            return Line(
                heading=heading, sure=95, why=f"passed over, as in {lesson.mapping}", says="passed over"
            )
        keys = lesson.column.model_dump(
            mode="json", exclude_defaults=True, exclude={"to", "aliases", "position"}
        )
        keys = {
            key: value[0] if isinstance(value, list) and len(value) == 1 else value
            for key, value in keys.items()
        }
        meaning = lesson.meanings[0] if lesson.meanings else None
        return Line(
            heading=heading, places=lesson.column.to, keys=keys, sure=97, meaning=meaning, why=f"as in {lesson.mapping}",
            says=meanings()[meaning].says if meaning is not None else None,
        )  # fmt: skip

    def _with_a_key(self, lines: list[Line]) -> list[Line]:
        """A mapping without a column for the order's key cannot be checked: the likeliest one, and a question."""

        def weight(n: int) -> tuple[bool, bool, float, int]:
            seen = self._evidence[n].profile
            fit = self._evidence[n].fit("identifier") or 0.0
            return (
                not lines[n].is_used and lines[n].heading not in self._sample.repeated,
                seen.blank_share == 0,
                fit,
                seen.distinct,
            )

        n = max(range(len(lines)), key=weight)
        lines[n] = Line(
            heading=lines[n].heading,
            places=(self._shape.key,),
            keys={"required": True},
            sure=5,
            why="something must name the order",
            question="no column looks like an order number; is it this one?",
        )
        return [
            replace(line, places=tuple(place for place in line.places if at == n or place != self._shape.key))
            for at, line in enumerate(lines)
        ]

    def _in_headings(self, template: str) -> str:
        for meaning in named(template):
            template = template.replace(f"{{{meaning}}}", f"{{{self._sample.headings[self._of[meaning]]}}}")
        return template

    def _distinct(self, lines: Sequence[Line]) -> list[Line]:
        return list({line.heading: line for line in reversed(lines)}.values())[::-1]

    def _file_keys(self) -> dict[str, Any]:
        keys = dict(self._sample.file_keys)
        if self._around.mark:
            keys["decimal"] = self._around.mark
        totals = self._totals()
        return {**keys, "skip_rows_where": totals} if totals else keys

    def _totals(self) -> dict[str, str]:
        """The column in which a row says that it is a total, where the order's number is blank."""
        key = self._matched.key
        for n, one in enumerate(self._evidence):
            for row, cell in enumerate(one.profile.cells):
                if (
                    n != key
                    and cell.casefold().rstrip(":") in _TOTALS
                    and (key is None or not self._evidence[key].profile.cells[row])
                ):
                    return {one.profile.heading: cell}
        return {}

    def _hints(self, chosen: Plan, lines: Sequence[Line], derived: Mapping[str, str]) -> dict[str, str]:
        filled = {place for line in lines for place in line.places} | set(derived)
        hints = {}
        for leaf in chosen.lacking:
            if leaf.place not in filled:
                hints[leaf.place] = self._guide.needs.get(leaf.place) or _wanted(leaf)
        for place, sentence in self._guide.needs.items():
            if filled.isdisjoint((place, *self._guide.instead.get(place, ()))):
                hints.setdefault(place, sentence)
        return hints


def _wanted(leaf: Leaf) -> str:
    if leaf.one_of:
        return f"one of {', '.join(leaf.one_of)}"
    return "required, and nothing in the file looks like it"


def _looked_at(sample: Sample) -> str:
    rows = f"{sample.rows:,} row{'' if sample.rows == 1 else 's'}"
    if sample.whole:
        return f"all {rows}"
    over = "the file" if sample.read_rows is None else f"the first {sample.read_rows:,}"
    return f"{rows}, the first ones and some from all over {over}"
