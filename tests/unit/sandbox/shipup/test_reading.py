"""Filters, forbidden combinations and pages of GET /v2/orders."""

import itertools
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.sandbox.shipup.reading import QueryError, list_orders, list_trackers, read_query
from orderdrop.sandbox.shipup.store import Store


def new_store(count: int) -> Store:
    """Return a store whose order n was created at second 1000 + n and placed at second 100 * n."""
    seconds = itertools.count(1001)
    store = Store(now=lambda: next(seconds), new_uuid=lambda: "uuid")
    for n in range(1, count + 1):
        parity = "even" if n % 2 == 0 else "odd"
        store.upsert(
            {
                "merchant_id": f"O{n}",
                "email": f"{parity}@example.com",
                "order_number": f"N{n}",
                "ordered_at": 100 * n,
            }
        )
    return store


def page(store: Store, *pairs: tuple[str, Any], strict: bool = True) -> dict[str, Any]:
    return list_orders(store, read_query(urlencode(pairs), strict=strict))


def ids(found: dict[str, Any]) -> list[int]:
    return [order["id"] for order in found["data"]]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([], [12, 11, 10, 9, 8, 7, 6, 5, 4, 3], id="ten-newest-by-default"),
        pytest.param([("limit", 2)], [12, 11], id="limit"),
        pytest.param([("order_number", "N7")], [7], id="order-number"),
        pytest.param([("order_number", "n7")], [], id="order-number-is-exact"),
        pytest.param([("email", "odd@example.com"), ("limit", 3)], [11, 9, 7], id="email"),
        pytest.param([("email", "odd@example.com"), ("order_number", "N8")], [], id="email-and-order-number"),
        pytest.param([("created_at", 1003)], [3], id="created-at-exactly"),
        pytest.param([("created_at[gt]", 1010)], [12, 11], id="created-after"),
        pytest.param([("created_at[gte]", 1011)], [12, 11], id="created-from"),
        pytest.param([("created_at[lt]", 1003)], [2, 1], id="created-before"),
        pytest.param([("created_at[lte]", 1002)], [2, 1], id="created-until"),
        pytest.param([("ordered_at[gte]", 300), ("ordered_at[lt]", 600)], [5, 4, 3], id="ordered-between"),
        pytest.param([("starting_after", 10)], [12, 11], id="starting-after"),
        pytest.param([("ending_before", 3)], [2, 1], id="ending-before"),
        pytest.param([("starting_after", 3), ("limit", 2)], [5, 4], id="starting-after-gives-the-nearest"),
        pytest.param([("starting_after", 3), ("ending_before", 6)], [5, 4], id="both-cursors"),
        pytest.param(
            [("starting_after", 3), ("created_at[lt]", 1006), ("created_at[gt]", 1001)],
            [5, 4],
            id="a-cursor-with-both-bounds",
        ),
        pytest.param([("starting_after", 10), ("created_at[gt]", 1)], [12, 11], id="the-lower-bound-suits"),
        pytest.param([("ending_before", 3), ("created_at[lt]", 9999)], [2, 1], id="the-upper-bound-suits"),
        pytest.param([("colour", "red"), ("limit", 1)], [12], id="unknown-parameters-are-ignored"),
    ],
)
def test_a_query_gives_its_orders_newest_first(pairs: list[tuple[str, Any]], expected: list[int]) -> None:
    assert ids(page(new_store(12), *pairs)) == expected


@pytest.mark.parametrize(
    ("pairs", "parameter"),
    [
        pytest.param([("created_at", 1), ("ordered_at", 1)], "created_at", id="two-dates"),
        pytest.param([("created_at[gt]", 1), ("ordered_at[lt]", 1)], "created_at", id="bounds-on-two-dates"),
        pytest.param([("starting_after", 1), ("created_at[lt]", 9)], "starting_after", id="after-with-lt"),
        pytest.param([("starting_after", 1), ("ordered_at[lte]", 9)], "starting_after", id="after-with-lte"),
        pytest.param([("ending_before", 9), ("created_at[gt]", 1)], "ending_before", id="before-with-gt"),
        pytest.param([("ending_before", 9), ("ordered_at[gte]", 1)], "ending_before", id="before-with-gte"),
        pytest.param([("limit", 0)], "limit", id="limit-below-1"),
        pytest.param([("limit", 101)], "limit", id="limit-above-100"),
        pytest.param([("limit", "ten")], "limit", id="limit-in-words"),
        pytest.param([("created_at", "2024-01-01")], "created_at", id="date-not-in-seconds"),
        pytest.param([("created_at[gt]", "")], "created_at[gt]", id="empty-bound"),
        pytest.param([("expand[]", "fulfillments.trackers.events.address.x")], "expand", id="five-levels"),
        pytest.param([("expand[]", "fulfilments")], "expand", id="relation-misspelt"),
    ],
)
def test_a_forbidden_query_names_its_parameter(pairs: list[tuple[str, Any]], parameter: str) -> None:
    with pytest.raises(QueryError) as caught:
        read_query(urlencode(pairs), strict=True)

    assert caught.value.parameter == parameter


