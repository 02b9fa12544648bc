"""What the journal learns of a body."""

import pytest

from orderdrop.sandbox.shipup.payloads import order_ids


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        pytest.param({"merchant_id": "A"}, ("A",), id="one-order"),
        pytest.param({"orders": [{"merchant_id": "A"}, 5, {}, {"merchant_id": "B"}]}, ("A", "B"), id="batch"),
        pytest.param({"merchant_id": 5}, (), id="id-of-the-wrong-type"),
        pytest.param([], (), id="no-object"),
    ],
)
def test_the_journal_learns_the_ids_that_are_there(content: object, ids: tuple[str, ...]) -> None:
    assert order_ids(content) == ids
