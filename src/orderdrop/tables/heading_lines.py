"""Which of the first rows of a plain file hold the headings, several lines together included, and whether any does.

By the names that the mapping wants, else by the shape of the rows. A row is a sequence of cells; a blank row has none
that is filled.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from orderdrop.core.headings import folded
from orderdrop.tables.headings import count_matches
from orderdrop.tables.pieces import BLANKS

LOOKED_AT = 50
"""So many rows from the top are looked at for headings."""
_LINES_AT_MOST = 3
_TYPED = re.compile(
    r"[-+(]?[€$£]?\s?\d[\d.,' \u00a0]*\)?\s?[%€$£]?"  # numbers, amounts
    r"|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[ T]\d{1,2}:\d\d.*)?"  # dates
    r"|\d{1,2}:\d\d(?::\d\d)?"
    r"|[^\s@]+@[^\s@]+\.[^\s@]+"  # email
    r"|https?://\S+"
)
_TYPED_SHARE = 0.8
_FILLED_SHARE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The heading lines: `at` is the index of the first, `lines` how many there are (0: the file has none, data begin
    at `at`). `by_name` says that the mapping's own headings were found. `remarks` say what is doubtful."""

    at: int
    lines: int = 1
    by_name: bool = False
    remarks: tuple[str, ...] = ()


def find(
    rows: Sequence[Sequence[str]], wanted: Sequence[str] = (), *, lines: int | None = None
) -> Found | None:
    """Find the heading lines among the first rows of a file; None where every row is blank.

    Of rows that hold wanted headings the one with the most wins; several lines together only where together they hold
    more than any line alone. Without wanted ones the first row wins that is filled like the rows below and holds no
    data; title lines above have fewer cells. `lines` is how many lines the mapping says.
    """
    shown = [tuple(cell.strip(BLANKS) for cell in row) for row in rows[:LOOKED_AT]]
    if not any(map(any, shown)):
        return None
    return _by_name(shown, wanted, lines) or _by_shape(shown, lines)


def joined(lines: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """One heading a column out of several lines: the texts of a column with a space between.

    Where that leaves two columns with one name, a text in an upper line counts for the blank cells to its right too, as
    a merged cell does.
    """
    if len(lines) == 1:
        return tuple(lines[0])
    width = max(map(len, lines))
    padded = [[*line, *[""] * (width - len(line))] for line in lines]
    names = _side_by_side(padded)
    filled = [name for name in names if name]
    if len(set(filled)) == len(filled):
        return names
    return _side_by_side([*(_spread(line) for line in padded[:-1]), padded[-1]])


def is_data(cell: str) -> bool:
    """Whether a cell is a number, a date, an email or an address of the web: what a heading hardly is."""
    return _TYPED.fullmatch(cell) is not None


def _side_by_side(lines: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(
        " ".join(filter(None, (part.strip(BLANKS) for part in parts))) for parts in zip(*lines, strict=True)
    )


def _spread(line: Sequence[str]) -> list[str]:
    spread: list[str] = []
    for cell in line:
        spread.append(cell if cell.strip(BLANKS) or not spread else spread[-1])
    return spread


def _by_name(rows: Sequence[tuple[str, ...]], wanted: Sequence[str], lines: int | None) -> Found | None:
    names = frozenset(map(folded, wanted)) - {""}
    best, most = None, 0
    for count in (lines,) if lines else range(1, _LINES_AT_MOST + 1):
        for at in range(len(rows) - count + 1):
            block = rows[at : at + count]
            if not all(map(any, block)) or any(is_data(cell) for row in block[1:] for cell in row):
                continue
            found = count_matches(joined(block), names)
            if found > most:
                best, most = Found(at=at, lines=count, by_name=True), found
    if best is None or (most == 1 < len(names) and best != _by_shape(rows, lines, by_name=True)):
        return None
    return best


def _by_shape(rows: Sequence[tuple[str, ...]], lines: int | None, *, by_name: bool = False) -> Found:
    filled = [sum(map(bool, row)) for row in rows]
    first = next(at for at, count in enumerate(filled) if count)
    usual = median(sorted(count for count in filled if count))
    usual = max(usual, median(filled[len(filled) // 2 :] or [0]))
    at = first
    for index, (row, count) in enumerate(zip(rows, filled, strict=True)):
        if not count or count < _FILLED_SHARE * usual:
            continue
        if any(map(is_data, row)) and index > first and count > filled[first] and not _may_head(rows[first]):
            at = index  # titles, then data at once: there may be no headings
        elif not any(map(is_data, row)):
            at = index
        break
    if lines is not None:
        at = max(first, at - lines + 1)  # what stands above the full row belongs to it
    elif not by_name and _is_data_row(rows, at):
        return Found(at=at, lines=0)
    remarks = () if lines or by_name else _second_line(rows, at)
    return Found(at=at, lines=lines or 1, by_name=by_name, remarks=remarks)


def _may_head(row: tuple[str, ...]) -> bool:
    """Whether a row with few cells may be headings all the same: more than one cell, none of them data."""
    return sum(map(bool, row)) > 1 and not any(map(is_data, row))


def _is_data_row(rows: Sequence[tuple[str, ...]], at: int) -> bool:
    """Whether a row is like those below: data in a column of data, and text above a column of data nowhere."""
    votes = [(is_data(cell), share) for cell, share in _typed_below(rows, at) if cell]
    alike = sum(typed for typed, share in votes if share >= _TYPED_SHARE)
    unlike = sum(not typed for typed, share in votes if share >= _TYPED_SHARE)
    return alike > 0 and unlike == 0


def _typed_below(rows: Sequence[tuple[str, ...]], at: int) -> list[tuple[str, float]]:
    """Each cell of a row with the share of data among the filled cells below it."""
    below = [row for row in rows[at + 1 :] if any(row)]
    found = []
    for column, cell in enumerate(rows[at]):
        cells = [row[column] for row in below if column < len(row) and row[column]]
        found.append((cell, sum(map(is_data, cells)) / len(cells) if cells else 0.0))
    return found


def _second_line(rows: Sequence[tuple[str, ...]], at: int) -> tuple[str, ...]:
    if at + 3 >= len(rows) or not any(rows[at + 1]):
        return ()
    below = _typed_below(rows, at + 1)
    odd = [cell for cell, share in below if share >= _TYPED_SHARE and cell and not is_data(cell)]
    if len(odd) < 2 or any(is_data(cell) for cell in rows[at + 1]):
        return ()
    remark = (
        "The row below the headings holds no data either. If it belongs to them, write `header_rows: 2` under `file:` in "
        "the mapping."
    )
    return (remark,)
