"""What a mapping may write for parcelLab, and what is told about what it may not."""

import json
from typing import Any

import pytest

from orderdrop.core.shape import ListNode, Wire
from orderdrop.destinations.base import PathProblem
from orderdrop.destinations.parcellab import Parcellab

CORE = {
    "account": 1617,
    "order_number": "4711",
    "destination_country_iso3": "DEU",
    "recipient_email": "mia@example.com",
}
SHAPE = Parcellab().shape


def problems(payload: dict[str, Any]) -> list[tuple[str | None, str]]:
    (found,) = Parcellab().validate([payload])
    return [(problem.path, problem.message) for problem in found] if isinstance(found, tuple) else []


def test_a_mapping_names_orders_parcels_and_articles() -> None:
    assert SHAPE.key == "order_number"
    assert dict(SHAPE.lists) == {
        "additional_recipients": ListNode(place="additional_recipients", key="email", further_keys=("role",)),
        "articles_order": ListNode(place="articles_order", key="line_item_id"),
        "trackings": ListNode(place="trackings", key="tracking_number", further_keys=("courier",)),
        "trackings.articles": ListNode(
            place="trackings.articles", key="line_item_id", falls_back_to="articles_order"
        ),
    }
    assert SHAPE.open_nodes == {"additional_attributes"}


@pytest.mark.parametrize(
    ("place", "wire"),
    [
        pytest.param("order_date", Wire.ISO_DATETIME, id="an order is placed at a time"),
        pytest.param("cancelled_date", Wire.ISO_DATETIME, id="and cancelled at one"),
        pytest.param("announced_delivery_date", Wire.ISO_DATE, id="a delivery is announced for a day"),
        pytest.param("announced_delivery_date_min", Wire.ISO_DATE, id="from a day"),
        pytest.param("announced_delivery_date_max", Wire.ISO_DATE, id="to a day"),
        pytest.param("destination_country_iso3", Wire.COUNTRY_ALPHA3, id="the order's country"),
        pytest.param("shipping_address.country_iso3", Wire.COUNTRY_ALPHA3, id="the address's country"),
        pytest.param("order_total_amount", Wire.DECIMAL_TEXT, id="amounts are text"),
        pytest.param("articles_order.unit_price", Wire.DECIMAL_TEXT, id="prices too"),
        pytest.param("trackings.tracking_number", Wire.TEXT, id="tracking numbers stay text"),
    ],
)
def test_a_leaf_travels_as_the_pages_say(place: str, wire: Wire) -> None:
    assert SHAPE.leaves[place].wire is wire


def test_the_four_core_fields_are_needed_in_every_order() -> None:
    assert problems({}) == [
        ("account", "account is missing"),
        ("order_number", "order_number is missing"),
        ("destination_country_iso3", "destination_country_iso3 is missing"),
        ("recipient_email", "recipient_email is missing"),
    ]


@pytest.mark.parametrize(
    "name", ["order_total_amount", "order_tax_amount", "order_net_amount", "order_discount_amount"]
)
@pytest.mark.parametrize("amount", ["89.90", "-12.5", "0", "12345678.90", ".5", "12."])
def test_an_amount_of_the_published_form_is_taken(name: str, amount: str) -> None:
    assert problems({**CORE, name: amount}) == []


@pytest.mark.parametrize(
    ("amount", "sent"),
    [
        pytest.param("59.8000", "59.80", id="four places"),
        pytest.param("-7.000", "-7.00", id="a whole number"),
        pytest.param("59.80", "59.80", id="none to spare"),
        pytest.param("100", "100", id="zeros that count"),
        pytest.param("12.5", "12.5", id="one place"),
    ],
)
def test_spare_zeros_of_an_amount_are_left_away(amount: str, sent: str) -> None:
    (body,) = Parcellab().validate([{**CORE, "order_total_amount": amount}])
    assert isinstance(body, bytes)
    assert json.loads(body)["order_total_amount"] == sent


@pytest.mark.parametrize(
    "amount",
    [
        pytest.param("", id="nothing, which the published pattern takes"),
        pytest.param("-", id="a minus, which it takes too"),
        pytest.param(".", id="a point, which it takes too"),
        pytest.param("89.90\n", id="a line end, which $ takes"),
        pytest.param("١٢", id="digits that are not ASCII"),
        pytest.param("123456789.00", id="nine digits before the point"),
        pytest.param("1.005", id="three behind it"),
        pytest.param("1.0050", id="three that count and a spare one"),
        pytest.param("1,50", id="a decimal comma"),
        pytest.param("1e3", id="an exponent"),
        pytest.param("+4", id="a plus"),
    ],
)
def test_an_amount_of_another_form_is_refused(amount: str) -> None:
    ((path, message),) = problems({**CORE, "order_total_amount": amount})
    assert path == "order_total_amount"
    assert "at most 8 digits before the point and 2 behind it" in message


