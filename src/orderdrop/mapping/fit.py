"""Whether a mapping fits its destination: every `to` is a place, types suit it, keys are filled."""

from collections.abc import Iterator
from string import Formatter
from typing import Any

from orderdrop.core.shape import Leaf, Shape, Wire
from orderdrop.errors import Fault
from orderdrop.mapping.abilities import blanks, commands
from orderdrop.mapping.model import Column, ColumnType, Mapping, Scalar
from orderdrop.mapping.say import nearest
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
    for name, table in mapping.tables():
        at = ("join", name) if name else ()
        by_columns = dict[str, str]()
        yield from _columns(table, shape, document, at, by_columns)
        yield from _headings(table, document, at)
        if name and shape.key not in by_columns:
            yield document.fault(
                (*at, "columns"),
                f"no column of `{name}` goes to `{shape.key}`, so its rows belong to no order; add `to: {shape.key}` to one",
            )
        filled |= by_columns
    for section in ("constants", "derived"):
        for place in getattr(mapping, section):
            leaf = leaf_of(shape, place)
            if place in filled and not (leaf is not None and leaf.many):
                yield document.fault((section, place), _twice(place, filled[place], f"`{section}`"))
            filled[place] = f"`{section}`"
    yield from _constants(mapping, shape, document)
    yield from _templates(mapping, document)
    yield from _updated_at(mapping, shape, document)
    yield from commands(mapping, shape, document)
    yield from blanks(mapping, shape, document)
    yield from _keys(shape, document, filled)


def _columns(
    table: Mapping, shape: Shape, document: Document, at: tuple[str, ...], filled: dict[str, str]
) -> Iterator[Fault]:
    """What is wrong with the columns of one table; notes in `filled` which column fills which place."""
    for heading, column in table.mapped().items():
        for place in column.to:
            leaf = leaf_of(shape, place)
            if leaf is None:
                continue  # told by `unknown_places`, which also speaks when the rest of the file is not well-formed
            if place in filled and not leaf.many:
                yield document.fault(
                    (*at, "columns", heading, "to"), _twice(place, filled[place], f"column `{heading}`")
                )
            filled[place] = f"column `{heading}`"
            if column.type is not ColumnType.TEXT and leaf.wire not in _SUITS[column.type]:
                yield document.fault(
                    (*at, "columns", heading, "type"),
                    f"`{place}` takes {wanted(leaf)}; a column of type {column.type} does not fit there",
                )
            yield from _choices((*at, "columns", heading), column, leaf, document)


def leaf_of(shape: Shape, place: str) -> Leaf | None:
    """The leaf at a place as a mapping writes it; an open node takes one name below it."""
    return None if place.endswith(".") else shape.leaf(place)


def _twice(place: str, first: str, second: str) -> str:
    by = f"twice by {first}" if first == second else f"by {first} and by {second}"
    return (
        f"`{place}` is filled {by}; leave it to one of them"
        if first != second
        else f"`{place}` is filled {by}"
    )


def unknown_places(document: Document, shape: Shape) -> Iterator[Fault]:
    """Every `to`, constant and derived place that the destination does not have; needs no well-formed mapping."""
    joined = document.data.get("join")
    tables: dict[tuple[str, ...], Any] = {(): document.data}
    tables |= (
        {("join", str(name)): table for name, table in joined.items()} if isinstance(joined, dict) else {}
    )
    for at, table in tables.items():
        columns = table.get("columns") if isinstance(table, dict) else None
        for heading, column in columns.items() if isinstance(columns, dict) else ():
            to = column.get("to") if isinstance(column, dict) else None
            for place in to if isinstance(to, list) else [to]:
                if isinstance(place, str | int | float) and leaf_of(shape, str(place)) is None:
                    yield document.fault((*at, "columns", heading, "to"), _unknown(str(place), shape))
    for section in ("constants", "derived"):
        places = document.data.get(section)
        for place in places if isinstance(places, dict) else ():
            if leaf_of(shape, place) is None:
                yield document.fault((section, place), _unknown(place, shape))


def _unknown(place: str, shape: Shape) -> str:
    below = sorted(leaf.removeprefix(f"{place}.") for leaf in shape.leaves if leaf.startswith(f"{place}."))
    if below:
        return f"`{place}` is a node of {shape.destination}, not a value; name a place in it, such as `{place}.{below[0]}`"
    parent = place.rpartition(".")[0]
    if place in shape.open_nodes or (node := _open_node_over(place, shape)):
        node = place if place in shape.open_nodes else node
        return f"`{node}` takes one name below it, such as `{node}.gift`; `{place}` is not of that form"
    close = shape.nearest(place)
    if close:
        return f"{shape.destination} has no place `{place}`; did you mean `{close}`?"
    beside = sorted(
        {leaf.split(".")[parent.count(".") + bool(parent)] for leaf in shape.leaves if _below(leaf, parent)}
    )
    where = f"below `{parent}`" if parent and beside else "at the top"
    beside = beside or sorted({leaf.split(".")[0] for leaf in shape.leaves})
    return f"{shape.destination} has no place `{place}`; {where} there are {', '.join(beside)}"


