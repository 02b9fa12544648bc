"""Reading orders back from Shipup: what may be asked, and how pages are walked."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdrop.destinations.base import AccountOptions
from orderdrop.destinations.readback import Bounds, Question
from orderdrop.destinations.shipup.reading import NEVER, ShipupReader
from orderdrop.errors import DestinationUnavailable, SetupError, UsageError

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


class Shop:
    """A Shipup that holds orders with these ids; lists them as the reference says, three a page at most."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = sorted(ids, reverse=True)
        self.queries: list[list[tuple[str, str]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = list(request.url.params.multi_items())
        self.queries.append(query)
        asked = dict(query)
        above, below = int(asked.get("starting_after", 0)), int(asked.get("ending_before", 10**9))
        found = [name for name in self.ids if above < name < below]
        limit = int(asked["limit"])
        page = found[-limit:] if "starting_after" in asked and "ending_before" not in asked else found[:limit]
        data = [{"object": "order", "id": name} for name in page]
        return httpx.Response(200, json={"object": "list", "data": data, "has_more": len(found) > limit})


def reader(shop: Callable[[httpx.Request], httpx.Response], page: int = 3) -> ShipupReader:
    account = AccountOptions(
        name="shop-eu", base_url="http://127.0.0.1:9/shipup", key="sk_live_012345", unlimited=True
    )
    return ShipupReader(account, lambda: httpx.MockTransport(shop), page=page)


def ids(shop: Shop, question: Question, page: int = 3) -> list[int]:
    return [order["id"] for order in reader(shop, page).fetch(question)]


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 40), unique=True, max_size=15),
    st.none() | st.integers(0, 40),
    st.none() | st.integers(1, 41),
    st.integers(1, 4),
)
def test_every_order_between_the_cursors_is_read_once(
    held: list[int], above: int | None, below: int | None, page: int
) -> None:
    wanted = {name for name in held if (above or 0) < name < (below or 10**9)}
    found = ids(Shop(held), Question(above=above, below=below), page)
    assert sorted(found) == sorted(wanted)


def test_the_walk_goes_from_the_newest_down_by_the_smallest_id_of_each_page() -> None:
    shop = Shop([1, 2, 3, 4, 5, 6, 7])
    assert ids(shop, Question()) == [7, 6, 5, 4, 3, 2, 1]
    assert [dict(query).get("ending_before") for query in shop.queries] == [None, "5", "2"]


def test_what_is_newer_than_an_id_is_read_upwards_by_the_largest_id_of_each_page() -> None:
    shop = Shop([1, 2, 3, 4, 5, 6, 7])
    assert ids(shop, Question(above=2)) == [5, 4, 3, 7, 6]
    assert [dict(query).get("starting_after") for query in shop.queries] == ["2", "5"]


def test_pages_are_asked_for_as_they_are_needed() -> None:
    shop = Shop(list(range(1, 30)))
    orders = reader(shop).fetch(Question())
    assert shop.queries == []
    next(orders)
    assert len(shop.queries) == 1


@pytest.mark.parametrize(
    ("question", "query"),
    [
        pytest.param(
            Question(order_number="A 1", expand=()), [("order_number", "A 1")], id="an order number"
        ),
        pytest.param(Question(email="a@b.c", expand=()), [("email", "a@b.c")], id="an email"),
        pytest.param(
            Question(created=Bounds(gte=MARCH, lt=APRIL), expand=()),
            [("created_at[gte]", "1772323200"), ("created_at[lt]", "1775001600")],
            id="two bounds",
        ),
        pytest.param(
            Question(ordered=Bounds(at=MARCH), expand=()), [("ordered_at", "1772323200")], id="one moment"
        ),
        pytest.param(
            Question(ordered=Bounds(gt=MARCH), expand=()),
            [("ordered_at[gt]", "1772323200"), ("ordered_at[lte]", NEVER)],
            id="a lower bound gets the upper one that paging needs",
        ),
        pytest.param(Question(expand=("line_items",)), [("expand[]", "line_items")], id="expanded by hand"),
    ],
)
def test_a_question_is_asked_in_shipup_s_words(question: Question, query: list[tuple[str, str]]) -> None:
    shop = Shop([])
    ids(shop, question)
    assert shop.queries == [[*query, ("limit", "3")]]


