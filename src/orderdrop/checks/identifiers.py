"""Identifiers that came through a spreadsheet program: digits lost, zeros lost. What is certain is refused, the rest is told.

The shape decides: `1.23E+12` has lost digits for sure, `1E+05` may be an article number and goes on with a warning, `12E5` is
one. In a workbook the numbers themselves are there, so the reader knows more; this here is for what arrives as text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from orderdrop.checks.arrow import ArrowArray, Ints, bools, may_hold, pa, pc
from orderdrop.checks.reading import Flaw
from orderdrop.core.problems import Cell, Code, Problem, Severity
from orderdrop.core.rows import in_table

_LOST_DIGITS = r"^[0-9][.,][0-9]+[Ee]\+[0-9]+$"
_LOST = Flaw(
    code=Code.DAMAGED,
    expected="a spreadsheet program has turned a long number into this and lost its digits. Format the column as text, "
    "fill it anew and export again",
)
_LOOKS_DAMAGED = r"^[0-9][Ee]\+[0-9]+$"
_DOUBTFUL = Flaw(
    code=Code.DAMAGED,
    expected="a spreadsheet program may have turned a number into this; it goes on as it stands. If it is wrong, format the "
    "column as text and export again",
)
_ENDS_IN_ZEROS = r"^[0-9]{15}0{3,}$"
_ROUNDED = Flaw(
    code=Code.DAMAGED,
    expected="spreadsheet programs keep 15 digits of a number and put zeros in place of the others, which may have happened "
    "here; it goes on as it stands. If it is wrong, format the column as text and export again",
)

POSTAL_DIGITS: Final = {
    **dict.fromkeys(
        ("DE", "ES", "FI", "FR", "GT", "IT", "KR", "MX", "MY", "PE", "PR", "TR", "UA", "US", "VA"), 5
    ),
    **dict.fromkeys(("CN", "CO", "EC", "KZ", "RO", "SG"), 6),
    **dict.fromkeys(("AU", "DK", "NO", "NZ", "PH", "ZA"), 4),
    "JP": 7,
}
"""How many digits the postal codes of a country have, for countries in which some begin with 0."""


def damage(text: ArrowArray) -> Iterator[tuple[Ints, Flaw, Severity]]:
    """Identifiers that a spreadsheet program has changed, or may have; by position."""
    # one sign is found missing in a tenth of the time that two take
    if may_hold(text, b"+") and (may_hold(text, b"E+") or may_hold(text, b"e+")):
        yield _where(text, _LOST_DIGITS), _LOST, Severity.ERROR
        yield _where(text, _LOOKS_DAMAGED), _DOUBTFUL, Severity.WARNING
    if (pc.max(pc.binary_length(text)).as_py() or 0) >= 18:
        yield _where(text, _ENDS_IN_ZEROS), _ROUNDED, Severity.WARNING


def short_postal_codes(codes: ArrowArray, countries: ArrowArray) -> Iterator[tuple[Ints, Flaw]]:
    """Postal codes that lack a digit or two which their country (alpha-2) begins with 0; by position."""
    lengths = pc.binary_length(codes)
    digits = bools(pc.ascii_is_decimal(codes).fill_null(False))
    if not digits.any():
        return
    for wanted in sorted(set(POSTAL_DIGITS.values())):
        there = pa.array(
            [country for country, count in POSTAL_DIGITS.items() if count == wanted], pa.string()
        )
        short = pc.and_(pc.greater_equal(lengths, wanted - 2), pc.less(lengths, wanted))
        found = digits & bools(pc.and_(short, pc.is_in(countries, value_set=there)).fill_null(False))
        yield (
            np.flatnonzero(found),
            Flaw(
                code=Code.ZEROS_LOST,
                expected=f"a postal code of this country has {wanted} digits, so leading zeros seem to have been lost, perhaps in a "
                "spreadsheet program; it goes on as it stands. If zeros are missing, format the column as text and export again",
            ),
        )


def _where(text: ArrowArray, pattern: str) -> Ints:
    found: Ints = np.flatnonzero(bools(pc.match_substring_regex(text, pattern).fill_null(False)))
    return found


_LONGEST = 40
_FEWEST = 10  # values below which a column says nothing about its width


@dataclass(slots=True, kw_only=True)
class Widths:
    """How long the numbers of one column are, and with what they begin; the same few counters for a file of any size."""

    counts: Any = field(default_factory=lambda: np.zeros((_LONGEST, 10), dtype=np.int64))
    others: int = 0
    examples: dict[int, tuple[int, str]] = field(default_factory=dict)

    def note(self, text: ArrowArray, rows: Ints) -> None:
        """Take in one frame's cells; `rows` are their physical rows."""
        if self.others > 1_000 and self.others > self.counts.sum():
            return  # names, not numbers
        digits = bools(pc.ascii_is_decimal(text).fill_null(False))
        self.others += len(text) - text.null_count - int(digits.sum())
        at = np.flatnonzero(digits)
        if not len(at):
            return
        offsets = np.frombuffer(text.buffers()[1], np.int32, len(text) + 1, text.offset * 4)
        lengths = np.minimum(np.diff(offsets)[at], _LONGEST - 1)
        first = np.frombuffer(text.buffers()[2], np.uint8)[offsets[:-1][at]] - np.uint8(48)
        key = lengths.astype(np.int64) * 10 + first
        self.counts += np.bincount(key, minlength=_LONGEST * 10).reshape(_LONGEST, 10)
        for length in set(np.flatnonzero(np.bincount(lengths)).tolist()) - self.examples.keys():
            one = int(at[np.argmax(lengths == length)])
            self.examples[length] = (int(rows[one]), text[one].as_py())

    def problem(self, heading: str, place: str) -> Problem | None:
        """A warning where the numbers look as if leading zeros were lost: most are equally long, some shorter, none begins with 0.

        Numbers that were counted up (98, 99, 100) are shorter before longer ones too, but all begin alike.
        """
        by_length = self.counts.sum(axis=1)
        total, usual = int(by_length.sum()), int(by_length.argmax())
        shorter = int(by_length[max(usual - 3, 1) : usual].sum())
        if total < _FEWEST or self.others * 10 > total or usual < 5 or not shorter:
            return None
        if by_length[usual] * 10 < total * 6 or by_length[usual] + shorter < total:
            return None
        if self.counts[:, 0].any() or np.count_nonzero(self.counts[usual]) < 3:
            return None
        length = max(known for known in self.examples if known < usual)
        row, text = self.examples[length]
        return Problem(
            code=Code.ZEROS_LOST,
            message=f'{heading} has {usual} digits in {int(by_length[usual]):,} rows and fewer in {shorter:,}, such as "{text}" '
            f"in row {in_table(row)[1]}, and none begins with 0: leading zeros may have been lost, as happens when a file is saved by a "
            "spreadsheet program. They go on as they stand. If zeros are missing, format the column as text and export again.",
            cells=(Cell(row=row, column=heading),),
            value=text,
            path=place,
            severity=Severity.WARNING,
        )


COUNTRIES_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "zip": ("country_code",),
    "postal_code": ("country_iso3",),
    "recipient_postal_code": ("destination_country_iso3",),
}
"""Names of postal codes in payloads, and of the country beside each."""
