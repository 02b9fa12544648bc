"""Dates and times, never guessed.

With declared formats only those are read; a text that two of them read differently is a problem that names both.
Without a format only ISO 8601 is read, a date alone meaning midnight. A spreadsheet's true dates arrive as ISO text and
are read whatever the formats say. A time without an offset is meant in the declared zone: a time that the clocks
jumped over is a problem, of a time that came twice the first one is taken. Two-digit years are read only where a format
has %y: 69 to 99 are then of the last century, 00 to 68 of this one. Years run from 1900 to 2199, because 9999-12-31 and
0001-01-01 are placeholders, not days on which a parcel moves.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from orderdrop.checks.arrow import ArrowArray, Ints, pa
from orderdrop.checks.clock_layouts import alike_under, fast_dates, fast_datetimes
from orderdrop.checks.layouts import layouts_of, numeric_layouts
from orderdrop.checks.reading import Flaw, Reader
from orderdrop.core.problems import Code, Owner

YEARS = range(1900, 2200)
_ISO = re.compile(
    r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}(?:[T ][0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]{1,9})?)?)?"
    r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_SERIAL = re.compile(r"[2-7][0-9]{4}(?:\.[0-9]+)?")
_ISO_LAYOUTS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


def dates(formats: Sequence[str], zone: tzinfo, *, spreadsheet: bool) -> Reader:
    """Days. Of a text with a time the day is kept, as the declared zone has it."""

    def day(moment: datetime) -> date:
        return (moment.astimezone(zone) if moment.tzinfo else moment).date()

    parse = _parser(formats, spreadsheet, day, "a date such as 2026-12-31 is expected")
    layouts = _layouts(formats, spreadsheet)
    return Reader(
        type=pa.date32(),
        parse=parse,
        fast=lambda text: fast_dates(text, layouts),
        alike=None if formats else _alike,
    )


def datetimes(formats: Sequence[str], zone: tzinfo, *, spreadsheet: bool) -> Reader:
    """Moments, as whole seconds in UTC."""

    def moment(read: datetime) -> datetime | Flaw:
        if read.tzinfo:
            return read.astimezone(UTC)
        utc = read.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if utc.astimezone(zone).replace(tzinfo=None) != read:
            return Flaw(
                code=Code.NOT_A_DATE,
                expected=f"there was no such time in {zone}: the clocks were put forward over it",
            )
        return utc

    parse = _parser(formats, spreadsheet, moment, "a date and time such as 2026-12-31T14:30 is expected")
    layouts = _layouts(formats, spreadsheet)
    return Reader(
        type=pa.timestamp("s", tz="UTC"),
        parse=parse,
        fast=lambda text: fast_datetimes(text, layouts, zone),
        alike=None if formats else _alike,
    )


def _alike(text: ArrowArray) -> Ints:
    """Whole columns in a layout that nobody declared: sorted by how they could be read, not read one by one.

    What ISO 8601 reads is left alone: of two such texts one may be a time that the clocks jumped over.
    """
    layouts = [layout for layout in numeric_layouts(text[0].as_py()) if not layout.startswith("%Y-")]
    return alike_under(text, layouts)


def _layouts(formats: Sequence[str], spreadsheet: bool) -> tuple[str, ...]:
    iso = _ISO_LAYOUTS if spreadsheet or not formats else ()
    return tuple(dict.fromkeys([*formats, *iso]))


def _parser(
    formats: Sequence[str],
    spreadsheet: bool,
    settle: Callable[[datetime], date | datetime | Flaw],
    without_format: str,
) -> Callable[[str], object]:
    expected = f"a date written like {_example(formats)} is expected" if formats else without_format

    def parse(text: str) -> object:
        found = [_by_format(text, one) for one in formats]
        if spreadsheet or not formats:
            found.append(_by_iso(text, basic=not formats))
        settled: list[date | Flaw] = []
        for one in found:
            if one is not None and (value := _within_reason(one, settle)) not in settled:
                settled.append(value)
        values = [value for value in settled if not isinstance(value, Flaw)]
        if len(values) == 1:
            return values[0]
        if values:
            return _ambiguous(values)
        return settled[0] if settled else _unread(text, expected, declared=bool(formats))

    return parse


def _within_reason(
    read: datetime, settle: Callable[[datetime], date | datetime | Flaw]
) -> date | datetime | Flaw:
    if read.year in YEARS:
        value = settle(read.replace(microsecond=0))
        if isinstance(value, Flaw) or value.year in YEARS:
            return value
    return Flaw(code=Code.NOT_A_DATE, expected="a year from 1900 to 2199 is expected")


def _by_format(text: str, layout: str) -> datetime | None:
    try:
        return datetime.strptime(text, layout)  # noqa: DTZ007 - the zone is settled afterwards
    except (ValueError, OverflowError):
        return None


def _by_iso(text: str, *, basic: bool) -> datetime | None:
    """ISO 8601; without hyphens (20261231) only where no declared format could mean something else by it."""
    if len(text) > 40 or not _ISO.fullmatch(text) or not (basic or text[4] == "-"):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _example(formats: Sequence[str]) -> str:
    return " or ".join(datetime(2026, 12, 31, 14, 30, tzinfo=UTC).strftime(layout) for layout in formats)


def _ambiguous(values: Sequence[date], lines: tuple[tuple[str, str], ...] = ()) -> Flaw:
    readings = " or ".join(_in_words(value) for value in values)
    return Flaw(
        code=Code.DATE_AMBIGUOUS,
        expected=f"this may mean {readings}; the mapping must say which (format:)",
        owner=Owner.OPS,
        lines=lines,
    )


def _in_words(value: date) -> str:
    day = f"{value.day} {value:%B %Y}"
    return f"{day} {value:%H:%M} UTC" if isinstance(value, datetime) else day


def _unread(text: str, expected: str, *, declared: bool) -> Flaw:
    """Say as much as can be said about a text that no rule reads."""
    readings = () if declared else layouts_of(text, YEARS)
    if readings:
        lines = tuple((f'format: "{layout}"', _in_words(day)) for layout, day in readings)
        days = list(dict.fromkeys(day for _, day in readings))
        if len(days) > 1:
            return _ambiguous(days, lines)
        told = f"{expected}; if it means {_in_words(days[0])}, the mapping must say so (format:)"
        return Flaw(code=Code.NOT_A_DATE, expected=told, owner=Owner.OPS, lines=lines)
    if _SERIAL.fullmatch(text):
        day = date(1899, 12, 30) + timedelta(days=int(text[:5]))
        expected = f"{expected}; as the number of a spreadsheet it would be {_in_words(day)}"
    return Flaw(code=Code.NOT_A_DATE, expected=expected)
