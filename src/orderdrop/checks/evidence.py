"""What the cells of a whole file say together about columns that the mapping leaves open.

A single date that fits two readings is a problem of its row. A column of them is a question that only the mapping can
settle: it is asked once, and nothing of the file is sent until it is. Whether the answer shows in the values or not, it is
written by a person: the most that a file can do is to name the line to write.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from orderdrop.checks.arrow import ArrowArray, Ints
from orderdrop.checks.identifiers import Widths
from orderdrop.checks.reading import Reading, Unsettled
from orderdrop.core.problems import Cell, Code, Owner, Problem
from orderdrop.core.rows import in_table

_MOST_FORMS = 200  # ways of writing that are told apart in one column
_DIRECTIVE = re.compile("%(.)")


@dataclass(slots=True, kw_only=True)
class _Form:
    """Cells that the same lines would settle: one of them, its row, and how many there are."""

    lines: tuple[tuple[str, str], ...]
    text: str
    row: int
    cells: int

    @property
    def shown_row(self) -> int:
        return in_table(self.row)[1]


@dataclass(slots=True, kw_only=True)
class _Column:
    heading: str
    place: str
    read: int = 0
    forms: dict[tuple[str, ...], _Form] = field(default_factory=dict)

    def note(self, asking: Unsettled, row: int) -> None:
        key = tuple(line for line, _ in asking.lines)
        known = self.forms.get(key)
        if known is not None:
            known.cells += asking.cells
        elif len(self.forms) < _MOST_FORMS:
            self.forms[key] = _Form(lines=asking.lines, text=asking.text, row=row, cells=asking.cells)

    @property
    def asked(self) -> int:
        return sum(form.cells for form in self.forms.values())


class Evidence:
    """Gathers it for one file, frame by frame; holds a few texts a column, however long the file is."""

    def __init__(self) -> None:
        self._columns: dict[tuple[int, str], _Column] = {}
        self._widths: dict[int, tuple[str, str, Widths]] = {}

    def note(self, number: int, heading: str, place: str, view: str, reading: Reading, rows: Ints) -> None:
        """Take in how one column of one frame was read; `rows` are the physical rows."""
        column = self._columns.get((number, view))
        if column is None:
            column = self._columns[(number, view)] = _Column(heading=heading, place=place)
        column.read += len(reading.values) - reading.values.null_count
        for asking in reading.unsettled:
            column.note(asking, int(rows[asking.at]))

    def widths(self, number: int, heading: str, place: str, text: ArrowArray, rows: Ints) -> None:
        """Take in how long the identifiers of one column of one frame are."""
        known = self._widths.setdefault(number, (heading, place, Widths()))
        known[2].note(text, rows)

    def doubts(self) -> tuple[Problem, ...]:
        """One warning for each column of identifiers that seem to have lost their leading zeros."""
        found = (widths.problem(heading, place) for heading, place, widths in self._widths.values())
        return tuple(problem for problem in found if problem is not None)

    def questions(self) -> tuple[Problem, ...]:
        """One problem for each column that the mapping must settle first: as many cells ask for it as could be read, or more."""
        asking = [column for column in self._columns.values() if column.asked and column.asked >= column.read]
        return tuple(_question(column) for column in asking)


def _question(column: _Column) -> Problem:
    forms = sorted(column.forms.values(), key=lambda form: (-form.cells, form.row))
    shared = [line for line in dict(forms[0].lines) if all(line in dict(form.lines) for form in forms)]
    if not shared:
        told, example = _several(column, forms)
    else:
        example = next((form for form in forms if _meanings(form, shared) > 1), forms[0])
        if _meanings(example, shared) > 1:
            told = _two_ways(column, example, shared)
        else:
            example = min(forms, key=lambda form: len(form.lines))
            apart = list({_order(line): line for line in reversed(shared)}.values())[::-1]
            told = _alike(column, example, apart) if len(apart) > 1 else _proven(column, example, shared[0])
    return Problem(
        code=Code.COLUMN_UNSETTLED,
        message=f"{told} Nothing was sent.",
        cells=(Cell(row=example.row, column=column.heading),),
        value=example.text,
        path=column.place,
        owner=Owner.OPS,
    )


def _meanings(form: _Form, lines: Sequence[str]) -> int:
    return len({meant for line, meant in form.lines if line in lines})


def _values(column: _Column) -> str:
    total = column.asked + column.read
    if not column.read:
        return (
            f'All {total:,} values of "{column.heading}"'
            if total > 1
            else f'The one value of "{column.heading}"'
        )
    return f'{column.asked:,} of {total:,} values of "{column.heading}"'


def _two_ways(column: _Column, example: _Form, shared: Sequence[str]) -> str:
    readings = [f"{meant} with `{line}`" for line, meant in example.lines if line in shared]
    return (
        f'{_values(column)} can be read in more than one way: "{example.text}" (row {example.shown_row}) is '
        f"{', or '.join(readings)}. Ask the sender which is meant, and write that line for this column into the mapping."
    )


def _proven(column: _Column, example: _Form, line: str) -> str:
    return (
        f'The mapping does not say how "{column.heading}" is written. {_values(column)} fit{"" if column.asked > 1 else "s"} '
        f'`{line}`: "{example.text}" (row {example.shown_row}) is {dict(example.lines)[line]} then. If that is right, write this line '
        "for the column into the mapping."
    )


def _order(line: str) -> tuple[str, ...]:
    """What a line reads in which order; lines of one order never differ about a date that both fit."""
    return tuple("m" if part in "bB" else "y" if part == "Y" else part for part in _DIRECTIVE.findall(line))


def _alike(column: _Column, example: _Form, lines: Sequence[str]) -> str:
    return (
        f"{_values(column)} fit{'' if column.asked > 1 else 's'} {' and '.join(f'`{line}`' for line in lines)}, and "
        f'mean{"" if column.asked > 1 else "s"} the same with each: "{example.text}" (row {example.shown_row}) is '
        f"{dict(example.lines)[lines[0]]}. Other dates will not: ask the sender which is meant, and write that line for this "
        "column into the mapping."
    )


def _several(column: _Column, forms: Sequence[_Form]) -> tuple[str, _Form]:
    first = forms[0]
    apart = [form for form in forms if not dict(form.lines).keys() & dict(first.lines).keys()]
    shown = "; ".join(_readings(form) for form in (first, apart[0] if apart else forms[-1]))
    told = (
        f"{_values(column)} are written in several ways that no single line for the mapping reads: {shown}. Ask the sender "
        "what is meant; a column may have several formats where no text fits two of them."
    )
    return told, first


def _readings(form: _Form) -> str:
    readings = " or ".join(f"{meant} with `{line}`" for line, meant in form.lines)
    return f'"{form.text}" (row {form.shown_row}) is {readings}'
