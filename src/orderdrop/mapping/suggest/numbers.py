"""Numbers as people write them, and the check digits that carriers and article numbers end in."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_NUMBER = re.compile(
    r"(?P<before>[^\d\s.,+()-]{0,4})\s?(?P<sign>[-+]?)(?P<digits>\d[\d.,'\u00a0\u202f ]*\d|\d)\s?(?P<behind>[^\d\s.,]{0,4})"
)
_GROUPED = re.compile(r"\d{1,3}([.,' \u00a0\u202f])\d{3}(\1\d{3})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What a column of numbers says of itself: its decimal mark where proved, and the sign of a currency or unit."""

    mark: str | None = None
    both_ways: str | None = None  # a text that could be thousands or decimals, where nothing proves the mark
    units: tuple[str, ...] = ()


def is_number(text: str) -> bool:
    """Whether a text is a number, perhaps with a currency before or behind it."""
    found = _NUMBER.fullmatch(text)
    return found is not None and not (
        len(found["digits"]) > 1 and found["digits"].isdecimal() and text[0] == "0"
    )


def is_small_count(text: str) -> bool:
    """Whether a text is a quantity: a whole number of at most four digits, perhaps with zeros behind the mark."""
    return re.fullmatch(r"-?\d{1,4}([.,]0{1,4})?", text) is not None


def numbers_of(values: Iterable[str]) -> Numbers:
    """Read the decimal mark off a column: a number that has both marks, or two digits behind one, proves it."""
    proved: set[str] = set()
    units: dict[str, None] = {}
    both_ways: str | None = None
    for value in values:
        found = _NUMBER.fullmatch(value)
        if found is None:
            continue
        units |= dict.fromkeys(filter(None, (found["before"], found["behind"])))
        mark, unsure = _mark(found["digits"])
        proved |= {mark} if mark else set()
        both_ways = both_ways or (value if unsure else None)
    mark = proved.pop() if len(proved) == 1 else None
    return Numbers(mark=mark, both_ways=None if mark else both_ways, units=tuple(units))


def _mark(digits: str) -> tuple[str | None, bool]:
    """The mark that a number proves, and whether it could be read in two ways."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return None, False
    mark = digits[last]
    other = "," if mark == "." else "."
    behind = digits[last + 1 :]
    if other in digits:
        return mark, False
    if digits.count(mark) > 1:
        return other, False
    if len(behind) != 3 or digits[:last] in ("", "0"):
        return mark, False
    return None, _GROUPED.fullmatch(digits) is not None


def ends_in_check_digit(digits: str) -> bool:
    """Whether the last digit is the one that GS1 and USPS compute: weights 3 and 1 from the right, modulo 10."""
    return digits.isdecimal() and weighed(digits[-2::-1], (3, 1)) % 10 == int(digits[-1]) * -1 % 10


def weighed(digits: str, weights: Sequence[int]) -> int:
    """The sum of the digits, each times its weight; the weights come round again."""
    return sum(int(digit) * weights[n % len(weights)] for n, digit in enumerate(digits))


def is_gtin(text: str) -> bool:
    """Whether a text is an article number of GS1 (EAN-8, UPC, EAN-13, GTIN-14), by its check digit."""
    return text.isdecimal() and text.isascii() and len(text) in (8, 12, 13, 14) and ends_in_check_digit(text)
