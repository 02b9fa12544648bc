"""Shapes are read off payload models, and fit them."""

from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from orderdrop.core.shape import Leaf, ListNode, Shape, Wire
from orderdrop.destinations.base import Fitted
from orderdrop.destinations.registry import find, names
from orderdrop.destinations.shape_of import Elements, shape_of


class Article(BaseModel):
    sku: str
    price: Decimal | None = None
    extra: dict[str, str] | None = None


class Parcel(BaseModel):
    number: Annotated[str, Field(max_length=40)]
    articles: Annotated[list[Article], Elements(key="sku", falls_back_to="articles")] | None = None


class Delivery(BaseModel):
    reference: Annotated[str, Field(min_length=1, max_length=40)]
    kind: Literal["slot", "flex"] | None = None
    cash: float | None = None
    fragile: bool = False
    floor: int | None = None
    day: Annotated[str, Wire.ISO_DATE] | None = None
    note: str | None = Field(None, max_length=10)
    tags: list[str] | None = None
    packages: Annotated[list[Parcel], Elements(key=None)]
    articles: Annotated[list[Article], Elements(key="sku")] | None = None


DELIVERY = shape_of(Delivery, destination="vans", key="reference")


@pytest.mark.parametrize(
    "leaf",
    [
        pytest.param(
            Leaf(place="reference", wire=Wire.TEXT, required=True, max_length=40), id="required, bounded text"
        ),
        pytest.param(Leaf(place="kind", wire=Wire.TEXT, one_of=("slot", "flex")), id="a choice"),
        pytest.param(Leaf(place="cash", wire=Wire.NUMBER), id="a number"),
        pytest.param(Leaf(place="fragile", wire=Wire.BOOLEAN), id="a default means optional"),
        pytest.param(Leaf(place="floor", wire=Wire.INTEGER), id="a whole number"),
        pytest.param(Leaf(place="day", wire=Wire.ISO_DATE), id="told by metadata"),
        pytest.param(Leaf(place="note", wire=Wire.TEXT, max_length=10), id="bounded on the field"),
        pytest.param(Leaf(place="tags", wire=Wire.TEXT, many=True), id="a list of plain values"),
        pytest.param(Leaf(place="packages.articles.price", wire=Wire.DECIMAL_TEXT), id="deep"),
        pytest.param(
            Leaf(place="packages.number", wire=Wire.TEXT, required=True, max_length=40), id="nested"
        ),
    ],
)
def test_a_leaf_is_read_with_its_wire_and_its_limits(leaf: Leaf) -> None:
    assert DELIVERY.leaf(leaf.place) == leaf


def test_lists_carry_their_key_and_where_the_nameless_stay() -> None:
    assert dict(DELIVERY.lists) == {
        "packages": ListNode(place="packages", key=None),
        "packages.articles": ListNode(place="packages.articles", key="sku", falls_back_to="articles"),
        "articles": ListNode(place="articles", key="sku"),
    }


def test_a_group_of_free_names_is_an_open_node() -> None:
    assert DELIVERY.open_nodes == {"articles.extra", "packages.articles.extra"}
    assert DELIVERY.leaf("articles.extra.colour") == Leaf(place="articles.extra.colour", wire=Wire.TEXT)


class NoKey(BaseModel):
    articles: list[Article]


class WrongKey(BaseModel):
    articles: Annotated[list[Article], Elements(key="number")]


class WrongFallback(BaseModel):
    reference: str
    articles: Annotated[list[Article], Elements(key="sku", falls_back_to="items")]


class NoWire(BaseModel):
    reference: str
    odd: bytes


@pytest.mark.parametrize(
    ("model", "key", "told"),
    [
        pytest.param(
            NoKey, "articles.sku", "needs Elements", id="a list of objects without a word on its key"
        ),
        pytest.param(WrongKey, "articles.sku", "no field number", id="a key that is no field"),
        pytest.param(WrongFallback, "reference", "no such list", id="a fallback that is no list"),
        pytest.param(NoWire, "reference", "add a Wire", id="a type that JSON does not have"),
        pytest.param(Article, "number", "is not a leaf", id="an order without its key"),
    ],
)
def test_a_model_that_a_mapping_could_not_fill_is_refused(
    model: type[BaseModel], key: str, told: str
) -> None:
    with pytest.raises(TypeError, match=told):
        shape_of(model, destination="vans", key=key)


SHIPUP = find("shipup").shape


