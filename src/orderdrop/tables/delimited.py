"""Opening a delimited text file: detect, read the headings, then stream pieces block by block."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from orderdrop.core.problems import Code
from orderdrop.errors import FileRefused
from orderdrop.frames import Verdict
from orderdrop.mapping.model import FileOptions
from orderdrop.tables import encodings
from orderdrop.tables.careful import Layout, decode, encoded_size, read_block, readable, too_long
from orderdrop.tables.dialect import (
    CANDIDATES,
    Headings,
    detect_delimiter,
    find_headings,
    no_headings,
    sep_line,
)
from orderdrop.tables.fast import read_fast
from orderdrop.tables.limits import Limits
from orderdrop.tables.pieces import BLANKS, Piece, refused, strings
from orderdrop.tables.records import END_OF_LINE

_QUOTE = '"'
_LINE_END = re.compile(rb"\r\r?\n|\n|\r")


def open_delimited(
    path: Path, options: FileOptions, limits: Limits, *, wanted: Sequence[str] = (), careful: bool = False
) -> tuple[Verdict, tuple[str, ...], Iterator[Piece]]:
    """Decide how the file is written and stream its rows; raises FileRefused where it cannot be read at all.

    `careful` leaves out the fast reading, which must never change a result.
    """
    encoding, remarks = encodings.decide(path, options.encoding)
    quote: str | None = options.quote or _QUOTE
    sample, final = _sample(path, encoding, limits)
    transcoded = encoding != "utf-8"
    text, _ = decode(sample, transcoded)
    declared, start = sep_line(text)
    if declared is not None:
        remarks.append(f"A first line `sep={declared}` was skipped; spreadsheets do not count it as a row.")
    delimiter = options.delimiter or declared
    if delimiter is None:
        delimiter, detected = detect_delimiter(
            _from_row(text[start:], options.header_row), quote, final=final
        )
        remarks += detected
    if delimiter == quote:
        quote = None
    headings = _headings(text, start, delimiter, quote, options, limits, final=final)
    if headings.row > 1 and options.header_row is None:
        remarks.append(f"The headings are in row {headings.row}; the rows above are blank.")
    layout = Layout(
        headings=headings.cells,
        physical_width=headings.physical_width,
        delimiter=delimiter,
        quote=quote,
        encoding=encoding,
        transcoded=transcoded,
        limits=limits,
    )
    verdict = Verdict(
        format="csv",
        encoding=encoding,
        delimiter=delimiter,
        quote=quote,
        header_row=headings.row,
        remarks=tuple(remarks),
    )
    skip = encoded_size(text[: headings.after], transcoded)
    return verdict, headings.cells, read_pieces(path, layout, skip, headings.next_row, careful=careful)


def _sample(path: Path, encoding: str, limits: Limits) -> tuple[bytes, bool]:
    """The first block, longer where it holds nothing but blanks, and whether it is the whole file."""
    sample = b""
    for block, final in encodings.utf8_blocks(path, encoding, limits.block_bytes):
        sample += block
        if final or sample.strip() or len(sample) > limits.leading_blank_bytes:
            return sample, final
    return sample, True


def _headings(
    text: str,
    start: int,
    delimiter: str,
    quote: str | None,
    options: FileOptions,
    limits: Limits,
    *,
    final: bool,
) -> Headings:
    if final and not text[start:].strip(BLANKS + "".join(CANDIDATES) + delimiter):
        raise _only_blank_rows()
    # The sample may end in the middle of a record, or between \r and \n.
    whole = text if final else text.rstrip("\r")
    if options.header:
        found = find_headings(
            whole, start, delimiter, quote, options.header_row, limits=limits, final=final
        ) or find_headings(whole, start, delimiter, quote, options.header_row, limits=limits, final=True)
    else:
        found = no_headings(whole, start, delimiter, quote, limits=limits, final=final) or no_headings(
            whole, start, delimiter, quote, limits=limits, final=True
        )
    if found is not None:
        return found
    if options.header_row is not None and text.strip(BLANKS):
        raise refused(
            Code.FILE_NO_ROWS,
            f"The mapping expects the headings in row {options.header_row}, but the file ends before it. Correct "
            "`header_row:` under `file:` in the mapping, or send the whole file.",
        )
    raise _only_blank_rows()


def _only_blank_rows() -> FileRefused:
    return refused(
        Code.FILE_EMPTY, "The file has only blank rows. Export it again and check that it has rows."
    )


def _from_row(text: str, row: int | None) -> str:
    """The text from a line on: what stands above the headings says nothing about the delimiter."""
    return text if row is None else "\n".join(END_OF_LINE.split(text)[row - 1 :])


def read_pieces(path: Path, layout: Layout, skip: int, row: int, *, careful: bool = False) -> Iterator[Piece]:
    """Stream the rows behind the first `skip` bytes, the first of which is row `row`, in bounded memory."""
    buffer = b""
    in_endless_line = False
    for block, final in encodings.utf8_blocks(path, layout.encoding, layout.limits.block_bytes):
        dropped = min(skip, len(block))
        skip -= dropped
        buffer += block[dropped:]
        if in_endless_line:
            buffer, in_endless_line = _behind_line_end(buffer, final=final)
        if not buffer or (in_endless_line and not final):
            continue
        piece, used = _read_buffer(buffer, layout, row, final=final, careful=careful)
        row += piece.count
        buffer = buffer[used:]
        if piece.count:
            yield piece
        if not final and len(buffer) > layout.limits.record_bytes:
            piece, used, in_endless_line = _give_up_record(buffer, layout, row)
            row += piece.count
            buffer = buffer[used:]
            yield piece


def _read_buffer(buffer: bytes, layout: Layout, row: int, *, final: bool, careful: bool) -> tuple[Piece, int]:
    read = None if careful else read_fast(buffer, layout, row, final=final)
    if read is None:
        # A trailing \r may be the first half of a line end.
        read = read_block(buffer if final else buffer.rstrip(b"\r"), layout, row, final=final)
    return read


def _give_up_record(buffer: bytes, layout: Layout, row: int) -> tuple[Piece, int, bool]:
    """A record without an end within the limit: refuse its first line, and go on behind that line's end."""
    text, _ = decode(buffer, layout.transcoded)
    end = END_OF_LINE.search(text.rstrip("\r"))
    if end is not None:
        piece, used = read_block(
            buffer[: encoded_size(text[: end.end()], layout.transcoded)], layout, row, final=True
        )
        return piece, used, False
    problem = too_long(row, readable(text[:1000]), len(text), layout.limits)
    piece = Piece(
        first=row,
        count=1,
        rows=np.array([], dtype=np.int64),
        columns=(strings(()),) * layout.width,
        problems=(problem,),
    )
    return piece, len(buffer), True


def _behind_line_end(buffer: bytes, *, final: bool) -> tuple[bytes, bool]:
    end = _LINE_END.search(buffer)
    if end is None:
        return b"", not final
    if end.end() == len(buffer) and not final:
        return buffer[end.start() :], True  # \r, and \n may follow
    return buffer[end.end() :], False
