"""Which of the first rows holds the headings: found by the headings a mapping names, else by the shape of the rows.

Works on plain lists of cell texts, so that delimited text and sheets are judged alike. Nothing heavy is imported: the
child process that parses workbooks uses it too.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import median_high

from orderdrop.core.headings import folded

SAMPLE_ROWS = 100
"""How far down the headings are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The heading row: its index from 0 among the rows given, and how many of the wanted headings stand in it.

    `matched` is 0 for a row found by its shape alone.
    """

    at: int
    matched: int = 0


def find_heading_row(rows: Sequence[Sequence[str]], wanted: Collection[str] = ()) -> Found | None:
    """The row of the headings, None where all rows are blank.

    The row with the most wanted headings wins, the first of equals: a heading row that is repeated further down does
    not count. One hit may be chance, so it decides only where nothing else was wanted or the row is the first one.
    Otherwise title lines, which are much narrower than the rows that follow, are passed over.
    """
    filled = [at for at, row in enumerate(rows) if any(cell.strip() for cell in row)]
    if not filled:
        return None
    names = {folded(name) for name in wanted} - {""}
    hits = {at: count_matches(rows[at], names) for at in filled}
    best = max(filled, key=lambda at: (hits[at], -at))
    if hits[best] >= min(2, len(names)) > 0 or (hits[best] and best == filled[0]):
        return Found(at=best, matched=hits[best])
    return Found(at=_below_titles(rows, filled))


def count_matches(cells: Sequence[str], names: Collection[str]) -> int:
    """How many different ones of `names`, which must be folded, stand among the cells."""
    return len({folded(cell) for cell in cells}.intersection(names))


def _below_titles(rows: Sequence[Sequence[str]], filled: Sequence[int]) -> int:
    """The first row that is about as wide as most: a title line fills one cell or few."""
    widths = [sum(1 for cell in rows[at] if cell.strip()) for at in filled]
    usual = median_high(widths)
    for at, width in zip(filled, widths, strict=True):
        if width * 2 > usual:
            return at
    return filled[0]