def test_everything_a_person_wants_is_expanded_unless_said_otherwise() -> None:
    shop = Shop([])
    ids(shop, Question())
    assert ("expand[]", "fulfillments.trackers.events.address") in shop.queries[0]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        pytest.param(
            Question(created=Bounds(gt=MARCH), ordered=Bounds(gt=MARCH)),
            "created_at and ordered_at in one question",
            id="two kinds of dates",
        ),
        pytest.param(Question(created=Bounds(lt=APRIL), above=7), "starting_after", id="above, and lt alone"),
        pytest.param(
            Question(ordered=Bounds(lte=APRIL), above=7), "starting_after", id="above, and lte alone"
        ),
        pytest.param(Question(created=Bounds(gt=MARCH), below=7), "ending_before", id="below, and gt alone"),
        pytest.param(
            Question(ordered=Bounds(gte=MARCH), below=7), "ending_before", id="below, and gte alone"
        ),
        pytest.param(Question(id="7"), "no question for an order by its id", id="an id"),
        pytest.param(Question(ordering="-id"), "no other ordering", id="an ordering"),
        pytest.param(Question(more={"customer_number": "7"}), "no filter customer_number", id="a filter"),
        pytest.param(Question(tracking_number="1Z", email="a@b.c"), "goes alone", id="two questions in one"),
        pytest.param(Question(expand=("a.b.c.d.e",)), "4 levels at most", id="too deep"),
    ],
)
def test_what_shipup_would_refuse_is_refused_here_with_the_reason(question: Question, reason: str) -> None:
    shop = Shop([1])
    with pytest.raises(UsageError, match=reason):
        reader(shop).fetch(question)
    assert shop.queries == []


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(Question(created=Bounds(gt=MARCH, lt=APRIL), above=7), id="above"),
        pytest.param(Question(created=Bounds(gt=MARCH, lt=APRIL), below=7), id="below"),
        pytest.param(Question(created=Bounds(lt=APRIL), above=3, below=7), id="both cursors"),
        pytest.param(Question(created=Bounds(lt=APRIL)), id="an upper bound alone, walked downwards"),
    ],
)
def test_what_the_reference_allows_is_asked(question: Question) -> None:
    assert list(reader(Shop([])).fetch(question)) == []


def tracked(tracker: dict[str, Any] | None) -> Callable[[httpx.Request], httpx.Response]:
    order = {
        "id": 7,
        "order_number": "A1",
        "fulfillments": {"data": [{"trackers": {"data": [{"tracking_number": "1Z"}]}}]},
    }

    def shop(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/v2/orders"):
            assert dict(request.url.params)["order_number"] == "A1"
            return httpx.Response(200, json={"data": [order], "has_more": False})
        if tracker is None:
            return httpx.Response(404)
        return httpx.Response(200, json=tracker)

    return shop


TRACKER = {"id": 3, "tracking_number": "1Z", "fulfillment": {"order": {"order_number": "A1"}}}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"object": "list", "data": [TRACKER, TRACKER, 7], "has_more": False}, id="a list"),
        pytest.param(TRACKER, id="one tracker, as the page shows it"),
    ],
)
def test_a_tracking_number_leads_to_its_order_by_its_tracker(answer: dict[str, Any]) -> None:
    (found,) = reader(tracked(answer)).fetch(Question(tracking_number="1Z"))
    assert found["id"] == 7


def test_an_account_without_a_list_of_trackers_says_so() -> None:
    with pytest.raises(UsageError, match="no list of trackers"):
        list(reader(tracked(None)).fetch(Question(tracking_number="1Z")))


@pytest.mark.parametrize(
    ("response", "error", "told"),
    [
        pytest.param(
            httpx.Response(401), SetupError, "Account shop-eu: Shipup does not know the key", id="401"
        ),
        pytest.param(
            httpx.Response(400, json={"error": "no such date"}),
            DestinationUnavailable,
            "no such date",
            id="400",
        ),
        pytest.param(
            httpx.Response(302, headers={"Location": "/login"}), DestinationUnavailable, "/login", id="302"
        ),
        pytest.param(
            httpx.Response(200, json={"data": None}), DestinationUnavailable, "else than a list", id="null"
        ),
        pytest.param(
            httpx.Response(200, json={"data": [], "has_more": True}),
            DestinationUnavailable,
            "does not lead on",
            id="more of nothing",
        ),
        pytest.param(
            httpx.Response(200, text="<html>", headers={"Content-Type": "text/html"}),
            DestinationUnavailable,
            "web page",
            id="a page",
        ),
    ],
)
def test_an_answer_that_is_none_ends_the_reading_with_a_sentence(
    response: httpx.Response, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        list(reader(lambda _: response).fetch(Question()))
