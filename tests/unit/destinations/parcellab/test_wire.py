"""The body of the PUT: parcels as mutations, items in both places, whole addresses or none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.destinations.base import Fitted, Judged
from orderdrop.destinations.parcellab import Parcellab

CORE = {
    "account": 1617,
    "order_number": "4711",
    "destination_country_iso3": "DEU",
    "recipient_email": "mia@example.com",
}
ADDRESS = {
    "address_line": "Kurfürstendamm 1",
    "postal_code": "10719",
    "city": "Berlin",
    "country_iso3": "DEU",
}
WHOLE = "and parcelLab takes whole addresses only"
SHIRT = {"line_item_id": "1", "sku": "SH-1", "quantity": 1}
SOCKS = {"line_item_id": "2", "sku": "SO-2", "quantity": 3}


def judged(**payload: Any) -> Judged:
    (found,) = Parcellab().validate([{**CORE, **payload}])
    return found


def body(**payload: Any) -> Any:
    found = judged(**payload)
    assert not isinstance(found, tuple), found
    return json.loads(found.body if isinstance(found, Fitted) else found)


def remarks(**payload: Any) -> list[tuple[str | None, str]]:
    found = judged(**payload)
    return [(remark.path, remark.message) for remark in found.remarks] if isinstance(found, Fitted) else []


def parcel(number: str, **more: Any) -> dict[str, Any]:
    return {"tracking_number": number, "courier": "dhl-germany", **more}


def test_a_parcel_is_added_by_a_mutation_with_its_articles() -> None:
    found = body(trackings=[parcel("00340434", articles=[SHIRT], tags="fragile:yes")])
    assert found["mutations"] == [
        {
            "type": "add_tracking",
            "tracking": {
                "tracking_number": "00340434",
                "courier": "dhl-germany",
                "tags": ["fragile:yes"],
                "articles": [SHIRT],
            },
        }
    ]
    assert "trackings" not in found


def test_an_order_without_parcels_has_no_mutations() -> None:
    assert body() == CORE


def test_cancelling_is_a_mutation_behind_the_parcels() -> None:
    found = body(cancel_order=True, cancelled_reason="customer", trackings=[parcel("1")])
    assert [mutation["type"] for mutation in found["mutations"]] == ["add_tracking", "cancel_order"]
    assert found["cancelled_reason"] == "customer"
    assert "mutations" not in body(cancel_order=False)


def test_attributes_travel_as_a_list() -> None:
    found = body(additional_attributes={"wrap": "red", "gift": "yes"})
    assert found["additional_attributes"] == [
        {"key": "gift", "value": "yes"},
        {"key": "wrap", "value": "red"},
    ]


def test_the_country_of_the_address_is_the_order_s_where_it_has_none() -> None:
    payload = {name: value for name, value in CORE.items() if name != "destination_country_iso3"}
    (found,) = Parcellab().validate([{**payload, "shipping_address": {"country_iso3": "AUT"}}])
    assert isinstance(found, Fitted)
    assert json.loads(found.body)["destination_country_iso3"] == "AUT"


def test_a_whole_address_is_sent() -> None:
    assert body(shipping_address=ADDRESS, billing_address=ADDRESS) == {
        **CORE,
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
    }
    assert remarks(shipping_address=ADDRESS, billing_address=ADDRESS) == []


@pytest.mark.parametrize("part", ["address_line", "city", "country_iso3"])
def test_an_incomplete_address_is_left_out_and_its_postcode_moves(part: str) -> None:
    address = {name: value for name, value in ADDRESS.items() if name != part} | {"first_name": "Mia"}
    payload = {
        "shipping_address": address,
        "trackings": [parcel("1"), parcel("2", recipient_postal_code="8")],
    }
    found = body(**payload)
    assert "shipping_address" not in found
    assert found["recipient_name"] == "Mia"
    assert [one["tracking"]["recipient_postal_code"] for one in found["mutations"]] == ["10719", "8"]
    assert remarks(**payload) == [
        (
            f"shipping_address.{part}",
            f"{part} is missing, {WHOLE}: the shipping address was left out. The postcode went with the parcels.",
        )
    ]


def test_a_postcode_that_has_no_parcel_to_go_with_is_not_said_to_have_gone() -> None:
    assert remarks(shipping_address={"postal_code": "10719"}, billing_address={"city": "Berlin"}) == [
        (
            "shipping_address.address_line",
            f"address_line and city and country_iso3 are missing, {WHOLE}: the shipping address was left out.",
        ),
        (
            "billing_address.address_line",
            f"address_line and postal_code and country_iso3 are missing, {WHOLE}: the billing address was left out.",
        ),
    ]


def test_a_wrong_value_in_an_incomplete_address_is_a_problem_all_the_same() -> None:
    found = judged(shipping_address={"country_iso3": "ZZZ"})
    assert isinstance(found, tuple)
    assert [problem.path for problem in found] == ["shipping_address.country_iso3"]


@pytest.mark.parametrize(
    ("ordered", "packed", "in_order", "in_parcels"),
    [
        pytest.param(
            None, [[SHIRT, SOCKS]], [SHIRT, SOCKS], [[SHIRT, SOCKS]], id="what is in a parcel is in the order"
        ),
        pytest.param(
            [SHIRT, SOCKS],
            [None],
            [SHIRT, SOCKS],
            [[SHIRT, SOCKS]],
            id="what is ordered is in the only parcel",
        ),
        pytest.param(
            [SHIRT],
            [[SOCKS]],
            [SHIRT, SOCKS],
            [[SOCKS]],
            id="an article without a parcel stays with the order",
        ),
        pytest.param(
            None,
            [[SHIRT, SOCKS], [{**SOCKS, "quantity": 2}]],
            [SHIRT, {**SOCKS, "quantity": 5}],
            [[SHIRT, SOCKS], [{**SOCKS, "quantity": 2}]],
            id="an article in two parcels counts together",
        ),
        pytest.param(
            [{"line_item_id": "2", "quantity": 9, "article_name": "Socks"}],
            [[SOCKS]],
            [{"line_item_id": "2", "sku": "SO-2", "article_name": "Socks", "quantity": 9}],
            [[SOCKS]],
            id="what the order says of an article stands",
        ),
        pytest.param([SHIRT], [None, None], [SHIRT], [None, None], id="nobody knows which parcel"),
    ],
)
def test_articles_are_told_in_the_order_and_in_its_parcels(
    ordered: Any, packed: list[Any], in_order: Any, in_parcels: list[Any]
) -> None:
    found = body(
        **({"articles_order": ordered} if ordered else {}),
        trackings=[
            parcel(str(number), **({"articles": articles} if articles else {}))
            for number, articles in enumerate(packed)
        ],
    )
    assert found["articles_order"] == in_order
    assert [mutation["tracking"].get("articles") for mutation in found["mutations"]] == in_parcels


def test_what_comes_back_is_not_counted_again() -> None:
    found = body(
        trackings=[parcel("1", articles=[SOCKS], is_return=True), parcel("2", articles=[SOCKS, SHIRT])]
    )
    assert found["articles_order"] == [SOCKS, SHIRT]


def test_articles_in_no_parcel_of_several_are_remarked_upon() -> None:
    ((path, message),) = remarks(articles_order=[SHIRT], trackings=[parcel("1"), parcel("2")])
    assert path is None
    assert "which of the 2 parcels" in message
    assert remarks(articles_order=[SHIRT], trackings=[parcel("1"), parcel("2", is_return=True)]) == []


ARTICLES = st.lists(
    st.fixed_dictionaries({"line_item_id": st.sampled_from("abcd"), "quantity": st.integers(0, 9)}),
    max_size=4,
    unique_by=lambda article: article["line_item_id"],
)


@given(st.lists(ARTICLES, max_size=3))
def test_every_packed_piece_is_in_the_order_once(packed: list[list[dict[str, Any]]]) -> None:
    found = body(
        trackings=[parcel(str(n), **({"articles": list(a)} if a else {})) for n, a in enumerate(packed)]
    )
    names = {article["line_item_id"] for articles in packed for article in articles}
    ordered = {article["line_item_id"]: article["quantity"] for article in found.get("articles_order", [])}
    assert ordered == {
        name: sum(a["quantity"] for articles in packed for a in articles if a["line_item_id"] == name)
        for name in names
    }
    assert len(found.get("articles_order", [])) == len(names)


def test_equal_orders_give_equal_bytes() -> None:
    payload = {"channel": "web", "additional_attributes": {"b": "1", "a": "2"}}
    turned = {"additional_attributes": {"a": "2", "b": "1"}, "channel": "web"}
    assert judged(**payload) == judged(**turned)
