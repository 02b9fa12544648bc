"""The header contract: which column of the file is which column of the mapping, and what is missing or strange.

Settled before a single row is judged. Headings are compared exactly first, then without regard to capitals, white
space and invisible characters, then by the mapping's aliases; a file without headings goes by position.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from orderdrop.checks import templates
from orderdrop.checks.reading import listed
from orderdrop.core.headings import OWN_COLUMNS, folded
from orderdrop.core.problems import Code, Owner, Problem, Severity
from orderdrop.frames import COMMAND
from orderdrop.mapping.model import Column
from orderdrop.mapping.model import Mapping as FileMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """How a mapping sits on one file.

    `columns` leads a heading of the mapping (also one that only a template or skip_rows_where names) to the heading
    in the file; a heading that the file does not have is not in it. `sources` leads a place to the headings that fill
    it: for a template all that it names, for a constant none. `headings` are those of the file.
    """

    headings: tuple[str, ...]
    columns: Mapping[str, str]
    sources: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the file as a whole must go back."""
        return any(problem.blocks for problem in self.problems)


def bind(
    mapping: FileMapping, headings: Sequence[str], *, has_header: bool, key: str | None = None
) -> Binding:
    """Find every column of the mapping in the file.

    `headings` as the table has them: "1", "2", ... for a file without. `key` is the place that names the order; its
    column may not be missing even where the mapping does not say `required`.
    """
    names = tuple(headings)
    columns: dict[str, str] = {}
    problems: list[Problem] = []
    for heading, positional in _wanted(mapping, names, has_header).items():
        column = mapping.columns.get(heading)
        aliases = column.aliases if isinstance(column, Column) else ()
        if mapping.commands is not None and heading == mapping.commands.column:
            aliases = (*aliases, *mapping.commands.aliases)
        found = positional or _find(heading, aliases, names)
        if len(found) == 1:
            columns[heading] = found[0]
        elif found:
            problems.append(_twins(heading, found))
    problems += _duplicates(names, mapping, columns)
    problems += _missing(mapping, names, columns, key, {problem.column for problem in problems})
    if has_header:
        problems += _unknown(names, columns)
    return Binding(
        headings=names, columns=columns, sources=_sources(mapping, columns), problems=tuple(problems)
    )


def _wanted(mapping: FileMapping, names: Sequence[str], has_header: bool) -> dict[str, tuple[str, ...]]:
    """Every heading that the mapping speaks of; without a header, with the column at its position."""
    spoken = dict.fromkeys([*mapping.columns, *mapping.file.skip_rows_where])
    if mapping.commands is not None:
        spoken[mapping.commands.column] = None
    for template in mapping.derived.values():
        spoken |= dict.fromkeys(templates.headings(template))
    if has_header:
        return dict.fromkeys(spoken, ())
    places = {heading: column.position for heading, column in mapping.mapped().items() if column.position}
    if not places and not set(mapping.columns) & set(names):
        places = {heading: at for at, heading in enumerate(mapping.columns, start=1)}
    return {
        heading: (names[at - 1],) if (at := places.get(heading)) and at <= len(names) else ()
        for heading in spoken
    }


