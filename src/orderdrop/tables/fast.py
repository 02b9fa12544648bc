"""Reading a block of delimited text with Arrow, only where that provably equals the careful reading.

The proof rests on three checks of the whole block. The text is sound UTF-8 without NUL and lines end in \\n or \\r\\n
throughout (others are rewritten when no quote is near). Every second quote closes a cell: an opening one stands
behind a delimiter or line end, a closing one before one, and a closing one directly followed by an opening one is a
doubled quote; by induction from the block's start, which is outside quotes, this is the careful reading. No line
end lies inside quotes, so a line is a record. Whatever fails a check is left to the careful reading.
"""

from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from orderdrop.core.problems import Problem
from orderdrop.tables.careful import Layout, read_block
from orderdrop.tables.pieces import Piece, Text, blank_mask, keep
from orderdrop.tables.records import Dialect

_BOM = b"\xef\xbb\xbf"
# past this share of odd rows, judging them one by one costs more than the careful reading
_ODD_ROWS_SHARE = 0.05


def read_fast(block: bytes, layout: Layout, row: int, *, final: bool) -> tuple[Piece, int] | None:
    """Read the complete records of `block` as `careful.read_block` would; None where only that can."""
    if layout.widths:
        return None
    used = len(block) if final else _last_line_end(block)
    lines = _lines(block[:used], layout)
    if lines is None:
        return None
    parsed = _parse(*lines, layout)
    if parsed is None:
        return None
    columns, odd = parsed
    count = len(columns[0]) + len(odd)
    rows = row + _places(count, [number - 1 for number, _ in odd])
    settled = _odd_rows(odd, layout, row)
    if settled is None:
        return None
    blank, problems, broken = settled
    empty = blank_mask(columns)
    if layout.physical_width > layout.width:
        surplus = keep(columns[layout.width :], ~empty)
        if not blank_mask(surplus).all():
            return None
    good = keep(columns[: layout.width], ~empty)
    return Piece(
        first=row,
        count=count,
        rows=rows[~empty],
        columns=good,
        blank=tuple(sorted([*blank, *rows[empty].tolist()])),
        problems=tuple(problems),
        broken=broken,
    ), used


def _last_line_end(block: bytes) -> int:
    # A trailing \r may be the first half of a line end.
    stop = len(block.rstrip(b"\r"))
    return max(block.rfind(b"\n", 0, stop), block.rfind(b"\r", 0, stop)) + 1


def _lines(block: bytes, layout: Layout) -> tuple[bytes, int] | None:
    """The block with plain line ends and how many they are, or None where a line need not be a record of sound text."""
    dialect = layout.dialect
    delimiter, quote = dialect.delimiter, dialect.quote or '"'
    if not block or not (delimiter.isascii() and quote.isascii()) or block.startswith(_BOM) or b"\0" in block:
        return None
    if _has_escape_or_comment(block, dialect):
        return None
    if not block.isascii():
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            return None
    quoted = dialect.quote is not None and quote.encode() in block
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        if quoted or b"\r\r" in block:
            return None
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    data = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(data == 10)
    longest = np.diff(ends, prepend=-1, append=len(block)).max()
    if longest > layout.limits.cell_chars or (quoted and not _quotes_are_plain(data, ends, delimiter, quote)):
        return None
    return block, len(ends)


def _has_escape_or_comment(block: bytes, dialect: Dialect) -> bool:
    if dialect.escape is not None and dialect.escape.encode() in block:
        return True
    comment = (dialect.comment or "").encode()
    return bool(comment) and (
        block.startswith(comment) or b"\n" + comment in block or b"\r" + comment in block
    )


def _quotes_are_plain(data: np.ndarray, ends: np.ndarray, delimiter: str, quote: str) -> bool:
    quotes = np.flatnonzero(data == ord(quote))
    if len(quotes) % 2 or (np.searchsorted(quotes, ends) % 2).any():
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    doubled = opening[1:] == closing[:-1] + 1
    border = np.zeros(256, dtype=bool)
    border[[ord(delimiter), 10, 13]] = True
    before = border[data[opening - 1]]
    before[0] |= opening[0] == 0
    after = border[data[np.minimum(closing + 1, len(data) - 1)]]
    after[-1] |= closing[-1] == len(data) - 1
    before[1:] |= doubled
    after[:-1] |= doubled
    return bool(before.all() and after.all())


def _parse(lines: bytes, count: int, layout: Layout) -> tuple[list[Text], list[tuple[int, str]]] | None:
    """The columns of the rows of full width, and the other rows by their position from 1."""
    odd: list[tuple[int, str]] = []
    most = 16 + int(count * _ODD_ROWS_SHARE)

    def odd_row(found: pacsv.InvalidRow) -> Literal["skip", "error"]:
        odd.append((found.number or 0, found.text))
        return "skip" if len(odd) <= most else "error"

    names = [str(at) for at in range(layout.physical_width)]
    try:
        table = pacsv.read_csv(
            pa.BufferReader(lines),  # type: ignore[arg-type] # its stubs know files only
            read_options=pacsv.ReadOptions(use_threads=False, column_names=names, block_size=len(lines) + 1),
            parse_options=pacsv.ParseOptions(
                delimiter=layout.dialect.delimiter,
                quote_char=layout.dialect.quote or False,
                ignore_empty_lines=False,
                invalid_row_handler=odd_row,
            ),
            convert_options=pacsv.ConvertOptions(
                check_utf8=False, column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table.columns, odd


def _places(count: int, missing: list[int]) -> np.ndarray:
    """The numbers from 0 to `count` - 1 without the missing ones."""
    present = np.ones(count, dtype=bool)
    present[missing] = False
    return np.flatnonzero(present).astype(np.int64)


_Settled: TypeAlias = tuple[list[int], list[Problem], dict[int, tuple[str, ...]]]


def _odd_rows(odd: list[tuple[int, str]], layout: Layout, row: int) -> _Settled | None:
    """The blank rows, the problems and the refused cells among the rows that are not of full width."""
    blank: list[int] = []
    problems: list[Problem] = []
    broken: dict[int, tuple[str, ...]] = {}
    for number, text in odd:
        piece, _ = read_block(text.encode(), layout, row + number - 1, final=True)
        if piece.count != 1 or len(piece.rows):
            return None
        blank.extend(piece.blank)
        problems.extend(piece.problems)
        broken.update(piece.broken)
    return blank, problems, broken
