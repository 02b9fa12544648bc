"""A suggestion as values: a line for each column, what is put together, what is missing, and what must be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orderdrop.mapping.model import Scalar

HIGH = 90
"""From here on a line is meant to be right without a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What answers a question: one of some readings, each in words with the keys that settle it, or a value for each text.

    `place` is where the column goes once that is known. `texts` are those of the file, None where nobody knows the value;
    `known` are values that the destination takes there.
    """

    place: str
    readings: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    texts: Mapping[str, Scalar | None] = field(default_factory=dict)
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is suggested for one column.

    `places` it goes to; `used_in` are derived places that a template puts together from it. `sure` is a percentage,
    None where nothing is suggested. `says` is its meaning in words, also where the destination has no place for it.
    `asked` is what would answer the question, where that is known; `samples` are its first values.
    """

    heading: str
    places: tuple[str, ...] = ()
    used_in: tuple[str, ...] = ()
    keys: Mapping[str, Any] = field(default_factory=dict)
    sure: int | None = None
    meaning: str | None = None
    says: str | None = None
    why: str = ""
    notes: tuple[str, ...] = ()
    question: str | None = None
    asked: Asked | None = None
    samples: tuple[str, ...] = ()

    @property
    def is_used(self) -> bool:
        """Whether its cells go anywhere."""
        return bool(self.places or self.used_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A whole mapping, suggested. `hints` are places that the destination wants and no column fills, each with a sentence."""

    name: str
    destination: str
    source: str
    lines: tuple[Line, ...]
    file_keys: Mapping[str, Any] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    looked_at: str = ""

    @property
    def used(self) -> tuple[Line, ...]:
        """The lines whose columns go somewhere."""
        return tuple(line for line in self.lines if line.is_used)

    @property
    def questions(self) -> tuple[tuple[str, str], ...]:
        """Heading and question of everything that a person must decide."""
        return tuple((line.heading, line.question) for line in self.lines if line.question)

    def as_json(self, text: str) -> dict[str, Any]:
        """For programs; `text` is the mapping as written."""
        return {
            "mapping": self.name,
            "destination": self.destination,
            "file": self.source,
            "looked_at": self.looked_at,
            "columns": [
                {
                    "heading": line.heading, "to": list(line.places), "used_in": list(line.used_in), "meaning": line.meaning,
                    "sure": line.sure, "why": line.why, "notes": list(line.notes), "question": line.question,
                    "options": dict(line.keys),
                }
                for line in self.lines
            ],
            "derived": dict(self.derived),
            "missing": [{"place": place, "hint": hint} for place, hint in self.hints.items()],
            "yaml": text,
        }  # fmt: skip
