"""Every combination of delimiter, quote and escape that a text could be written with."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from orderdrop.mapping.model import FileOptions
from orderdrop.tables.pieces import BLANKS
from orderdrop.tables.records import END_OF_LINE, Dialect

COMMON = (",", ";", "\t", "|")
RARE = (
    ":",
    "^",
    "~",
    " ",
    "\x01",
    "\x02",
    "\x07",
    "\x1c",
    "\x1d",
    "\x1e",
    "\x1f",
    "§",
    "¦",
    "¬",
    "#",
    "*",
    "!",
    "&",
    "$",
    "@",
    "%",
    "/",
)
SAMPLE_RECORDS = 200
_COMMON_SHARE = 0.1  # a delimiter stands in so many lines at least; quoted line ends make lines without
_RARE_SHARE = 0.6


def candidates(text: str, options: FileOptions, delimiter: str | None) -> Iterator[Dialect]:
    """The dialects to try; what the mapping declares is in all of them."""
    comment = options.comment
    delimiters = [delimiter] if delimiter else _delimiters(text)
    for one in delimiters:
        for quote in quotes_of(text, options, one):
            for escape in escapes_of(text, options, one, quote):
                yield Dialect(delimiter=one, quote=quote, escape=escape, comment=comment)


def _delimiters(text: str) -> list[str]:
    lines = [line for line in END_OF_LINE.split(text)[:SAMPLE_RECORDS] if line.strip(BLANKS)]

    def in_lines(share: float, candidates: Sequence[str]) -> list[str]:
        return [one for one in candidates if sum(one in line for line in lines) >= max(1, share * len(lines))]

    return [*(in_lines(_COMMON_SHARE, COMMON) or COMMON), *in_lines(_RARE_SHARE, RARE)]


def quotes_of(text: str, options: FileOptions, delimiter: str) -> list[str | None]:
    """What may quote cells between such delimiters; None: nothing does."""
    if options.quote is not None:
        return [None if options.quote in ("none", delimiter) else options.quote]
    quotes: list[str | None] = ['"'] if delimiter != '"' else []
    if "'" in text and delimiter != "'" and _wraps("'", delimiter, text):
        quotes.append("'")
    if not quotes or ('"' in text and not _wraps('"', delimiter, text, times=1)):
        quotes.append(None)
    return quotes


def _wraps(quote: str, delimiter: str, text: str, times: int = 2) -> bool:
    d, q = re.escape(delimiter), re.escape(quote)
    wrapped = re.compile(f"(?:^|{d}){q}(?:[^{q}\r\n]|{q}{q}|\\\\{q})*{q}(?=$|{d}|\r)", re.MULTILINE)
    return len(list(islice(wrapped.finditer(text), times))) == times


def escapes_of(text: str, options: FileOptions, delimiter: str, quote: str | None) -> list[str | None]:
    """What may take the meaning from a delimiter or quote; None: nothing does."""
    if options.escape is not None:
        return [None if options.escape == "none" else options.escape]
    escaped = (quote is not None and "\\" + quote in text) or "\\" + delimiter in text
    return [None, "\\"] if escaped and delimiter != "\\" else [None]
