"""Levels, and the headings behind places that no mapping names."""

import pytest
from tests.unit.orders.warehouse import SHAPE, headings_of

from orderdrop.core.shape import Leaf, ListNode, Shape, Wire
from orderdrop.orders import sources_after_fallback
from orderdrop.orders.plan import make_plan


def test_levels_are_the_lists_that_columns_can_fill_fallbacks_included_parents_first() -> None:
    columns = ("id", "parcels.number", "parcels.trackers.number", "parcels.trackers.lines.sku")
    plan = make_plan(SHAPE, columns, headings_of(columns))
    places = [level.place for level in plan.levels]
    assert set(places) == {
        "",
        "parcels",
        "lines",
        "parcels.lines",
        "parcels.trackers",
        "parcels.trackers.lines",
    }
    assert all(level.parent < places.index(level.place) for level in plan.levels)
    lines = plan.levels[places.index("parcels.trackers.lines")]
    assert [places[index] for index in lines.fallbacks] == ["parcels.lines", "lines"]


def test_a_list_with_no_list_above_it_never_falls_back() -> None:
    assert make_plan(SHAPE, ("id", "lines.sku"), {}).levels[1].fallbacks == ()


def test_lists_that_fall_back_to_each_other_come_to_an_end() -> None:
    lists = [
        ListNode(place="a", key="k"),
        ListNode(place="a.b", key="k", falls_back_to="a.c"),
        ListNode(place="a.c", key="k", falls_back_to="a.b"),
    ]
    leaves = {place: Leaf(place=place, wire=Wire.TEXT) for place in ("id", "a.k", "a.b.k", "a.c.k")}
    shape = Shape(destination="ring", key="id", leaves=leaves, lists={node.place: node for node in lists})
    assert len(make_plan(shape, ("id", "a.b.k"), {}).levels) == 4


@pytest.mark.parametrize(
    ("place", "headings"),
    [
        pytest.param("parcels.trackers.lines.sku", ("SKU",), id="as-the-mapping-says"),
        pytest.param("parcels.lines.sku", ("SKU",), id="one-level-up"),
        pytest.param("lines.sku", ("Article", "SKU"), id="joined-with-a-column-of-its-own"),
        pytest.param("lines.shipped", None, id="no-such-leaf-there"),
    ],
)
def test_a_fallback_place_has_the_headings_of_the_places_that_fall_back_to_it(
    place: str, headings: tuple[str, ...] | None
) -> None:
    sources = {
        "lines.sku": ("Article",),
        "parcels.trackers.lines.sku": ("SKU",),
        "parcels.trackers.lines.shipped": ("Sent",),
    }
    assert sources_after_fallback(SHAPE, sources).get(place) == headings
