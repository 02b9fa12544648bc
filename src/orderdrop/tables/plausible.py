"""How plausible one way to read a text is: rows of one width, cells that look like something, headings that agree."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from orderdrop.mapping.model import FileOptions
from orderdrop.tables import heading_lines
from orderdrop.tables.candidates import COMMON, SAMPLE_RECORDS
from orderdrop.tables.headings import count_matches
from orderdrop.tables.pieces import BLANKS
from orderdrop.tables.records import Dialect, Record, split

_RARE_WEIGHT = 0.8
_SPACE_WEIGHT = 0.6
_BLANK_SHARE = 0.2
_TITLES = 2
_TYPED_ROWS = 50
_KNOWN = re.compile(
    r"[-+(]?[€$£]?\s?\d[\d.,' \u00a0]*\)?\s?[%€$£]?"
    r"|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[ T]\d{1,2}:\d\d\S*(?: [APap]\.?[Mm]\.?)?)?"
    r"|\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?"
    r"|[^\s@,;|]+@[^\s@,;|]+\.[^\s@,;|]+"
    r"|https?://[^\s;|]+"
    r"|[\w\u0300-\u036f](?:[^,;|\t\"\x00-\x1f]*[^,;|\t\"\x00-\x1f:^~])?"
)
_SENTENCE = re.compile(r"\w[^;|\t\x00-\x1f]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One way to read the sample: how good it is, how wide its rows are, and the headings it would give."""

    dialect: Dialect
    score: float = 0.0
    width: int = 1
    heads: tuple[str, ...] = ()
    found: int = 0  # wanted headings among them
    fit: float = 0.0  # the share of rows of full width
    broken: int = 0
    wrapped: bool = False  # each row is a single cell in quotes, with delimiters in it


def guess_of(
    text: str, dialect: Dialect, names: frozenset[str], options: FileOptions, *, final: bool
) -> Guess:
    """The sample read in one dialect, judged; `names` are the wanted headings, folded."""
    records = list(islice(split(text, dialect, width=None, final=final), SAMPLE_RECORDS))
    records = records or list(islice(split(text, dialect, width=None, final=True), SAMPLE_RECORDS))
    start = (options.header_row or 1) - 1
    rows = [record.cells for record in records[start:] or records if record.cells != []]
    good = [cells for cells in rows if cells is not None and "".join(cells).strip(BLANKS)]
    broken = sum(cells is None for cells in rows)
    if not good:
        return Guess(dialect=dialect, broken=broken)
    fitting = {width: sum(_fits(cells, width) for cells in good) for width in set(map(len, good))}
    width = max(
        fitting, key=lambda one: (fitting[one] * (1 - 1 / one) if one > 1 else fitting[one] * 0.25, one)
    )
    fit = fitting[width] / (len(good) + broken)
    heads, found, agrees = _headings(good, width, names, options)
    typed = _typed([cells for cells in good if _fits(cells, width)])
    blank = sum(not cell for cells in good for cell in cells) / sum(map(len, good))
    score = (
        fit
        * typed
        * (1 - 1 / width)
        * agrees
        * _weight(dialect, _is_strict(fit, len(good)), width, blank)
        * (1 + found)
    )
    wrapped = width == 1 and all(_is_row_in_a_cell(text, record) for record in records[:20] if record.cells)
    return Guess(
        dialect=dialect,
        score=score,
        width=width,
        heads=heads,
        found=found,
        fit=fit,
        broken=broken,
        wrapped=wrapped,
    )


def _is_row_in_a_cell(text: str, record: Record) -> bool:
    raw = text[record.start : record.stop]
    return raw[:1] == raw[-1:] == '"' and any(raw.count(one) > 1 for one in COMMON)


def _fits(cells: Sequence[str], width: int) -> bool:
    """Whether a row has so many cells; blank ones behind them do not count."""
    return len(cells) == width or (len(cells) > width and not any(map(str.strip, cells[width:])))


def _is_strict(fit: float, rows: int) -> bool:
    """Whether all rows have one width but a title line or two."""
    return fit >= 0.9 or (1 - fit) * rows <= _TITLES


def _weight(dialect: Dialect, strict: bool, width: int, blank: float) -> float:
    """A character that is common in text needs rows without exception to be a delimiter, and spaces that line up are none."""
    if dialect.delimiter in COMMON or dialect.delimiter < " ":
        return 1.0
    if not strict or width < 3:
        return 0.3
    if dialect.delimiter == " ":
        return _SPACE_WEIGHT if blank < _BLANK_SHARE else 0.0
    return _RARE_WEIGHT


def _headings(
    good: Sequence[Sequence[str]], width: int, names: frozenset[str], options: FileOptions
) -> tuple[tuple[str, ...], int, float]:
    """The headings this reading would give, how many of the wanted ones, and how well they agree with the rows."""
    if not options.header:
        return (), 0, 1.0
    top = good[: heading_lines.LOOKED_AT]
    full = [cells for cells in top if _fits(cells, width)]
    found = max((count_matches(cells, names) for cells in full), default=0) if names else 0
    first = next((at for at, cells in enumerate(top) if len(cells) == width), 0)
    heads = tuple(cell.strip(BLANKS) for cell in good[first])
    # The heading row names every column: a decimal comma in each row has no comma in the headings.
    agrees = 1.0 if first == 0 or not any(map(heading_lines.is_data, heads)) else 0.5
    return heads, found, agrees


def _typed(rows: Sequence[Sequence[str]]) -> float:
    """The share of cells that look like one thing; a sentence counts half."""
    points = total = 0.0
    for cells in rows[:_TYPED_ROWS]:
        for cell in cells:
            text = cell.strip(BLANKS)
            total += 1
            if not text or _KNOWN.fullmatch(text):
                points += 1
            elif _SENTENCE.fullmatch(text):
                points += 0.5
    return points / total if total else 0.0
