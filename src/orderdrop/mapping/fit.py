"""Whether a mapping fits its destination: every `to` is a place, types suit it, keys are filled."""

from collections.abc import Iterator
from string import Formatter

from orderdrop.core.shape import Leaf, Shape, Wire
from orderdrop.errors import Fault
from orderdrop.mapping.model import ColumnType, Mapping
from orderdrop.mapping.yaml_lines import Document

_SUITS: dict[ColumnType, frozenset[Wire]] = {
    ColumnType.INTEGER: frozenset({Wire.INTEGER, Wire.NUMBER, Wire.DECIMAL_TEXT, Wire.TEXT}),
    ColumnType.DECIMAL: frozenset({Wire.NUMBER, Wire.DECIMAL_TEXT, Wire.TEXT}),
    ColumnType.BOOLEAN: frozenset({Wire.BOOLEAN, Wire.TEXT}),
    ColumnType.DATE: frozenset({Wire.ISO_DATE, Wire.ISO_DATETIME, Wire.UNIX_SECONDS, Wire.TEXT}),
    ColumnType.DATETIME: frozenset({Wire.ISO_DATE, Wire.ISO_DATETIME, Wire.UNIX_SECONDS, Wire.TEXT}),
    ColumnType.EMAIL: frozenset({Wire.TEXT}),
    ColumnType.PHONE: frozenset({Wire.TEXT}),
    ColumnType.URL: frozenset({Wire.TEXT}),
    ColumnType.COUNTRY: frozenset({Wire.COUNTRY_ALPHA2, Wire.COUNTRY_ALPHA3, Wire.TEXT}),
    ColumnType.LANGUAGE: frozenset({Wire.LANGUAGE, Wire.TEXT}),
    ColumnType.CURRENCY: frozenset({Wire.CURRENCY, Wire.TEXT}),
}
"""Which leaves take which column type; text may go anywhere and is converted to what the leaf wants."""


def misfits(mapping: Mapping, shape: Shape, document: Document) -> Iterator[Fault]:
    """Everything in a well-formed mapping that its destination cannot take."""
    filled: dict[str, str] = {}
    for heading, column in mapping.mapped().items():
        for place in column.to:
            leaf = shape.leaf(place)
            if leaf is None:
                continue  # told by `unknown_places`, which also speaks when the rest of the file is not well-formed
            if place in filled:
                yield document.fault(
                    ("columns", heading, "to"),
                    f"`{place}` is filled twice, by {filled[place]} and by column `{heading}`",
                )
            filled[place] = f"column `{heading}`"
            if column.type is not ColumnType.TEXT and leaf.wire not in _SUITS[column.type]:
                yield document.fault(
                    ("columns", heading, "type"),
                    f"`{place}` takes {_wanted(leaf)}; a column of type {column.type} does not fit there",
                )
    for section in ("constants", "derived"):
        for place in getattr(mapping, section):
            if place in filled:
                yield document.fault(
                    (section, place), f"`{place}` is filled twice, by {filled[place]} and here"
                )
            filled[place] = f"`{section}`"
    yield from _templates(mapping, document)
    yield from _keys(shape, document, filled)


def unknown_places(document: Document, shape: Shape) -> Iterator[Fault]:
    """Every `to`, constant and derived place that the destination does not have; needs no well-formed mapping."""
    columns = document.data.get("columns")
    for heading, column in columns.items() if isinstance(columns, dict) else ():
        to = column.get("to") if isinstance(column, dict) else None
        for place in [to] if isinstance(to, str) else to if isinstance(to, list) else []:
            if isinstance(place, str) and shape.leaf(place) is None:
                yield document.fault(("columns", heading, "to"), _unknown(place, shape))
    for section in ("constants", "derived"):
        places = document.data.get(section)
        for place in places if isinstance(places, dict) else ():
            if shape.leaf(place) is None:
                yield document.fault((section, place), _unknown(place, shape))


def _unknown(place: str, shape: Shape) -> str:
    below = sorted(leaf.removeprefix(f"{place}.") for leaf in shape.leaves if leaf.startswith(f"{place}."))
    if below:
        return f"`{place}` is a node of {shape.destination}, not a value; name a place in it, such as `{place}.{below[0]}`"
    close = shape.nearest(place)
    return f"{shape.destination} has no place `{place}`" + (f"; did you mean `{close}`?" if close else "")


def _wanted(leaf: Leaf) -> str:
    words = {
        Wire.TEXT: "text", Wire.INTEGER: "a whole number", Wire.NUMBER: "a number", Wire.DECIMAL_TEXT: "an amount",
        Wire.BOOLEAN: "true or false", Wire.UNIX_SECONDS: "a date and time", Wire.ISO_DATETIME: "a date and time",
        Wire.ISO_DATE: "a date", Wire.COUNTRY_ALPHA2: "a country", Wire.COUNTRY_ALPHA3: "a country",
        Wire.LANGUAGE: "a language", Wire.CURRENCY: "a currency",
    }  # fmt: skip
    return words[leaf.wire]


def _templates(mapping: Mapping, document: Document) -> Iterator[Fault]:
    for place, template in mapping.derived.items():
        try:
            names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
        except ValueError as error:
            yield document.fault(("derived", place), f"`{template}` is not a template: {error}")
            continue
        if not names:
            yield document.fault(
                ("derived", place), f"`{template}` names no column; use `constants:` for fixed values"
            )
        if "" in names:
            yield document.fault(("derived", place), f"`{template}` has empty braces; name a column in them")


def _keys(shape: Shape, document: Document, filled: dict[str, str]) -> Iterator[Fault]:
    if shape.key not in filled:
        yield document.fault(
            ("columns",),
            f"no column goes to `{shape.key}`, which names the order; add `to: {shape.key}` to one",
        )
    used = {node for place in filled for node in shape.lists_over(place)}
    for node in sorted(used):
        key = shape.lists[node].key
        if key is not None and f"{node}.{key}" not in filled:
            yield document.fault(
                ("columns",), f"`{node}` is filled but its key is not; add a column with `to: {node}.{key}`"
            )
