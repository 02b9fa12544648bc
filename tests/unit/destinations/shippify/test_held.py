"""Where a delivery reads back from Shippify, by the documented information."""

import json
from pathlib import Path
from typing import Any

from orderdrop.destinations.comparing import MISSING, NOT_TOLD
from orderdrop.destinations.shippify.held import held

DOCUMENTED: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "data/shippify/delivery_information.json").read_text()
)
PACKAGE = {"id": "Product-001", "name": "Color box", "qty": 4, "size": "m", "price": 5.3}


def compared(payload: dict[str, Any], told: dict[str, Any] = DOCUMENTED) -> dict[str, Any]:
    return {one.path: one.held for one in held(payload, told)}


def test_the_recipient_is_the_contact_of_the_dropoff() -> None:
    found = compared({"dropoff": {"contact": {"name": "X", "phonenumber": "0998976565"}, "location": {}}})
    assert found == {"dropoff.contact.name": "Iliana Bolaños", "dropoff.contact.phonenumber": "0998976565"}


def test_the_pickups_contact_and_places_are_not_told() -> None:
    stop = {"contact": {"name": "X"}, "location": {"warehouse": 7}}
    found = compared({"pickup": stop, "dropoff": {"location": {"address": "Y"}}})
    assert set(found.values()) == {NOT_TOLD}


def test_dates_are_compared_in_seconds() -> None:
    found = {one.path: (one.sent, one.held) for one in held({"pickup": {"date": 1698431051000}}, DOCUMENTED)}
    assert found["pickup.date"] == (1698431051, 1698431051)


def test_packages_are_items_in_a_list_in_a_list_and_a_size_that_is_none_says_nothing() -> None:
    found = compared({"packages": [PACKAGE]})
    assert found["packages.0.qty"] == 4
    assert found["packages.0.price"] == 5.3
    assert found["packages.0.size"] is NOT_TOLD


def test_packages_of_the_same_article_are_each_found_once() -> None:
    items = [{**PACKAGE, "qty": 1, "size": 3}, {**PACKAGE, "qty": 2, "size": 3}]
    sent = [{**PACKAGE, "qty": 2}, {**PACKAGE, "qty": 1}, {**PACKAGE, "qty": 3}]
    found = list(held({"packages": sent}, {"items": [items]}))
    assert [one.held for one in found if one.path.endswith("qty")] == [2, 1]
    assert [one.node for one in found if one.held is MISSING] == ["packages.2"]


def test_named_extras_are_not_told_and_keep_the_mappings_path() -> None:
    payload = {
        "extraData": [{"name": "presente", "value": "sim"}],
        "type": "express",
        "tags": ["Fragile", "x"],
    }
    assert compared(payload) == {
        "extraData.presente": NOT_TOLD,
        "type": NOT_TOLD,
        "tags.0": "Fragile",
        "tags.1": MISSING,
    }
