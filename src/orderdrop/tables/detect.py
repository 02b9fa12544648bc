"""Which characters a delimited file is written with, decided on its first records by all evidence together.

Every combination of delimiter, quote and escape that the text could have is tried by reading it: a right one gives rows
of one width, cells that look like something (numbers, dates, words), no broken quotes, headings as wide as the rows, and
the headings that the mapping wants. What is left undecided is a question, never a guess.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from orderdrop.core.problems import Code, Owner, Problem
from orderdrop.errors import FileRefused
from orderdrop.mapping.model import FileOptions
from orderdrop.tables import heading_lines
from orderdrop.tables.fixed import likely_widths
from orderdrop.tables.headings import count_matches, folded
from orderdrop.tables.pieces import BLANKS, refused
from orderdrop.tables.records import END_OF_LINE, Dialect, Record, split

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
_SAMPLE_CHARS = 256 * 1024
_LEAST_SCORE = 0.3  # below this the file has one column, and its separators are part of the text
_CLEAR_LEAD = 0.85  # a second reading this near to the best one is as likely
_COMMON_SHARE = 0.1  # a delimiter stands in so many lines at least; quoted line ends make lines without
_RARE_SHARE = 0.6
_RARE_WEIGHT = 0.8
_SPACE_WEIGHT = 0.6
_BLANK_SHARE = 0.2
_TITLES = 2
_MANY_BROKEN = 3
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
_SHOWN = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe", " ": "space", ":": "colon"}


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


def detect(
    text: str, options: FileOptions, wanted: Sequence[str], *, final: bool, declared: str | None = None
) -> tuple[Dialect, list[str]]:
    """The dialect of a text and remarks; what `options` declare is taken as it is, and so is a delimiter `declared` by
    the file itself. Raises FileRefused where two readings are as likely: the mapping must say which."""
    sample = _sample(text, final=final)
    whole = final and len(sample) == len(text)
    delimiter = options.delimiter or declared
    names = frozenset(map(folded, wanted)) - {""}
    guesses = [
        _guess(sample, dialect, names, options, final=whole)
        for dialect in _candidates(sample, options, delimiter)
    ]
    guesses = _settled_quotes(guesses, options)
    most = max(guess.found for guess in guesses)
    if most > 1:  # who does not find the headings reads another table
        guesses = [guess for guess in guesses if 2 * guess.found >= most]
    best = max(guesses, key=lambda guess: guess.score)
    if delimiter is None:
        if best.score < _LEAST_SCORE and not (best.broken and best.score):
            return _one_column(sample, guesses, options, names)
        _ask_if_unclear(best, guesses)
    return best.dialect, _told(best, options, delimiter)


def shown_delimiter(delimiter: str) -> str:
    """A delimiter as people read it."""
    if delimiter in _SHOWN:
        return _SHOWN[delimiter]
    return delimiter if delimiter.isprintable() else f"\\x{ord(delimiter):02x}"


def _sample(text: str, *, final: bool) -> str:
    if len(text) <= _SAMPLE_CHARS:
        return text if final else text.rstrip("\r")
    cut = max(text.rfind("\n", 0, _SAMPLE_CHARS), text.rfind("\r", 0, _SAMPLE_CHARS))
    return text[: cut + 1] if cut > 0 else text[:_SAMPLE_CHARS]


def _candidates(text: str, options: FileOptions, delimiter: str | None) -> Iterator[Dialect]:
    comment = options.comment
    delimiters = [delimiter] if delimiter else _delimiters(text)
    for one in delimiters:
        for quote in _quotes(text, options, one):
            for escape in _escapes(text, options, one, quote):
                yield Dialect(delimiter=one, quote=quote, escape=escape, comment=comment)


def _delimiters(text: str) -> list[str]:
    lines = [line for line in END_OF_LINE.split(text)[:SAMPLE_RECORDS] if line.strip(BLANKS)]

    def in_lines(share: float, candidates: Sequence[str]) -> list[str]:
        return [one for one in candidates if sum(one in line for line in lines) >= max(1, share * len(lines))]

    return [*(in_lines(_COMMON_SHARE, COMMON) or COMMON), *in_lines(_RARE_SHARE, RARE)]


def _quotes(text: str, options: FileOptions, delimiter: str) -> list[str | None]:
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


def _escapes(text: str, options: FileOptions, delimiter: str, quote: str | None) -> list[str | None]:
    if options.escape is not None:
        return [None if options.escape == "none" else options.escape]
    escaped = (quote is not None and "\\" + quote in text) or "\\" + delimiter in text
    return [None, "\\"] if escaped and delimiter != "\\" else [None]


def _guess(text: str, dialect: Dialect, names: frozenset[str], options: FileOptions, *, final: bool) -> Guess:
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
    if dialect.delimiter in COMMON:
        return 1.0
    if dialect.delimiter < " ":
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


def _settled_quotes(guesses: list[Guess], options: FileOptions) -> list[Guess]:
    """Without the readings that take a quote or an escape for what it need not be.

    No quoting at all is believed only where quotes break many rows and wrap none; an escape only where it mends rows.
    """
    usual = {guess.dialect.delimiter: guess for guess in guesses if guess.dialect.quote == '"'}
    kept = []
    for guess in guesses:
        quoted = usual.get(guess.dialect.delimiter)
        bare = options.quote is None and guess.dialect.quote is None
        if not bare or quoted is None or (quoted.broken >= _MANY_BROKEN and guess.fit == 1):
            kept.append(guess)
    return [guess for guess in kept if not _needless_escape(guess, kept, options)]


def _needless_escape(guess: Guess, guesses: Sequence[Guess], options: FileOptions) -> bool:
    if guess.dialect.escape is None or options.escape is not None:
        return False
    without = next((one for one in guesses if one.dialect == replace(guess.dialect, escape=None)), None)
    return without is not None and guess.fit <= without.fit


def _one_column(
    text: str, guesses: Sequence[Guess], options: FileOptions, names: frozenset[str]
) -> tuple[Dialect, list[str]]:
    """One column, where nothing else is likelier: a delimiter in the headings, or columns lined up with spaces, is a question."""
    lines = END_OF_LINE.split(text)[:SAMPLE_RECORDS]
    widths = likely_widths(lines)
    if widths is not None:
        raise _question(
            f"The columns of the file seem to have fixed widths. Write `format: fixed` and `widths: {list(widths)}` under "
            "`file:` in the mapping, with the widths that are right.",
        )
    first = next((line for line in lines if line.strip(BLANKS)), "")
    if _collapsed(guesses):
        raise refused(
            Code.FILE_UNREADABLE,
            f"Every row of the file is one single cell, such as {first[:80]}: a spreadsheet program has opened the file without "
            "splitting it, and saved it so. Export it again and send that.",
        )
    divided = any(one in first for one in COMMON) and not any(guess.broken for guess in guesses)
    if divided or (len(names) > 1 and not any(folded(line) in names for line in lines)):
        raise _question(
            f'No delimiter gives rows of one width; the first row is "{first[:80]}". Set `delimiter:` under `file:` in the '
            "mapping, and `header_row:` where the headings stand further down."
        )
    absent = next((one for one in COMMON if one not in text), ",")
    dialect = Dialect(
        delimiter=absent,
        quote=_quotes("", options, absent)[0],
        escape=_escapes("", options, absent, None)[0],
        comment=options.comment,
    )
    return dialect, ["No delimiter gives rows of one width, so the file was read as a single column."]


def _collapsed(guesses: Sequence[Guess]) -> bool:
    """Whether each row is one quoted cell with a whole row in it."""
    quoted = next((guess for guess in guesses if guess.dialect.quote == '"' and guess.width == 1), None)
    return quoted is not None and quoted.fit == 1 and quoted.wrapped


def _question(message: str) -> FileRefused:
    return FileRefused(Problem(code=Code.FILE_AMBIGUOUS, message=message, owner=Owner.OPS))


def _ask_if_unclear(best: Guess, guesses: Sequence[Guess]) -> None:
    others = [guess for guess in guesses if guess.dialect.delimiter != best.dialect.delimiter]
    second = max(others, key=lambda guess: guess.score, default=None)
    if second is None or second.score < _CLEAR_LEAD * best.score or second.score < _LEAST_SCORE:
        return
    readings = " or ".join(_reading(guess) for guess in (best, second))
    raise _question(
        f"The file can be read in two ways: {readings}. Set `delimiter:` under `file:` in the mapping."
    )


def _reading(guess: Guess) -> str:
    names = ", ".join(f'"{name}"' for name in guess.heads[:5]) + (", ..." if len(guess.heads) > 5 else "")
    return f"with the delimiter {shown_delimiter(guess.dialect.delimiter)} its columns are {names}"


def _told(guess: Guess, options: FileOptions, declared: str | None) -> list[str]:
    told = []
    if declared is None:
        told.append(f"The delimiter {shown_delimiter(guess.dialect.delimiter)} was detected.")
    if options.quote is None and guess.dialect.quote not in ('"', declared):
        told.append(
            f"Cells are quoted with {guess.dialect.quote}."
            if guess.dialect.quote
            else 'Quotes (") are part of the text: no cell is quoted.'
        )
    if options.escape is None and guess.dialect.escape is not None:
        told.append(f"A {guess.dialect.escape} before a quote or delimiter takes its meaning away.")
    return told
