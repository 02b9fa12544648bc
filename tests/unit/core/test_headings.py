"""Two headings are the same where people see no difference."""

import pytest

from orderdrop.core.headings import folded


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        pytest.param("  Order  ref ", "order ref", id="white-space"),
        pytest.param("Order\u200bref", "orderref", id="zero-width"),
        pytest.param("Stra\u00dfe", "strasse", id="sharp-s"),
        pytest.param("Cafe\u0301", "caf\u00e9", id="decomposed"),
        pytest.param("\ufeffOrder", "order", id="byte-order-mark"),
    ],
)
def test_headings_are_compared_as_the_eye_sees_them(heading: str, plain: str) -> None:
    assert folded(heading) == plain
