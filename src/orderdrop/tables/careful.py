"""Reading a block of delimited text with full care: every row is judged by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from orderdrop.core.problems import Code, Problem
from orderdrop.tables.fixed import split_fixed
from orderdrop.tables.limits import Limits
from orderdrop.tables.pieces import BLANKS, Piece, row_problem, strings
from orderdrop.tables.records import Dialect, Record, split

BROKEN_BYTE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is known about a delimited file once its headings are read.

    `physical_width` counts the cells of the heading row itself, which may end in blank ones; `transcoded` says that
    the blocks were decoded from `encoding` and carry bytes that had no meaning as lone surrogates. `widths` are those of
    the columns where they are fixed; then no character of the dialect counts but its comment. `padded` are numbers of cells
    past the width that rows of this file usually have, the surplus blank: in any other row a blank cell too many is a
    shift.
    """

    headings: tuple[str, ...]
    physical_width: int
    dialect: Dialect
    encoding: str
    transcoded: bool
    limits: Limits
    widths: tuple[int, ...] = ()
    padded: frozenset[int] = frozenset()

    def records(self, text: str, *, final: bool) -> Iterator[Record]:
        """The complete records of a text that starts at a record."""
        if self.widths:
            return split_fixed(text, self.widths, comment=self.dialect.comment, final=final)
        return split(text, self.dialect, width=self.width, final=final)

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.headings)


def decode(block: bytes, transcoded: bool) -> tuple[str, bool]:
    """The text of a block and whether it is sound; a byte that is not is U+DC00 plus the byte."""
    try:
        return block.decode("utf-8"), True
    except UnicodeDecodeError:
        return block.decode("utf-8", "surrogatepass" if transcoded else "surrogateescape"), False


def encoded_size(text: str, transcoded: bool) -> int:
    """How many bytes of the block `text` was decoded from."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-8", "surrogatepass" if transcoded else "surrogateescape"))


def read_block(block: bytes, layout: Layout, row: int, *, final: bool) -> tuple[Piece, int]:
    """Read the complete records of `block`, the first of which is row `row`; return them and the bytes they took."""
    text, sound = decode(block, layout.transcoded)
    rows: list[int] = []
    good: list[list[str]] = []
    blank: list[int] = []
    problems: list[Problem] = []
    broken: dict[int, tuple[str, ...]] = {}
    first, after = row, 0
    has_nul = "\0" in text
    for record in layout.records(text, final=final):
        cells = record.cells
        after = record.after
        if cells is not None and sound and not has_nul and "".join(cells).strip(BLANKS) == "":
            blank.append(row)
        else:
            problem, cells = _judge(text, record, layout, row, sound=sound, has_nul=has_nul)
            if problem is not None:
                problems.append(problem)
                broken[row] = _as_far_as_readable(text, record, layout)
            elif cells:
                rows.append(row)
                good.append(cells)
            else:
                blank.append(row)
        row += 1
    columns = tuple(map(strings, zip(*good, strict=True))) if good else (strings(()),) * layout.width
    piece = Piece(
        first=first,
        count=row - first,
        rows=np.array(rows, dtype=np.int64),
        columns=columns,
        blank=tuple(blank),
        problems=tuple(problems),
        broken=broken,
    )
    return piece, encoded_size(text[:after], layout.transcoded)


def _as_far_as_readable(text: str, record: Record, layout: Layout) -> tuple[str, ...]:
    """The cells of a refused row, so that its sender gets it back: a broken quote splits at every delimiter."""
    cells = record.cells or text[record.start : record.stop].split(layout.dialect.delimiter)
    return tuple(readable(cell) for cell in cells)


def _judge(
    text: str, record: Record, layout: Layout, row: int, *, sound: bool, has_nul: bool
) -> tuple[Problem | None, list[str]]:
    """The first thing wrong with a record, or its cells, none for a blank row."""
    if has_nul or not sound or record.cells is None:
        raw = text[record.start : record.stop]
        if has_nul and "\0" in raw:
            return _nul(row, raw), []
        broken = None if sound else BROKEN_BYTE.search(raw)
        if broken:
            return _encoding(row, raw, broken, layout.encoding), []
        if record.cells is None:
            return _quote(row, raw, layout.dialect), []
    cells = record.cells or []
    if len(cells) in layout.padded and not "".join(cells[layout.width :]).strip(BLANKS):
        cells = cells[: layout.width]
    if "".join(cells).strip(BLANKS) == "":
        return None, []
    if len(cells) != layout.width:
        return _width(row, text[record.start : record.stop], len(cells), layout), []
    if record.stop - record.start > layout.limits.cell_chars:
        for heading, cell in zip(layout.headings, cells, strict=True):
            if len(cell) > layout.limits.cell_chars:
                return too_long(row, cell, len(cell), layout.limits, heading), []
    return None, cells


def too_long(row: int, raw: str, chars: int, limits: Limits, heading: str | None = None) -> Problem:
    """A cell that no destination would take."""
    where = f'The cell in row {row}, column "{heading}",' if heading else f"Row {row}"
    message = (
        f"{where} has {chars:,} characters or more; the most that is read is {limits.cell_chars:,}. "
        "Shorten it, or look for a missing line end or quote."
    )
    return row_problem(Code.CELL_TOO_LONG, row, message, raw, heading)


def _width(row: int, raw: str, found: int, layout: Layout) -> Problem:
    cells, headings = _count(found, "cell"), _count(layout.width, "heading")
    shown = {"\t": "a tab", " ": "a space"}.get(layout.dialect.delimiter, f"a {layout.dialect.delimiter}")
    more = f"If a cell contains {shown}, put the cell in quotes." if found > layout.width else "Add the rest."
    if layout.widths:
        more = "Its columns have fixed widths: check `widths:` under `file:` in the mapping, and that the line is whole."
    return row_problem(
        Code.ROW_WIDTH, row, f"Row {row} has {cells} where the file has {headings}. {more}", raw
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _nul(row: int, raw: str) -> Problem:
    message = (
        f"Row {row} has a NUL character (a zero byte), which no text should have. Export the file again, "
        "or delete what stands there and type it anew."
    )
    return row_problem(Code.ROW_NUL, row, message, readable(raw))


def _encoding(row: int, raw: str, broken: re.Match[str], encoding: str) -> Problem:
    byte = ord(broken[0]) & 0xFF
    before = raw[max(0, broken.start() - 20) : broken.start()]
    place = f', after "{readable(before)}"' if before else ""
    message = (
        f"Row {row} is not {shown_encoding(encoding)} (byte 0x{byte:02X}{place}). Save the whole file in one encoding, "
        "best UTF-8, and send it again."
    )
    return row_problem(Code.ROW_ENCODING, row, message, readable(raw))


def _quote(row: int, raw: str, dialect: Dialect) -> Problem:
    quote = dialect.quote or ""
    message = (
        f"Row {row} opens a quote ({quote}) that is not closed properly. Close it, or write {quote}{quote} for a quote "
        "inside a quoted cell."
    )
    return row_problem(Code.ROW_QUOTE, row, message, readable(raw))


def shown_encoding(encoding: str) -> str:
    """The name people know an encoding by."""
    return encoding.upper() if encoding.lower().startswith("utf") else encoding


def readable(raw: str) -> str:
    """Text that any report can hold: bytes without meaning and NULs are written as \\xE9 and \\x00."""
    text = BROKEN_BYTE.sub(lambda match: f"\\x{ord(match[0]) & 0xFF:02X}", raw)
    return text.replace("\0", "\\x00")