def _find(heading: str, aliases: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    for wanted in heading, *aliases:
        if wanted in names:
            return (wanted,)
    for wanted in heading, *aliases:
        alike = tuple(dict.fromkeys(name for name in names if folded(name) == folded(wanted)))
        if alike:
            return alike
    return ()


def _duplicates(names: Sequence[str], mapping: FileMapping, columns: Mapping[str, str]) -> Iterator[Problem]:
    commands = None if mapping.commands is None else mapping.commands.column
    used = {
        columns[heading]
        for heading in columns
        if mapping.columns.get(heading) != "ignore" or heading == commands
    }
    for name, count in Counter(names).items():
        if count > 1 and name.strip() and name not in OWN_COLUMNS:
            blocks = name in used
            yield Problem(
                code=Code.HEADING_DUPLICATED,
                message=f'The heading "{name}" stands over {count} columns. '
                + ("Rename or remove all but one of them." if blocks else "None of them is used."),
                value=name,
                severity=Severity.ERROR if blocks else Severity.WARNING,
            )


def _twins(heading: str, found: Sequence[str]) -> Problem:
    return Problem(
        code=Code.HEADING_DUPLICATED,
        message=f"{len(found)} columns could be {_quoted(heading)}: {listed(tuple(map(repr, found)))}. "
        "Rename or remove all but one of them.",
        value=heading,
    )


def _missing(
    mapping: FileMapping,
    names: Sequence[str],
    columns: Mapping[str, str],
    key: str | None,
    told: set[str | None],
) -> Iterator[Problem]:
    mapped = mapping.mapped()
    there = [columns[heading] for heading in mapped if heading in columns]
    if mapped and (not there or _is_foreign(len(mapped), there, names, columns)):
        few = (
            f"Only {len(there)} of the mapping's {len(mapped)} columns {'is' if len(there) == 1 else 'are'}"
            if there
            else "None of the mapping's columns is"
        )
        yield Problem(
            code=Code.HEADING_MISSING,
            message=f"{few} in this file; it may belong to another feed. "
            f"{_has(names)} The mapping expects {listed(tuple(mapped))}.",
        )
        return
    for heading, column in mapped.items():
        if heading in columns or heading in told:
            continue
        needed = (column.required or key in column.to) and column.default is None
        yield _one_missing(heading, column, names, needed=needed)
    if mapping.commands is not None and mapping.commands.column not in columns:
        yield _one_missing(mapping.commands.column, None, names, needed=True)
    others = [
        *mapping.file.skip_rows_where,
        *(n for t in mapping.derived.values() for n in templates.headings(t)),
    ]
    for heading in dict.fromkeys(others):
        if heading not in columns and heading not in mapped:
            yield _one_missing(heading, None, names, needed=False)


def _is_foreign(mapped: int, there: Sequence[str], names: Sequence[str], columns: Mapping[str, str]) -> bool:
    """Whether a file looks like another feed's although some headings agree: most are missing, and more are unknown.

    Two partners may both call a column "Order"; what a file lacks without anything in its place is merely missing.
    """
    known = {*columns.values(), *OWN_COLUMNS}
    unknown = sum(1 for name in set(names) if name.strip() and name not in known)
    return len(there) * 2 < mapped and unknown > len(there)


def _one_missing(heading: str, column: Column | None, names: Sequence[str], *, needed: bool) -> Problem:
    near = get_close_matches(folded(heading), [folded(name) for name in names], n=1, cutoff=0.6)
    nearest = next((name for name in names if near and folded(name) == near[0]), None)
    where = f" at position {column.position}" if column and column.position else ""
    message = f"The file has no column {_quoted(heading)}{where}. {_has(names)}"
    if nearest is not None:
        message += (
            f" If {_quoted(nearest)} is meant, rename it or add it to the column's aliases in the mapping."
        )
    if not needed:
        message += (
            " Every row goes without it."
            if not column or column.default is None
            else (f' Every row gets the default "{column.default}".')
        )
    return Problem(
        code=Code.HEADING_MISSING,
        message=message,
        value=heading,
        path=column.to[0] if column else None,
        severity=Severity.ERROR if needed else Severity.WARNING,
    )


def _unknown(names: Sequence[str], columns: Mapping[str, str]) -> Iterator[Problem]:
    known = {*columns.values(), *OWN_COLUMNS}
    for at, name in enumerate(names, start=1):
        if name not in known:
            known.add(name)
            what = f"The column {_quoted(name)}" if name.strip() else f"Column {at}, which has no heading,"
            yield Problem(
                code=Code.HEADING_UNKNOWN,
                message=f"{what} is not in the mapping and is not sent. "
                "Map it, or write `ignore` for it in the mapping.",
                value=name,
                owner=Owner.OPS,
                severity=Severity.WARNING,
            )


def _sources(mapping: FileMapping, columns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    sources: dict[str, tuple[str, ...]] = {}
    for heading, column in mapping.mapped().items():
        actual = (columns[heading],) if heading in columns else ()
        for place in column.to:
            sources[place] = tuple(dict.fromkeys([*sources.get(place, ()), *actual]))
    if mapping.commands is not None and mapping.commands.column in columns:
        sources[COMMAND] = (columns[mapping.commands.column],)
    for place in mapping.constants:
        sources.setdefault(place, ())
    for place, template in mapping.derived.items():
        named = [columns[name] for name in templates.headings(template) if name in columns]
        sources[place] = tuple(dict.fromkeys([*sources.get(place, ()), *named]))
    return sources


def _has(names: Sequence[str]) -> str:
    shown = tuple(_quoted(name) for name in names if name.strip())
    return f"Its columns are {listed(shown, most=20)}." if shown else "It has no headings at all."


def _quoted(name: str) -> str:
    return f'"{name}"'