def test_an_unknown_relation_is_ignored_when_lenient() -> None:
    assert ids(page(new_store(1), ("expand[]", "fulfilments"), strict=False)) == [1]


@given(count=st.integers(0, 40), limit=st.integers(1, 20))
def test_walking_down_the_pages_meets_every_order_once(count: int, limit: int) -> None:
    store = new_store(count)
    met: list[int] = []
    found = page(store, ("limit", limit))
    met += ids(found)
    while found["has_more"]:
        found = page(store, ("limit", limit), ("ending_before", met[-1]))
        met += ids(found)

    assert met == list(range(count, 0, -1))


@given(count=st.integers(0, 40), limit=st.integers(1, 20))
def test_polling_upwards_meets_every_order_once(count: int, limit: int) -> None:
    store = new_store(count)
    met: list[int] = []
    more = True
    while more:
        found = page(store, ("limit", limit), ("starting_after", max(met, default=0)))
        assert ids(found) == sorted(ids(found), reverse=True)
        met += sorted(ids(found))
        more = found["has_more"]

    assert met == list(range(1, count + 1))


@given(limit=st.integers(1, 10))
def test_pages_of_a_filtered_list_meet_only_what_passes_the_filter(limit: int) -> None:
    store = new_store(25)
    wanted = (
        ("limit", limit),
        ("email", "odd@example.com"),
        ("created_at[gte]", 1005),
        ("created_at[lt]", 1020),
    )
    found = page(store, *wanted)
    met = ids(found)
    while found["has_more"]:
        found = page(store, *wanted, ("ending_before", met[-1]))
        met += ids(found)

    assert met == [19, 17, 15, 13, 11, 9, 7, 5]


def parcels(store: Store, *pairs: tuple[str, Any]) -> dict[str, Any]:
    return list_trackers(store, read_query(urlencode(pairs), strict=True, of="listed_tracker"))


def store_with_parcels(count: int) -> Store:
    """Return a store whose order n has parcel Tn; the even ones also have one of number TWIN."""
    store = new_store(count)
    for n in range(1, count + 1):
        numbers = [f"T{n}", *(["TWIN"] if n % 2 == 0 else [])]
        shipment = {"merchant_id": "F", "trackers": [{"tracking_number": number} for number in numbers]}
        store.upsert({"merchant_id": f"O{n}", "fulfillments": [shipment]})
    return store


def test_a_parcel_is_found_by_its_number_and_leads_to_its_order() -> None:
    store = store_with_parcels(3)
    [bare] = parcels(store, ("tracking_number", "T2"))["data"]
    [half] = parcels(store, ("tracking_number", "T2"), ("expand[]", "fulfillment"))["data"]
    [whole] = parcels(store, ("tracking_number", "T2"), ("expand[]", "fulfillment.order.shipping_address"))[
        "data"
    ]

    assert (bare["object"], bare["fulfillment"]) == ("tracker", {"object": "fulfillment", "id": 2})
    assert half["fulfillment"]["order"] == {"object": "order", "id": 2}
    assert whole["fulfillment"]["order"]["order_number"] == "N2"
    assert parcels(store, ("tracking_number", "T9"))["data"] == []


def test_a_number_that_several_orders_have_gives_all_their_parcels_newest_first() -> None:
    found = parcels(store_with_parcels(4), ("tracking_number", "TWIN"), ("expand[]", "fulfillment"))

    assert [one["fulfillment"]["order"]["id"] for one in found["data"]] == [4, 2]


@given(count=st.integers(0, 15), limit=st.integers(1, 7))
def test_walking_down_the_pages_meets_every_parcel_once(count: int, limit: int) -> None:
    store = store_with_parcels(count)
    found = parcels(store, ("limit", limit))
    met = ids(found)
    while found["has_more"]:
        found = parcels(store, ("limit", limit), ("ending_before", met[-1]))
        met += ids(found)

    assert met == list(range(count + count // 2, 0, -1))


def test_polling_upwards_gives_the_nearest_parcels() -> None:
    store = store_with_parcels(6)

    assert ids(parcels(store, ("starting_after", 2), ("limit", 2))) == [4, 3]
    assert ids(parcels(store, ("created_at[gt]", 1))) == list(range(9, 0, -1))
    assert ids(parcels(store, ("created_at[lt]", 1))) == []


def test_an_expand_path_of_parcels_is_none_of_orders() -> None:
    for path, of in (("fulfillment.order", "order"), ("fulfillments", "listed_tracker")):
        with pytest.raises(QueryError, match="names no relation"):
            read_query(urlencode([("expand[]", path)]), strict=True, of=of)
