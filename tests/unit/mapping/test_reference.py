"""The help beside the editor: complete, because it is read off the models and the destinations."""

import pytest
from pydantic import BaseModel

from orderdrop.destinations import registry
from orderdrop.mapping.model import Column, Commands, FileOptions, Hold, JoinedTable, Mapping
from orderdrop.mapping.reference import places, sections
from orderdrop.pipeline.mappings.suggesting import guide_of


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("", Mapping),
        ("columns", Column),
        ("file", FileOptions),
        ("join", JoinedTable),
        ("commands", Commands),
        ("hold_batch_when", Hold),
    ],
)
def test_every_key_is_there_with_what_it_does_and_how_one_writes_it(
    name: str, model: type[BaseModel]
) -> None:
    (section,) = [one for one in sections() if one.name == name]
    assert [key.name for key in section.keys] == list(model.model_fields)
    assert all(key.says and key.example.startswith(f"{key.name}: ") for key in section.keys)


def test_a_key_of_few_words_names_them() -> None:
    words = {(section.name, key.name): key.one_of for section in sections() for key in section.keys}
    assert words["", "on_bad_row"] == ("hold_order", "send_rest")
    assert words["columns", "blank"] == ("leave", "erase")
    assert "datetime" in words["columns", "type"]
    assert words["columns", "to"] == ()


@pytest.mark.parametrize("destination", registry.names())
def test_every_place_of_a_destination_says_what_it_takes(destination: str) -> None:
    found = registry.find(destination)
    told = {place.name: place.says for place in places(found.shape, guide_of(found))}
    assert told.keys() >= found.shape.leaves.keys()
    assert all(told.values())


def test_a_place_is_told_in_one_line() -> None:
    shipup = registry.find("shipup")
    told = {place.name: place.says for place in places(shipup.shape, guide_of(shipup))}
    assert told["merchant_id"] == "number of the order; text; required"
    assert told["shipping_address.country_code"] == "country"
    assert told["fulfillments.status_code"].startswith("status of the shipment; one of pending, ")
