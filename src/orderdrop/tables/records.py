"""The careful reading of delimited text: what a record is, and where a broken quote stops doing harm.

A record ends at \\n, \\r, \\r\\n or \\r\\r\\n outside quotes. A quote opens a cell only as its first character and is
doubled inside; elsewhere it is an ordinary character. Where an opening quote is never closed, is followed by junk, or
pairs up with a stray one further down, only the line that opened it is refused and reading goes on with the next
line: no row is swallowed.
"""

import csv
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

END_OF_LINE = re.compile(r"\r\r?\n|\n|\r")
_MERGE_WIDTH = 3  # below this, a cell of several lines looks like rows by accident


class Record(NamedTuple):
    """One record of the text: its cells (None: a broken quote), where it starts, ends, and the next one starts."""

    cells: list[str] | None
    start: int
    stop: int
    after: int


class _Open(Exception):  # noqa: N818 - a state of the reading, not an error
    """The text ends inside the record."""


def split(
    text: str, *, delimiter: str, quote: str | None, width: int | None, final: bool
) -> Iterator[Record]:
    """Yield the complete records of `text`, which starts at a record; `final` says that nothing follows it.

    `width` is the number of cells a row should have, None before it is known. What is left behind the last record
    yielded is incomplete and wants more text.
    """
    position, size = 0, len(text)
    while position < size:
        line = END_OF_LINE.search(text, position)
        if line is None and not final:
            return
        stop, after = line.span() if line else (size, size)
        if not quote or text.find(quote, position, stop) < 0:
            yield Record(text[position:stop].split(delimiter), position, stop, after)
        else:
            try:
                record = _on_one_line(text, position, stop, after, delimiter, quote) or _quoted(
                    text, position, delimiter, quote, final
                )
            except _Open:
                if not final:
                    return
                record = None
            if record is None or (record.stop > stop and _rows_merged(text, record, delimiter, width)):
                record = Record(None, position, stop, after)
            yield record
            after = record.after
        position = after


@lru_cache(maxsize=32)
def _sound_line(delimiter: str, quote: str) -> re.Pattern[str]:
    q, d = re.escape(quote), re.escape(delimiter)
    cell = f"(?:{q}(?:[^{q}]++|{q}{q})*+{q}|[^{d}{q}][^{d}]*+|)"
    return re.compile(f"{cell}(?:{d}{cell})*+")


def _on_one_line(text: str, start: int, stop: int, after: int, delimiter: str, quote: str) -> Record | None:
    """The record, where its line alone is sound; the csv module then reads the same, only faster."""
    line = text[start:stop]
    if not _sound_line(delimiter, quote).fullmatch(line):
        return None
    try:
        cells = next(csv.reader((line,), delimiter=delimiter, quotechar=quote, strict=True))
    except csv.Error:  # a cell past the module's own limit
        return None
    return Record(cells, start, stop, after)


@lru_cache(maxsize=32)
def _patterns(delimiter: str, quote: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    q, d = re.escape(quote), re.escape(delimiter)
    return re.compile(f"{q}((?:[^{q}]++|{q}{q})*+){q}"), re.compile(f"[^{d}\r\n]*+")


def _quoted(text: str, start: int, delimiter: str, quote: str, final: bool) -> Record | None:
    quoted, bare = _patterns(delimiter, quote)
    cells: list[str] = []
    at, size = start, len(text)
    while True:
        if at < size and text[at] == quote:
            match = quoted.match(text, at)
            if match is None:
                raise _Open
            cells.append(match[1].replace(quote + quote, quote))
        else:
            match = bare.match(text, at)
            cells.append(match[0] if match else "")
        at = match.end() if match else at
        if at == size:
            if not final:
                raise _Open
            return Record(cells, start, size, size)
        if text[at] == delimiter:
            at += 1
            continue
        end = END_OF_LINE.match(text, at)
        return Record(cells, start, at, end.end()) if end else None


def _rows_merged(text: str, record: Record, delimiter: str, width: int | None) -> bool:
    """Whether every line of the record would be a whole row by itself: two stray quotes that happen to pair up."""
    if width is None or width < _MERGE_WIDTH:
        return False
    lines = END_OF_LINE.split(text[record.start : record.stop])
    return all(line.count(delimiter) == width - 1 for line in lines)
