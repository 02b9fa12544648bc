"""The values of a workbook as the text a person means."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from orderdrop.tables.excel_marks import Kind
from orderdrop.tables.excel_numbers import Forms, padded_to, shown_as

_EXACT = 1e15  # Excel keeps 15 digits; a longer number has lost its end
_NUMBERS = {float, int}
# serials 59 and 60: Excel has a 29 February 1900, and the parser cannot tell them
_DOUBTFUL_DAY = date(1900, 2, 28)


def as_text(values: Sequence[Any]) -> tuple[Sequence[str], list[tuple[int, Kind]]]:
    """A column as text, and the positions of values that are not what the sender meant: see `Kind`."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return values, []
    texts = [value if type(value) is str else _WRITERS[type(value)](value) for value in values]
    doubtful: list[tuple[int, Kind]] = []
    if kinds & _NUMBERS:
        doubtful = [
            (at, Kind.NUMBER)
            for at, value in enumerate(values)
            if type(value) in _NUMBERS and not -_EXACT < value < _EXACT  # nor what is no number at all
        ]
    if kinds & {date, datetime}:
        doubtful += [(at, Kind.DAY) for at, value in enumerate(values) if _day(value) == _DOUBTFUL_DAY]
    return texts, doubtful


def as_shown(
    values: Sequence[Any], texts: Sequence[str], forms: Mapping[int, Forms], first: int
) -> Sequence[str]:
    """The texts of a column, of which the rows in `forms` show their whole numbers in a form; `first` is the first row."""
    changed = list(texts)
    last: Forms = ()
    width: int | None = None
    for at, value in enumerate(values):
        if type(value) not in _NUMBERS or (one := forms.get(first + at)) is None:
            continue
        if one is not last:
            last, width = one, padded_to(one)
        if 0 <= value < _EXACT and value == int(value):
            text = texts[at]
            changed[at] = text.zfill(width) if width else shown_as(one, int(value)) or text
    return changed


def number_text(value: float) -> str:
    """A number as Excel means it: 5.0 -> "5", 0.30000000000000004 -> "0.3", never with an exponent it can do without."""
    if value.is_integer() and -_EXACT < value < _EXACT:
        return str(int(value))
    text = f"{value:.15g}"
    if "e" in text and 1e-20 < abs(value) < 1e30:
        return format(Decimal(text), "f")
    return text


def datetime_text(value: datetime) -> str:
    """ISO 8601 to the second; the noise that serial numbers leave behind is rounded away at the millisecond."""
    value = value + timedelta(microseconds=500)
    millisecond = value.microsecond // 1000
    return value.isoformat(timespec="milliseconds" if millisecond else "seconds")


def duration_text(value: timedelta) -> str:
    """Hours, minutes and seconds, as Excel shows [h]:mm:ss."""
    total = round(value.total_seconds())
    sign, total = ("-", -total) if total < 0 else ("", total)
    return f"{sign}{total // 3600}:{total // 60 % 60:02d}:{total % 60:02d}"


def _day(value: Any) -> date | None:
    if type(value) is datetime:
        return value.date()
    return value if type(value) is date else None


_WRITERS: dict[type, Callable[[Any], str]] = {
    float: number_text,
    int: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime: datetime_text,
    date: date.isoformat,
    time: lambda value: value.isoformat("seconds"),
    timedelta: duration_text,
    type(None): lambda _: "",
}