def _below(leaf: str, parent: str) -> bool:
    return not parent or leaf.startswith(f"{parent}.")


def _open_node_over(place: str, shape: Shape) -> str:
    return next((node for node in sorted(shape.open_nodes) if place.startswith(f"{node}.")), "")


def wanted(leaf: Leaf) -> str:
    """What a leaf takes, in words."""
    words = {
        Wire.TEXT: "text", Wire.INTEGER: "a whole number", Wire.NUMBER: "a number", Wire.DECIMAL_TEXT: "an amount",
        Wire.BOOLEAN: "true or false", Wire.UNIX_SECONDS: "a date and time", Wire.ISO_DATETIME: "a date and time",
        Wire.ISO_DATE: "a date", Wire.COUNTRY_ALPHA2: "a country", Wire.COUNTRY_ALPHA3: "a country",
        Wire.LANGUAGE: "a language", Wire.CURRENCY: "a currency",
    }  # fmt: skip
    return words[leaf.wire]


def _choices(at: tuple[str, ...], column: Column, leaf: Leaf, document: Document) -> Iterator[Fault]:
    """Translations and defaults that the destination would refuse in every row."""
    written: list[tuple[tuple[str, ...], Scalar]] = [
        (("values", text), value) for text, value in (column.values or {}).items()
    ]
    if column.default is not None:
        written.append((("default",), column.default))
    for where, value in written:
        if leaf.one_of and str(value) not in leaf.one_of:
            yield document.fault((*at, *where), _not_one_of(leaf, str(value)))


def _constants(mapping: Mapping, shape: Shape, document: Document) -> Iterator[Fault]:
    for place, value in mapping.constants.items():
        leaf = leaf_of(shape, place)
        if leaf is not None and leaf.one_of and str(value) not in leaf.one_of:
            yield document.fault(("constants", place), _not_one_of(leaf, str(value)))


def _not_one_of(leaf: Leaf, value: str) -> str:
    return f"`{leaf.place}` does not take {value!r}{nearest(value, leaf.one_of)}"


def _headings(mapping: Mapping, document: Document, within: tuple[str, ...]) -> Iterator[Fault]:
    """Columns of the file that two entries claim, and positions that nothing asks for."""
    names = {heading: heading for heading in mapping.columns}
    positions: dict[int, str] = {}
    for heading, column in mapping.mapped().items():
        for alias in column.aliases:
            other = names.setdefault(alias, heading)
            if other != heading:
                message = f"`{alias}` is already the column `{other}`; an alias must not name another column"
                yield document.fault((*within, "columns", heading, "aliases"), message)
        if column.position is None:
            continue
        at = (*within, "columns", heading, "position")
        if mapping.file.header:
            yield document.fault(
                at, "`position` is for files without headings; add `file: {header: false}` or remove it"
            )
        other = positions.setdefault(column.position, heading)
        if other != heading:
            yield document.fault(at, f"position {column.position} is already the column `{other}`")


def _updated_at(mapping: Mapping, shape: Shape, document: Document) -> Iterator[Fault]:
    """The column of an order's last change must be a time, and one of the order itself, not of its items."""
    if mapping.updated_at is None:
        return
    columns = mapping.all_mapped()
    column = columns.get(mapping.updated_at)
    if column is None:
        message = f"`{mapping.updated_at}` is no column with a place{nearest(mapping.updated_at, columns)}"
    elif column.type not in (ColumnType.DATE, ColumnType.DATETIME):
        message = f"the column `{mapping.updated_at}` must be of type: datetime"
    elif shape.lists_over(column.to[0]):
        message = f"`{column.to[0]}` belongs to a part of the order; name a column of the order itself"
    else:
        return
    yield document.fault(("updated_at",), message)


def _templates(mapping: Mapping, document: Document) -> Iterator[Fault]:
    for place, template in mapping.derived.items():
        try:
            names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
        except ValueError as error:
            yield document.fault(
                ("derived", place), f"`{template}` is not a template: {error}; write {{Heading}}"
            )
            continue
        if not names:
            yield document.fault(
                ("derived", place), f"`{template}` names no column; use `constants:` for fixed values"
            )
        if "" in names:
            yield document.fault(("derived", place), f"`{template}` has empty braces; name a column in them")
        owners = {table: known for table, view in mapping.tables() if (known := {*names} & {*view.columns})}
        if len(owners) > 1 and not any(known >= {*names} for known in owners.values()):
            message = (
                f"`{template}` names columns of several tables; a template puts one row's cells together"
            )
            yield document.fault(("derived", place), message)


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
