"""How a delimited file is laid out: its delimiter and its heading row, decided on the first records."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from orderdrop.core.problems import Code
from orderdrop.tables.careful import BROKEN_BYTE, shown_encoding
from orderdrop.tables.limits import Limits
from orderdrop.tables.pieces import BLANKS, refused
from orderdrop.tables.records import Record, split

CANDIDATES = (",", ";", "\t", "|")
SAMPLE_RECORDS = 200
_SEP_LINE = re.compile(r'"?sep=([^\r\n])"?(?:\r\r?\n|\n|\r|\Z)', re.IGNORECASE)
_LEAST_SCORE = 0.3  # below this the file has one column, and its separators are part of the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """The heading row: its number (0: none), its cells without trailing blank ones, and where the rows begin.

    `physical_width` counts its trailing blank cells too; `after` is a position in the text, `next_row` its row number.
    """

    row: int
    cells: tuple[str, ...]
    physical_width: int
    after: int
    next_row: int


def sep_line(text: str) -> tuple[str | None, int]:
    """The delimiter that a first line `sep=;` declares, and its length; spreadsheets do not count that line."""
    match = _SEP_LINE.match(text)
    return (match[1], match.end()) if match else (None, 0)


def detect_delimiter(text: str, quote: str | None, *, final: bool) -> tuple[str, list[str]]:
    """The delimiter under which the first records have the same number of cells, and a remark."""
    scores = {
        delimiter: _score(text, delimiter, quote, final=final)
        for delimiter in CANDIDATES
        if delimiter != quote
    }
    best = max(scores, key=lambda delimiter: scores[delimiter])
    if scores[best] < _LEAST_SCORE:
        return ",", ["No delimiter gives rows of one width, so the file was read as a single column."]
    return best, [f"The delimiter {shown_delimiter(best)} was detected."]


def shown_delimiter(delimiter: str) -> str:
    """A delimiter as people read it."""
    return {"\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe"}.get(delimiter, delimiter)


def _score(text: str, delimiter: str, quote: str | None, *, final: bool) -> float:
    records = split(text, delimiter=delimiter, quote=quote, width=None, final=final)
    widths = [
        len(cells) for cells, *_ in islice(records, SAMPLE_RECORDS) if cells and any(map(str.strip, cells))
    ]
    if not widths:
        return 0.0
    width, count = Counter(widths).most_common(1)[0]
    if width == 1:
        return 0.0
    # The heading row names every column: a decimal comma in each row has no comma in the headings.
    agrees = 1.0 if widths[0] == width else 0.5
    return agrees * count / len(widths) * (1 - 1 / width)


def find_headings(
    text: str,
    start: int,
    delimiter: str,
    quote: str | None,
    header_row: int | None,
    *,
    limits: Limits,
    final: bool,
) -> Headings | None:
    """The heading row, the first that is not blank unless `header_row` names one; None where the text has none."""
    row = 0
    body = text[start:]
    for record in split(body, delimiter=delimiter, quote=quote, width=None, final=final):
        row += 1
        blank = record.cells is not None and not "".join(record.cells).strip(BLANKS)
        if (header_row is None and blank) or (header_row is not None and row < header_row):
            continue
        if blank:
            raise refused(
                Code.FILE_NO_ROWS,
                f"Row {row} should hold the headings but is blank. Correct `header_row:` under `file:` in the mapping.",
                row=row,
            )
        cells = _sound(body, record, row, limits)
        return Headings(
            row=row,
            cells=without_trailing_blanks(cells),
            physical_width=len(cells),
            after=start + record.after,
            next_row=row + 1,
        )
    return None


def no_headings(
    text: str, start: int, delimiter: str, quote: str | None, *, limits: Limits, final: bool
) -> Headings | None:
    """Columns "1", "2", ... as many as most of the first rows have; None where the text has only blank rows."""
    records = split(text[start:], delimiter=delimiter, quote=quote, width=None, final=final)
    widths = Counter(
        len(record.cells)
        for record in islice(records, SAMPLE_RECORDS)
        if record.cells and "".join(record.cells).strip(BLANKS)
    )
    if not widths:
        return None
    width = widths.most_common(1)[0][0]
    too_many_columns(width, limits)
    names = tuple(str(position) for position in range(1, width + 1))
    return Headings(row=0, cells=names, physical_width=width, after=start, next_row=1)


def too_many_columns(width: int, limits: Limits) -> None:
    """Refuse a file with more columns than any spreadsheet shows."""
    if width > limits.columns:
        raise refused(
            Code.FILE_TOO_LARGE,
            f"The heading row has {width:,} columns; the most that is read is {limits.columns:,}. Check the delimiter "
            "of the file.",
        )


def without_trailing_blanks(cells: Sequence[str]) -> tuple[str, ...]:
    """The cells up to the last that is not blank."""
    width = len(cells)
    while width and not cells[width - 1].strip(BLANKS):
        width -= 1
    return tuple(cells[:width])


def _sound(text: str, record: Record, row: int, limits: Limits) -> list[str]:
    raw = text[record.start : record.stop]
    if record.cells is None:
        raise refused(
            Code.ROW_QUOTE,
            f"The heading row (row {row}) opens a quote that is not closed properly. Close it and send the file again.",
            row=row,
        )
    if "\0" in raw:
        raise refused(
            Code.ROW_NUL,
            f"The heading row (row {row}) has a NUL character (a zero byte). Export the file again.",
            row=row,
        )
    if BROKEN_BYTE.search(raw):
        raise refused(
            Code.FILE_ENCODING,
            f"The heading row (row {row}) has bytes without meaning in {shown_encoding('utf-8')} or the encoding that "
            "the mapping names. Save the file as UTF-8, or set its `encoding:` under `file:` in the mapping.",
            row=row,
        )
    too_many_columns(len(record.cells), limits)
    if max(map(len, record.cells)) > limits.cell_chars:
        raise refused(
            Code.FILE_TOO_LARGE,
            f"A heading in row {row} is longer than {limits.cell_chars:,} characters. Check the file's line ends and "
            "quotes.",
            row=row,
        )
    return record.cells