@pytest.mark.parametrize(
    ("payload", "path", "message"),
    [
        pytest.param(
            {"order_number": "x" * 256},
            "order_number",
            "order_number is longer than 255 characters",
            id="a long order number",
        ),
        pytest.param(
            {"destination_country_iso3": "DE"},
            "destination_country_iso3",
            "destination_country_iso3 is not a three-letter ISO country code such as FRA or GBR",
            id="two letters of a country",
        ),
        pytest.param(
            {"recipient_email": "mia@example"},
            "recipient_email",
            "recipient_email is neither an email address nor _unset, which says that there is none",
            id="half an email address",
        ),
        pytest.param(
            {"recipient_email": "_UNSET"},
            "recipient_email",
            "recipient_email is neither an email address nor _unset, which says that there is none",
            id="unset in capitals",
        ),
        pytest.param(
            {"announced_delivery_date": "2026-11-22T10:00:00Z"},
            "announced_delivery_date",
            "announced_delivery_date is not a date such as 2026-11-22",
            id="a time where a day belongs",
        ),
        pytest.param(
            {"announced_delivery_date": "2026-02-30"},
            "announced_delivery_date",
            "announced_delivery_date is not a date of the calendar",
            id="a day that is none",
        ),
        pytest.param(
            {"order_date": "2026-11-22"},
            "order_date",
            "order_date is not a date and time such as 2026-11-22T19:30:00Z",
            id="a day where a time belongs",
        ),
        pytest.param(
            {"timezone": "Mars/Olympus"},
            "timezone",
            "timezone is not a time zone such as Europe/Paris",
            id="a zone of another planet",
        ),
        pytest.param(
            {"tags": ["category:Shoes", "summer"]},
            "tags.1",
            "tags is not of the form key:value, such as category:Home Apparel",
            id="a tag without a key",
        ),
        pytest.param(
            {"cancelled_reason": "weather"},
            "cancelled_reason",
            "cancelled_reason must be 'customer', 'inventory', 'payment' or 'other'",
            id="a reason of their own",
        ),
        pytest.param(
            {"trackings": [{"tracking_number": "0034"}]},
            "trackings.0.courier",
            "courier is missing",
            id="a parcel without a carrier",
        ),
        pytest.param(
            {"trackings": [{"tracking_number": "0034", "courier": "dhl-germany", "checkpoints": "x"}]},
            "trackings.0.checkpoints",
            "the parcellab payload has no place trackings.checkpoints",
            id="checkpoints, which the API only tells",
        ),
        pytest.param(
            {"articles_order": [{"sku": "A-1"}]},
            "articles_order.0.line_item_id",
            "line_item_id is missing",
            id="an article without a name",
        ),
    ],
)
def test_what_the_api_would_refuse_or_ignore_is_told_before(
    payload: dict[str, Any], path: str, message: str
) -> None:
    ((found_path, found_message),) = problems({**CORE, **payload})
    assert (found_path, found_message.partition(";")[0]) == (path, message)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"recipient_email": "_unset"}, id="an email address to forget"),
        pytest.param({"tags": "category:Home Apparel"}, id="one tag, as a column gives it"),
        pytest.param(
            {"tags": ["category:Shoes", "category:Socks", "note:a:b"]}, id="several tags of one key"
        ),
        pytest.param({"destination_country_iso3": "XKX"}, id="Kosovo"),
        pytest.param({"order_date": "2026-11-22T19:30:00+01:00"}, id="a time with an offset"),
        pytest.param({"additional_attributes": {"gift": "yes"}}, id="an attribute"),
    ],
)
def test_what_the_pages_allow_goes_through(payload: dict[str, Any]) -> None:
    assert problems({**CORE, **payload}) == []


def test_all_problems_come_at_once() -> None:
    (found,) = Parcellab().validate([{**CORE, "account": "x", "timezone": "?", "channel": ""}])
    assert isinstance(found, tuple)
    assert [problem.path for problem in found] == ["account", "channel", "timezone"]
    assert found[2] == PathProblem(
        path="timezone", message="timezone is not a time zone such as Europe/Paris", value="?"
    )
