"""Decimal marks and check digits of article numbers."""

import pytest

from orderdrop.mapping.suggest import numbers
from orderdrop.mapping.suggest.numbers import numbers_of


@pytest.mark.parametrize(
    ("values", "mark", "both_ways"),
    [
        pytest.param(["12,50", "3"], ",", None, id="two-decimals"),
        pytest.param(["1.234,56"], ",", None, id="both-marks"),
        pytest.param(["1,234.56"], ".", None, id="both-marks-the-other-way"),
        pytest.param(["1.234.567"], ",", None, id="a-mark-that-comes-twice-sets-thousands-apart"),
        pytest.param(["1,234"], None, "1,234", id="could-be-either"),
        pytest.param(["1,234", "2.50"], ".", None, id="another-value-proves-it"),
        pytest.param(["0,125"], ",", None, id="no-thousands-begin-with-nought"),
        pytest.param(["12", "7"], None, None, id="no-mark-at-all"),
        pytest.param(["1,5", "2.5"], None, None, id="contradiction"),
    ],
)
def test_a_column_proves_its_decimal_mark_or_does_not(
    values: list[str], mark: str | None, both_ways: str | None
) -> None:
    found = numbers_of(values)
    assert (found.mark, found.both_ways) == (mark, both_ways)


def test_the_sign_of_a_currency_is_noted() -> None:
    assert numbers_of(["$24.90", "$1.00"]).units == ("$",)
    assert numbers_of(["24,90 €"]).units == ("€",)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        pytest.param("4006381333931", True, id="ean-13"),
        pytest.param("4006381333932", False, id="wrong-check-digit"),
        pytest.param("036000291452", True, id="upc"),
        pytest.param("73513537", True, id="ean-8"),
        pytest.param("12345", False, id="too-short"),
        pytest.param("٤006381333931", False, id="a-digit-of-another-script"),
    ],
)
def test_an_article_number_is_known_by_its_check_digit(text: str, is_one: bool) -> None:
    assert numbers.is_gtin(text) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"), [("3", True), ("4.000", True), ("12.5", False), ("100400", False)]
)
def test_a_quantity_is_a_small_whole_number(text: str, is_one: bool) -> None:
    assert numbers.is_small_count(text) is is_one
