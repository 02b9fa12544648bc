"""What is suggested for small files, and what is asked instead of guessed."""

from dataclasses import replace

import pytest
from tests.unit.mapping.suggest.small_api import CHECKS, line, sample, suggested

from orderdrop.core.shape import Leaf, ListNode, Shape, Wire
from orderdrop.mapping.suggest.guessing import guess_guide
from orderdrop.mapping.suggest.suggest import suggest

ORDERS = ["A-1", "A-1", "A-2", "A-3"]
SKUS = ["x-1", "y-2", "x-1", "z-3"]


def test_a_plain_file_is_understood_whole() -> None:
    found = suggested(
        sample(
            Order_number=ORDERS,
            Order_date=["2026-11-03", "2026-11-03", "2026-11-04", "2026-11-05"],
            Email=["a@example.com", "a@example.com", "b@example.com", "c@example.com"],
            City=["Lyon", "Lyon", "Nice", "Lille"],
            SKU=SKUS,
            Quantity=["1", "2", "1", "4"],
        )
    )
    assert {one.heading: one.places for one in found.lines} == {
        "Order number": ("number",),
        "Order date": ("ordered",),
        "Email": ("email",),
        "City": ("to.city",),
        "SKU": ("items.sku",),
        "Quantity": ("items.quantity",),
    }
    assert all((one.sure or 0) >= 90 for one in found.lines)
    assert line(found, "Order number").keys == {"required": True}
    assert line(found, "Quantity").keys == {"type": "integer"}


def test_a_date_that_could_mean_two_days_is_asked_about_with_both_readings() -> None:
    found = line(suggested(sample(Order_number=ORDERS, Order_date=["03/04/2026"] * 4)), "Order date")
    assert found.keys == {"type": "date"}
    assert found.question == (
        'is 03/04/2026 the 3 April 2026 (format: "%d/%m/%Y") or the 4 March 2026 (format: "%m/%d/%Y")?'
    )


def test_another_column_of_the_file_settles_day_and_month() -> None:
    found = suggested(
        sample(Order_number=ORDERS, Order_date=["03/04/2026"] * 4, Ship_date=["13/04/2026"] * 4)
    )
    told = line(found, "Order date")
    assert told.keys["format"] == "%d/%m/%Y"
    assert "the day first, as Ship date proves" in told.notes


def test_an_email_is_found_without_a_heading_that_says_so() -> None:
    found = line(
        suggested(sample(Order_number=ORDERS, Quux=["a@x.org", "a@x.org", "b@x.org", "c@x.org"])), "Quux"
    )
    assert found.places == ("email",)
    assert (found.sure or 0) < 90
    assert "though the heading does not say so" in found.why


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(["red", "blue", "red", "green"], id="words"),
        pytest.param(["17", "42", "17", "99"], id="numbers"),
        pytest.param(["", "", "", ""], id="blanks"),
    ],
)
def test_what_is_not_understood_is_left_to_a_person(cells: list[str]) -> None:
    found = line(suggested(sample(Order_number=ORDERS, Quux=cells)), "Quux")
    assert not found.is_used
    assert found.sure is None


def test_values_that_contradict_the_heading_take_the_meaning_away() -> None:
    found = line(suggested(sample(Order_number=ORDERS, Email=["yes", "no", "yes", "no"])), "Email")
    assert not found.is_used


def test_the_order_is_named_by_the_column_that_groups_the_rows() -> None:
    found = suggested(
        sample(
            Name=["#1001", "#1001", "#1002", "#1003"],
            City=["Lyon", "", "Nice", "Lille"],
            SKU=SKUS,
            Quantity=["1", "2", "1", "4"],
        )
    )
    assert line(found, "Name").places == ("number",)
    assert "groups 4 rows into 3 orders" in line(found, "Name").why


def test_a_column_that_changes_within_orders_is_not_said_to_be_of_the_order() -> None:
    same = line(suggested(sample(Order_number=ORDERS, Total=["9.90", "9.90", "5.00", "1.00"])), "Total")
    other = line(suggested(sample(Order_number=ORDERS, Total=["9.90", "1.20", "5.00", "1.00"])), "Total")
    assert (same.sure or 0) >= 90 > (other.sure or 0)


def test_lines_go_into_the_parcel_where_there_is_one() -> None:
    columns = {"Order_number": ORDERS, "SKU": SKUS, "Quantity": ["1", "2", "1", "4"]}
    without = suggested(sample(**columns))
    tracked = suggested(sample(**columns, Tracking_number=["1Z999AA10123456784"] * 2 + ["RR473124829GB"] * 2))
    assert line(without, "SKU").places == ("items.sku",)
    assert line(tracked, "SKU").places == ("parcels.items.sku",)
    assert "parcels.carrier" in tracked.hints
    assert "parcels.carrier" not in without.hints


def test_a_name_in_two_columns_is_put_together() -> None:
    found = suggested(
        sample(
            Order_number=ORDERS,
            First_name=["Ann", "Ann", "Bob", "Cy"],
            Last_name=["Lee", "Lee", "Fox", "Day"],
        )
    )
    assert found.derived == {"name": "{First name} {Last name}"}
    assert line(found, "Last name").used_in == ("name",)


def test_carriers_are_translated_where_all_are_known_and_asked_about_where_not() -> None:
    tracked = {"Order_number": ORDERS, "Tracking_number": ["1Z999AA10123456784"] * 4}
    known = line(suggested(sample(**tracked, Carrier=["UPS", "UPS", "DHL", "DHL"])), "Carrier")
    assert known.keys["values"] == {"UPS": "ups-1", "DHL": "dhl-1"}
    assert (known.sure or 0) < 90
    unknown = line(suggested(sample(**tracked, Carrier=["UPS", "UPS", "Acme", "Acme"])), "Carrier")
    assert "values" not in unknown.keys
    assert unknown.question == "what is Acme called there (known are ups-1, dhl-1)? Add values"


