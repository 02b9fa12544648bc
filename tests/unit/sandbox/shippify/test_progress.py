"""Moving a delivery along."""

from typing import Any

import pytest
from tests.unit.sandbox.hands import NOW, uuids
from tests.unit.sandbox.shippify.deliveries import delivery

from orderdrop.sandbox.calls import MoveError
from orderdrop.sandbox.shippify.progress import move
from orderdrop.sandbox.shippify.shapes import STATUSES, complete_json, created_json
from orderdrop.sandbox.shippify.store import Delivery, Store, token_of


def new_store() -> Store:
    store = Store(now=lambda: NOW - 60, new_uuid=uuids())
    store.create(delivery("A"), type_="slot", company="x", geocoded=True)
    return store


def moved(store: Store, **asked: Any) -> Delivery:
    return move(store, asked, newest=True, now=lambda: NOW)


def shown(one: Delivery) -> dict[str, Any]:
    return complete_json(one, company="x", recipient="dropoff")


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_every_status_is_there_to_be_read(status: str) -> None:
    complete = shown(moved(new_store(), id="A", status=status))

    assert (complete["_status"], complete["status"]) == (status, STATUSES[status])
    assert complete["lastStatusDate"] == f"2023-11-14T22:{'12' if status == 'processing' else '13'}:20.000Z"


@pytest.mark.parametrize("date", [1_700_010_000, 1_700_010_000_000, "1700010000"])
def test_a_new_expected_time_is_shown_in_both_answers(date: Any) -> None:
    one = moved(new_store(), id="t-x-1", dropoff_date=date)

    assert shown(one)["dropoff"]["date"] == "2023-11-15T01:00:00.000Z"
    assert created_json(one, 0, pending_text="-")["deliveryDate"] == "2023-11-15 01:00:00"


def test_the_recipient_can_be_shown_as_the_pickups_contact() -> None:
    one = moved(new_store(), id="A")

    assert complete_json(one, company="x", recipient="pickup")["recipient"]["name"] == "Store 5"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        pytest.param({}, "None", id="nothing-named"),
        pytest.param({"id": "Z"}, "'Z'", id="unknown"),
        pytest.param({"id": "A", "colour": "red"}, "'colour'", id="unknown-key"),
        pytest.param({"id": "A", "status": "lost"}, "'lost'", id="unknown-status"),
        pytest.param({"id": "A", "status": "assigned", "courier": {"name": "x"}}, "courier", id="courier"),
        pytest.param({"id": "A", "status": "assigned", "dropoff_date": "soon"}, "dropoff_date", id="date"),
    ],
)
def test_a_move_that_makes_no_sense_names_the_reason_and_changes_nothing(
    asked: dict[str, Any], part: str
) -> None:
    store = new_store()
    before = shown(moved(store, id="A"))
    with pytest.raises(MoveError, match=part):
        moved(store, **asked)

    assert shown(moved(store, id="A")) == before


def test_every_uuid_has_a_token_of_its_own_of_22_letters_and_digits() -> None:
    uuid = uuids()
    tokens = [token_of(uuid()) for _ in range(100)] + [token_of("f" * 32)]

    assert len(set(tokens)) == 101
    assert all(len(one) == 22 and one.isalnum() for one in tokens)
