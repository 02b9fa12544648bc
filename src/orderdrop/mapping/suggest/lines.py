"""The lines of a suggestion: for each column its places, its options and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from orderdrop.core.shape import Leaf, Shape
from orderdrop.mapping.suggest import reasons
from orderdrop.mapping.suggest.fitting import Evidence, Reads
from orderdrop.mapping.suggest.guide import Guide
from orderdrop.mapping.suggest.match import Matched
from orderdrop.mapping.suggest.meanings import meanings
from orderdrop.mapping.suggest.memory import Lesson
from orderdrop.mapping.suggest.options import Options, options
from orderdrop.mapping.suggest.plan import Plan
from orderdrop.mapping.suggest.sample import Sample
from orderdrop.mapping.suggest.suggestion import Line
from orderdrop.mapping.suggest.surroundings import Surroundings

_FAR_LESS = 0.3
_SAMPLES = 3


class Lines:
    """What was found out about the columns, and the lines that come of it once the plan says where things go."""

    def __init__(
        self,
        *,
        sample: Sample,
        shape: Shape,
        guide: Guide,
        evidence: Sequence[Evidence],
        matched: Matched,
        taught: Mapping[int, Lesson],
        around: Surroundings,
        reads: Reads,
    ) -> None:
        self._sample, self._shape, self._guide, self._evidence = sample, shape, guide, evidence
        self._matched, self._taught, self._around, self._reads = matched, taught, around, reads
        self.column_of = {guess.meaning: n for n, guess in matched.guesses.items() if n not in taught}
        self._tried: dict[tuple[str, str], Options] = {}

    def all(self, chosen: Plan) -> list[Line]:
        """A line for each column; one of them names the order, whatever it takes."""
        lines = [
            replace(self._line(n, chosen), samples=one.profile.values[:_SAMPLES])
            for n, one in enumerate(self._evidence)
        ]
        return lines if any(self._shape.key in line.places for line in lines) else self._with_a_key(lines)

    def has(self, meaning: str, place: str) -> bool:
        """Whether a column means this and its values can be read for the place."""
        n = self.column_of.get(meaning)
        if n is None:
            return False
        leaf = self._shape.leaf(place)
        if place == self._shape.key and self._is_faint(meaning):
            return False
        if any(f"{{{meaning}}}" in entry for entry in self._guide.fills.get(place, ())):
            return not set("{}!") & set(self._sample.headings[n])  # a template could not name such a heading
        return leaf is not None and self._options(meaning, leaf).usable

    def _is_faint(self, meaning: str) -> bool:
        """Whether another meaning could name the orders far more surely."""
        sure = {guess.meaning: guess.sure for guess in self._matched.guesses.values()}
        others = [sure[entry] for entry in self._guide.fills.get(self._shape.key, ()) if entry in sure]
        return bool(others) and sure[meaning] < max(others) - _FAR_LESS

    def _options(self, meaning: str, leaf: Leaf) -> Options:
        found = self._tried.get((meaning, leaf.place))
        if found is None:
            one = self._evidence[self.column_of[meaning]]
            found = options(one, leaf, meanings()[meaning].values, self._guide, self._around, self._reads)
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
        return replace(line, used_in=used_in) if used_in else self._unplaced(line, guess.meaning)

    def _placed(self, line: Line, n: int, meaning: str, places: tuple[str, ...]) -> Line:
        keys: dict[str, Any] = {}
        notes: list[str] = []
        question, asked, most = None, None, 1.0
        for place in places:
            leaf = self._shape.leaf(place)
            assert leaf is not None
            found = self._options(meaning, leaf)
            keys = {**found.keys, **keys}
            notes += [note for note in found.notes if note not in notes]
            question, asked = (question, asked) if question else (found.question, found.asked)
            most = min(most, found.most)
            blank = self._guide.blanks.get(place)
            if blank is not None and self._is_blank_for_whole_orders(n):
                # which the default is not
                keys = {key: value for key, value in keys.items() if key != "type"}
                keys["default"] = blank
                notes.append(f"a blank becomes {blank}")
        if self._is_required(n, places):
            keys = {"required": True, **keys}
        sure = min(line.sure or 0, round(100 * most))
        return replace(
            line, places=places, keys=keys, sure=sure, notes=tuple(notes), question=question, asked=asked
        )

    def _is_blank_for_whole_orders(self, n: int) -> bool:
        """Whether orders have no value at all. Where only an order's first row has one, a default would contradict it."""
        key = self._matched.key
        if key is None or self._evidence[n].profile.blank_share == 0:
            return False
        filled: set[str] = set()
        blank: set[str] = set()
        for name, cell in zip(
            self._evidence[key].profile.cells, self._evidence[n].profile.cells, strict=True
        ):
            (filled if cell else blank).add(name)
        return bool(blank) and filled.isdisjoint(blank)

    def _is_required(self, n: int, places: tuple[str, ...]) -> bool:
        if self._shape.key in places:
            return True
        keys = {f"{node.place}.{node.key}" for node in self._shape.lists.values() if node.key}
        wanted = any(
            place in keys or ((leaf := self._shape.leaf(place)) is not None and leaf.required)
            for place in places
        )
        return wanted and self._evidence[n].profile.blank_share == 0

    def _unplaced(self, line: Line, meaning: str) -> Line:
        """With the reason why no place takes a column that means something the destination knows."""
        tried = (found for (name, _), found in self._tried.items() if name == meaning and not found.usable)
        found = next((one for one in tried if one.question), None)
        return replace(line, question=found.question, asked=found.asked) if found is not None else line

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
        lines[n] = replace(
            lines[n],
            places=(*lines[n].places, self._shape.key),
            keys={**lines[n].keys, "required": True},
            sure=5,
            why="something must name the order",
            question="no column looks like an order number; is it this one?",
        )
        return lines
