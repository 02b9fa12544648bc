"""Dates and times: declared formats, ISO 8601, zones, and what is never guessed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.unit.checks.small import one

PARIS = "Europe/Paris"
WHICH = "the mapping must say which (format:)"


@pytest.mark.parametrize(
    ("text", "formats", "value"),
    [
        pytest.param("03/04/2026", "%d/%m/%Y", date(2026, 4, 3), id="day-first-as-declared"),
        pytest.param("03/04/2026", "%m/%d/%Y", date(2026, 3, 4), id="month-first-as-declared"),
        pytest.param("3/4/2026", "%d/%m/%Y", date(2026, 4, 3), id="unpadded"),
        pytest.param("29/02/2028", "%d/%m/%Y", date(2028, 2, 29), id="leap-day"),
        pytest.param("3 April 2026", "%d %B %Y", date(2026, 4, 3), id="month-by-name"),
        pytest.param("20260403", "%Y%m%d", date(2026, 4, 3), id="no-separators"),
        pytest.param("13.04.2026", ["%d/%m/%Y", "%d.%m.%Y"], date(2026, 4, 13), id="second-format"),
        pytest.param("2026-04-03", (), date(2026, 4, 3), id="iso"),
        pytest.param("20260403", (), date(2026, 4, 3), id="iso-basic"),
        pytest.param("2026-04-03T23:30:00", (), date(2026, 4, 3), id="iso-time-is-left-out"),
        pytest.param("", "%d/%m/%Y", None, id="blank"),
    ],
)
def test_a_day_is_read(text: str, formats: object, value: date | None) -> None:
    assert one("date", text, to="ship_on", format=formats) == value


@pytest.mark.parametrize(
    ("text", "options", "value"),
    [
        pytest.param("2026-03-01T14:30:00", {}, datetime(2026, 3, 1, 14, 30, tzinfo=UTC), id="utc-by-default"),
        pytest.param("2026-03-01 14:30", {"timezone": PARIS}, datetime(2026, 3, 1, 13, 30, tzinfo=UTC), id="zone"),
        pytest.param("2026-03-01T14:30+05:00", {"timezone": PARIS}, datetime(2026, 3, 1, 9, 30, tzinfo=UTC), id="offset-wins-over-zone"),
        pytest.param("2026-03-01T14:30:00Z", {"timezone": PARIS}, datetime(2026, 3, 1, 14, 30, tzinfo=UTC), id="zulu"),
        pytest.param("2026-03-01T14:30:59.987", {}, datetime(2026, 3, 1, 14, 30, 59, tzinfo=UTC), id="fractions-are-cut"),
        pytest.param("2026-07-01", {"timezone": PARIS}, datetime(2026, 6, 30, 22, tzinfo=UTC), id="a-day-is-its-midnight"),
        pytest.param("01/07/2026 09:05", {"format": "%d/%m/%Y %H:%M", "timezone": PARIS}, datetime(2026, 7, 1, 7, 5, tzinfo=UTC), id="declared"),
        pytest.param("2026-10-25T02:30", {"timezone": PARIS}, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), id="of-an-hour-that-came-twice-the-first"),
        pytest.param("2026-10-25T03:30", {"timezone": PARIS}, datetime(2026, 10, 25, 2, 30, tzinfo=UTC), id="after-the-change"),
        pytest.param("1767225600", {"format": "%s"}, ("not_a_date", 'Cell is "1767225600"'), id="a-format-python-does-not-know"),
    ],
)  # fmt: skip
def test_a_moment_is_read_in_utc(text: str, options: dict[str, Any], value: object) -> None:
    found = one("datetime", text, to="ordered_at", **options)
    if isinstance(value, tuple):
        assert isinstance(found, tuple)
        assert (found[0], found[1][: len(value[1])]) == value
    else:
        assert found == value


@pytest.mark.parametrize(
    "text",
    [pytest.param("2026-03-29T02:30", id="slow-way"), pytest.param("2026-03-29T02:30:00", id="seconds")],
)
def test_a_time_that_the_clocks_jumped_over_is_a_problem(text: str) -> None:
    assert one("datetime", text, to="ordered_at", timezone=PARIS) == (
        "not_a_date",
        f'Cell is "{text}": there was no such time in Europe/Paris: the clocks were put forward over it.',
    )


def test_without_a_format_a_date_that_fits_two_readings_is_told_with_both() -> None:
    assert one("date", "03/04/2026", to="ship_on") == (
        "date_ambiguous",
        f'Cell is "03/04/2026": this may mean 3 April 2026 or 4 March 2026; {WHICH}.',
    )


def test_two_declared_formats_that_read_one_text_differently_are_told() -> None:
    assert one("date", "03/04/2026", to="ship_on", format=["%d/%m/%Y", "%m/%d/%Y"]) == (
        "date_ambiguous",
        f'Cell is "03/04/2026": this may mean 3 April 2026 or 4 March 2026; {WHICH}.',
    )
    assert one("date", "04/04/2026", to="ship_on", format=["%d/%m/%Y", "%m/%d/%Y"]) == date(2026, 4, 4)


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        pytest.param("31/02/2026", {"format": "%d/%m/%Y"}, "a date written like 31/12/2026 is expected", id="no-such-day"),
        pytest.param("29/02/2026", {"format": "%d/%m/%Y"}, "a date written like 31/12/2026 is expected", id="no-leap-year"),
        pytest.param("2026-03-01", {"format": "%d/%m/%Y"}, "a date written like 31/12/2026 is expected", id="iso-is-not-what-is-declared"),
        pytest.param("2026-02-30", {}, "a date such as 2026-12-31 is expected", id="no-such-iso-day"),
        pytest.param("2026-W10-1", {}, "a date such as 2026-12-31 is expected", id="weeks-are-not-read"),
        pytest.param("13/04/2026", {}, "a date such as 2026-12-31 is expected; if it means 13 April 2026, the mapping must say so (format:)", id="one-reading"),
        pytest.param("46085", {}, "a date such as 2026-12-31 is expected; as the number of a spreadsheet it would be 4 March 2026", id="serial-number"),
        pytest.param("9999-12-31", {}, "a year from 1900 to 2199 is expected", id="placeholder"),
        pytest.param("0001-01-01", {}, "a year from 1900 to 2199 is expected", id="year-one"),
        pytest.param("soon", {}, "a date such as 2026-12-31 is expected", id="no-date-at-all"),
    ],
)  # fmt: skip
def test_what_is_no_date_is_told(text: str, options: dict[str, Any], expected: str) -> None:
    assert one("date", text, to="ship_on", **options) == ("not_a_date", f'Cell is "{text}": {expected}.')


def test_the_true_date_of_a_spreadsheet_is_read_whatever_format_is_declared() -> None:
    assert one("date", "2026-03-01", to="ship_on", format="%d/%m/%Y", spreadsheet=True) == date(2026, 3, 1)
    assert one(
        "datetime",
        "2026-03-01T14:30:00",
        to="ordered_at",
        format="%d/%m/%Y",
        timezone=PARIS,
        spreadsheet=True,
    ) == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)


def test_the_text_dates_of_a_spreadsheet_still_go_by_the_declared_format() -> None:
    assert one("date", "03/04/2026", to="ship_on", format="%d/%m/%Y", spreadsheet=True) == date(2026, 4, 3)


def test_a_time_zone_change_in_the_middle_of_a_day_is_exact_to_the_minute() -> None:
    kept = one("datetime", "2026-03-29T01:59:59", to="ordered_at", timezone=PARIS)
    assert kept == datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    assert one("datetime", "2026-03-29T03:00:00", to="ordered_at", timezone=PARIS) == datetime(
        2026, 3, 29, 1, tzinfo=UTC
    )
