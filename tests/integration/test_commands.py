"""Rows that say create, update or cancel, on their whole way to the stand-ins."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.desk import Desk, desk_at

from orderdrop.core.outcomes import OrderFate

COMMANDS = {"column": "Action", "values": {"N": "create", "U": "update", "X": "cancel"}}
HEAD = "Action,Order,Email,SKU,Qty\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path) as one:
        one.map(
            {
                "Order": {"to": "merchant_id", "required": True},
                "Email": {"to": "email", "type": "email", "required": True},
                "SKU": {"to": "line_items.merchant_id", "required": True},
                "Qty": {"to": "line_items.quantity", "type": "integer"},
            },
            commands=COMMANDS,
        )
        yield one


def fates(desk: Desk, text: str) -> dict[str, OrderFate]:
    return {key: order.fate for key, order in desk.orders(desk.load(HEAD + text)).items()}


def test_an_order_is_created_updated_and_cancelled(desk: Desk) -> None:
    assert fates(desk, "N,A,a@b.co,S,1\nN,A,a@b.co,T,2\n") == {"A": OrderFate.ACCEPTED}
    assert fates(desk, "U,A,new@b.co,S,1\n") == {"A": OrderFate.ACCEPTED}
    assert desk.held()["A"]["email"] == "new@b.co"
    receipt = desk.load(HEAD + "X,A,,,\nX,A,,,\n")
    assert desk.payloads(receipt) == {"A": {"merchant_id": "A", "canceled": True}}
    assert receipt["problems"] == []
    held = desk.held()["A"]
    assert (held["canceled"], held["email"], len(held["line_items"]["data"])) == (True, "new@b.co", 2)


def test_what_was_done_already_is_unchanged_whatever_is_asked_for(desk: Desk) -> None:
    fates(desk, "N,A,a@b.co,S,1\n")
    assert fates(desk, "N,A,a@b.co,S,1\n\n") == {"A": OrderFate.UNCHANGED}
    assert fates(desk, "U,A,a@b.co,S,1\n") == {"A": OrderFate.UNCHANGED}
    fates(desk, "X,A,,,\n")
    assert fates(desk, "X,A,gone@b.co,,\n") == {"A": OrderFate.UNCHANGED}
    assert desk.sent() == 2


def test_what_cannot_be_done_is_held_and_told_and_the_rest_is_sent(desk: Desk) -> None:
    fates(desk, "N,A,a@b.co,S,1\n")
    receipt = desk.load(HEAD + "N,A,other@b.co,S,1\nU,B,b@b.co,S,1\nX,C,,,\nN,D,d@b.co,S,1\n")
    assert {key: order.fate.value for key, order in desk.orders(receipt).items()} == {
        "A": "held", "B": "held", "C": "held", "D": "accepted",
    }  # fmt: skip
    assert [(one["code"], one["row"], one["order"]) for one in receipt["problems"]] == [
        ("already_there", 2, "A"),
        ("not_there", 3, "B"),
        ("not_there", 4, "C"),
    ]
    assert sorted(desk.held()) == ["A", "D"]


def test_a_mapping_may_send_what_orderdrop_never_sent(desk: Desk) -> None:
    desk.map(desk.mapping["columns"], commands={**COMMANDS, "unknown_orders": "send"})
    assert fates(desk, "U,B,b@b.co,S,1\nX,C,,,\n") == {"B": OrderFate.ACCEPTED, "C": OrderFate.ACCEPTED}
    assert desk.held()["C"]["canceled"] is True


def test_rows_of_one_order_that_ask_for_different_things_send_nothing(desk: Desk) -> None:
    receipt = desk.load(HEAD + "N,A,a@b.co,S,1\nX,A,,,\nN,B,b@b.co,S,1\n")
    (problem,) = receipt["problems"]
    assert problem["message"].startswith(
        "Rows 2 and 3 belong to order A but ask for different things in Action"
    )
    assert sorted(desk.held()) == ["B"]


def test_parcellab_cancels_by_a_mutation_and_needs_no_more_than_the_name(tmp_path: Path) -> None:
    with desk_at(tmp_path, "parcellab") as desk:
        desk.map(
            {
                "Order": {"to": "order_number", "required": True},
                "Email": {"to": "recipient_email", "required": True},
                "Land": {"to": "destination_country_iso3", "required": True},
            },
            constants={"account": 1617},
            commands=COMMANDS,
        )
        desk.load("Action,Order,Email,Land\nN,A,a@b.co,FR\n")
        receipt = desk.load("Action,Order,Email,Land\nX,A,,\n")
        assert receipt["orders"]["accepted"] == 1, receipt["problems"]
        held = desk.held()["A"]
        assert (held["order_status"], held["recipient_email"]) == ("Cancelled", "a@b.co")
