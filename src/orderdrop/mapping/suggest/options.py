"""The options of a column on its way to a place: type, date format, decimal mark, translations, and what must be asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orderdrop.core.shape import Leaf, Wire
from orderdrop.mapping.model import Column
from orderdrop.mapping.suggest import dates
from orderdrop.mapping.suggest.fitting import Evidence, Reads
from orderdrop.mapping.suggest.guide import Guide
from orderdrop.mapping.suggest.suggestion import Asked
from orderdrop.mapping.suggest.surroundings import Surroundings
from orderdrop.mapping.suggest.words import plain

_NUMBERS = {Wire.INTEGER: "integer", Wire.NUMBER: "decimal", Wire.DECIMAL_TEXT: "decimal"}
_OF_WIRE = {
    Wire.BOOLEAN: "boolean", Wire.COUNTRY_ALPHA2: "country", Wire.COUNTRY_ALPHA3: "country", Wire.LANGUAGE: "language",
    Wire.CURRENCY: "currency",
}  # fmt: skip
_DATES = (Wire.ISO_DATE, Wire.ISO_DATETIME, Wire.UNIX_SECONDS)
_OF_VALUES = {"email": "email", "phone": "phone", "url": "url"}
_READABLE = 0.5
_MOST_TRANSLATIONS = 40
_TRANSLATED = 0.85
_PERSONAL = ("email", "phone")  # not to be quoted in a mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What stands beside `to`; `notes` say what a person should know, `question` what she must decide, `asked` how.

    `usable` False: hardly a value could be read at that place, so nothing should go there.
    """

    keys: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    question: str | None = None
    asked: Asked | None = None
    usable: bool = True
    most: float = 1.0  # how sure a line with these options can be


def options(
    one: Evidence, leaf: Leaf, expected: str, guide: Guide, around: Surroundings, reads: Reads
) -> Options:
    """The options that let the checks read a column's values for a place."""
    if leaf.wire in _DATES:
        found = _dates(one, around, leaf)
    elif leaf.wire in _NUMBERS:
        found = _numbers(one, leaf, around)
    elif leaf.wire in _OF_WIRE:
        found = Options(keys={"type": _OF_WIRE[leaf.wire]})
    elif leaf.one_of or leaf.place in guide.codes:
        return _translated(one, leaf, guide, around)
    elif expected in _OF_VALUES:
        found = _contact(one, _OF_VALUES[expected], around)
    else:
        return Options()
    return _held_against_the_checks(found, one, leaf, reads, around)


def _held_against_the_checks(
    found: Options, one: Evidence, leaf: Leaf, reads: Reads, around: Surroundings
) -> Options:
    """Try the options on the values that were seen."""
    values = one.profile.values
    if not values or found.question:
        return found
    keys = dict(found.keys)
    if around.mark and leaf.wire in _NUMBERS:
        keys.setdefault("decimal", around.mark)
    read = reads(Column.model_validate({"to": leaf.place, **keys}), leaf.wire, values)
    share = sum(read) / len(read)
    if share == 1.0:
        return found
    unread = next(value for value, good in zip(values, read, strict=True) if not good)
    shown = "" if str(keys.get("type")) in _PERSONAL else f", such as `{unread}`"
    if share < _READABLE:
        return Options(usable=False, question=f"the values cannot be read as {_said(found.keys)}{shown}")
    told = f"{len(read) - sum(read)} of {len(read)} values cannot be read{shown}"
    return Options(keys=found.keys, notes=(*found.notes, told))


def _said(keys: Mapping[str, Any]) -> str:
    kind = str(keys.get("type", "text"))
    return {"integer": "a whole number", "decimal": "a number", "boolean": "yes or no"}.get(kind, f"a {kind}")


def _dates(one: Evidence, around: Surroundings, leaf: Leaf) -> Options:
    found = one.dates
    if found is None:
        kind = "date" if leaf.wire is Wire.ISO_DATE else "datetime"
        return Options(keys={"type": kind})
    kind = "datetime" if found.has_time and leaf.wire is not Wire.ISO_DATE else "date"
    keys: dict[str, Any] = {"type": kind}
    notes: list[str] = []
    layouts = found.layouts
    if found.swapped:
        if around.day_first is None:
            asked = Asked(place=leaf.place, readings=tuple(_readings(found)))
            return Options(keys=keys, question=_both_readings(found), asked=asked)
        day_first = layouts[0].index("%d") < layouts[0].index("%m")
        layouts = layouts if day_first == around.day_first else found.swapped
        first = "day" if around.day_first else "month"
        notes.append(f"the {first} first, as {around.proved_by} proves")
    elif found.proof:
        first = "day" if layouts[0].index("%d") < layouts[0].index("%m") else "month"
        notes.append(f"{found.proof} proves the {first} first")
    if not found.iso:
        keys["format"] = layouts[0] if len(layouts) == 1 else list(layouts)
    if kind == "datetime" and not found.has_zone:
        notes.append("read as UTC, add timezone: if it is another")
    return Options(keys=keys, notes=tuple(notes))


