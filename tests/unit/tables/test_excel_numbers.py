import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.tables.excel_numbers import form_of, shown_as


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        pytest.param("000000", 123, "000123", id="leading-zeros"),
        pytest.param("00000", 501, "00501", id="zip-code"),
        pytest.param("00", 12345, "12345", id="more-digits-than-places"),
        pytest.param('"ORD-"0000', 17, "ORD-0017", id="letters-before"),
        pytest.param('"ORD-"0', 17, "ORD-17", id="letters-before-one-place"),
        pytest.param("000\\-00\\-0000", 12345678, "012-34-5678", id="signs-between"),
        pytest.param("##-###", 12345, "12-345", id="signs-between-places-that-may-be-empty"),
        pytest.param("[<=99999]00000;00000\\-0000", 501, "00501", id="short-zip-code"),
        pytest.param("[<=99999]00000;00000\\-0000", 123456789, "12345-6789", id="long-zip-code"),
        pytest.param("[$-409]0000", 7, "0007", id="a-locale-is-no-currency"),
        pytest.param("[Red]000;-000", 7, "007", id="colour-and-negative-numbers"),
        pytest.param("000_)", 7, "007", id="room-for-a-bracket"),
    ],
)
def test_what_identifies_is_shown_as_the_sheet_shows_it(code: str, number: int, shown: str) -> None:
    assert shown_as(form_of(code), number) == shown


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("General", id="general"),
        pytest.param("0", id="one-place"),
        pytest.param("0.00", id="decimals"),
        pytest.param("#,##0", id="thousands"),
        pytest.param("# ##0", id="thousands-with-a-space"),
        pytest.param('#,##0.00 "€"', id="amount"),
        pytest.param("[$€-407] 000", id="currency"),
        pytest.param('"EUR "0', id="currency-in-words"),
        pytest.param('0" pcs"', id="unit"),
        pytest.param("00%", id="share"),
        pytest.param("0.00E+00", id="exponent"),
        pytest.param("yyyy-mm-dd", id="date"),
        pytest.param("00/00", id="fraction"),
        pytest.param("@", id="text"),
        pytest.param("", id="nothing"),
        pytest.param("0" * 300, id="longer-than-excel-allows"),
    ],
)
def test_other_formats_leave_the_number_bare(code: str) -> None:
    assert form_of(code) == ()


@given(st.text(alphabet='0#?"\\-_*[]<=;.,€AB @', max_size=20), st.integers(0, 10**15 - 1))
def test_no_digit_of_a_number_is_ever_lost(code: str, number: int) -> None:
    shown = shown_as(form_of(code), number)
    if shown is not None:
        digits = "".join(character for character in shown if character.isdigit())
        assert digits.lstrip("0").endswith(str(number).lstrip("0"))
