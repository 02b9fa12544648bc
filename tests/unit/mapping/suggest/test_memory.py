"""What earlier mappings teach."""

from tests.unit.mapping.suggest.small_api import GUIDE, line, sample, suggested

from orderdrop.mapping.model import Mapping
from orderdrop.mapping.suggest.guide import Guide

FILE = sample(
    Order_number=["A-1", "A-1", "A-2", "A-3"],
    Quux=["Lyon", "Lyon", "Nice", "Lille"],
    Carrier=["Acme", "Acme", "UPS", "UPS"],
    Tracking_number=["1Z999AA10123456784"] * 4,
    Note=["a", "a", "b", "c"],
)


def mapping(name: str, columns: dict[str, object], destination: str = "api") -> Mapping:
    return Mapping.model_validate({"mapping": name, "destination": destination, "columns": columns})


CORRECTED = mapping(
    "acme-shipments",
    {
        "Order number": {"to": "number", "required": True},
        "Quux": {"to": "to.city", "max_length": 40},
        "Carrier": {"to": "parcels.carrier", "values": {"Acme": "acme-9", "UPS": "ups-1"}},
        "Note": "ignore",
    },
)


def test_without_a_lesson_the_column_is_not_understood() -> None:
    assert not line(suggested(FILE), "Quux").is_used


def test_a_correction_comes_back_for_the_next_file_of_the_kind() -> None:
    found = suggested(FILE, earlier=[(CORRECTED, GUIDE)])
    quux = line(found, "Quux")
    assert (quux.places, dict(quux.keys)) == (("to.city",), {"max_length": 40})
    assert quux.why == "as in acme-shipments"
    assert line(found, "Carrier").keys["values"] == {"Acme": "acme-9", "UPS": "ups-1"}
    assert line(found, "Tracking number").is_used


def test_what_was_passed_over_is_passed_over_again() -> None:
    note = line(suggested(FILE, earlier=[(CORRECTED, GUIDE)]), "Note")
    assert not note.is_used
    assert note.why == "passed over, as in acme-shipments"


def test_a_mapping_of_another_kind_of_file_lends_its_words_only() -> None:
    other = mapping(
        "harbour",
        {
            "Ref": {"to": "number"},
            "QUUX": {"to": "to.city", "max_length": 40},
            "A": "ignore",
            "B": "ignore",
            "C": "ignore",
        },
    )
    quux = line(suggested(FILE, earlier=[(other, GUIDE)]), "Quux")
    assert quux.places == ("to.city",)
    assert dict(quux.keys) == {}
    assert "as in harbour" in quux.why


def test_a_mapping_for_another_destination_teaches_the_meaning() -> None:
    other = mapping("elsewhere", {"Ref": {"to": "key"}, "Quux": {"to": "address.town"}}, destination="other")
    guide = Guide(fills={"key": ("order.id",), "address.town": ("ship.city",)})
    quux = line(suggested(FILE, earlier=[(other, guide)]), "Quux")
    assert quux.places == ("to.city",)
    assert "as in elsewhere" in quux.why


def test_translations_are_lent_to_other_files() -> None:
    other = mapping(
        "harbour",
        {
            "Ref": {"to": "number"},
            "Courier": {"to": "parcels.carrier", "values": {"ACME": "acme-9"}},
            "A": "ignore",
        },
    )
    carrier = line(suggested(FILE, earlier=[(other, GUIDE)]), "Carrier")
    assert carrier.keys["values"] == {"Acme": "acme-9", "UPS": "ups-1"}
    assert "translated as in harbour" in carrier.notes


def test_values_that_contradict_a_lesson_are_believed() -> None:
    other = mapping(
        "harbour", {"Ref": {"to": "number"}, "Quux": {"to": "email"}, "A": "ignore", "B": "ignore"}
    )
    assert line(suggested(FILE, earlier=[(other, GUIDE)]), "Quux").places != ("email",)


def test_a_constant_of_another_mapping_is_told_where_it_is_missing() -> None:
    other = Mapping.model_validate(
        {
            "mapping": "harbour",
            "destination": "api",
            "columns": {"Ref": {"to": "number"}},
            "constants": {"account": 1617},
        }
    )
    assert suggested(FILE, earlier=[(other, GUIDE)]).hints["account"] == "1617 in harbour"
