"""Rows that are no data: repeated headings, footers and trailers are passed over and counted, totals nobody spoke of refused.

Works on pieces as they stream by. A trailer's control total is held against the rows once all of them were seen; what
stands last is known only then too, so the last rows are held back until it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orderdrop.core.headings import folded, is_own_report
from orderdrop.core.problems import Code
from orderdrop.errors import FileRefused
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.pieces import BLANKS, Opened, Piece, keep, refused
from orderdrop.tables.totals import Positions, cell_at, totals_refused

_LAST_ROWS = 3  # so many rows at the end are looked at for totals
_NUMBER = re.compile(r"\d+(?:[.,' \u00a0]\d{3})*")
_LISTED = 5
_HOPELESS_ROWS = 50_000


@dataclass(slots=True, kw_only=True)
class Passing:
    """What is passed over in one file, and what was found of it; `told` says it once all pieces went through.

    `lines` are the heading lines, whose repetition is no data; `skipped` are rows that the mapping ignores, by position
    of their column; only those of another width than the headings are dropped here, the others by the checks.
    """

    lines: tuple[tuple[str, ...], ...]
    skipped: Positions
    footer_rows: int
    trailer: Positions | None
    counted_in: int = 0
    _repeats: list[int] = field(default_factory=list)
    _footers: list[int] = field(default_factory=list)
    _trailers: list[tuple[int, str]] = field(default_factory=list)
    _rows: int = 0
    _refused: int = 0
    _good: bool = False

    @classmethod
    def of(cls, headings: Sequence[str], lines: Sequence[Sequence[str]], options: FileOptions) -> "Passing":
        """As the mapping says; raises FileRefused where it names a column that the file does not have."""
        width = len(headings)
        places = {folded(name): at for at, name in reversed(list(enumerate(headings)))}
        skipped = {
            places[folded(name)]: frozenset(texts)
            for name, texts in options.skip_rows_where.items()
            if folded(name) in places
        }
        trailer, counted_in = None, 0
        if options.trailer is not None:
            trailer = {
                _position(name, places): frozenset(texts) for name, texts in options.trailer.where.items()
            }
            counted_in = _position(options.trailer.rows, places)
        return cls(
            lines=tuple(tuple((*line, *[""] * width)[:width]) for line in lines),
            skipped=skipped,
            footer_rows=options.footer_rows,
            trailer=trailer,
            counted_in=counted_in,
        )

    def through(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """The same pieces with what is no data moved to their blank rows; raises FileRefused at the end where a control
        total is missing or wrong."""
        held: list[Piece] = []
        for piece in pieces:
            self._refuse_hopeless(piece)
            held.append(self._without_repeats(self._without_trailers(self._without_skipped(piece))))
            while len(held) > 1 and sum(map(_content, held[1:])) >= self._held_back:
                yield self._counted(held.pop(0))
        for piece in self._ended(held):
            yield self._counted(piece)
        self._settle()

    def told(self) -> tuple[str, ...]:
        """Sentences about what was passed over."""
        said = []
        if self._repeats:
            said.append(
                f"{_rows(self._repeats, 'repeats', 'repeat')} the headings and {_was(self._repeats)} passed over."
            )
        if self._footers:
            said.append(
                f"{_rows(self._footers, 'is', 'are')} footer and {_was(self._footers)} passed over, as the mapping says."
            )
        if self._trailers:
            said.append(f"The trailer counts {self._rows:,} rows, and so many were read.")
        return tuple(said)

    @property
    def _held_back(self) -> int:
        return max(self.footer_rows, _LAST_ROWS)

    def _refuse_hopeless(self, piece: Piece) -> None:
        """One problem of the file instead of one for each of very many rows, where not a single row could be read."""
        self._good = self._good or len(piece.rows) > 0
        self._refused += len(piece.broken)
        if not self._good and self._refused >= _HOPELESS_ROWS and piece.problems:
            first = piece.problems[0]
            raise refused(
                first.code,
                f"None of the first {self._refused:,} rows could be read. The first of them: {first.message}",
                row=first.row,
            )

    def _without_repeats(self, piece: Piece) -> Piece:
        found: set[int] = set()
        for line in self.lines:
            mask = None
            for column, heading in zip(piece.columns, line, strict=True):
                same = pc.equal(column, pa.scalar(heading)).to_numpy()
                mask = same if mask is None else mask & same
                if not mask.any():
                    break
            if mask is not None and mask.any():
                found.update(piece.rows[mask].tolist())
        self._repeats += sorted(found)
        return passed_over(piece, found)

    def _without_skipped(self, piece: Piece) -> Piece:
        if not self.skipped or not piece.problems:
            return piece
        width = {problem.row for problem in piece.problems if problem.code is Code.ROW_WIDTH}
        return passed_over(
            piece,
            {
                row
                for row, cells in piece.broken.items()
                if row in width and any(cell_at(cells, at) in texts for at, texts in self.skipped.items())
            },
        )

    def _without_trailers(self, piece: Piece) -> Piece:
        if self.trailer is None:
            return piece
        mask = np.ones(len(piece.rows), dtype=bool)
        for at, texts in self.trailer.items():
            there = at < len(piece.columns) and len(piece.rows) > 0
            mask &= (
                pc.is_in(
                    pc.utf8_trim(piece.columns[at], characters=BLANKS), value_set=pa.array(texts)
                ).to_numpy()
                if there
                else False
            )
        found = dict.fromkeys(piece.rows[mask].tolist(), "")
        if found and self.counted_in < len(piece.columns):
            counts = keep((piece.columns[self.counted_in],), mask)[0].to_pylist()
            found = dict(zip(found, map(str, counts), strict=True))
        for row, cells in piece.broken.items():
            if all(cell_at(cells, at) in texts for at, texts in self.trailer.items()):
                found[row] = cell_at(cells, self.counted_in)
        self._trailers += sorted(found.items())
        return passed_over(piece, set(found))

    def _ended(self, held: Sequence[Piece]) -> list[Piece]:
        """The last pieces without footers, and with the totals among their last rows refused."""
        numbers = [row for piece in held for row in _content_rows(piece)]
        if self.footer_rows:
            self._footers = numbers[-self.footer_rows :]
            return [passed_over(piece, set(self._footers)) for piece in held]
        return [totals_refused(piece, numbers[-_LAST_ROWS:], self.skipped) for piece in held]

    def _counted(self, piece: Piece) -> Piece:
        self._rows += _content(piece)
        return piece

    def _settle(self) -> None:
        if self.trailer is None:
            return
        if not self._trailers:
            raise _incomplete(
                "The file has no trailer row with the number of its rows, which the mapping expects at its end; it may be "
                "cut short. Send the whole file again."
            )
        said = 0
        for row, text in self._trailers:
            number = _NUMBER.findall(text)
            if len(number) != 1:
                raise _incomplete(
                    f'The trailer in row {row} should say how many rows the file has, but says "{text}". Correct it, or '
                    "correct `trailer:` under `file:` in the mapping.",
                    row,
                )
            said += int(re.sub(r"\D", "", number[0]))
        if said != self._rows:
            raise _incomplete(
                f"The trailer in row {self._trailers[-1][0]} counts {said:,} rows, but the file has {self._rows:,}. Rows were "
                "lost or added on the way; send the whole file again.",
                self._trailers[-1][0],
            )


def without_what_is_no_data(
    opened: Opened, options: FileOptions
) -> tuple[Iterator[Piece], Callable[[], tuple[str, ...]]]:
    """The rows of an open file that are data, and what to ask afterwards for remarks on the others."""
    if is_own_report(opened.headings):
        return opened.pieces, tuple  # it has the sender's rows and nothing else
    lines = opened.lines or ((opened.headings,) if opened.verdict.header_row else ())
    passing = Passing.of(opened.headings, lines, options)
    return passing.through(opened.pieces), passing.told


def passed_over(piece: Piece, rows: set[int]) -> Piece:
    """The piece with some of its rows counted as blank, whatever they were."""
    if not rows:
        return piece
    mask = ~np.isin(piece.rows, list(rows))
    return replace(
        piece,
        rows=piece.rows[mask],
        columns=keep(piece.columns, mask),
        blank=tuple(sorted({*piece.blank, *rows})),
        problems=tuple(problem for problem in piece.problems if problem.row not in rows),
        broken={row: cells for row, cells in piece.broken.items() if row not in rows},
    )


def _content_rows(piece: Piece) -> list[int]:
    return sorted(
        {*piece.rows.tolist(), *(problem.row for problem in piece.problems if problem.row is not None)}
    )


def _content(piece: Piece) -> int:
    return piece.count - len(piece.blank)


def _position(name: str, places: Mapping[str, int]) -> int:
    if folded(name) in places:
        return places[folded(name)]
    if name.isdecimal() and int(name) > 0:
        return int(name) - 1
    raise refused(
        Code.HEADING_MISSING,
        f'The mapping\'s `trailer:` speaks of a column "{name}", which the file does not have. Correct the name, or write '
        "the column's position from 1.",
    )


def _incomplete(message: str, row: int | None = None) -> FileRefused:
    return refused(Code.FILE_INCOMPLETE, message, row=row)


def _rows(rows: Sequence[int], one: str, many: str) -> str:
    listed = ", ".join(map(str, rows[:_LISTED])) + (", ..." if len(rows) > _LISTED else "")
    return f"Row {listed} {one}" if len(rows) == 1 else f"{len(rows):,} rows ({listed}) {many}"


def _was(rows: Sequence[int]) -> str:
    return "was" if len(rows) == 1 else "were"
