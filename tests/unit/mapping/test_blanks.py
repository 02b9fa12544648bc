"""What blank cells erase, and what is told where a destination cannot forget."""

import pytest

from orderdrop.destinations import registry
from orderdrop.errors import MappingError
from orderdrop.mapping import load
from orderdrop.mapping.blanks import erased_places
from orderdrop.mapping.explain import explain

KEYS = {"shipup": "merchant_id", "parcellab": "order_number", "shippify": "referenceId"}


def loaded(destination: str, *lines: str) -> load.LoadedMapping:
    text = "\n".join(
        [
            f"mapping: small\ndestination: {destination}\ncolumns:\n  Id: {{to: {KEYS[destination]}, required: true}}",
            *lines,
        ]
    )
    return load.parse(text, "small.yaml", lambda name: registry.find(name).shape, registry.names())


def erased(
    destination: str, *lines: str, present: tuple[str, ...] = ("Id", "Mail", "Name")
) -> dict[str, str | None]:
    mapping = loaded(destination, *lines)
    return erased_places(mapping.mapping, mapping.shape, present)


MAIL = "  Mail: {to: email, type: email}"
NAME = "  Name: {to: first_name%s}"


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        pytest.param([MAIL, NAME % ""], [], id="left-alone-by-itself"),
        pytest.param([MAIL, NAME % ", blank: erase"], ["first_name"], id="a-column"),
        pytest.param([MAIL, NAME % "", "blank: erase"], ["email", "first_name"], id="the-whole-mapping"),
        pytest.param([MAIL, NAME % ", blank: leave", "blank: erase"], ["email"], id="but-for-a-column"),
        pytest.param(
            [MAIL, NAME % ", required: true", "blank: erase"], ["email"], id="what-is-required-has-no-blanks"
        ),
        pytest.param([MAIL, NAME % ", default: x", "blank: erase"], ["email"], id="a-default-is-a-value"),
        pytest.param([MAIL, NAME % ', values: {"": x}', "blank: erase"], ["email"], id="so-is-a-translation"),
    ],
)
def test_a_column_speaks_for_itself_and_the_mapping_for_the_rest(lines: list[str], places: list[str]) -> None:
    assert erased("shipup", *lines) == dict.fromkeys(places)


def test_a_column_that_the_file_does_not_have_erases_nothing() -> None:
    assert erased("shipup", MAIL, NAME % "", "blank: erase", present=("Id", "Name")) == {"first_name": None}


def test_what_blank_cells_do_is_said_in_words() -> None:
    told = [one.text for one in explain(loaded("shipup", MAIL, NAME % ", blank: leave", "blank: erase"))]
    assert (
        "`Name` is text and goes to `first_name`, leaves alone what the destination holds where blank."
        in told
    )
    assert "A blank cell erases what the destination holds, wherever that can forget." in told


def test_parcellab_forgets_an_address_by_its_own_word() -> None:
    assert erased("parcellab", "  Mail: {to: recipient_email, blank: erase}") == {"recipient_email": "_unset"}


@pytest.mark.parametrize(
    ("destination", "lines", "fault"),
    [
        pytest.param("parcellab", ["  Name: {to: recipient_name, blank: erase}"], ":5: parcellab has no way to erase `recipient_name`; it can erase `recipient_email` only; leave the line out", id="no-way"),
        pytest.param("shippify", ["  Name: {to: dropoff.contact.name, blank: erase}"], ":5: shippify has no way to erase `dropoff.contact.name`; leave the line out", id="never"),
        pytest.param("shippify", ["  Name: {to: dropoff.contact.name}", "blank: erase"], ":6: shippify has no way to erase anything that this mapping fills; leave the line out", id="mapping-wide"),
        pytest.param("shipup", ["  Qty: {to: line_items.quantity, blank: erase}", "  Sku: {to: line_items.merchant_id}"], ":5: shipup has no way to erase `line_items.quantity`; leave the line out", id="never-changes"),
        pytest.param("shipup", ["  Sku: {to: line_items.merchant_id, blank: erase}"], ":5: shipup has no way to erase `line_items.merchant_id`; leave the line out", id="a-key"),
        pytest.param("shipup", ["  Name: {to: first_name, blank: erase, default: x}"], ":5: `columns.Name`: blank: erase does not go with required, default, or a translation of the blank cell", id="contradiction"),
        pytest.param("shipup", ["  Name: {to: first_name, blank: clear}"], ":5: `columns.Name.blank` is 'clear'; it must be `leave` or `erase`", id="another-word"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_line(destination: str, lines: list[str], fault: str) -> None:
    with pytest.raises(MappingError) as raised:
        loaded(destination, *lines)
    assert [f":{one.line}: {one.message}" for one in raised.value.faults] == [fault]


def test_a_further_table_is_told_with_its_own_line() -> None:
    lines = [
        "join:", "  more:", "    files: more_*.csv", "    columns:", "      Id: {to: order_number}",
        "      Name: {to: recipient_name, blank: erase}",
    ]  # fmt: skip
    with pytest.raises(MappingError) as raised:
        loaded("parcellab", *lines)
    assert [one.line for one in raised.value.faults] == [10]
