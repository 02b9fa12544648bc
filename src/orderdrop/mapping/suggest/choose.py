"""What a person decides about a suggestion, line by line: another place, ignore, required, a type, one of two readings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from orderdrop.mapping.model import Column, Scalar
from orderdrop.mapping.suggest.guide import Guide
from orderdrop.mapping.suggest.suggestion import Line, Suggestion

_TYPED = ("format", "timezone", "decimal", "unit", "region", "minimum", "maximum", "default", "values")
"""Keys that belong to some types only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person says of one column. No places: it is passed over.

    `reading` is the number of the reading that answers the line's question, `values` the value of each text that it asks
    for, `agreed` that a question without either is answered by leaving the line as it is.
    """

    places: tuple[str, ...]
    required: bool = False
    type: str = "text"
    format: tuple[str, ...] = ()
    reading: int | None = None
    values: Mapping[str, Scalar] = field(default_factory=dict)
    agreed: bool = False


def choice_of(line: Line) -> Choice:
    """What leaves a line as it is."""
    return Choice(
        places=line.places,
        required=bool(line.keys.get("required", False)),
        type=str(line.keys.get("type", "text")),
        format=_listed(line.keys.get("format", ())),
    )


def chosen(suggestion: Suggestion, choices: Mapping[str, Choice], guide: Guide) -> Suggestion:
    """The suggestion as a person has it; `choices` by heading, what is left out stays as it is."""
    lines = tuple(_chosen(line, choices.get(line.heading), guide) for line in suggestion.lines)
    filled = {place for line in lines for place in line.places}
    return replace(
        suggestion,
        lines=lines,
        derived={place: told for place, told in suggestion.derived.items() if place not in filled},
        hints={place: hint for place, hint in suggestion.hints.items() if place not in filled},
    )


def could_go_to(suggestion: Suggestion, line: Line, guide: Guide) -> tuple[str, ...]:
    """The places that are free and that a line without one could fill, were it not for what the destination needs beside it."""
    filled = {place for one in suggestion.lines for place in one.places}
    fitting = guide.places_of(line.meaning) if line.meaning is not None and not line.is_used else ()
    return tuple(place for place in fitting if place not in filled)


def _chosen(line: Line, choice: Choice | None, guide: Guide) -> Line:
    choice = _with_what_was_asked(line, choice) if choice is not None else None
    if choice is None or choice == choice_of(line):
        return line
    if not choice.places:
        return _left_out(line)
    settled = choice.places != line.places or _settles(line, choice)
    meaning = line.meaning if choice.places == line.places else guide.meaning_of(choice.places[0])
    return replace(
        line,
        places=choice.places,
        keys=_keys(line, choice),
        sure=100,
        meaning=meaning,
        why="as you chose",
        notes=(),
        question=None if settled else line.question,
        asked=None if settled else line.asked,
    )


def _with_what_was_asked(line: Line, choice: Choice) -> Choice:
    """A choice without the values that were known before; with all of them, the column goes where they were asked for."""
    asked = line.asked
    if asked is None:
        return choice
    unknown = {text for text, value in asked.texts.items() if value is None}
    if not unknown & choice.values.keys():
        return replace(choice, values={})
    complete = asked.texts.keys() <= choice.values.keys()
    return replace(choice, places=choice.places or ((asked.place,) if complete else ()))


def _left_out(line: Line) -> Line:
    said = "passed over, as you chose"
    return Line(
        heading=line.heading, sure=100, says=said, why=said, used_in=line.used_in, samples=line.samples
    )


def _settles(line: Line, choice: Choice) -> bool:
    if line.asked is None:
        return choice.agreed or line.question is None
    return choice.reading is not None or bool(
        line.asked.texts and line.asked.texts.keys() <= choice.values.keys()
    )


def _keys(line: Line, choice: Choice) -> dict[str, Any]:
    """The options of a column, with what was chosen laid over what was suggested."""
    kept = {key: value for key, value in line.keys.items() if key not in ("required", "type", "format")}
    if choice.type != choice_of(line).type:
        kept = {key: value for key, value in kept.items() if key not in _TYPED}
    keys: dict[str, Any] = {"required": True} if choice.required else {}
    keys |= {"type": choice.type} if choice.type != "text" else {}
    keys |= (
        {"format": choice.format[0] if len(choice.format) == 1 else list(choice.format)}
        if choice.format
        else {}
    )
    keys |= kept
    if line.asked is not None and choice.reading is not None and choice.places == line.places:
        keys |= line.asked.readings[choice.reading][1]
    if choice.values:
        keys["values"] = dict(choice.values)
    return _fitting(keys)


def _fitting(keys: dict[str, Any]) -> dict[str, Any]:
    """Without the options that do not belong to the type: they would make the whole mapping unusable."""
    for key in ("format", "timezone", "unit", "region", "minimum", "maximum"):
        try:
            Column.model_validate({"to": "x", **keys})
        except ValidationError:
            keys = {name: value for name, value in keys.items() if name != key}
    return keys


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value))
