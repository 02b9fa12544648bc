"""Opening a drop: its tables, each under its own part of the mapping, and what is remembered of how it was read.

Most drops are one table. Where the mapping joins several, the rows of the further ones are numbered as `core.rows` says:
whatever comes behind sees one run of rows, and every row still knows its table.
"""

import fnmatch
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath

import orjson
from pydantic import TypeAdapter

from orderdrop.core.problems import Cell, Code, Problem
from orderdrop.core.rows import in_drop, in_table
from orderdrop.errors import FileRefused
from orderdrop.frames import Table, TextFrame, Verdict
from orderdrop.ledger.ledger import Batch
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.model import FileOptions, Mapping
from orderdrop.pickup.sets import exactly, file_tables, kept_beside
from orderdrop.pipeline.preparing.corrections import peek_at_correction
from orderdrop.pipeline.preparing.editing import edited, edits_of
from orderdrop.pipeline.preparing.joining import Joined, with_joined
from orderdrop.reports.rows import Source
from orderdrop.tables.archives import names_in
from orderdrop.tables.open import open_table, reopen
from orderdrop.tables.sniff import Kind, kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One table of a drop: its name in the mapping ("" for the first), what the mapping says of it, and its rows."""

    name: str
    mapping: Mapping
    table: Table

    def told(self, problem: Problem) -> Problem:
        """A problem of the table as a whole, with the table's name where it has one."""
        return replace(problem, message=f"Table `{self.name}`: {problem.message}") if self.name else problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is remembered of how a drop was read: enough to read it again just so, and to lead errors home.

    `further` are the verdicts of the tables behind the first, `headings` those of every table where there are several.
    """

    table: Verdict
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spreadsheet: bool = False  # cells came out of a workbook, if only by way of our own reject report
    joined: Joined | None = None  # rows of the batch that this one continues
    not_read: str = ""  # rows that could not be read in that batch and came back as they were
    further: tuple[Verdict, ...] = ()
    headings: tuple[tuple[str, ...], ...] = ()
    whole: bool = False  # every row of the batch that this one corrects came back, or is joined

    def to_json(self) -> str:
        """As the ledger keeps it."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def from_json(cls, text: str) -> "Reading":
        """As it was."""
        return _stored().validate_json(text)

    def home(self, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        """Cells that are there: a place that two tables fill leads to a row's own columns, or to the row as a whole."""
        if not self.headings:
            return cells
        there = [cell for cell in cells if cell.column in self.headings[in_table(cell.row)[0]]]
        named = {cell.row for cell in there}
        whole = [Cell(row=row) for row in dict.fromkeys(cell.row for cell in cells) if row not in named]
        return (*there, *whole)


def open_drop(path: Path, mapping: Mapping) -> tuple[list[Opened], str | None]:
    """Open every table of a drop, and say which batch it corrects if it is a reject report of ours that came back.

    Raises FileRefused, with the table's name in its words, for one that cannot be read.
    """
    opened: list[Opened] = []
    corrected: str | None = None
    edits = edits_of(path)
    for number, (name, view) in enumerate(mapping.tables()):
        try:
            place, options = _placed(path, view.file, mapping, name)
            table = open_table(place, options, wanted=view.headings(), used=view.used())
            table, named = peek_at_correction(table)
        except FileRefused as refused:
            raise _in_table(refused, name) from None
        corrected = corrected or named
        opened.append(Opened(name=name, mapping=view, table=edited(numbered(table, number), edits)))
    return opened, corrected


def reopen_drop(path: Path, mapping: Mapping, reading: Reading) -> list[Opened]:
    """Read a drop just as it was read first, with the rows of an earlier one that belong to it."""
    verdicts, edits = (reading.table, *reading.further), edits_of(path)
    opened = []
    for number, ((name, view), verdict) in enumerate(zip(mapping.tables(), verdicts, strict=False)):
        place, options = _placed(path, view.file, mapping, name)
        table, _ = peek_at_correction(reopen(place, options, verdict))
        opened.append(Opened(name=name, mapping=view, table=edited(numbered(table, number), edits)))
    joined = reading.joined
    # else it is past its retention, and its rows with it
    if joined is None or not Path(joined.path).is_file():
        return opened
    first = opened[0]
    earlier = Reading.from_json(joined.reading)
    table = with_joined(
        first.table, joined, lambda: reopen_drop(Path(joined.path), mapping, earlier)[0].table
    )
    return [replace(first, table=table), *opened[1:]]


def open_again(batch: Batch, path: Path, loaded: LoadedMapping) -> list[Source]:
    """The tables of a batch that has a verdict, read as they were read first, for its reports."""
    opened = reopen_drop(path, loaded.mapping, Reading.from_json(batch.verdict or ""))
    return [Source(name=one.name, table=one.table, options=one.mapping.file) for one in opened]


def numbered(table: Table, number: int) -> Table:
    """The n-th table of a drop with its rows numbered so that they name a row of the whole drop."""
    return table if number == 0 else replace(table, frames=_numbered(table.frames, number))


def _numbered(frames: Iterable[TextFrame], number: int) -> Iterator[TextFrame]:
    first = in_drop(number, 0)
    for frame in frames:
        yield replace(
            frame,
            cells=frame.cells.set_axis(frame.cells.index + first, axis=0),
            blank=tuple(first + row for row in frame.blank),
            problems=tuple(
                replace(
                    problem,
                    cells=tuple(replace(cell, row=first + cell.row) for cell in problem.cells),
                )
                for problem in frame.problems
            ),
            broken={first + row: texts for row, texts in frame.broken.items()},
        )


def _placed(path: Path, options: FileOptions, mapping: Mapping, name: str) -> tuple[Path, FileOptions]:
    """Where a table is: in the drop as the mapping says, in its own file beside it, in the archive that the set came in,
    or, in a reject report of ours, in the sheet of its name."""
    own = kept_beside(path, name)
    partners = file_tables(mapping)
    if own.is_file() or not partners:
        return (own if name in partners else path), options
    kind = kind_of(path)
    if kind is Kind.ZIP and not options.member:
        return path, options.model_copy(update={"member": _members(path, partners, name)})
    if name not in partners or kind is Kind.ZIP:
        return path, options
    if kind.is_workbook:
        return path, options.model_copy(
            update={"sheet": name, "format": None, "delimiter": None, "encoding": None}
        )
    problem = Problem(
        code=Code.PARTNER_MISSING,
        message=f"The file {partners[name]} did not come. Send the files of one set together.",
    )
    raise FileRefused(problem)


def _members(path: Path, partners: dict[str, str], name: str) -> tuple[str, ...]:
    """Which files of an archive are a table: those of its pattern, and for the first table what no other takes."""
    if name:
        return (partners[name],)
    left = [
        member
        for member in names_in(path)
        if not any(fnmatch.fnmatchcase(PurePosixPath(member).name, files) for files in partners.values())
    ]
    return tuple(map(exactly, left))


def _in_table(refused: FileRefused, name: str) -> FileRefused:
    problem = refused.problem
    return FileRefused(replace(problem, message=f"Table `{name}`: {problem.message}")) if name else refused


@cache
def _stored() -> TypeAdapter[Reading]:
    return TypeAdapter(Reading)
