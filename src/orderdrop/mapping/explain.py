"""A mapping in words: what each line does, and what will hurt."""

from collections.abc import Iterator
from difflib import get_close_matches
from string import Formatter

from orderdrop.core.shape import Shape
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.model import (
    Column,
    ColumnType,
    Commands,
    FileOptions,
    Mapping,
    OnBadRow,
    OnDuplicateRow,
)

_WHAT = {
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "a whole number",
    ColumnType.DECIMAL: "a number",
    ColumnType.BOOLEAN: "yes or no",
    ColumnType.DATE: "a date",
    ColumnType.DATETIME: "a date and time",
    ColumnType.EMAIL: "an email address",
    ColumnType.PHONE: "a phone number",
    ColumnType.COUNTRY: "a country",
    ColumnType.URL: "a web address",
    ColumnType.LANGUAGE: "a language",
    ColumnType.CURRENCY: "a currency",
}


def explain(loaded: LoadedMapping) -> Iterator[str]:
    """Yield the sentences; warnings come last and begin with `warning:`."""
    mapping = loaded.mapping
    about = f" {mapping.description.rstrip('.')}." if mapping.description else ""
    yield f"`{mapping.mapping}` makes orders for {mapping.destination}.{about}"
    yield _file(mapping.file)
    for heading, column in mapping.columns.items():
        if isinstance(column, Column):
            yield f"`{heading}` {_column(column)}"
        else:
            yield f"`{heading}` is passed over."
    for place, value in mapping.constants.items():
        yield f"`{place}` is always {value!r}."
    for place, template in mapping.derived.items():
        yield f"`{place}` is put together as `{template}`."
    if mapping.commands is not None:
        yield _commands(mapping.commands)
    yield _policy(mapping)
    for warning in _warnings(mapping, loaded.shape):
        yield f"warning: {warning}"


def _file(options: FileOptions) -> str:
    told = [
        f"{name} {value!r}"
        for name, value in (
            ("format", options.format), ("encoding", options.encoding), ("delimiter", options.delimiter), ("quote", options.quote),
            ("decimal mark", options.decimal), ("header row", options.header_row), ("sheet", options.sheet),
        )
        if value is not None
    ]  # fmt: skip
    sentence = (
        f"The file has {', '.join(told)}; the rest is detected."
        if told
        else "How the file is written is detected."
    )
    if not options.header:
        sentence += " It has no headings: columns go by position."
    for column, texts in options.skip_rows_where.items():
        sentence += f" Rows whose `{column}` is {' or '.join(map(repr, texts))} are ignored."
    return sentence


def _column(column: Column) -> str:
    parts = [f"is {_WHAT[column.type]} and goes to {' and '.join(f'`{place}`' for place in column.to)}"]
    if column.format:
        parts.append(f"written as {' or '.join(column.format)}")
    if column.timezone:
        parts.append(f"in the time of {column.timezone}")
    if column.region:
        parts.append(f"a national number is one of {column.region}")
    if column.required:
        parts.append("must be filled")
    if column.default is not None:
        parts.append(f"is {column.default!r} where blank")
    if column.values:
        parts.append(
            "is translated: " + ", ".join(f"{text!r} to {value!r}" for text, value in column.values.items())
        )
    if column.one_of is not None:
        parts.append(f"must be one of {', '.join(map(repr, column.one_of))}")
    if column.pattern:
        parts.append(f"must match {column.pattern}")
    if column.minimum is not None:
        parts.append(f"is at least {column.minimum:g}")
    if column.maximum is not None:
        parts.append(f"is at most {column.maximum:g}")
    if column.max_length is not None:
        parts.append(f"has at most {column.max_length} characters")
    if column.position is not None:
        parts.append(f"stands at position {column.position}")
    if column.aliases:
        parts.append(f"may also be headed {' or '.join(f'`{alias}`' for alias in column.aliases)}")
    return ", ".join(parts) + "."


def _commands(commands: Commands) -> str:
    told = ", ".join(
        f"{text!r} {command.value}s it" if text.strip() else f"a blank cell {command.value}s it"
        for text, command in commands.values.items()
    )
    unknown = "is a problem" if commands.unknown_orders == "refuse" else "is sent all the same"
    return (
        f"`{commands.column}` says what becomes of an order: {told}. An update or a cancel of an order that was never sent from "
        f"here {unknown}."
    )


def _policy(mapping: Mapping) -> str:
    bad = (
        "When a row is bad, the other rows of its order are held."
        if mapping.on_bad_row is OnBadRow.HOLD_ORDER
        else "When a row is bad, the other rows of its order are sent without it."
    )
    twice = (
        " A row that repeats another exactly is rejected."
        if mapping.on_duplicate_row is OnDuplicateRow.REJECT
        else " A row that repeats another exactly is ignored."
    )
    hold = mapping.hold_batch_when
    return bad + twice + (f" With more than {hold.bad_rows_over} bad rows nothing is sent." if hold else "")


def _warnings(mapping: Mapping, shape: Shape) -> Iterator[str]:
    filled = {place for column in mapping.mapped().values() for place in column.to} | {
        *mapping.constants,
        *mapping.derived,
    }
    used = {node for place in filled for node in shape.lists_over(place)}
    for leaf in shape.leaves.values():
        over = shape.lists_over(leaf.place)
        if leaf.required and leaf.place not in filled and all(node in used for node in over):
            yield f"{shape.destination} requires `{leaf.place}`, and nothing fills it."
    for heading, column in mapping.mapped().items():
        if column.type in (ColumnType.DATE, ColumnType.DATETIME) and not column.format:
            yield f"`{heading}` has no `format:`; only dates such as 2026-11-22 are taken."
        if column.type is ColumnType.DATETIME and not column.timezone:
            yield f"`{heading}` has no `timezone:`; times without an offset are read as UTC."
        if shape.key in column.to and not column.required:
            yield f"`{heading}` names the order; say `required: true` so that readers see it."
    for place, template in mapping.derived.items():
        for _, name, _, _ in Formatter().parse(template):
            if name and name not in mapping.columns:
                close = get_close_matches(name, mapping.columns, n=1, cutoff=0.6)
                hint = f" Did you mean `{close[0]}`?" if close else ""
                yield f"`{place}` uses `{name}`, which is not among the columns.{hint}"
