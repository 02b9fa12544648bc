"""Single values as the framework reads them: clean, or refused with its code and message."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.sandbox.parcellab import readers, times
from orderdrop.sandbox.parcellab.rules import Reader, RefusedValue, Rules

STRICT = Rules(strict=True, nulls=True)
LENIENT = Rules(strict=False, nulls=True)
PLAIN = Rules(strict=True, nulls=False)
A_NUMBER = "A valid number is required."
AN_INTEGER = "A valid integer is required."
DATE = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
DATETIME = (
    "Datetime has wrong format. Use one of these formats instead: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)
DIGITS = "Ensure that there are no more than 10 digits in total."
PLACES = "Ensure that there are no more than 2 decimal places."
WHOLE = "Ensure that there are no more than 8 digits before the decimal point."


@pytest.mark.parametrize(
    ("reader", "given", "clean"),
    [
        pytest.param(readers.text(), "  a ", "a", id="text-is-trimmed"),
        pytest.param(readers.text(), 123, "123", id="number-for-text"),
        pytest.param(readers.text(most=3), "äöü", "äöü", id="as-long-as-it-may-be"),
        pytest.param(readers.integer, "12", 12, id="integer-as-text"),
        pytest.param(readers.integer, "12.0", 12, id="integer-with-zeros"),
        pytest.param(readers.number, "1.5", 1.5, id="number-as-text"),
        pytest.param(readers.amount, "12.5", "12.50", id="amount-is-filled-up"),
        pytest.param(readers.amount, 12, "12.00", id="amount-as-number"),
        pytest.param(readers.amount, "-0.5", "-0.50", id="negative-amount"),
        pytest.param(readers.amount, ".5", "0.50", id="amount-without-a-zero"),
        pytest.param(readers.amount, "99999999.99", "99999999.99", id="largest-amount"),
        pytest.param(readers.boolean, "yes", True, id="word-for-true"),
        pytest.param(readers.boolean, 0, False, id="number-for-false"),
        pytest.param(readers.email, " Jo@Example.com ", "Jo@Example.com", id="email-keeps-its-case"),
        pytest.param(readers.email_or_unset, "_unset", None, id="unset-email"),
        pytest.param(readers.COUNTRY, "DEU", "DEU", id="country"),
        pytest.param(readers.COUNTRY, "deu", "deu", id="country-in-lower-case"),
        pytest.param(readers.LANGUAGE, "de", "de", id="language"),
        pytest.param(readers.CURRENCY, "EUR", "EUR", id="currency"),
        pytest.param(readers.tag, "category:Home Apparel", "category:Home Apparel", id="tag-with-a-space"),
        pytest.param(readers.tag, "url:http://x", "url:http://x", id="tag-with-two-colons"),
        pytest.param(times.zone_name, "Europe/Berlin", "Europe/Berlin", id="time-zone"),
        pytest.param(times.day, "2026-03-04", "2026-03-04", id="day"),
        pytest.param(times.moment, "2026-03-01T09:30:00+01:00", "2026-03-01T08:30:00Z", id="moment"),
        pytest.param(times.moment, "2026-03-01 09:30", "2026-03-01T09:30:00Z", id="moment-with-a-space"),
        pytest.param(times.moment, "2026-03-01", "2026-03-01T00:00:00Z", id="bare-date-as-a-moment"),
        pytest.param(times.moment, "2026-03-01T09:30:00.5Z", "2026-03-01T09:30:00.500000Z", id="fraction"),
    ],
)
def test_a_good_value_is_read(reader: Reader, given: Any, clean: Any) -> None:
    assert reader(given, STRICT) == clean


@pytest.mark.parametrize(
    ("reader", "given", "code", "detail"),
    [
        pytest.param(readers.text(), True, "invalid", "Not a valid string.", id="boolean-for-text"),
        pytest.param(readers.text(), {}, "invalid", "Not a valid string.", id="object-for-text"),
        pytest.param(
            readers.text(most=3),
            "abcd",
            "max_length",
            "Ensure this field has no more than 3 characters.",
            id="long",
        ),
        pytest.param(
            readers.filled(readers.text()), "  ", "blank", "This field may not be blank.", id="blank"
        ),
        pytest.param(readers.integer, 1.5, "invalid", AN_INTEGER, id="fraction-for-an-integer"),
        pytest.param(readers.integer, True, "invalid", AN_INTEGER, id="boolean-for-an-integer"),
        pytest.param(readers.integer, "1e3", "invalid", AN_INTEGER, id="exponent-for-an-integer"),
        pytest.param(readers.number, "kg", "invalid", A_NUMBER, id="word-for-a-number"),
        pytest.param(readers.amount, "1,50", "invalid", A_NUMBER, id="decimal-comma"),
        pytest.param(readers.amount, "NaN", "invalid", A_NUMBER, id="no-number"),
        pytest.param(readers.amount, "", "invalid", A_NUMBER, id="empty-amount"),
        pytest.param(readers.amount, "-", "invalid", A_NUMBER, id="amount-without-a-digit"),
        pytest.param(readers.amount, "1e3", "invalid", A_NUMBER, id="amount-with-an-exponent"),
        pytest.param(readers.amount, "+4", "invalid", A_NUMBER, id="amount-with-a-plus"),
        pytest.param(readers.amount, "٣", "invalid", A_NUMBER, id="amount-in-other-digits"),
        pytest.param(readers.amount, [], "invalid", A_NUMBER, id="list-for-an-amount"),
        pytest.param(readers.amount, "1.234", "max_decimal_places", PLACES, id="three-decimals"),
        pytest.param(readers.amount, "123456789.1", "max_whole_digits", WHOLE, id="nine-digits"),
        pytest.param(readers.amount, "12345678901", "max_digits", DIGITS, id="eleven-digits"),
        pytest.param(readers.boolean, "oui", "invalid", "Must be a valid boolean.", id="foreign-word"),
        pytest.param(readers.boolean, [], "invalid", "Must be a valid boolean.", id="list-for-a-boolean"),
        pytest.param(
            readers.email, "a@b", "invalid", "Enter a valid email address.", id="host-without-a-dot"
        ),
        pytest.param(readers.email, "jörg@x.de", "invalid", "Enter a valid email address.", id="umlaut"),
        pytest.param(readers.email, "a@x.de,b@x.de", "invalid", "Enter a valid email address.", id="two"),
        pytest.param(
            readers.email, "_unset", "invalid", "Enter a valid email address.", id="unset-elsewhere"
        ),
        pytest.param(readers.email_or_unset, "", "blank", "This field may not be blank.", id="blank-email"),
        pytest.param(
            readers.email_or_unset, "_UNSET", "invalid", "Enter a valid email address.", id="upper-case"
        ),
        pytest.param(
            readers.COUNTRY, "DE", "invalid", '"DE" is not a valid ISO 3166-1 alpha-3 code.', id="two-letters"
        ),
        pytest.param(
            readers.COUNTRY,
            "GERM",
            "max_length",
            "Ensure this field has no more than 3 characters.",
            id="four",
        ),
        pytest.param(readers.LANGUAGE, "xx", "invalid", '"xx" is not a valid ISO 639-1 code.', id="language"),
        pytest.param(
            readers.CURRENCY, "EUX", "invalid", '"EUX" is not a valid ISO 4217 code.', id="currency"
        ),
        pytest.param(
            readers.tag,
            "Home",
            "invalid",
            "This value does not match the required pattern.",
            id="tag-without-a-key",
        ),
        pytest.param(
            times.zone_name, "CEST/Berlin", "invalid", '"CEST/Berlin" is not a valid timezone.', id="zone"
        ),
        pytest.param(times.day, "2026-03-04T00:00:00Z", "invalid", DATE, id="moment-for-a-day"),
        pytest.param(times.day, "04.03.2026", "invalid", DATE, id="german-day"),
        pytest.param(times.day, "2026-02-30", "invalid", DATE, id="no-such-day"),
        pytest.param(times.day, "20260304", "invalid", DATE, id="day-without-dashes"),
        pytest.param(times.moment, "1772353800", "invalid", DATETIME, id="unix-seconds-as-text"),
        pytest.param(times.moment, 1772353800, "invalid", DATETIME, id="unix-seconds"),
        pytest.param(times.moment, "2026-03-01T25:00", "invalid", DATETIME, id="no-such-hour"),
        pytest.param(
            readers.choice("customer"), "foo", "invalid_choice", '"foo" is not a valid choice.', id="choice"
        ),
    ],
)
def test_a_bad_value_is_refused_in_the_frameworks_words(
    reader: Reader, given: Any, code: str, detail: str
) -> None:
    with pytest.raises(RefusedValue) as caught:
        reader(given, STRICT)

    assert (caught.value.code, caught.value.detail) == (code, detail)


@pytest.mark.parametrize(
    ("reader", "given", "clean"),
    [
        pytest.param(readers.COUNTRY, "XYZ", "XYZ", id="unknown-country"),
        pytest.param(readers.tag, "Home", "Home", id="tag-without-a-key"),
        pytest.param(readers.amount, "1e3", "1000.00", id="amount-with-an-exponent"),
        pytest.param(times.zone_name, "Nowhere", "Nowhere", id="unknown-zone"),
    ],
)
def test_without_strictness_only_the_frameworks_own_checks_are_left(
    reader: Reader, given: Any, clean: Any
) -> None:
    assert reader(given, LENIENT) == clean


def test_blank_text_clears_a_field_unless_nulls_are_not_taken() -> None:
    assert readers.text()(" ", STRICT) == ""
    with pytest.raises(RefusedValue, match="may not be blank"):
        readers.text()(" ", PLAIN)


@given(st.decimals(min_value=-99999999, max_value=99999999, places=2))
def test_every_amount_of_the_published_pattern_keeps_its_value(value: Any) -> None:
    assert readers.amount(str(value), STRICT) == f"{value:.2f}"


@given(st.datetimes(), st.integers(-14 * 60, 14 * 60).filter(lambda minutes: minutes % 15 == 0))
def test_every_moment_with_an_offset_is_kept_in_utc(at: datetime, minutes: int) -> None:
    at = at.replace(year=max(min(at.year, 9998), 2), tzinfo=timezone(timedelta(minutes=minutes)))

    assert datetime.fromisoformat(times.moment(at.isoformat(), STRICT)) == at
