"""From meanings to places."""

import pytest
from tests.unit.mapping.suggest.small_api import GUIDE, SHAPE

from orderdrop.mapping.suggest.guide import Guide
from orderdrop.mapping.suggest.plan import plan, trimmed


def planned(
    *meanings: str, guide: Guide = GUIDE, given: frozenset[str] = frozenset()
) -> dict[str, tuple[str, ...]]:
    return dict(plan(SHAPE, guide, lambda meaning, _: meaning in meanings, given).filled)


def test_a_list_without_its_key_takes_nothing() -> None:
    assert "line.quantity" not in planned("order.id", "line.quantity")
    assert planned("order.id", "line.quantity", "line.sku")["line.quantity"] == ("items.quantity",)


def test_the_innermost_list_takes_the_lines() -> None:
    assert planned("order.id", "line.sku", "parcel.tracking")["line.sku"] == ("parcels.items.sku",)


def test_a_key_that_something_else_fills_counts() -> None:
    found = planned("order.id", "line.sku", given=frozenset({"parcels.tracking"}))
    assert found["line.sku"] == ("parcels.items.sku",)


def test_the_second_choice_is_taken_where_the_first_is_missing() -> None:
    assert planned("order.number") == {"order.number": ("number",)}
    assert planned("order.number", "order.id") == {"order.id": ("number",)}


def test_an_entry_can_end_the_list() -> None:
    guide = Guide(fills={"number": ("order.id",), "name": ("!ship.last_name", "customer.name")})
    assert planned("order.id", "customer.name", guide=guide)["customer.name"] == ("name",)
    assert "customer.name" not in planned("order.id", "customer.name", "ship.last_name", guide=guide)


def test_a_node_that_the_api_takes_whole_is_left_out_in_parts() -> None:
    guide = Guide(
        fills={"number": ("order.id",), "to.city": ("ship.city",), "to.zip": ("ship.postcode",)},
        whole={"to": ("city", "zip")},
    )
    assert "ship.city" not in planned("order.id", "ship.city", guide=guide)
    assert planned("order.id", "ship.city", "ship.postcode", guide=guide)["ship.city"] == ("to.city",)


@pytest.mark.parametrize(
    ("there", "text"),
    [
        pytest.param("abcd", "{a} {b}, {c}, {d}", id="all"),
        pytest.param("acd", "{a}, {c}, {d}", id="one-missing"),
        pytest.param("bd", "{b}, {d}", id="two-missing"),
        pytest.param("a", None, id="one-alone-is-no-template"),
        pytest.param("", None, id="none"),
    ],
)
def test_a_template_goes_without_what_is_missing(there: str, text: str | None) -> None:
    assert trimmed("{a} {b}, {c}, {d}", lambda name: name in there) == text
