"""What will hurt in a mapping: by itself, and as files show it. Few sentences, each with its line."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from string import Formatter

from orderdrop.core.shape import Shape
from orderdrop.errors import Fault
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.model import Column, ColumnType, Mapping
from orderdrop.mapping.seen import ColumnSeen, Seen
from orderdrop.mapping.yaml_lines import Document, Location

_MANY = 0.5
"""From this share on something is told that preview does not tell better, cell by cell."""
_SOME = 0.1
"""From this share on blanks in a column that must be filled are no slip of one row."""
_ENOUGH = 20
"""With fewer values nobody can say that one is never used."""
_LISTED = 8


def warnings(loaded: LoadedMapping, seen: Seen | None = None) -> list[Fault]:
    """Every warning, by lines; with `seen`, also what files say against the mapping."""
    document = loaded.document
    found = list(_by_itself(loaded.mapping, loaded.shape, document, seen or Seen()))
    if seen is not None:
        found += _by_files(loaded, seen)
    return sorted(found, key=lambda one: (one.file != loaded.file, one.file or "", one.line or 0))


def _by_itself(mapping: Mapping, shape: Shape, document: Document, seen: Seen) -> Iterator[Fault]:
    tables: list[tuple[Location, str, Mapping]] = [((), "", mapping)]
    tables += [(("join", name), name, table) for name, table in mapping.tables() if name]
    filled = {*mapping.constants, *mapping.derived}
    headings: set[str] = set()
    for *_, table in tables:
        filled |= {place for column in table.mapped().values() for place in column.to}
        headings |= table.columns.keys()
    used = {node for place in filled for node in shape.lists_over(place)}
    for leaf in shape.leaves.values():
        over = shape.lists_over(leaf.place)
        if leaf.required and leaf.place not in filled and all(node in used for node in over):
            yield document.fault(
                ("columns",), f"{shape.destination} requires `{leaf.place}`, and nothing fills it."
            )
    for within, table_name, table in tables:
        for heading, column in table.mapped().items():
            at: Location = (*within, "columns", heading)
            one = seen.columns.get((table_name, heading), _NEVER)
            yield from _column(document, at, heading, column, shape, fits=one.filled > 0 and not one.failing)
    for place, template in mapping.derived.items():
        for _, name, _, _ in Formatter().parse(template):
            if name and name not in headings:
                hint = _did_you_mean(name, headings)
                message = f"`{place}` uses `{name}`, which is not among the columns.{hint}"
                yield document.fault(("derived", place), message)


def _column(
    document: Document, at: Location, heading: str, column: Column, shape: Shape, *, fits: bool
) -> Iterator[Fault]:
    """`fits`: a file showed that its values can be read."""
    if column.type in (ColumnType.DATE, ColumnType.DATETIME) and not column.format and not fits:
        yield document.fault(at, f"`{heading}` has no `format:`; only dates such as 2026-11-22 are taken.")
    if column.type is ColumnType.DATETIME and not column.timezone:
        yield document.fault(at, f"`{heading}` has no `timezone:`; times without an offset are read as UTC.")
    if shape.key in column.to and not column.required:
        yield document.fault(at, f"`{heading}` names the order; say `required: true` so that readers see it.")


def _by_files(loaded: LoadedMapping, seen: Seen) -> Iterator[Fault]:
    document = loaded.document
    for file, why in seen.refused.items():
        yield document.fault(("file",), f"{file} is refused as a whole: {why}")
    if seen.not_read:
        such_as = "" if seen.not_read == 1 else ", such as"
        yield document.fault(
            ("file",),
            f"{seen.not_read:,} of {seen.rows:,} rows cannot be read{such_as}: {seen.not_read_says}",
        )
    for message in seen.asked:
        yield document.fault(("columns",), message)
    for name, table in loaded.mapping.tables():
        within: Location = ("join", name) if name else ()
        others = list(seen.others.get(name, ()))
        if any(seen.columns.get((name, heading), _NEVER).rows for heading in table.mapped()):
            for heading, column in table.mapped().items():
                one = seen.columns.get((name, heading), _NEVER)
                for message in _seen_column(heading, column, one, others, loaded.shape):
                    yield document.fault((*within, "columns", heading), message)
            yield from _empty(table, name, seen, loaded.shape, document, within)
        if others:
            yield document.fault((*within, "columns"), _unnamed(others))
        for heading, texts in table.file.skip_rows_where.items():
            if seen.rows and not any(seen.skipped[heading, text] for text in texts):
                listed = " or ".join(map(repr, texts))
                yield document.fault(
                    (*within, "file", "skip_rows_where", heading), f"No row has {listed} in `{heading}`."
                )


_NEVER = ColumnSeen()


def _unnamed(others: list[str]) -> str:
    one = len(others) == 1
    return (
        f"{_listed(others)} {'stands' if one else 'stand'} in the file and not in the mapping, so "
        f"{'it is' if one else 'they are'} not sent. Map {'it' if one else 'them'}, or write `ignore`."
    )


def _seen_column(
    heading: str, column: Column, one: ColumnSeen, others: list[str], shape: Shape
) -> Iterator[str]:
    if not one.found:
        needed = (column.required or shape.key in column.to) and column.default is None
        refused = " Without it a file is refused as a whole." if needed else ""
        yield f"There is no column `{heading}`.{_did_you_mean(heading, others)}{refused}"
    elif one.rows and not one.filled:
        of_blank = _of_blank(column, shape)
        if of_blank:
            yield f"`{heading}` is blank in every row{of_blank}."
    else:
        yield from _blanks(heading, column, one)
        yield from _misfits(heading, one)
        yield from _unused(heading, column, one)


def _of_blank(column: Column, shape: Shape) -> str:
    if column.default is not None:
        return f": all get the default {column.default!r}"
    if column.required:
        return " and must be filled: every row is rejected"
    needed = [place for place in column.to if (leaf := shape.leaf(place)) is not None and leaf.required]
    return f", and {shape.destination} requires `{needed[0]}`" if needed else ""


def _empty(
    table: Mapping, name: str, seen: Seen, shape: Shape, document: Document, within: Location
) -> Iterator[Fault]:
    """The columns that are blank in every row and harm nothing, in one warning."""
    empty = [
        heading
        for heading, column in table.mapped().items()
        if (one := seen.columns.get((name, heading), _NEVER)).rows
        and not one.filled
        and not _of_blank(column, shape)
    ]
    if empty:
        verb = "is" if len(empty) == 1 else "are"
        message = f"{_listed(empty)} {verb} blank in every row, so nothing is sent of {'it' if verb == 'is' else 'them'}."
        yield document.fault((*within, "columns", empty[0]), message)


def _blanks(heading: str, column: Column, one: ColumnSeen) -> Iterator[str]:
    if one.blank and column.default is not None and one.blank >= _MANY * one.rows:
        yield (
            f"`{heading}` is blank in {one.blank:,} of {one.rows:,} rows: its default {column.default!r} may hide "
            "that something is missing."
        )
    elif column.required and column.default is None and one.blank and one.blank >= _SOME * one.rows:
        yield f"`{heading}` must be filled and is blank in {one.blank:,} of {one.rows:,} rows."


def _misfits(heading: str, one: ColumnSeen) -> Iterator[str]:
    for code, count in one.failing.most_common():
        if count < _MANY * one.filled:
            continue
        none_fits = count >= one.filled
        how_many = f"None of {one.filled:,} values" if none_fits else f"{count:,} of {one.filled:,} values"
        verb = "fits" if none_fits else "do not fit"
        yield f"{how_many} of `{heading}` {verb}, such as: {one.says[code]}"


def _unused(heading: str, column: Column, one: ColumnSeen) -> Iterator[str]:
    if not column.values or one.has_more_values or one.filled < _ENOUGH:
        return
    there = {value.casefold() for value in one.values}
    never = [text for text in column.values if text.strip().casefold() not in there and text.strip()]
    if never:
        yield f"`{heading}` never has {_listed(never)} among {one.filled:,} values."


def _listed(names: Sequence[str]) -> str:
    shown = [f"`{name}`" for name in names[:_LISTED]]
    if len(names) > _LISTED:
        return f"{', '.join(shown)} and {len(names) - _LISTED} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _did_you_mean(name: str, known: "list[str] | set[str]") -> str:
    plain = {other.casefold(): other for other in known}
    close = get_close_matches(name.casefold(), plain, n=1, cutoff=0.6)
    return f" Did you mean `{plain[close[0]]}`?" if close else ""