def test_shipup_line_items_without_a_parcel_stay_with_the_fulfillment_then_with_the_order() -> None:
    assert dict(SHIPUP.lists) == {
        "line_items": ListNode(place="line_items", key="merchant_id"),
        "fulfillments": ListNode(place="fulfillments", key="merchant_id"),
        "fulfillments.line_items": ListNode(
            place="fulfillments.line_items", key="merchant_id", falls_back_to="line_items"
        ),
        "fulfillments.trackers": ListNode(place="fulfillments.trackers", key="tracking_number"),
        "fulfillments.trackers.line_items": ListNode(
            place="fulfillments.trackers.line_items",
            key="merchant_id",
            falls_back_to="fulfillments.line_items",
        ),
    }


def test_shipup_requires_the_ids_and_nothing_else() -> None:
    assert {place for place, leaf in SHIPUP.leaves.items() if leaf.required} == {
        "merchant_id",
        "line_items.merchant_id",
        "fulfillments.merchant_id",
        "fulfillments.line_items.merchant_id",
        "fulfillments.trackers.tracking_number",
        "fulfillments.trackers.line_items.merchant_id",
    }


VALUES: dict[Wire, Any] = {
    Wire.TEXT: "NY",  # also a state code
    Wire.INTEGER: 2,
    Wire.NUMBER: 1.5,
    Wire.DECIMAL_TEXT: "20.00",
    Wire.BOOLEAN: True,
    Wire.UNIX_SECONDS: 1_599_403_980,
    Wire.ISO_DATETIME: "2026-11-22T19:30:00Z",
    Wire.ISO_DATE: "2026-11-22",
    Wire.COUNTRY_ALPHA2: "US",
    Wire.COUNTRY_ALPHA3: "USA",
    Wire.LANGUAGE: "fr",
    Wire.CURRENCY: "EUR",
}
WRITTEN = {  # texts that must be more than any text, by the last part of their place
    "email": "ana@example.com",
    "recipient_email": "ana@example.com",
    "tags": "category:Home Apparel",
    "timezone": "Europe/Paris",
    "size": "m",
}
ALWAYS = {  # what an order needs whatever else it has, where no single leaf is required
    "shippify": {
        *(
            f"{stop}.{leaf}"
            for stop in ("pickup", "dropoff")
            for leaf in ("contact.email", "location.lat", "location.lng")
        ),
        "packages.name",
    },
}


def payload_of(shape: Shape, places: set[str]) -> dict[str, Any]:
    """A payload with a value at each place, one element per list, and the required leaves of every node on the way."""
    payload: dict[str, Any] = {}
    for place in sorted(places):
        put(payload, shape, shape.leaves[place])
    for leaf in shape.leaves.values():
        parent = leaf.place.rpartition(".")[0]
        if leaf.required and (not parent or any(place.startswith(f"{parent}.") for place in places)):
            put(payload, shape, leaf)
    return payload


def put(payload: dict[str, Any], shape: Shape, leaf: Leaf) -> None:
    node = payload
    *heads, last = leaf.place.split(".")
    for depth, head in enumerate(heads, start=1):
        is_list = ".".join(heads[:depth]) in shape.lists
        child = node.setdefault(head, [{}] if is_list else {})
        node = child[0] if is_list else child
    value = leaf.one_of[0] if leaf.one_of else WRITTEN.get(last, VALUES[leaf.wire])
    node[last] = [value] if leaf.many else value


@pytest.mark.parametrize("name", names())
@settings(deadline=None)
@given(data=st.data())
def test_every_choice_of_places_can_be_filled_and_validated(name: str, data: st.DataObject) -> None:
    destination = find(name)
    places = data.draw(st.sets(st.sampled_from(sorted(destination.shape.leaves))))
    payload = payload_of(destination.shape, places | ALWAYS.get(name, set()))
    (result,) = destination.validate([payload])
    assert isinstance(result, bytes | Fitted), result
    assert destination.validate([{**payload, "no_such_place": 1}]) != [result]


@pytest.mark.parametrize("name", names())
def test_a_required_leaf_that_is_left_out_is_told_at_its_place(name: str) -> None:
    destination = find(name)
    for leaf in (leaf for leaf in destination.shape.leaves.values() if leaf.required):
        payload = payload_of(destination.shape, {leaf.place} | ALWAYS.get(name, set()))
        node: Any = payload
        *heads, last = leaf.place.split(".")
        for head in heads:
            node = node[head]
            node = node[0] if isinstance(node, list) else node
        del node[last]
        (result,) = destination.validate([payload])
        assert isinstance(result, tuple)
        assert [problem.message for problem in result] == [f"{last} is missing"]
