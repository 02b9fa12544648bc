"""The careful reading of delimited text: what a record is, and where a broken quote stops doing harm.

A record ends at \\n, \\r, \\r\\n or \\r\\r\\n outside quotes. A quote opens a cell only as its first character and is
doubled inside; elsewhere it is an ordinary character. Where an escape is known, it takes the meaning from a delimiter,
a quote, a line end or an escape behind it, and is an ordinary character before anything else. Where an opening quote is
never closed, is followed by junk, or pairs up with a stray one further down, only the line that opened it is refused
and reading goes on with the next line: no row is swallowed.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

END_OF_LINE = re.compile(r"\r\r?\n|\n|\r")
_MERGE_WIDTH = 3  # below this, a cell of several lines looks like rows by accident


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The characters with a meaning of their own; None: there is no such character.

    A line that begins with `comment` is passed over.
    """

    delimiter: str
    quote: str | None = '"'
    escape: str | None = None
    comment: str | None = None


class Record(NamedTuple):
    """One record of the text: its cells (None: a broken quote; empty: a comment), where it starts, ends, and the next one starts."""

    cells: list[str] | None
    start: int
    stop: int
    after: int


class _Open(Exception):  # noqa: N818 - a state of the reading, not an error
    """The text ends inside the record."""


def split(text: str, dialect: Dialect, *, width: int | None, final: bool) -> Iterator[Record]:
    """Yield the complete records of `text`, which starts at a record; `final` says that nothing follows it.

    `width` is the number of cells a row should have, None before it is known. What is left behind the last record
    yielded is incomplete and wants more text.
    """
    delimiter, quote, escape, comment = dialect.delimiter, dialect.quote, dialect.escape, dialect.comment
    position, size = 0, len(text)
    while position < size:
        line = END_OF_LINE.search(text, position)
        if line is None and not final:
            return
        stop, after = line.span() if line else (size, size)
        if comment is not None and text.startswith(comment, position):
            yield Record([], position, stop, after)
        elif (not quote or text.find(quote, position, stop) < 0) and (
            escape is None or text.find(escape, position, stop) < 0
        ):
            yield Record(text[position:stop].split(delimiter), position, stop, after)
        else:
            record = _with_care(text, position, stop, after, dialect, width, final=final)
            if record is None:
                return
            yield record
            after = record.after
        position = after


def _with_care(
    text: str, start: int, stop: int, after: int, dialect: Dialect, width: int | None, *, final: bool
) -> Record | None:
    """The record of a line with quotes or escapes; None where it wants more text."""
    try:
        record = _on_one_line(text, start, stop, after, dialect) or _quoted(text, start, dialect, final)
    except _Open:
        if not final:
            return None
        record = None
    if record is None or (record.stop > stop and _rows_merged(text, record, dialect, width)):
        return Record(None, start, stop, after)
    return record


@lru_cache(maxsize=64)
def _sound_line(delimiter: str, quote: str) -> re.Pattern[str]:
    q, d = re.escape(quote), re.escape(delimiter)
    cell = f"(?:{q}(?:[^{q}]++|{q}{q})*+{q}|[^{d}{q}][^{d}]*+|)"
    return re.compile(f"{cell}(?:{d}{cell})*+")


def _on_one_line(text: str, start: int, stop: int, after: int, dialect: Dialect) -> Record | None:
    """The record, where its line alone is sound; the csv module then reads the same, only faster."""
    quote = dialect.quote
    if quote is None or (dialect.escape is not None and text.find(dialect.escape, start, stop) >= 0):
        return None
    line = text[start:stop]
    if not _sound_line(dialect.delimiter, quote).fullmatch(line):
        return None
    try:
        cells = next(csv.reader((line,), delimiter=dialect.delimiter, quotechar=quote, strict=True))
    except csv.Error:  # a cell past the module's own limit
        return None
    return Record(cells, start, stop, after)


@dataclass(frozen=True, slots=True)
class _Patterns:
    quoted: re.Pattern[str]
    bare: re.Pattern[str]
    escaped: re.Pattern[str] | None


@lru_cache(maxsize=64)
def _patterns(delimiter: str, quote: str | None, escape: str | None) -> _Patterns:
    d, q = re.escape(delimiter), re.escape(quote or "")
    if escape is None:
        return _Patterns(re.compile(f"{q}((?:[^{q}]++|{q}{q})*+){q}"), re.compile(f"[^{d}\r\n]*+"), None)
    e = re.escape(escape)
    behind = f"{e}(?:\r\r?\n|.)"  # a line end of two characters is escaped as one
    return _Patterns(
        re.compile(f"{q}((?:[^{q}{e}]++|{behind}|{q}{q})*+){q}", re.DOTALL),
        re.compile(f"(?:[^{d}{e}\r\n]++|{behind})*+", re.DOTALL),
        re.compile(f"{e}([{d}{q}{e}]|\r\r?\n|\r|\n)" + (f"|({q}){q}" if quote else "")),
    )


def _quoted(text: str, start: int, dialect: Dialect, final: bool) -> Record | None:
    delimiter, quote = dialect.delimiter, dialect.quote
    patterns = _patterns(delimiter, quote, dialect.escape)
    cells: list[str] = []
    at, size = start, len(text)
    while True:
        if quote is not None and at < size and text[at] == quote:
            match = patterns.quoted.match(text, at)
            if match is None:
                raise _Open
            cells.append(_meant(match[1], quote, patterns))
        else:
            match = patterns.bare.match(text, at)
            cells.append(_meant(match[0], None, patterns) if match else "")
        at = match.end() if match else at
        if at == size:
            if not final:
                raise _Open
            return Record(cells, start, size, size)
        if text[at] == delimiter:
            at += 1
            continue
        if at == size - 1 and text[at] == dialect.escape:  # an escape with nothing behind it
            if not final:
                raise _Open
            return Record([*cells[:-1], cells[-1] + text[at]], start, size, size)
        end = END_OF_LINE.match(text, at)
        return Record(cells, start, at, end.end()) if end else None


def _meant(raw: str, quote: str | None, patterns: _Patterns) -> str:
    """The text of a cell without its escapes and doubled quotes."""
    if patterns.escaped is None:
        return raw.replace(quote + quote, quote) if quote else raw
    if quote is None:
        return patterns.escaped.sub(lambda match: match[1] or match[0], raw)
    return patterns.escaped.sub(lambda match: match[1] or quote, raw)


def _rows_merged(text: str, record: Record, dialect: Dialect, width: int | None) -> bool:
    """Whether every line of the record would be a whole row by itself: two stray quotes that happen to pair up."""
    if width is None or width < _MERGE_WIDTH:
        return False
    lines = END_OF_LINE.split(text[record.start : record.stop])
    return all(line.count(dialect.delimiter) == width - 1 for line in lines)
