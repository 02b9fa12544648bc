"""Where the headings of a plain file stand, and where its rows begin."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from orderdrop.core.problems import Code
from orderdrop.errors import FileRefused
from orderdrop.mapping.model import FileOptions
from orderdrop.tables import heading_lines
from orderdrop.tables.candidates import SAMPLE_RECORDS
from orderdrop.tables.careful import BROKEN_BYTE, readable, shown_encoding
from orderdrop.tables.limits import Limits
from orderdrop.tables.pieces import BLANKS, refused
from orderdrop.tables.records import Record

_SEP_LINE = re.compile(r'"?sep=([^\r\n])"?(?:\r\r?\n|\n|\r|\Z)', re.IGNORECASE)
_SHOWN_TITLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """The heading row: its number (0: none), its cells without trailing blank ones, and where the rows begin.

    `lines` are the cells of each line that holds headings. `physical_width` counts trailing blank cells too; `after` is
    a position in the text, `next_row` its row number.
    """

    row: int
    cells: tuple[str, ...]
    physical_width: int
    after: int
    next_row: int
    lines: tuple[tuple[str, ...], ...] = ()
    remarks: tuple[str, ...] = ()


def sep_line(text: str) -> tuple[str | None, int]:
    """The delimiter that a first line `sep=;` declares, and its length; spreadsheets do not count that line."""
    match = _SEP_LINE.match(text)
    return (match[1], match.end()) if match else (None, 0)


def find_headings(
    text: str,
    start: int,
    records: Iterable[Record],
    options: FileOptions,
    wanted: Sequence[str],
    limits: Limits,
) -> Headings | None:
    """The headings among the records of `text[start:]`; None where the text has no row that is not blank.

    Raises FileRefused where the heading row is blank or broken, or where there is none though the mapping wants names.
    """
    body = text[start:]
    if options.header_row is not None:
        return _on_row(body, start, records, options.header_row, options.header_rows or 1, limits)
    blank, looked_at = _top(records)
    rows = [record.cells or () for record in looked_at]
    found = heading_lines.find(rows, wanted, lines=options.header_rows)
    broken = next((at for at, record in enumerate(looked_at) if record.cells is None), None)
    if broken is not None and (found is None or (broken < found.at and not found.by_name)):
        _sound(body, looked_at[broken], blank + broken + 1, limits)
    if found is None:
        return None
    if found.lines == 0 and "header" not in options.model_fields_set:
        if wanted:
            raise no_names("file", rows[found.at], blank + found.at + 1)
        return _positions(rows, found.at, blank, start, limits)
    return _made(body, start, looked_at, blank, found, limits)


def no_headings(records: Iterable[Record], start: int, limits: Limits) -> Headings | None:
    """Columns "1", "2", ... as many as most of the first rows have; None where the text has only blank rows."""
    rows = [record.cells for record in islice(records, SAMPLE_RECORDS) if record.cells]
    width = _usual_width(rows)
    if not width:
        return None
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


def _top(records: Iterable[Record]) -> tuple[int, list[Record]]:
    """How many blank rows stand first, and the records from there that are looked at."""
    blank = 0
    top: list[Record] = []
    for record in records:
        if not top and record.cells is not None and not "".join(record.cells).strip(BLANKS):
            blank += 1
            continue
        top.append(record)
        if len(top) == heading_lines.LOOKED_AT:
            break
    return blank, top


def _on_row(
    body: str, start: int, records: Iterable[Record], row: int, lines: int, limits: Limits
) -> Headings | None:
    chosen = list(islice(records, row - 1, row - 1 + lines))
    if len(chosen) < lines:
        return None
    for at, record in enumerate(chosen):
        if record.cells is not None and not "".join(record.cells).strip(BLANKS):
            raise refused(
                Code.FILE_NO_ROWS,
                f"Row {row + at} should hold the headings but is blank. Correct `header_row:` under `file:` in the "
                "mapping.",
                row=row + at,
            )
    found = heading_lines.Found(at=0, lines=lines, by_name=True)
    made = _made(body, start, chosen, row - 1, found, limits)
    return made if lines > 1 else _silent(made)


def _silent(made: Headings) -> Headings:
    return Headings(
        row=made.row,
        cells=made.cells,
        physical_width=made.physical_width,
        after=made.after,
        next_row=made.next_row,
        lines=made.lines,
    )


def _made(
    body: str, start: int, top: Sequence[Record], blank: int, found: heading_lines.Found, limits: Limits
) -> Headings:
    first = blank + found.at + 1
    lines = max(1, found.lines)
    chosen = top[found.at : found.at + lines]
    cells = [tuple(_sound(body, record, first + at, limits)) for at, record in enumerate(chosen)]
    names = heading_lines.joined(cells)
    remarks = [*_told_above(body, top[: found.at], first), *found.remarks]
    if lines > 1:
        remarks.append(f"The headings take rows {first} to {first + lines - 1}, joined column by column.")
    return Headings(
        row=first,
        cells=without_trailing_blanks(names),
        physical_width=max(map(len, cells)),
        after=start + chosen[-1].after,
        next_row=first + lines,
        lines=tuple(cells),
        remarks=tuple(remarks),
    )


def _told_above(body: str, above: Sequence[Record], first: int) -> list[str]:
    if first == 1:
        return []
    titles = [readable(body[record.start : record.stop]).strip(BLANKS + ',;|"') for record in above]
    titles = [title for title in titles if title]
    if not titles:
        return [f"The headings are in row {first}; the rows above are blank."]
    shown = ", ".join(f'"{title[:60]}"' for title in titles[:_SHOWN_TITLES])
    more = ", ..." if len(titles) > _SHOWN_TITLES else ""
    above_them = "row 1 above them was" if first == 2 else f"rows 1 to {first - 1} above them were"
    return [f"The headings are in row {first}; {above_them} passed over: {shown}{more}."]


def _positions(
    rows: Sequence[Sequence[str]], at: int, blank: int, start: int, limits: Limits
) -> Headings | None:
    width = _usual_width(rows[at:])
    too_many_columns(width, limits)
    remark = (
        f"Row {blank + at + 1} holds data, so the file was read without headings: its columns are 1, 2, ... If that row "
        "holds the headings, write `header: true` under `file:` in the mapping."
    )
    names = tuple(str(position) for position in range(1, width + 1))
    return Headings(row=0, cells=names, physical_width=width, after=start, next_row=1, remarks=(remark,))


def _usual_width(rows: Sequence[Sequence[str] | None]) -> int:
    widths = Counter(len(cells) for cells in rows if cells and "".join(cells).strip(BLANKS))
    return widths.most_common(1)[0][0] if widths else 0


def no_names(kind: str, cells: Sequence[str], row: int) -> FileRefused:
    """What refuses a file or a sheet (`kind` says which) that begins with data."""
    shown = ", ".join(f'"{cell[:40]}"' for cell in cells[:4])
    return refused(
        Code.HEADING_MISSING,
        f"The {kind} has no headings: row {row} is data already ({shown}), and no row holds the mapping's headings. Send it "
        "with its headings; or, if it never has any, write `header: false` under `file:` in the mapping and a `position:` "
        "for each column.",
        row=row,
    )


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