def test_a_status_that_the_api_does_not_know_goes_nowhere() -> None:
    found = line(
        suggested(sample(Order_number=ORDERS, Status=["shipped", "shipped", "lost", "lost"])), "Status"
    )
    assert not found.is_used
    assert found.question is not None
    assert "lost" in found.question


def test_the_decimal_mark_is_written_once_for_the_file() -> None:
    found = suggested(sample(Order_number=ORDERS, Total=["9,90", "9,90", "5,00", "1.204,00"]))
    assert found.file_keys == {"decimal": ","}


def test_a_number_that_could_be_thousands_is_asked_about() -> None:
    found = line(suggested(sample(Order_number=ORDERS, Total=["1,204", "1,204", "1,300", "2,100"])), "Total")
    assert found.question == 'is 1,204 with thousands or with decimals? Add decimal: "." or ","'


def test_a_row_of_totals_is_skipped() -> None:
    found = suggested(sample(Type=["line", "line", "line", "TOTAL"], Order_number=["A-1", "A-1", "A-2", ""]))
    assert found.file_keys == {"skip_rows_where": {"Type": "TOTAL"}}


def test_where_nothing_looks_like_an_order_number_the_likeliest_column_is_asked_about() -> None:
    found = suggested(sample(Quux=["k1", "k2", "k3"], City=["Lyon", "Nice", "Lille"]))
    asked = line(found, "Quux")
    assert asked.places == ("number",)
    assert asked.question == "no column looks like an order number; is it this one?"


def test_a_column_that_goes_elsewhere_may_have_to_name_the_order_too() -> None:
    found = suggested(sample(City=["Lyon", "Nice", "Lille"], Email=["a@x.org", "b@x.org", "c@x.org"]))
    named = [one for one in found.lines if "number" in one.places]
    assert len(named) == 1
    assert len(named[0].places) == 2
    assert named[0].question == "no column looks like an order number; is it this one?"


def test_a_heading_that_stands_twice_is_left_alone() -> None:
    twice = sample(Order_number=ORDERS, Note=["a", "b", "c", "d"], Other=["1", "2", "3", "4"])
    found = suggested(replace(twice, headings=("Order number", "Note", "Note"), repeated=("Note",)))
    assert [one.heading for one in found.lines] == ["Order number", "Note"]
    assert line(found, "Note").question is not None


def test_what_the_api_wants_and_no_column_has_is_told() -> None:
    assert suggested(sample(Order_number=ORDERS)).hints == {"account": "the account's number"}


def test_a_blank_email_becomes_what_the_api_takes_for_none() -> None:
    found = line(suggested(sample(Order_number=ORDERS, Email=["a@x.org", "a@x.org", "", "c@x.org"])), "Email")
    assert found.keys["default"] == "_none"
    assert "type" not in found.keys  # the default is no email address


def test_an_email_in_the_first_row_of_an_order_gets_no_default_that_would_contradict_it() -> None:
    found = line(suggested(sample(Order_number=ORDERS, Email=["a@x.org", "", "b@x.org", "c@x.org"])), "Email")
    assert "default" not in found.keys


def test_a_destination_that_says_nothing_is_understood_by_its_names() -> None:
    leaves = (
        "orderNumber",
        "customer.emailAddress",
        "shipTo.postalCode",
        "shipTo.town",
        "lines.articleNumber",
        "lines.qty",
    )
    shape = Shape(
        destination="fourth",
        key="orderNumber",
        leaves={place: Leaf(place=place, wire=Wire.TEXT) for place in leaves},
        lists={"lines": ListNode(place="lines", key="articleNumber")},
    )
    guide = guess_guide(shape)
    found = suggest(
        sample(
            Bestellnummer=ORDERS,
            Email=["a@x.org", "a@x.org", "b@x.org", "c@x.org"],
            PLZ=["50674", "50674", "04109", "12059"],
            Ort=["Köln", "Köln", "Leipzig", "Berlin"],
            Artikelnummer=SKUS,
            Menge=["1", "2", "1", "4"],
        ),
        shape,
        guide,
        (),
        CHECKS,
        "drop",
    )
    assert [one.places for one in found.lines] == [(place,) for place in leaves]


def test_a_heading_that_a_template_cannot_name_is_in_none() -> None:
    first, last = ["Ann", "Ann", "Bob", "Cy"], ["Lee", "Lee", "Fox", "Day"]
    found = suggested(sample(**{"Order_number": ORDERS, "First_name_{x}": first, "Last_name": last}))
    assert found.derived == {}


def test_the_column_that_groups_the_rows_names_the_order_where_another_only_might() -> None:
    found = suggested(
        sample(
            Order_ref=ORDERS,
            Shop_no=["501", "501", "502", "503"],
            SKU=SKUS,
            City=["Lyon", "", "Nice", "Lille"],
        )
    )
    assert line(found, "Order ref").places == ("number",)


def test_all_tracking_numbers_of_one_carrier_are_told_where_the_carrier_is_missing() -> None:
    found = suggested(sample(Order_number=ORDERS, Tracking_number=["1Z999AA10123456784"] * 4))
    assert found.hints["parcels.carrier"] == "required; the tracking numbers are those of UPS"


def test_the_buyers_town_is_not_where_it_goes_when_that_is_known() -> None:
    found = suggested(
        sample(
            Order_number=ORDERS,
            Buyer_City=["Paris", "Paris", "Nice", "Lille"],
            Ship_To_City=["Lyon", "Lyon", "Nice", "Lille"],
        )
    )
    assert line(found, "Ship To City").places == ("to.city",)
    assert not line(found, "Buyer City").is_used
