"""Whether the values of a column look like what a meaning expects, whatever its heading says."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from orderdrop.core.shape import Wire
from orderdrop.mapping.model import Column, ColumnType
from orderdrop.mapping.suggest import carriers, numbers
from orderdrop.mapping.suggest.dates import Dates, dates_of
from orderdrop.mapping.suggest.sample import Profile

Reads = Callable[[Column, Wire | None, Sequence[str]], Sequence[bool]]
"""Whether a column of a mapping would read each text, on its way to a place of that wire; the checks say so."""

_POSTCODES = re.compile(
    r"'?(\d{4,6}|\d{5}-\d{3,4}|\d{4}-\d{3}|\d{2}-\d{3}|\d{3} ?\d{2}|\d{4} ?[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|"
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[\dW] ?[A-Z\d]{4}|[A-Z]{1,3}-?\d{3,5})",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"(?=\S*\d)[^\s@]{1,60}|[A-Z]{4,20}|#?\S*\d\S*( \S+)?")
_WHOLE_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+")
_PHONE = re.compile(r"(?=(?:\D*\d){6,15}\D*$)\+?[\d\s().\-/]{6,24}(?:\s?(?:x|ext)\.?\s?\d{1,6})?")
_DIALLED = re.compile(
    r"(?=(?:\D*\d){7,15}\D*$)(?:\+|00)[\d\s().\-/]{7,24}|\(?\d{2,5}[)\s.\-/][\d\s().\-/]{5,20}"
)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_SIZE = re.compile(r"x{0,3}[sl]|m|[1-5]", re.IGNORECASE)
_DECIMALS = re.compile(r"-?\d+[.,]\d{1,2}")
_TRACKING = re.compile(r"(?=(?:\D*\d){6})[A-Z0-9]{8,40}", re.IGNORECASE)
_SKU = re.compile(r"\S{1,60}|(?=.*\d)[\w .\-/]{1,40}")


@dataclass(frozen=True)
class Evidence:
    """What a column's values say, worked out once where it is asked for."""

    profile: Profile
    reads: Reads
    carrier_names: frozenset[str] = field(default=frozenset())

    def fit(self, expected: str) -> float | None:
        """From 0 to 1 how well the values look like what is expected; None where there are no values to tell."""
        if not self.profile.values:
            return None
        return _FITS[expected](self)

    def tells(self, expected: str) -> bool:
        """Whether values that fit are rare enough to say the meaning by themselves."""
        return expected in _TELLING

    @cached_property
    def dates(self) -> Dates | None:
        """How the column writes dates, None where it holds something else."""
        return dates_of(self.profile.values)

    @cached_property
    def numbers(self) -> numbers.Numbers:
        """How it writes numbers."""
        return numbers.numbers_of(self.profile.values)

    @cached_property
    def tracked(self) -> Sequence[carriers.Recognised | None]:
        """Whose tracking numbers the values look like."""
        return [carriers.recognise(value) for value in self.profile.values]

    @cached_property
    def number_share(self) -> float:
        """How many values are numbers."""
        return self.share(numbers.is_number)

    @cached_property
    def email_share(self) -> float:
        """How many values are email addresses."""
        return self.matching(_WHOLE_EMAIL)

    def share(self, test: Callable[[str], bool]) -> float:
        """How many of the distinct values pass a test."""
        return sum(map(test, self.profile.values)) / len(self.profile.values) if self.profile.values else 0.0

    def matching(self, pattern: re.Pattern[str]) -> float:
        """How many of the distinct values a pattern matches as a whole."""
        return self.share(lambda value: pattern.fullmatch(value) is not None)

    def read_as(self, kind: ColumnType) -> float:
        """How many of the distinct values the checks would read as this kind."""
        read = self.reads(Column(to=("-",), type=kind), None, self.profile.values)
        return sum(read) / len(read)


def _letters(value: str) -> float:
    return sum(letter.isalpha() for letter in value) / len(value)


def _words(e: Evidence) -> float:
    """Text that a person reads: mostly letters, and nothing that has a form of its own."""
    return 0.0 if e.email_share > 0.5 or e.dates else e.share(lambda value: _letters(value) > 0.45)


def _person(e: Evidence) -> float:
    return (
        0.0
        if e.email_share > 0.5 or e.dates
        else e.share(lambda value: _letters(value) > 0.6 and not value.isdecimal() and "#" not in value)
    )


def _text(e: Evidence) -> float:
    return 0.0 if e.email_share > 0.5 or e.dates else 1.0


def _street(e: Evidence) -> float:
    both = e.share(lambda value: any(map(str.isdigit, value)) and _letters(value) > 0.3)
    return 0.0 if e.email_share > 0.5 or e.dates else max(both, 0.8 * _words(e))


