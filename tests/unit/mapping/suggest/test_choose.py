"""What a person decides about a suggestion."""

from dataclasses import replace

import pytest
from tests.unit.mapping.suggest.small_api import GUIDE, SHAPE, line, sample, suggested

from orderdrop.mapping.load import parse
from orderdrop.mapping.suggest.choose import choice_of, chosen, could_go_to
from orderdrop.mapping.suggest.suggestion import Suggestion
from orderdrop.mapping.suggest.write import as_yaml, is_untouched

ORDERS = ["A-1", "A-2", "A-3", "A-4"]
FILE = sample(
    Order_number=ORDERS,
    SKU=["s1", "s2", "s3", "s4"],
    Order_date=["03/04/2026"] * 4,
    Quux=["x", "y", "x", "y"],
)


def decided(found: Suggestion, heading: str, **what: object) -> Suggestion:
    """The suggestion after one decision."""
    before = choice_of(line(found, heading))
    return chosen(found, {heading: replace(before, **what)}, GUIDE)  # type: ignore[arg-type] # the tests' own keys


def test_a_choice_that_leaves_every_line_as_it_is_changes_nothing() -> None:
    found = suggested(FILE)
    assert chosen(found, {one.heading: choice_of(one) for one in found.lines}, GUIDE) == found


@pytest.mark.parametrize(
    ("reading", "layout"),
    [pytest.param(0, "%d/%m/%Y", id="the-day-first"), pytest.param(1, "%m/%d/%Y", id="the-month-first")],
)
def test_a_question_about_a_date_is_answered_by_one_of_its_readings(reading: int, layout: str) -> None:
    found = suggested(FILE)
    asked = line(found, "Order date").asked
    assert asked is not None
    assert [says for says, _ in asked.readings] == [
        "03/04/2026 is the 3 April 2026",
        "03/04/2026 is the 4 March 2026",
    ]
    told = line(decided(found, "Order date", reading=reading), "Order date")
    assert told.keys == {"type": "date", "format": layout}
    assert told.question is None
    assert told.asked is None


def test_a_question_stays_while_nobody_answers_it() -> None:
    told = line(decided(suggested(FILE), "Order date", required=True), "Order date")
    assert told.keys == {"required": True, "type": "date"}
    assert told.question is not None


def test_a_number_is_shown_in_both_readings_as_nobody_can_misread_them() -> None:
    found = suggested(sample(Order_number=ORDERS, Total=["1.234", "2.500", "3.100", "9.000"]))
    asked = line(found, "Total").asked
    assert asked is not None
    assert [says for says, _ in asked.readings] == ["1.234 is between 1 and 2", "1.234 is 1234"]
    assert line(decided(found, "Total", reading=1), "Total").keys["decimal"] == ","


def test_texts_without_a_known_value_get_one_each_and_then_the_column_has_its_place() -> None:
    found = suggested(sample(Order_number=ORDERS, Status=["shipped", "lost", "shipped", "lost"]))
    before = line(found, "Status")
    assert before.places == ()
    assert before.asked is not None
    assert before.asked.texts == {"shipped": "sent", "lost": None}
    assert before.asked.known == ("open", "sent")
    told = line(decided(found, "Status", values={"shipped": "sent", "lost": "open"}), "Status")
    assert told.places == ("status",)
    assert told.keys == {"values": {"shipped": "sent", "lost": "open"}}
    assert told.question is None
    assert line(decided(found, "Status", values={"shipped": "sent"}), "Status") == before


def test_another_place_is_written_with_the_meaning_that_it_has_and_teaches() -> None:
    found = suggested(FILE)
    assert is_untouched(as_yaml(found))
    text = as_yaml(decided(found, "Quux", places=("parcels.tracking",)), corrected=True)
    assert "  # What is sent\n  Quux:         {to: parcels.tracking}  # 100%: as you chose\n" in text
    assert not is_untouched(text)
    loaded = parse(text, "drop.yaml", {"api": SHAPE}.get, ("api",))
    assert loaded.mapping.mapped()["Quux"].to == ("parcels.tracking",)


def test_what_is_passed_over_says_who_decided_so() -> None:
    told = decided(suggested(FILE), "SKU", places=())
    assert "ignore  # passed over, as you chose" in as_yaml(told, corrected=True)


def test_options_that_do_not_belong_to_the_chosen_type_are_left_out() -> None:
    found = decided(suggested(FILE), "Order date", reading=0)
    told = line(decided(found, "Order date", type="text"), "Order date")
    assert told.keys == {}
    amounts = suggested(sample(Order_number=ORDERS, Total=["1.234", "2.500", "3.100", "9.000"]))
    told = line(decided(decided(amounts, "Total", reading=1), "Total", type="text"), "Total")
    assert "decimal" not in told.keys


def test_a_place_that_a_template_filled_is_left_to_the_column_that_a_person_chose_for_it() -> None:
    found = replace(suggested(FILE), derived={"name": "{Quux}"}, hints={"to.city": "a city"})
    told = decided(found, "Quux", places=("name", "to.city"))
    assert told.derived == {}
    assert told.hints == {}


def test_a_question_without_readings_is_settled_by_agreeing() -> None:
    found = suggested(sample(Foo=["x", "x"], Bar=["1", "2"]))
    asked = next(one for one in found.lines if one.question)
    same = choice_of(asked)
    assert line(chosen(found, {asked.heading: same}, GUIDE), asked.heading).question
    agreed = chosen(found, {asked.heading: replace(same, agreed=True)}, GUIDE)
    assert line(agreed, asked.heading).question is None


def test_what_is_understood_and_has_no_place_says_where_it_could_go() -> None:
    found = suggested(sample(Order_number=ORDERS, Quantity=["1", "2", "1", "3"], Quux=["x", "y", "x", "y"]))
    quantity = line(found, "Quantity")
    assert not quantity.is_used  # without a column that names the item
    assert could_go_to(found, quantity, GUIDE) == ("items.quantity", "parcels.items.quantity")
    assert could_go_to(found, line(found, "Order number"), GUIDE) == ()
    assert could_go_to(found, line(found, "Quux"), GUIDE) == ()
    taken = decided(found, "Quux", places=("items.quantity",))
    assert could_go_to(taken, quantity, GUIDE) == ("parcels.items.quantity",)
