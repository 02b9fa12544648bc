"""Pages of the collection, walked by the addresses that they give."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.sandbox.hands import Hands, uuids

from orderdrop.sandbox.parcellab.listing import ORDERINGS, CursorError, page
from orderdrop.sandbox.parcellab.store import ParcelOrder, Store

URL = "http://sandbox/parcellab/v4/track/orders/"


def new_store(count: int) -> Store:
    """Return a store of orders A1, A2, ...; every third has no date, and dates repeat."""
    store = Store(now=lambda: Hands().at, new_uuid=uuids())
    for n in range(1, count + 1):
        fields: dict[str, Any] = {"account": n % 2, "order_number": f"A{n}"}
        fields |= {"order_date": f"2026-03-0{1 + n % 5}T00:00:00Z"} if n % 3 else {}
        store.upsert(None, fields, join_lists=False)
    return store


def numbers(found: list[ParcelOrder]) -> list[str]:
    return [order.number for order in found]


def walk(store: Store, size: int, query: str = "", *, backwards: bool = False) -> list[list[str]]:
    """Follow `next` from the first page, or `previous`, and return the pages that were met."""
    pages = []
    following: str | None = f"{URL}?{query}"
    while following is not None:
        found, after, before = page(list(store.all()), urlsplit(following).query, size=size, url=URL)
        pages.append(numbers(found))
        following = before if backwards else after
    return pages


def test_pages_are_newest_first_and_their_addresses_are_whole() -> None:
    found, following, previous = page(list(new_store(5).all()), "", size=2, url=URL)

    assert (numbers(found), previous) == (["A5", "A4"], None)
    assert following is not None
    assert following.startswith(f"{URL}?cursor=")
    assert walk(new_store(5), 2) == [["A5", "A4"], ["A3", "A2"], ["A1"]]


@pytest.mark.parametrize("name", ["", *ORDERINGS, *(f"-{name}" for name in ORDERINGS), "colour"])
@settings(max_examples=25)
@given(count=st.integers(0, 25), size=st.integers(1, 7))
def test_walking_the_pages_meets_every_order_once(name: str, count: int, size: int) -> None:
    met = [one for found in walk(new_store(count), size, f"ordering={name}") for one in found]

    assert sorted(met) == sorted(f"A{n}" for n in range(1, count + 1))


@given(count=st.integers(1, 25), size=st.integers(1, 7), name=st.sampled_from(["", *ORDERINGS]))
def test_walking_back_meets_what_was_met_on_the_way(count: int, size: int, name: str) -> None:
    store = new_store(count)
    following: str | None = f"{URL}?ordering={name}"
    met: list[list[str]] = []
    while following is not None:
        last = following
        found, following, _ = page(list(store.all()), urlsplit(last).query, size=size, url=URL)
        met.append(numbers(found))

    assert walk(store, size, urlsplit(last).query, backwards=True) == met[::-1]


def test_an_order_that_comes_meanwhile_moves_no_page() -> None:
    store = new_store(4)
    _, following, _ = page(list(store.all()), "", size=2, url=URL)
    store.upsert(None, {"account": 1, "order_number": "new"}, join_lists=False)
    assert following is not None
    found, _, previous = page(list(store.all()), urlsplit(following).query, size=2, url=URL)

    assert numbers(found) == ["A2", "A1"]
    assert previous is not None
    assert numbers(page(list(store.all()), urlsplit(previous).query, size=3, url=URL)[0]) == [
        "new",
        "A4",
        "A3",
    ]


def test_an_ordering_sorts_and_a_minus_turns_it_round() -> None:
    store = new_store(4)

    assert walk(store, 9, "ordering=order_date") == [["A1", "A2", "A4", "A3"]]
    assert walk(store, 9, "ordering=-order_date") == [["A3", "A4", "A2", "A1"]]


@pytest.mark.parametrize("cursor", ["x", "bnVsbA==", "WzFd", "W3RydWUsMSwiYSIsdHJ1ZV0=", "é"])
def test_a_cursor_that_was_not_handed_out_is_refused(cursor: str) -> None:
    with pytest.raises(CursorError):
        page(list(new_store(3).all()), f"cursor={cursor}", size=2, url=URL)


def test_a_cursor_of_another_ordering_is_refused() -> None:
    store = list(new_store(3).all())
    _, following, _ = page(store, "ordering=order_number", size=1, url=URL)
    assert following is not None
    query = urlsplit(following).query.replace("ordering=order_number", "ordering=account")

    with pytest.raises(CursorError):
        page(store, query, size=1, url=URL)
