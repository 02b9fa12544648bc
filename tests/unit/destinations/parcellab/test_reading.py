"""Reading orders back from parcelLab: what may be asked, and how pages are followed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from orderdrop.destinations.base import AccountOptions
from orderdrop.destinations.parcellab.reading import ParcellabReader
from orderdrop.destinations.readback import Bounds, Question
from orderdrop.errors import DestinationUnavailable, SetupError, UsageError

BASE = "http://127.0.0.1:9/parcellab"
Handler = Callable[[httpx.Request], httpx.Response]


class Shop:
    """A parcelLab that gives these pages, each leading on to the next, and remembers what it was asked."""

    def __init__(self, *pages: list[Any], host: str = "https://api.parcellab.com") -> None:
        self.pages = pages
        self.host = host
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url).removeprefix(BASE))
        at = int(request.url.params.get("cursor", "p0")[1:])
        onward = f"{self.host}/v4/track/orders/?cursor=p{at + 1}&ordering=-order_date"
        last = at + 1 >= len(self.pages)
        return httpx.Response(
            200, json={"next": None if last else onward, "previous": None, "results": self.pages[at]}
        )


def reader(shop: Handler) -> ParcellabReader:
    account = AccountOptions(name="eu", base_url=BASE, key="secret-token", unlimited=True)
    return ParcellabReader(account, lambda: httpx.MockTransport(shop))


def test_all_orders_are_read_by_following_the_cursor_as_it_was_given() -> None:
    shop = Shop([{"id": 1}, {"id": 2}], [], [{"id": 3}, "odd"])
    found = list(reader(shop).fetch(Question(ordering="-order_date")))
    assert [order["id"] for order in found] == [1, 2, 3]
    assert shop.asked == [
        "/v4/track/orders/?ordering=-order_date",
        "/v4/track/orders/?cursor=p1&ordering=-order_date",
        "/v4/track/orders/?cursor=p2&ordering=-order_date",
    ]


def test_a_cursor_that_names_another_host_gets_no_key_of_ours() -> None:
    shop = Shop([{"id": 1}], [{"id": 2}], host="https://elsewhere.example")
    assert len(list(reader(shop).fetch(Question()))) == 2
    assert all(asked.startswith("/v4/track/orders/") for asked in shop.asked)


def test_pages_are_asked_for_as_they_are_needed() -> None:
    shop = Shop([{"id": 1}], [{"id": 2}])
    orders = reader(shop).fetch(Question())
    assert shop.asked == []
    next(orders)
    assert len(shop.asked) == 1


def test_a_list_that_leads_in_a_circle_ends_with_a_sentence() -> None:
    def circle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"next": f"{BASE}/v4/track/orders/?cursor=a", "results": []})

    with pytest.raises(DestinationUnavailable, match="leads back"):
        list(reader(circle).fetch(Question()))


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        pytest.param(Question(id="6e0c5a4e-1f"), "/v4/track/orders/6e0c5a4e-1f/", id="an id"),
        pytest.param(Question(id="a b#c"), "/v4/track/orders/a%20b%23c/", id="an id with odd characters"),
        pytest.param(
            Question(order_number="4711", more={"account": "1617"}),
            "/v4/track/orders/info/?account=1617&order_number=4711",
            id="an order number of an account",
        ),
        pytest.param(
            Question(tracking_number="00", courier="dhl-germany"),
            "/v4/track/orders/info/?courier=dhl-germany&tracking_number=00",
            id="a parcel",
        ),
        pytest.param(
            Question(email="a@b.c", more={"account": "1617", "lang": "de"}),
            "/v4/track/orders/info/?account=1617&lang=de&recipient_email=a%40b.c",
            id="an email of an account, in a language",
        ),
    ],
)
def test_one_order_is_asked_for_where_it_is_told(question: Question, asked: str) -> None:
    seen: list[str] = []

    def shop(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path.decode().removeprefix("/parcellab"))
        return httpx.Response(200, json={"order_number": "4711"})

    assert list(reader(shop).fetch(question)) == [{"order_number": "4711"}]
    assert seen == [asked]


def test_an_order_that_is_not_there_is_no_order() -> None:
    def shop(_: httpx.Request) -> httpx.Response:
        return httpx.Response(
            404, json={"errors": [{"code": "not_found", "detail": "Not found.", "attr": None}]}
        )

    assert list(reader(shop).fetch(Question(id="7"))) == []


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        pytest.param(Question(id="info"), "no id of a parcelLab order", id="the word itself"),
        pytest.param(Question(id="information"), "no id of a parcelLab order", id="what begins with it"),
        pytest.param(Question(id="a/b"), "no id of a parcelLab order", id="a slash"),
        pytest.param(Question(id="a.b"), "no id of a parcelLab order", id="a point"),
        pytest.param(Question(id=""), "no id of a parcelLab order", id="nothing"),
        pytest.param(Question(id="7", email="a@b.c"), "Ask for it alone", id="an id and more"),
        pytest.param(Question(order_number="1"), "by order_number", id="an order number without an account"),
        pytest.param(Question(tracking_number="1"), "by tracking_number", id="a parcel without its carrier"),
        pytest.param(
            Question(order_number="1", tracking_number="2", courier="a", more={"account": "1"}),
            "does not look orders up by",
            id="two ways at once",
        ),
        pytest.param(
            Question(created=Bounds(gt=datetime(2026, 1, 1, tzinfo=UTC))), "about dates", id="dates"
        ),
        pytest.param(Question(above=7), "ranges of ids", id="a range of ids"),
        pytest.param(Question(expand=("trackings",)), "cannot be expanded", id="expanded"),
        pytest.param(
            Question(order_number="1", more={"account": "1"}, ordering="id"),
            "all orders only",
            id="one, ordered",
        ),
    ],
)
def test_what_parcellab_does_not_answer_is_refused_here_with_the_reason(
    question: Question, reason: str
) -> None:
    shop = Shop([])
    with pytest.raises(UsageError, match=reason):
        reader(shop).fetch(question)
    assert shop.asked == []


@pytest.mark.parametrize("name", ["xinfo", "INFO", "4711", "6e0c5a4e-1f2b"])
def test_an_id_may_be_whatever_the_pattern_lets_through(name: str) -> None:
    def shop(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"id": name})

    assert list(reader(shop).fetch(Question(id=name))) == [{"id": name}]


@pytest.mark.parametrize(
    ("response", "error", "told"),
    [
        pytest.param(
            httpx.Response(401), SetupError, "Account eu: parcelLab does not know the key", id="401"
        ),
        pytest.param(
            httpx.Response(400, json={"detail": "Use order_number."}),
            DestinationUnavailable,
            "Use order_number",
            id="400",
        ),
        pytest.param(
            httpx.Response(200, json=[1]), DestinationUnavailable, "else than a list of orders", id="odd"
        ),
    ],
)
def test_an_answer_that_is_none_ends_the_reading_with_a_sentence(
    response: httpx.Response, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        list(reader(lambda _: response).fetch(Question()))
