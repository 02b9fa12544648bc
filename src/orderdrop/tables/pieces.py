"""Pieces of a table on their way to frames: consecutive rows, already sorted into good, blank and refused."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.arrays import ArrowExtensionArray

from orderdrop.core.problems import Cell, Code, Problem
from orderdrop.errors import FileRefused
from orderdrop.frames import TextFrame, Verdict
from orderdrop.tables.blanks import BLANKS as BLANKS

Text: TypeAlias = "pa.ChunkedArray[Any]"
_VALUE_CHARS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The rows `first` to `first + count - 1`: the good ones as columns, the others by number.

    `columns` has one string array per heading; `rows` are the physical rows of its values, ascending. `broken` holds the
    cells of refused rows as far as they could be read.
    """

    first: int
    count: int
    rows: np.ndarray
    columns: tuple[Text, ...]
    blank: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    broken: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def has_content(self) -> bool:
        """Whether any of its rows is not blank."""
        return len(self.blank) < self.count


class Opened(NamedTuple):
    """A file that is open: its verdict, its headings, its rows, and the lines that hold the headings where it has some."""

    verdict: Verdict
    headings: tuple[str, ...]
    pieces: Iterator[Piece]
    lines: tuple[tuple[str, ...], ...] = ()
    told: tuple[str, ...] = ()  # remarks of the verdict that whoever sent the file must see, too


def row_problem(code: Code, row: int, message: str, raw: str, column: str | None = None) -> Problem:
    """A problem of one row as it was read; `raw` is cut where no report could show it."""
    value = raw if len(raw) <= _VALUE_CHARS else raw[:_VALUE_CHARS] + "…"
    return Problem(code=code, message=message, cells=(Cell(row=row, column=column),), value=value)


def refused(code: Code, message: str, *, row: int | None = None) -> FileRefused:
    """The refusal of a whole file, with the row that decided it where there is one."""
    return FileRefused(Problem(code=code, message=message, cells=(Cell(row=row),) if row else ()))


def unique_names(headings: Sequence[str]) -> tuple[str, ...]:
    """Column names for a frame: the headings, a repeated one followed by its position from 1: "SKU (5)"."""
    taken = set(headings)
    seen: set[str] = set()
    names: list[str] = []
    for position, heading in enumerate(headings, start=1):
        name = heading
        if heading in seen:
            name = f"{heading} ({position})"
            while name in taken:
                name += "'"
            taken.add(name)
        seen.add(heading)
        names.append(name)
    return tuple(names)


def strings(values: Sequence[str]) -> Text:
    """A column of text."""
    return pa.chunked_array([pa.array(values, pa.string())], pa.string())


def blank_mask(columns: Sequence[Text]) -> np.ndarray:
    """Which rows have nothing but blanks in every column."""
    count = len(columns[0])
    candidates = np.arange(count)
    for column in columns:
        cells = column if len(candidates) == count else column.take(pa.array(candidates, pa.int64()))
        empty = pc.equal(pc.utf8_trim(cells, characters=BLANKS), pa.scalar(""))
        candidates = candidates[empty.to_numpy()]
        if not len(candidates):
            break
    mask = np.zeros(count, dtype=bool)
    mask[candidates] = True
    return mask


def keep(columns: Sequence[Text], mask: np.ndarray) -> tuple[Text, ...]:
    """The values of the rows that `mask` marks; the same arrays where it marks all."""
    if mask.all():
        return tuple(columns)
    chosen = pa.array(mask)
    return tuple(column.filter(chosen) for column in columns)


def frames(pieces: Iterable[Piece], names: Sequence[str], chunk_rows: int) -> Iterator[TextFrame]:
    """Cut pieces into frames of exactly `chunk_rows` rows read, blank and refused ones included; the last may be shorter."""
    waiting: list[Piece] = []
    count = 0
    for piece in pieces:
        rest = piece
        while count + rest.count >= chunk_rows:
            head, rest = _cut(rest, chunk_rows - count)
            yield _frame([*waiting, head], names)
            waiting, count = [], 0
        if rest.count:
            waiting.append(rest)
            count += rest.count
    if waiting:
        yield _frame(waiting, names)


def _cut(piece: Piece, count: int) -> tuple[Piece, Piece]:
    border = piece.first + count
    at = int(np.searchsorted(piece.rows, border))
    head = Piece(
        first=piece.first,
        count=count,
        rows=piece.rows[:at],
        columns=tuple(column.slice(0, at) for column in piece.columns),
        blank=tuple(row for row in piece.blank if row < border),
        problems=tuple(problem for problem in piece.problems if (problem.row or 0) < border),
        broken={row: cells for row, cells in piece.broken.items() if row < border},
    )
    rest = Piece(
        first=border,
        count=piece.count - count,
        rows=piece.rows[at:],
        columns=tuple(column.slice(at) for column in piece.columns),
        blank=piece.blank[len(head.blank) :],
        problems=piece.problems[len(head.problems) :],
        broken={row: cells for row, cells in piece.broken.items() if row >= border},
    )
    return head, rest


def _frame(pieces: Sequence[Piece], names: Sequence[str]) -> TextFrame:
    index = pd.Index(np.concatenate([piece.rows for piece in pieces]), name="row", dtype="int64")
    columns = {
        name: ArrowExtensionArray(
            pa.chunked_array([chunk for piece in pieces for chunk in piece.columns[at].chunks], pa.string())
        )
        for at, name in enumerate(names)
    }
    return TextFrame(
        cells=pd.DataFrame(columns, index=index, copy=False),
        blank=tuple(row for piece in pieces for row in piece.blank),
        problems=tuple(problem for piece in pieces for problem in piece.problems),
        broken={row: cells for piece in pieces for row, cells in piece.broken.items()},
    )
