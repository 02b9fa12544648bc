"""Numbers: text to int64, amounts to canonical text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.checks.small import QUANTITY, one

MARK = 'the mapping must say which mark is the decimal one (decimal: "." or ",")'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("5", 5, id="plain"),
        pytest.param(" 5 ", 5, id="white-space-around"),
        pytest.param("+5", 5, id="plus-sign"),
        pytest.param("-3", -3, id="minus-sign"),
        pytest.param("007", 7, id="leading-zeros"),
        pytest.param("9223372036854775807", 2**63 - 1, id="largest-that-fits"),
        pytest.param("", None, id="blank"),
    ],
)
def test_a_whole_number_is_read(text: str, value: int | None) -> None:
    assert one("integer", text, to=QUANTITY) == value


@pytest.mark.parametrize(
    "text",
    ["1.0", "2,5", "1 000", "0x1F", "1e3", "twelve", "9223372036854775808", "٣", "--1", "NaN", "1_000"],
)
def test_what_is_no_whole_number_is_told_with_the_text_found(text: str) -> None:
    assert one("integer", text, to=QUANTITY) == (
        "not_an_integer",
        f'Cell is "{text}": a whole number is expected.',
    )


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        pytest.param("1.234", ",", 1234, id="points-between-thousands"),
        pytest.param("1 234 567", ",", 1234567, id="spaces-between-thousands"),
        pytest.param("1,234", ".", 1234, id="commas-between-thousands"),
        pytest.param("4.000", ".", 4, id="zeros-behind-the-mark"),
        pytest.param("4,0", ",", 4, id="a-zero-behind-a-comma"),
    ],
)
def test_thousands_may_be_set_apart_once_the_mark_is_declared(text: str, mark: str, value: int) -> None:
    assert one("integer", text, to=QUANTITY, decimal=mark) == value


@pytest.mark.parametrize("text", ["4.500", ".000", "4.", "4,000.0.0"])
def test_nothing_but_zeros_may_stand_behind_the_mark_of_a_whole_number(text: str) -> None:
    assert one("integer", text, to=QUANTITY, decimal=".") == (
        "not_an_integer",
        f'Cell is "{text}": a whole number is expected.',
    )


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        pytest.param("12.50", None, "12.50", id="trailing-zeros-stay"),
        pytest.param("1234.56", None, "1234.56", id="plain"),
        pytest.param("0.125", None, "0.125", id="three-decimals-after-a-zero-are-no-thousands"),
        pytest.param("1234.567", None, "1234.567", id="four-digits-before-the-point-are-no-group"),
        pytest.param("+7", None, "7", id="plus-sign"),
        pytest.param("007.5", None, "7.5", id="leading-zeros"),
        pytest.param(".5", None, "0.5", id="nothing-before-the-point"),
        pytest.param("-0.00", None, "0.00", id="no-minus-zero"),
        pytest.param("1,5", ",", "1.5", id="comma"),
        pytest.param("1.234,56", ",", "1234.56", id="points-and-comma"),
        pytest.param("1 234 567,89", ",", "1234567.89", id="spaces-and-comma"),
        pytest.param("1\u202f234,5", ",", "1234.5", id="narrow-no-break-space"),
        pytest.param("1.234", ",", "1234", id="declared-comma-makes-the-point-a-separator"),
        pytest.param("1,234", ",", "1.234", id="declared-comma-makes-three-decimals"),
        pytest.param("1,234.56", ".", "1234.56", id="commas-and-point"),
        pytest.param("1'234.50", ".", "1234.50", id="apostrophes"),
        pytest.param("19.99", ".", "19.99", id="no-binary-fraction"),
    ],
)
def test_an_amount_becomes_canonical_text(text: str, mark: str | None, value: str) -> None:
    assert one("decimal", text, to="price", decimal=mark) == value


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        pytest.param("1,234", "1.234 or 1234", id="comma"),
        pytest.param("1.234", "1.234 or 1234", id="point"),
        pytest.param("-12,500", "-12.500 or -12500", id="negative"),
    ],
)
def test_an_undeclared_mark_that_could_mean_two_numbers_is_told_with_both(text: str, readings: str) -> None:
    assert one("decimal", text, to="price") == (
        "not_a_decimal",
        f'Cell is "{text}": this may mean {readings}; {MARK}.',
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("1,5", 'if it means 1.5, the mapping must say so (decimal: ",")', id="comma"),
        pytest.param("1.234,56", 'if it means 1234.56, the mapping must say so (decimal: ",")', id="german"),
        pytest.param("1,234.56", 'if it means 1234.56, the mapping must say so (decimal: ".")', id="english"),
        pytest.param(
            "$1", 'if it means 1, the mapping must say so (decimal: ".", unit: "$")', id="currency-sign"
        ),
        pytest.param(
            "12,50 EUR",
            'if it means 12.50, the mapping must say so (decimal: ",", unit: "EUR")',
            id="currency-code",
        ),
        pytest.param(
            "$1,234",
            'this may mean 1234 or 1.234; the mapping must say which (decimal: ".", unit: "$", or decimal: ",", unit: "$")',
            id="sign-and-both",
        ),
        pytest.param("(12.00)", 'if it means -12.00, the mapping must say so (decimal: ".")', id="brackets"),
        pytest.param(
            "12.00-", 'if it means -12.00, the mapping must say so (decimal: ".")', id="minus-behind"
        ),
        pytest.param("$12 EUR", "a number such as 1234.56 is expected", id="two-currencies"),
        pytest.param("NaN", "a number such as 1234.56 is expected", id="not-a-number"),
        pytest.param("Infinity", "a number such as 1234.56 is expected", id="infinity"),
        pytest.param("1E+05", "a number such as 1234.56 is expected", id="exponent"),
        pytest.param("12.", "a number such as 1234.56 is expected", id="nothing-after-the-point"),
    ],
)
def test_an_undeclared_form_is_told_and_not_read(text: str, message: str) -> None:
    assert one("decimal", text, to="price") == ("not_a_decimal", f'Cell is "{text}": {message}.')


@pytest.mark.parametrize(
    ("text", "mark", "unit", "value"),
    [
        pytest.param("$1,234.50", ".", ["$"], "1234.50", id="sign-before"),
        pytest.param("1.234,50 €", ",", ["EUR", "€"], "1234.50", id="sign-behind"),
        pytest.param("EUR 12,50", ",", ["EUR", "€"], "12.50", id="code-before"),
        pytest.param("12.50", ".", ["$"], "12.50", id="without-it"),
        pytest.param("(12.00)", ".", [], "-12.00", id="brackets"),
        pytest.param("($12.00)", ".", ["$"], "-12.00", id="sign-in-brackets"),
        pytest.param("-$12.00", ".", ["$"], "-12.00", id="sign-behind-minus"),
        pytest.param("1.234,50-", ",", [], "-1234.50", id="minus-behind"),
        pytest.param("3.5 kg", None, ["kg"], "3.5", id="no-mark-declared"),
    ],
)
def test_a_declared_form_is_read_exactly(text: str, mark: str | None, unit: list[str], value: str) -> None:
    assert one("decimal", text, to="price", decimal=mark, unit=unit) == value


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        pytest.param(
            "£12.50", ["$"], 'if it means 12.50, the mapping must say so (unit: "£")', id="another-currency"
        ),
        pytest.param("(-12.00)", [], "a number such as 1234.56 is expected", id="twice-negative"),
        pytest.param("-12.00-", [], "a number such as 1234.56 is expected", id="minus-on-both-sides"),
        pytest.param("$ ", ["$"], "a number such as 1234.56 is expected", id="nothing-but-the-sign"),
        pytest.param("nan", [], "a number such as 1234.56 is expected", id="nan"),
    ],
)
def test_what_is_not_declared_is_refused_beside_what_is(text: str, unit: list[str], message: str) -> None:
    assert one("decimal", text, to="price", decimal=".", unit=unit) == (
        "not_a_decimal",
        f'Cell is "{text.strip()}": {message}.',
    )


@pytest.mark.parametrize("text", ["1,234", "1.234"])
def test_thousands_in_a_whole_number_are_never_guessed(text: str) -> None:
    assert one("integer", text, to=QUANTITY) == (
        "not_an_integer",
        f'Cell is "{text}": a whole number is expected; this may mean 1234 or 1.234, and {MARK}.',
    )


@given(
    number=st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    mark=st.sampled_from(".,"),
    form=st.sampled_from(["plain", "grouped", "brackets", "behind"]),
)
def test_every_amount_comes_back_exactly_from_every_declared_form(
    number: Decimal, mark: str, form: str
) -> None:
    other = "," if mark == "." else "."
    digits = f"{abs(number):,.2f}" if form == "grouped" else f"{abs(number):.2f}"
    text = digits.translate(str.maketrans(",.", other + mark))
    if number < 0:
        text = {"brackets": f"({text})", "behind": f"{text}-"}.get(form, f"-{text}")
    assert one("decimal", f"{text} €", to="price", decimal=mark, unit="€") == f"{number:.2f}".replace(
        "-0.00", "0.00"
    )


@pytest.mark.parametrize("text", ["1234.56", "1.23.456", "12.34,5", "1.234.56"])
def test_a_point_that_is_no_separator_of_thousands_is_refused_under_a_declared_comma(text: str) -> None:
    assert one("decimal", text, to="price", decimal=",") == (
        "not_a_decimal",
        f'Cell is "{text}": a number such as 1234,56 is expected.',
    )


def test_the_true_number_of_a_spreadsheet_is_read_whatever_mark_is_declared() -> None:
    assert one("decimal", "1234.5", to="price", decimal=",", spreadsheet=True) == "1234.5"
    assert one("decimal", "12.345", to="price", spreadsheet=True) == "12.345"


def test_a_spreadsheet_cell_that_may_be_a_number_or_a_text_of_thousands_is_told_with_both() -> None:
    assert one("decimal", "1.234", to="price", decimal=",", spreadsheet=True) == (
        "not_a_decimal",
        f'Cell is "1.234": this may mean 1.234 or 1234; {MARK}.',
    )
