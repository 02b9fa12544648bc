"""Two headings are the same where people see no difference, and our own are known."""

import pytest

from orderdrop.core.headings import OWN_COLUMNS, folded, is_own_report


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        pytest.param("  Order  ref ", "order ref", id="white-space"),
        pytest.param("Order\u200bref", "orderref", id="zero-width"),
        pytest.param("Stra\u00dfe", "strasse", id="sharp-s"),
        pytest.param("Cafe\u0301", "caf\u00e9", id="decomposed"),
        pytest.param("Order\x07\tref", "order ref", id="control-characters"),
        pytest.param("\ufeffOrder", "order", id="byte-order-mark"),
    ],
)
def test_headings_are_compared_as_the_eye_sees_them(heading: str, plain: str) -> None:
    assert folded(heading) == plain


@pytest.mark.parametrize(
    ("headings", "ours"),
    [
        pytest.param(("Order", *OWN_COLUMNS), True, id="as-we-write-it"),
        pytest.param(("_batch", "Order", "_row"), True, id="with-columns-moved-and-deleted"),
        pytest.param(("Order", "_row"), False, id="a-sender's-own-name-for-a-row"),
        pytest.param(("Order", "_batch"), False, id="a-sender's-own-name-for-a-batch"),
    ],
)
def test_a_reject_report_of_ours_is_known_by_two_of_its_columns(
    headings: tuple[str, ...], ours: bool
) -> None:
    assert is_own_report(headings) is ours
