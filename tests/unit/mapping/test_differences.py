"""What changed between two versions of a mapping, in words; and what is no change."""

from typing import Any

import pytest

from orderdrop.mapping import yaml_lines
from orderdrop.mapping.differences import differences

BASE = """\
mapping: shop
destination: shipup
file: {delimiter: ";"}
columns:
  Order: {to: merchant_id, required: true}
  Qty: {to: line_items.quantity, type: integer, minimum: 1}
  Carrier: {to: [fulfillments.carrier, note], values: {UPS: ups, DHL: dhl}}
  Email: {to: email, type: email}
  Remarks: ignore
constants: {status: shipped}
hold_batch_when: {bad_rows_over: 20%}
"""


def _data(text: str) -> dict[str, Any]:
    document = yaml_lines.parse(text, "shop.yaml")
    assert isinstance(document, yaml_lines.Document), document
    return document.data


def _words(old: str, new: str) -> list[str]:
    assert old in BASE
    return [one.words for one in differences(_data(BASE), _data(BASE.replace(old, new)))]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("minimum: 1", "minimum: 0", ["`Qty`: minimum 1 -> 0"], id="a-key-changed"),
        pytest.param("type: integer, minimum: 1", "maximum: 9, type: integer, minimum: 1", ["`Qty`: maximum 9 added"], id="a-key-added"),
        pytest.param(", minimum: 1", "", ["`Qty`: minimum 1 removed"], id="a-key-removed"),
        pytest.param("type: email", "type: text", ["`Email`: type email -> text"], id="back-to-a-default"),
        pytest.param(", required: true", "", ["`Order`: need not be filled any more"], id="no-longer-required"),
        pytest.param("type: email", "type: email, required: true", ["`Email`: must be filled now"], id="required"),
        pytest.param(
            "  Remarks: ignore\n",
            "  Remarks: ignore\n  Land: {to: shipping_address.country_code, type: country}\n",
            ["column `Land` added to shipping_address.country_code (type: country)"],
            id="a-column-added",
        ),
        pytest.param("  Email: {to: email, type: email}\n", "", ["column `Email` removed (it went to email)"], id="a-column-removed"),
        pytest.param("  Remarks: ignore\n", "", ["column `Remarks` removed (it was ignored)"], id="an-ignored-column-removed"),
        pytest.param("  Email:", "  E-mail:", ["column `Email` is called `E-mail` now"], id="a-column-renamed"),
        pytest.param("Email: {to: email, type: email}", "Email: ignore", ["column `Email` is ignored now (it went to email)"], id="ignored-now"),
        pytest.param("Remarks: ignore", "Remarks: {to: note}", ["column `Remarks` is no longer ignored: added to note"], id="no-longer-ignored"),
        pytest.param("UPS: ups", "UPS: ups2", ["`Carrier`: `UPS` is translated to ups2 instead of ups"], id="another-translation"),
        pytest.param(", DHL: dhl", "", ["`Carrier`: `DHL` is no longer translated (it became dhl)"], id="a-translation-less"),
        pytest.param("DHL: dhl", "DHL: dhl, to: x", ["`Carrier`: `to` is translated to x now"], id="a-translation-named-like-a-key"),
        pytest.param("to: [fulfillments.carrier, note]", "to: note", ["`Carrier`: to [fulfillments.carrier, note] -> note"], id="another-place"),
        pytest.param('{delimiter: ";"}', '{encoding: cp1252}', ['file: delimiter ";" removed', "file: encoding cp1252 added"], id="the-file"),
        pytest.param("shipped", "packed", ["constants: status shipped -> packed"], id="a-constant"),
        pytest.param("20%", "30%", ['hold_batch_when: bad_rows_over "20%" -> "30%"'], id="a-policy-below"),
        pytest.param("constants:", "on_bad_row: send_rest\nconstants:", ["on_bad_row hold_order -> send_rest"], id="a-policy-with-a-default"),
        pytest.param(
            "constants:",
            "join: {lines: {files: 'l*.csv', columns: {No: {to: merchant_id}}}}\nconstants:",
            ['join lines: files "l*.csv" added', "`No` of table `lines`: to merchant_id added"],
            id="a-table-joined",
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words(old: str, new: str, words: list[str]) -> None:
    assert _words(old, new) == words


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("mapping: shop", "# of the shop\nmapping: shop2", id="name-and-comments"),
        pytest.param(
            "to: email, type: email", "type: email, to: [email]", id="short-forms-and-order-of-keys"
        ),
        pytest.param("minimum: 1", "minimum: 1.0", id="numbers-of-another-spelling"),
        pytest.param("constants:", "on_bad_row: hold_order\nconstants:", id="a-default-written-out"),
        pytest.param("constants:", "examples: [shop]\nconstants:", id="examples"),
    ],
)
def test_what_means_the_same_is_no_difference(old: str, new: str) -> None:
    assert _words(old, new) == []


def test_columns_of_a_joined_table_are_compared_by_heading() -> None:
    joined = "join: {lines: {files: 'l*.csv', columns: {No: {to: merchant_id}, Art: {to: line_items.merchant_id}}}}\n"
    before, after = _data(BASE + joined), _data(BASE + joined.replace("Art: {", "Art: {required: true, "))
    (one,) = differences(before, after)
    assert one.words == "`Art` of table `lines`: must be filled now"
    assert one.where == ("join", "lines", "columns", "Art", "required")


def test_a_version_that_is_no_mapping_of_today_is_compared_as_it_stands() -> None:
    before = {"mapping": "shop", "destination": "shipup", "gone_key": 1, "columns": {"A": {"to": "x"}}}
    (one,) = differences(before, {**before, "columns": {"A": {"to": "y"}}})
    assert one.words == "`A`: to x -> y"
