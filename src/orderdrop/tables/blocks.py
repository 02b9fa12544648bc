"""Streaming the rows of a plain file block by block, in bounded memory."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from orderdrop.tables import transcoding
from orderdrop.tables.careful import Layout, decode, encoded_size, read_block, readable, too_long
from orderdrop.tables.fast import read_fast
from orderdrop.tables.pieces import Piece, strings
from orderdrop.tables.records import END_OF_LINE

_LINE_END = re.compile(rb"\r\r?\n|\n|\r")


def read_pieces(path: Path, layout: Layout, skip: int, row: int, *, careful: bool = False) -> Iterator[Piece]:
    """Stream the rows behind the first `skip` bytes, the first of which is row `row`, in bounded memory.

    `careful` leaves out the fast reading, which must never change a result.
    """
    buffer = b""
    in_endless_line = False
    for block, final in transcoding.utf8_blocks(path, layout.encoding, layout.limits.block_bytes):
        dropped = min(skip, len(block))
        skip -= dropped
        buffer += block[dropped:]
        if in_endless_line:
            buffer, in_endless_line = _behind_line_end(buffer, final=final)
        if not buffer or (in_endless_line and not final):
            continue
        size = max(len(block) * 2, layout.limits.block_bytes)
        whole = False
        # a buffer that an open quote has swollen goes in parts: rows cost more than their bytes
        while buffer and not whole:
            part = buffer[:size]
            whole = len(part) == len(buffer)
            piece, used = _read_buffer(part, layout, row, final=final and whole, careful=careful)
            row += piece.count
            buffer = buffer[used:]
            size = size if used else size * 2
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
