"""Places of a payload, and the nearest one to a slip of the pen."""

import pytest

from orderdrop.core.shape import Leaf, ListNode, Shape, Wire

_PLACES = (
    "id",
    "email",
    "address.city",
    "parcels.number",
    "parcels.address.city",
    "parcels.items.sku",
)
SHAPE = Shape(
    destination="parcel office",
    key="id",
    leaves={place: Leaf(place=place, wire=Wire.TEXT) for place in _PLACES},
    lists={
        "parcels": ListNode(place="parcels", key="number"),
        "parcels.items": ListNode(place="parcels.items", key="sku"),
    },
    open_nodes=frozenset({"parcels.extra"}),
)


@pytest.mark.parametrize(
    ("place", "lists"),
    [
        pytest.param("email", (), id="a-field-of-the-order"),
        pytest.param("address.city", (), id="an-object-is-no-list"),
        pytest.param("parcels.address.city", ("parcels",), id="an-object-in-a-list"),
        pytest.param("parcels.items.sku", ("parcels", "parcels.items"), id="a-list-in-a-list"),
        pytest.param("parcels.items", ("parcels", "parcels.items"), id="the-list-itself-counts"),
    ],
)
def test_the_lists_on_the_way_are_named_outermost_first(place: str, lists: tuple[str, ...]) -> None:
    assert SHAPE.lists_over(place) == lists


def test_the_nodes_are_the_places_and_all_that_is_on_the_way_to_one() -> None:
    on_the_way = {"address", "parcels", "parcels.address", "parcels.items", "parcels.extra"}
    assert SHAPE.nodes() == {*_PLACES, *on_the_way}


@pytest.mark.parametrize(
    ("place", "found"),
    [
        pytest.param("parcels.items.sku", True, id="a-leaf"),
        pytest.param("parcels.extra.colour", True, id="any-name-below-an-open-node"),
        pytest.param("parcels.extra.colour.shade", False, id="but-one-level-only"),
        pytest.param("parcels.extra", False, id="the-open-node-itself"),
        pytest.param("parcels.items", False, id="a-list"),
        pytest.param("colour", False, id="nothing"),
    ],
)
def test_a_leaf_is_a_place_that_takes_a_value(place: str, found: bool) -> None:
    leaf = SHAPE.leaf(place)
    assert (leaf is not None) == found
    assert leaf is None or (leaf.place, leaf.wire) == (place, Wire.TEXT)


@pytest.mark.parametrize(
    ("place", "nearest"),
    [
        pytest.param("emial", "email", id="letters-swapped"),
        pytest.param("parcel.number", "parcels.number", id="a-letter-lost"),
        pytest.param("shipment.article.data.sku", "parcels.items.sku", id="the-last-word-is-right"),
        pytest.param("zzzz", None, id="nothing-like-it"),
    ],
)
def test_the_nearest_place_is_the_one_that_was_meant(place: str, nearest: str | None) -> None:
    assert SHAPE.nearest(place) == nearest
