"""A mapping in words: what each line does. What will hurt is said by `orderdrop.mapping.warn`."""

from collections.abc import Iterator
from dataclasses import dataclass

from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.model import (
    Column,
    ColumnEntry,
    ColumnType,
    Commands,
    FileOptions,
    Mapping,
    OnBadRow,
    OnDuplicateRow,
)
from orderdrop.mapping.yaml_lines import Document, Location

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What one line of a mapping does; `line` is None for what holds because nothing is written.

    `also` is where the rest of it stands, in a mapping that changes what it inherits.
    """

    text: str
    file: str
    line: int | None
    also: tuple[tuple[str, int], ...] = ()


def explain(loaded: LoadedMapping) -> list[Sentence]:
    """A sentence for each line, in the order of the mapping's keys."""
    document = loaded.document
    return [
        Sentence(
            text=text,
            file=document.file_of(at),
            line=document.line(at) if at else None,
            also=tuple(_elsewhere(document, at)) if at and at[:1] != ("mapping",) else (),
        )
        for at, text in _sentences(loaded)
    ]


def _elsewhere(document: Document, at: Location) -> Iterator[tuple[str, int]]:
    """The first line of every other file that says something below a location."""
    told = {document.file_of(at)}
    below = ((one, line) for one, line in document.lines.items() if one[: len(at)] == at)
    for one, line in sorted(below, key=lambda entry: entry[1]):
        if document.file_of(one) not in told:
            told.add(document.file_of(one))
            yield document.file_of(one), line


def _sentences(loaded: LoadedMapping) -> Iterator[tuple[Location, str]]:
    mapping = loaded.mapping
    about = f" {mapping.description.rstrip('.')}." if mapping.description else ""
    yield ("mapping",), f"`{mapping.mapping}` makes orders for {mapping.destination}.{about}"
    yield _written(loaded, ("file",)), _file(mapping.file)
    yield from _columns((), mapping.columns)
    for name, table in mapping.join.items():
        where = f"in the file {table.files}" if table.files else f"on the sheet {table.file.sheet}"
        needed = "Every order must have a row there." if table.needed else "An order may have no row there."
        yield ("join", name), f"Further rows of the same orders stand {where}: table `{name}`. {needed}"
        if table.file != FileOptions():
            yield ("join", name, "file"), f"Of table `{name}`: {_file(table.file)}"
        yield from _columns(("join", name), table.columns)
    for place, value in mapping.constants.items():
        yield ("constants", place), f"`{place}` is always {value!r}."
    for place, template in mapping.derived.items():
        yield ("derived", place), f"`{place}` is put together as `{template}`."
    if mapping.commands is not None:
        yield ("commands",), _commands(mapping.commands)
    if mapping.blank == "erase":
        yield ("blank",), "A blank cell erases what the destination holds, wherever that can forget."
    if mapping.updated_at is not None:
        yield (
            ("updated_at",),
            f"`{mapping.updated_at}` says how old an order is: what is older than what was accepted is not sent.",
        )
    for key, text in _policies(mapping):
        yield _written(loaded, (key,)), text


def _written(loaded: LoadedMapping, at: Location) -> Location:
    return at if at in loaded.document.lines else ()


def _columns(within: Location, columns: dict[str, ColumnEntry]) -> Iterator[tuple[Location, str]]:
    for heading, column in columns.items():
        said = _column(column) if isinstance(column, Column) else "is passed over."
        yield (*within, "columns", heading), f"`{heading}` {said}"


def _file(options: FileOptions) -> str:
    names = {"decimal": "decimal mark"}
    said = options.model_dump(mode="json", exclude_defaults=True)
    told = [
        f"{names.get(name, name.replace('_', ' '))} {value!r}"
        for name, value in said.items()
        if name not in ("header", "skip_rows_where", "sheet", "trailer", "hidden", "merged")
    ]
    told += [f"sheet {options.sheet!s}"] if options.sheet is not None else []
    sentence = (
        f"The file has {', '.join(told)}; the rest is detected."
        if told
        else "How the file is written is detected."
    )
    if not options.header:
        sentence += " It has no headings: columns go by position."
    if options.hidden == "ignore":
        sentence += " Hidden rows and columns are left out."
    if options.merged == "fill":
        sentence += " Cells merged over several rows are filled down."
    if options.trailer is not None:
        where = " and ".join(
            f"`{name}` is {' or '.join(map(repr, texts))}" for name, texts in options.trailer.where.items()
        )
        sentence += f" The row in which {where} says in `{options.trailer.rows}` how many rows there are."
    for column, texts in options.skip_rows_where.items():
        sentence += f" Rows whose `{column}` is {' or '.join(map(repr, texts))} are ignored."
    return sentence


def _column(column: Column) -> str:
    parts = [f"is {_WHAT[column.type]} and goes to {' and '.join(f'`{place}`' for place in column.to)}"]
    if column.format:
        parts.append(f"written as {' or '.join(column.format)}")
    if column.timezone:
        parts.append(f"in the time of {column.timezone}")
    if column.decimal:
        parts.append(f"with {column.decimal!r} before the fraction")
    if column.unit:
        parts.append(f"may carry {' or '.join(map(repr, column.unit))}")
    if column.region:
        parts.append(f"a national number is one of {column.region}")
    if column.required:
        parts.append("must be filled")
    if column.default is not None:
        parts.append(f"is {column.default!r} where blank")
    if column.blank is not None:
        what = "erases" if column.blank == "erase" else "leaves alone"
        parts.append(f"{what} what the destination holds where blank")
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


def _policies(mapping: Mapping) -> Iterator[tuple[str, str]]:
    yield (
        "on_bad_row",
        "When a row is bad, the other rows of its order are held."
        if mapping.on_bad_row is OnBadRow.HOLD_ORDER
        else "When a row is bad, the other rows of its order are sent without it.",
    )
    yield (
        "on_duplicate_row",
        "A row that repeats another exactly is rejected."
        if mapping.on_duplicate_row is OnDuplicateRow.REJECT
        else "A row that repeats another exactly is ignored.",
    )
    hold = mapping.hold_batch_when
    if hold is not None and hold.bad_rows_over is not None:
        yield "hold_batch_when", f"With more than {hold.bad_rows_over} bad rows nothing is sent."
    if hold is not None and hold.volume_off is not None:
        yield (
            "hold_batch_when",
            f"With a number of rows more than {hold.volume_off} off the usual, nothing is sent.",
        )