def _both_readings(found: dates.Dates) -> str:
    one, other = found.layouts[0], found.swapped[0]
    return (
        f'is {found.example} the {dates.in_words(found.example, one)} (format: "{one}") '
        f'or the {dates.in_words(found.example, other)} (format: "{other}")?'
    )


def _readings(found: dates.Dates) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for layouts in (found.layouts, found.swapped):
        says = f"{found.example} is the {dates.in_words(found.example, layouts[0])}"
        yield says, {"format": layouts[0] if len(layouts) == 1 else list(layouts)}


def _numbers(one: Evidence, leaf: Leaf, around: Surroundings) -> Options:
    keys: dict[str, Any] = {"type": _NUMBERS[leaf.wire]}
    found = one.numbers
    if found.units:
        keys["unit"] = found.units[0] if len(found.units) == 1 else list(found.units)
    mark = found.mark
    if mark and around.mark != mark and (mark == "," or around.mark is not None):
        keys["decimal"] = mark
    if found.both_ways and not mark and around.mark is None and leaf.wire is not Wire.INTEGER:
        return Options(
            keys=keys,
            question=f'is {found.both_ways} with thousands or with decimals? Add decimal: "." or ","',
            asked=Asked(
                place=leaf.place,
                readings=tuple((_read_with(mark, found.both_ways), {"decimal": mark}) for mark in (".", ",")),
            ),
        )
    return Options(keys=keys)


def _read_with(mark: str, text: str) -> str:
    """What a number is with this mark before its fraction, as nobody can misread it."""
    whole, found, _ = re.sub(r"[^\d.,]", "", text).replace("," if mark == "." else ".", "").partition(mark)
    return f"{text} is between {whole} and {int(whole or 0) + 1}" if found else f"{text} is {whole}"


def _contact(one: Evidence, kind: str, around: Surroundings) -> Options:
    if kind != "phone":
        return Options(keys={"type": kind})
    national = [value for value in one.profile.values if not value.startswith(("+", "00"))]
    if national and around.country:
        return Options(keys={"type": kind, "region": around.country})
    note = ("numbers without + stay as they are, add region: if they are of one country",) if national else ()
    return Options(keys={"type": kind}, notes=note)


def _translated(one: Evidence, leaf: Leaf, guide: Guide, around: Surroundings) -> Options:
    """Texts to the codes of the destination: all of them, or a question."""
    codes = {plain(text): value for text, value in guide.codes.get(leaf.place, {}).items()}
    codes |= {plain(value): value for value in leaf.one_of}
    values = one.profile.values
    if not values or one.profile.distinct > _MOST_TRANSLATIONS:
        return Options(usable=not leaf.one_of)
    learned = {
        value: around.translations[plain(value)] for value in values if plain(value) in around.translations
    }
    table = {value: learned[value][0] if value in learned else codes.get(plain(value)) for value in values}
    unknown = [value for value, code in table.items() if code is None]
    if unknown:
        shown = _some(unknown)
        known_values = leaf.one_of or tuple(dict.fromkeys(codes.values()))
        known = _some(known_values)
        verb = "is" if len(unknown) == 1 else "are"
        question = f"what {verb} {shown} called there (known are {known})? Add values"
        asked = Asked(place=leaf.place, texts=table, known=tuple(map(str, known_values)))
        return Options(usable=not leaf.one_of, question=question, asked=asked)
    if all(value == code for value, code in table.items()):
        return Options()
    source = next((mapping for _, mapping in learned.values()), None)
    note = f"translated as in {source}" if source else "look at the translation"
    return Options(keys={"values": table}, notes=(note,), most=1.0 if source else _TRANSLATED)


def _some(values: Sequence[Any], most: int = 5) -> str:
    shown = ", ".join(str(value) for value in values[:most])
    return f"{shown} and {len(values) - most} more" if len(values) > most else shown
