"""What a destination's places are for: which meanings fill each of them, and what no file tells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """What a suggestion knows of a destination.

    `fills`: place to the meanings that can fill it, the best first. An entry with braces is a template of meanings
    ("{ship.street}, {ship.city}"); an entry "!ship.name" ends the list where the file has that meaning. `needs`: places
    that the API wants and files rarely hold, each with what to write there. `blanks`: what a blank cell means.
    `codes`: place to the texts that are known there and the value of each, in small letters. `instead`: a needed place to
    those that make it unnecessary. `whole`: a node to the names that the API takes only all together.
    """

    fills: Mapping[str, tuple[str, ...]]
    needs: Mapping[str, str] = field(default_factory=dict)
    blanks: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def meaning_of(self, place: str) -> str | None:
        """The meaning that a place is for."""
        return next((entry for entry in self.fills.get(place, ()) if entry[0] not in "{!"), None)

    def places_of(self, meaning: str) -> tuple[str, ...]:
        """The places that a meaning could fill by itself."""
        return tuple(place for place, entries in self.fills.items() if meaning in entries)


def named(entry: str) -> Iterator[str]:
    """The meanings that an entry of `fills` names."""
    if entry.startswith("!"):
        return
    if "{" in entry:
        yield from (name for _, name, _, _ in Formatter().parse(entry) if name)
    else:
        yield entry
