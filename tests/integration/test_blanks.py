"""Blank cells that erase, on their whole way to the stand-ins."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.desk import Desk, desk_at

HEAD = "Order,Phone,City,SKU,Title\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path) as one:
        one.map(
            {
                "Order": {"to": "merchant_id", "required": True},
                "Phone": {"to": "phone", "blank": "erase"},
                "City": {"to": "shipping_address.city", "blank": "erase"},
                "SKU": {"to": "line_items.merchant_id"},
                "Title": {"to": "line_items.title", "blank": "erase"},
            }
        )
        yield one


def test_a_blank_cell_erases_what_is_there_at_every_depth(desk: Desk) -> None:
    desk.load(HEAD + "A,0123,Paris,S,Hat\n")
    receipt = desk.load(HEAD + "A,,,S,\n")
    assert desk.payloads(receipt)["A"] == {
        "merchant_id": "A",
        "phone": None,
        "shipping_address": {"city": None},
        "line_items": [{"merchant_id": "S", "title": None}],
    }
    held = desk.held()["A"]
    assert (held["phone"], held["shipping_address"]["city"]) == (None, None)
    assert [item["title"] for item in held["line_items"]["data"]] == [None]


def test_what_was_erased_is_unchanged_the_next_time(desk: Desk) -> None:
    desk.load(HEAD + "A,,Paris,S,Hat\n")
    assert desk.load(HEAD + "A,,Paris,S,Hat\n\n")["orders"]["unchanged"] == 1
    assert desk.load(HEAD + "A,,,S,Hat\n")["orders"]["accepted"] == 1
    assert desk.sent() == 2


def test_a_blank_cell_leaves_alone_where_nothing_else_is_said(desk: Desk) -> None:
    desk.load(HEAD + "A,0123,Paris,S,Hat\n")
    columns = {heading: {**column, "blank": "leave"} for heading, column in desk.mapping["columns"].items()}
    desk.map(columns)
    desk.load(HEAD + "A,,,S,\n")
    held = desk.held()["A"]
    assert (held["phone"], held["shipping_address"]["city"]) == ("0123", "Paris")


def test_a_column_that_is_missing_erases_nothing(desk: Desk) -> None:
    desk.load(HEAD + "A,0123,Paris,S,Hat\n")
    desk.load("Order,SKU\nA,S\n")
    assert desk.held()["A"]["phone"] == "0123"


def test_a_filled_row_outweighs_the_blank_ones_of_its_order(desk: Desk) -> None:
    desk.load(HEAD + "A,0123,Paris,S,Hat\n")
    desk.load(HEAD + "A,,Paris,S,Hat\nA,0999,,T,Cap\n")
    held = desk.held()["A"]
    assert (held["phone"], held["shipping_address"]["city"]) == ("0999", "Paris")


def test_parcellab_forgets_an_address(tmp_path: Path) -> None:
    with desk_at(tmp_path, "parcellab") as desk:
        desk.map(
            {
                "Order": {"to": "order_number", "required": True},
                "Email": {"to": "recipient_email", "blank": "erase"},
                "Land": {"to": "destination_country_iso3"},
            },
            constants={"account": 1617},
        )
        desk.load("Order,Email,Land\nA,a@b.co,FR\n")
        receipt = desk.load("Order,Email,Land\nA,,FR\n")
        assert desk.payloads(receipt)["A"]["recipient_email"] == "_unset"
        assert desk.held()["A"].get("recipient_email") in (None, "", "_unset")
