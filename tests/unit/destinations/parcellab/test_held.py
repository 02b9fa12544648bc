"""Where an order reads back from parcelLab: its own fields by its id, its parcels blotted out."""

from typing import Any

import pytest

from orderdrop.destinations.base import AccountOptions
from orderdrop.destinations.comparing import MISSING, NOT_TOLD
from orderdrop.destinations.parcellab.client import account_number
from orderdrop.destinations.parcellab.held import held, join, questions_for

BY_ID: dict[str, Any] = {
    "external_id": "u-1",
    "order_number": "A-1",
    "recipient_email": "a@b.c",
    "articles_order": [{"line_item_id": "1", "quantity": 2}],
    "additional_attributes": [{"key": "gift", "value": "yes"}],
    "cancelled_date": None,
}
INFO: dict[str, Any] = {
    "external_id": "u-1",
    "order_number": "A-1",
    "recipient_email": "a***@b.c",
    "recipient_name": "Anna",  # however it is blotted out, and if it is not
    "trackings": [
        {
            "tracking_number": "T-1",
            "courier_info": {"courier": "dhl-germany"},
            "delivery_number": None,
            "articles": [{"line_item_id": "1", "quantity": 2}],
        }
    ],
}


def parcel(**more: Any) -> dict[str, Any]:
    tracking = {"tracking_number": "T-1", "courier": "dhl-germany", **more}
    return {"mutations": [{"type": "add_tracking", "tracking": tracking}]}


def compared(payload: dict[str, Any], *found: dict[str, Any]) -> dict[str, Any]:
    return {one.path: one.held for one in held(payload, join("A-1", found or (BY_ID, INFO)) or {})}


def test_an_email_is_read_from_the_order_itself_and_not_from_what_its_customer_sees() -> None:
    assert compared({"recipient_email": "x@y.z"})["recipient_email"] == "a@b.c"
    assert compared({"recipient_email": "x@y.z"}, INFO)["recipient_email"] is NOT_TOLD


def test_a_name_that_only_the_customers_view_tells_is_not_readable() -> None:
    assert compared({"recipient_name": "Bo"})["recipient_name"] is NOT_TOLD


def test_an_email_that_was_unset_is_held_as_none() -> None:
    told = {**BY_ID, "recipient_email": None}
    assert compared({"recipient_email": "_unset"}, told)["recipient_email"] == "_unset"
    assert compared({"recipient_email": "_unset"})["recipient_email"] == "a@b.c"


def test_parcels_are_found_by_number_and_courier_and_keep_the_mappings_path() -> None:
    found = compared(parcel(delivery_number="1", articles=[{"line_item_id": "1", "quantity": 3}]))
    assert found["trackings.0.courier"] == "dhl-germany"
    assert found["trackings.0.delivery_number"] is MISSING
    assert found["trackings.0.articles.0.quantity"] == 2


def test_the_parcel_of_another_courier_is_another_parcel() -> None:
    found = list(held(parcel(courier="gls"), join("A-1", [BY_ID, INFO]) or {}))
    assert [(one.node, one.held) for one in found if one.path.startswith("trackings")] == [
        ("trackings.0", MISSING)
    ]


def test_without_the_info_endpoint_parcels_are_not_readable() -> None:
    assert compared(parcel(), BY_ID)["trackings.0.tracking_number"] is NOT_TOLD


@pytest.mark.parametrize("told", [[{"key": "gift", "value": "no"}], {"gift": "no"}], ids=["list", "object"])
def test_attributes_are_read_as_a_list_and_as_an_object(told: Any) -> None:
    payload = {"additional_attributes": [{"key": "gift", "value": "yes"}, {"key": "shop", "value": "1"}]}
    found = compared(payload, {**BY_ID, "additional_attributes": told})
    assert found["additional_attributes.gift"] == "no"
    assert found["additional_attributes.shop"] is MISSING


def test_a_cancellation_is_held_once_there_is_a_date() -> None:
    payload = {"mutations": [{"type": "cancel_order"}]}
    assert compared(payload)["cancel_order"] is MISSING
    assert compared(payload, {**BY_ID, "cancelled_date": "2026-11-22T10:00:00Z"})["cancel_order"] is True


def test_an_article_that_the_mapping_put_into_a_parcel_is_led_home_from_the_order_too() -> None:
    article = {"line_item_id": "1", "quantity": 5}
    payload = {"articles_order": [article], **parcel(articles=[article])}
    found = [
        one
        for one in held(payload, join("A-1", [BY_ID, INFO]) or {})
        if one.path == "articles_order.0.quantity"
    ]
    assert [one.twins for one in found] == [("trackings.0.articles.0.quantity",)]


def test_an_order_is_asked_for_by_its_id_and_by_its_number_in_its_account() -> None:
    by_id, by_number = questions_for("A-1", "u-1", {"account": 1617})
    assert by_id.id == "u-1"
    assert (by_number.order_number, by_number.more) == ("A-1", {"account": "1617"})
    assert [question.id for question in questions_for("A-1", None, None)] == [None]


def test_another_order_is_not_taken_for_this_one() -> None:
    assert join("A-1", [{**INFO, "order_number": "A-2"}]) is None


@pytest.mark.parametrize(
    ("key", "number"),
    [
        pytest.param("1617:token", "1617", id="plain"),
        pytest.param("MTYxNzp0b2tlbg==", "1617", id="encoded"),
        pytest.param("a-bare-token", None, id="bare"),
        pytest.param("Zm9vOmJhcg==", None, id="no-number"),
    ],
)
def test_the_account_is_read_from_a_key_that_says_it(key: str, number: str | None) -> None:
    assert account_number(AccountOptions(name="a", base_url="http://127.0.0.1:9", key=key)) == number
