"""Which characters a delimited file is written with, decided on its first records by all evidence together.

Every combination of delimiter, quote and escape that the text could have is tried by reading it: a right one gives rows
of one width, cells that look like something (numbers, dates, words), no broken quotes, headings as wide as the rows, and
the headings that the mapping wants. What is left undecided is a question, never a guess.
"""

from collections.abc import Sequence
from dataclasses import replace

from orderdrop.core.headings import folded
from orderdrop.core.problems import Code, Owner, Problem
from orderdrop.errors import FileRefused
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.candidates import COMMON, SAMPLE_RECORDS, candidates, escapes_of, quotes_of
from orderdrop.tables.fixed import likely_widths
from orderdrop.tables.pieces import BLANKS, refused
from orderdrop.tables.plausible import Guess, guess_of
from orderdrop.tables.records import END_OF_LINE, Dialect

_SAMPLE_CHARS = 256 * 1024
_LEAST_SCORE = 0.3  # below this the file has one column, and its separators are part of the text
_CLEAR_LEAD = 0.85  # a second reading this near to the best one is as likely
_MANY_BROKEN = 3
_SHOWN = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe", " ": "space", ":": "colon"}


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
        guess_of(sample, dialect, names, options, final=whole)
        for dialect in candidates(sample, options, delimiter)
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
        quote=quotes_of("", options, absent)[0],
        escape=escapes_of("", options, absent, None)[0],
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
