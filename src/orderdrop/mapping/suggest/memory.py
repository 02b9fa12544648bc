"""What earlier mappings teach: headings that a person has placed before, and the texts that she translated.

Nothing is kept anywhere but in the mappings themselves: they are read when a suggestion is made, so a correction counts
from the moment it is saved, and what is deleted is forgotten.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter

from orderdrop.mapping.model import Column, Scalar
from orderdrop.mapping.model import Mapping as FileMapping
from orderdrop.mapping.suggest.guide import Guide
from orderdrop.mapping.suggest.words import plain

_SAME_LAYOUT = 0.5  # of the headings: from here on a mapping is one of the same kind of file


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one mapping did with a heading: the meaning that it gave it, the places, or None where it passed it over.

    `close`: the mapping is one of the same kind of file, and for the same destination.
    """

    mapping: str
    meanings: tuple[str, ...] = ()
    column: Column | None = None
    close: bool = False
    same_destination: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All lessons by plain heading, those of the most alike mapping first; constants of this destination by place."""

    lessons: Mapping[str, tuple[Lesson, ...]] = field(default_factory=dict)
    constants: Mapping[str, tuple[Scalar, str]] = field(default_factory=dict)

    def of(self, heading: str) -> tuple[Lesson, ...]:
        """What mappings did with this heading."""
        return self.lessons.get(plain(heading), ())

    def translations(self) -> Iterator[tuple[str, str, Scalar, str]]:
        """Place, text, value and mapping of every translation that was made for this destination."""
        seen: set[int] = set()
        for lessons in self.lessons.values():
            for lesson in lessons:
                column = lesson.column
                if column is None or not lesson.same_destination or id(column) in seen:
                    continue
                seen.add(id(column))
                for place in column.to:
                    for text, value in (column.values or {}).items():
                        yield place, text, value, lesson.mapping


def learn(mappings: Sequence[tuple[FileMapping, Guide]], headings: Sequence[str], destination: str) -> Memory:
    """Read the lessons out of earlier mappings, each with the guide of its destination."""
    found: dict[str, list[tuple[float, Lesson]]] = {}
    here = {plain(heading) for heading in headings}
    for mapping, guide in mappings:
        there = {plain(heading) for heading in mapping.columns}
        alike = len(here & there) / max(1, min(len(here), len(there)))
        same = mapping.destination == destination
        for heading, lesson in _lessons(mapping, guide, close=same and alike >= _SAME_LAYOUT, same=same):
            found.setdefault(plain(heading), []).append((alike + same, lesson))
    return Memory(
        lessons={
            heading: tuple(lesson for _, lesson in sorted(taught, key=lambda one: -one[0]))
            for heading, taught in found.items()
        },
        constants={
            place: (value, mapping.mapping)
            for mapping, _ in mappings
            if mapping.destination == destination
            for place, value in mapping.constants.items()
        },
    )


def _lessons(mapping: FileMapping, guide: Guide, *, close: bool, same: bool) -> Iterator[tuple[str, Lesson]]:
    in_templates = {
        name for text in mapping.derived.values() for _, name, _, _ in Formatter().parse(text) if name
    }
    for heading, column in mapping.columns.items():
        if isinstance(column, Column):
            said = tuple(dict.fromkeys(filter(None, map(guide.meaning_of, column.to))))
            lesson = Lesson(
                mapping=mapping.mapping, meanings=said, column=column, close=close, same_destination=same
            )
            for name in (heading, *column.aliases):
                yield name, lesson
        elif heading not in in_templates:
            yield heading, Lesson(mapping=mapping.mapping, close=close, same_destination=same)