def _date(e: Evidence) -> float:
    return 1.0 if e.dates else 0.0


def _quantity(e: Evidence) -> float:
    zeros = e.share(lambda value: len(value) > 1 and value.isdecimal() and value[0] == "0")
    return max(0.0, e.share(numbers.is_small_count) - zeros)


def _position(e: Evidence) -> float:
    """1, 2, 3 or 10, 20, 30 within each order, so the same few numbers come again and again."""
    small = e.share(lambda value: value.isdecimal() and int(value) <= 990)
    return small if e.profile.distinct < e.profile.filled or e.profile.distinct < 3 else 0.5 * small


def _amount(e: Evidence) -> float:
    return 0.0 if e.dates else e.number_share


def _identifier(e: Evidence) -> float:
    if e.email_share > 0.5 or (e.dates and e.share(str.isdecimal) != 1):
        return 0.0
    return e.matching(_IDENTIFIER) * (1 - e.matching(_DECIMALS))


def _sku(e: Evidence) -> float:
    decimals = e.matching(_DECIMALS)
    return 0.0 if e.email_share > 0.5 or decimals > 0.5 else e.matching(_SKU)


def _tracking(e: Evidence) -> float:
    proved = sum(1 for one in e.tracked if one and one.proved) / len(e.tracked)
    return max(proved, 0.97 * e.matching(_TRACKING)) if not e.dates else 0.0


def _carrier(e: Evidence) -> float:
    known = e.share(
        lambda value: (
            value.casefold() in e.carrier_names
            or any(name in value.casefold().split() for name in e.carrier_names)
        )
    )
    return max(known, 0.75 * _words(e) if e.profile.distinct <= max(12, e.profile.filled // 5) else 0.2)


def _label(e: Evidence) -> float:
    """A few texts that come again and again."""
    if e.email_share > 0.5 or e.dates or e.number_share > 0.5:
        return 0.1
    return 1.0 if e.profile.distinct <= max(12, e.profile.filled // 3) else 0.5


def _country(e: Evidence) -> float:
    return e.read_as(ColumnType.COUNTRY) if _words(e) > 0.5 else 0.0


def _country_name(e: Evidence) -> float:
    return _country(e) * e.share(lambda value: len(value) > 3)


def _code(e: Evidence) -> float:
    return e.share(lambda value: len(value) <= 20 and " " not in value)


_FITS: Mapping[str, Callable[[Evidence], float]] = {
    "any": lambda _: 1.0,
    "text": _text,
    "title": _words,
    "note": _text,
    "label": _label,
    "code": _code,
    "house": lambda e: e.share(lambda value: len(value) <= 8 and any(map(str.isdigit, value))),
    "person": _person,
    "street": _street,
    "city": _words,
    "state": lambda e: e.share(lambda value: _letters(value) > 0.8 and len(value) <= 40) if not e.email_share else 0.0,
    "postcode": lambda e: e.matching(_POSTCODES) if not e.dates or e.share(str.isdecimal) == 1 else 0.0,
    "country": _country,
    "country_name": _country_name,
    "email": lambda e: e.email_share,
    "phone": lambda e: 0.0 if e.dates and e.dates.layouts != ("%Y%m%d",) else e.matching(_PHONE),
    "dialled": lambda e: e.matching(_DIALLED) if not e.dates else 0.0,
    "url": lambda e: e.matching(_URL),
    "date": _date,
    "amount": _amount,
    "number": _amount,
    "quantity": _quantity,
    "position": _position,
    "identifier": _identifier,
    "sku": _sku,
    "gtin": lambda e: e.share(numbers.is_gtin),
    "tracking": _tracking,
    "carrier": _carrier,
    "currency": lambda e: e.read_as(ColumnType.CURRENCY),
    "language": lambda e: e.read_as(ColumnType.LANGUAGE) if e.share(lambda value: len(value) <= 20) == 1 else 0.0,
    "boolean": lambda e: e.read_as(ColumnType.BOOLEAN),
    "size": lambda e: e.matching(_SIZE),
    "latitude": lambda e: _between(e, 90),
    "longitude": lambda e: _between(e, 180),
}  # fmt: skip
_TELLING = frozenset(
    {"email", "country", "tracking", "gtin", "currency", "url", "date", "phone", "latitude", "longitude"}
)


def _between(e: Evidence, most: int) -> float:
    return e.share(
        lambda value: (
            re.fullmatch(r"-?\d{1,3}[.,]\d{2,}", value) is not None
            and abs(float(value.replace(",", "."))) <= most
        )
    )
