"""Comparing what is held with what was sent: equal as the value travels, told as what it is where it is not there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.samples import ALL

from orderdrop.core.shape import Leaf, Shape, Wire
from orderdrop.destinations import parcellab, shippify, shipup
from orderdrop.destinations.comparing import MISSING, NOT_TOLD, Held, is_same, leaf, leaves
from orderdrop.destinations.parcellab.held import held as parcellab_held
from orderdrop.destinations.shippify.held import held as shippify_held
from orderdrop.destinations.shipup.held import held as shipup_held

HELD: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[Held]]] = {
    "shipup": shipup_held,
    "parcellab": parcellab_held,
    "shippify": shippify_held,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def shape_of(wire: Wire) -> Shape:
    return Shape(destination="any", key="at", leaves={"at": Leaf(place="at", wire=wire)})


@pytest.mark.parametrize(
    ("wire", "sent", "held", "same"),
    [
        pytest.param(Wire.TEXT, "0047", "0047", True, id="text"),
        pytest.param(Wire.TEXT, "0047", 47, False, id="a-leading-zero-is-lost"),
        pytest.param(Wire.TEXT, "4711", 4711, True, id="an-identifier-as-a-number-with-nothing-lost"),
        pytest.param(Wire.TEXT, "Anna", "anna", False, id="capitals-count"),
        pytest.param(Wire.UNIX_SECONDS, 1795349700, "2026-11-22T12:15:00Z", True, id="seconds-told-as-iso"),
        pytest.param(Wire.UNIX_SECONDS, 1795349700, 1795349701, False, id="a-second-later"),
        pytest.param(
            Wire.ISO_DATETIME, "2026-03-01T09:30:00+01:00", "2026-03-01T08:30:00Z", True, id="another-zone"
        ),
        pytest.param(Wire.ISO_DATE, "2026-03-01", "2026-03-02", False, id="a-day-later"),
        pytest.param(Wire.DECIMAL_TEXT, "59.90", "59.9", True, id="money-with-fewer-zeros"),
        pytest.param(Wire.DECIMAL_TEXT, "59.90", 59.9, True, id="money-as-a-number"),
        pytest.param(Wire.DECIMAL_TEXT, "59.90", "59,90", False, id="money-that-is-none"),
        pytest.param(Wire.INTEGER, 2, "2", True, id="a-count-as-text"),
        pytest.param(Wire.INTEGER, 1, True, False, id="true-is-not-one"),
        pytest.param(Wire.BOOLEAN, True, 1, False, id="one-is-not-true"),
        pytest.param(Wire.COUNTRY_ALPHA2, "FR", "fr", True, id="a-country-in-small-letters"),
        pytest.param(Wire.TEXT, "x", {"x": 1}, False, id="an-object"),
        pytest.param(Wire.TEXT, "x", MISSING, False, id="nothing"),
        pytest.param(Wire.TEXT, "x", NOT_TOLD, False, id="not-told"),
    ],
)
def test_values_are_the_same_as_they_travel(wire: Wire, sent: Any, held: Any, same: bool) -> None:
    assert is_same(shape_of(wire), Held(path="at", sent=sent, held=held)) is same


@pytest.mark.parametrize(
    ("told", "held"),
    [
        pytest.param({"email": "a@b.c"}, "a@b.c", id="told"),
        pytest.param({"email": None}, MISSING, id="null-is-nothing"),
        pytest.param({"email": ""}, MISSING, id="empty-is-nothing"),
        pytest.param({}, NOT_TOLD, id="a-name-that-the-answer-does-not-have"),
        pytest.param({"email": "a***@b.c"}, NOT_TOLD, id="blotted-out"),
    ],
)
def test_what_is_not_told_is_not_what_is_missing(told: dict[str, Any], held: Any) -> None:
    assert [one.held for one in leaves("", {"email": "a@b.c"}, told)] == [held]


@pytest.mark.parametrize(
    ("told", "held"),
    [
        pytest.param({"email": None}, [], id="it-is-gone"),
        pytest.param({"email": ""}, [], id="empty-is-gone"),
        pytest.param({}, [], id="not-told"),
        pytest.param({"email": "a@b.c"}, [Held(path="email", sent=None, held="a@b.c")], id="still-there"),
    ],
)
def test_what_was_erased_must_not_be_there(told: dict[str, Any], held: list[Held]) -> None:
    found = list(leaves("", {"email": None}, told))
    assert found == held
    assert not any(is_same(shape_of(Wire.TEXT), replace(one, path="at")) for one in found)


def test_a_node_that_is_not_there_is_one_thing_that_is_missing_named_by_its_first_value() -> None:
    found = list(leaves("parcels.1", {"number": "0042", "courier": "dhl"}, None))
    assert found == [Held(path="parcels.1.number", sent="0042", held=MISSING, node="parcels.1")]


def test_of_a_list_of_plain_values_each_must_be_there_and_others_may() -> None:
    found = list(leaf("tags", ["a:1", "b:2"], ["x:0", "b:2"]))
    assert [(one.path, one.held) for one in found] == [("tags.0", MISSING), ("tags.1", "b:2")]


SENT = [
    pytest.param(HELD[sample.destination], payload, id=f"{sample.name}-{index}")
    for sample in ALL
    for index, payload in enumerate(orjson.loads(sample.golden("orders.json").read_bytes()))
]


@pytest.mark.parametrize(("held", "payload"), SENT)
def test_of_an_order_that_tells_nothing_nothing_counts_as_the_same(
    held: Callable[..., Iterator[Held]], payload: dict[str, Any]
) -> None:
    found = list(held(payload, {}))
    assert found
    assert all(one.held in (NOT_TOLD, MISSING) for one in found)


@pytest.mark.parametrize("destination", HELD)
@given(told=st.dictionaries(st.text(max_size=8), JSON, max_size=4), inner=JSON)
def test_whatever_a_system_tells_is_compared_without_an_error(
    destination: str, told: dict[str, Any], inner: Any
) -> None:
    sample = next(one for one in ALL if one.destination == destination)
    payload = orjson.loads(sample.golden("orders.json").read_bytes())[0]
    names = ("fulfillments", "trackings", "items", "shipping_address", "dropoff", "recipient", "tags")
    shape = {"shipup": shipup, "parcellab": parcellab, "shippify": shippify}[destination].SHAPE
    for one in HELD[destination](payload, {**told, **dict.fromkeys(names, inner)}):
        is_same(shape, one)
