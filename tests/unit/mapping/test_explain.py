"""A mapping in words, as `orderdrop mapping check` prints them."""

from pathlib import Path

from orderdrop.destinations import registry
from orderdrop.mapping import load
from orderdrop.mapping.explain import explain
from orderdrop.mapping.load import LoadedMapping
from orderdrop.wiring import find_shape

MAPPINGS = Path(__file__).parents[3] / "mappings"
SMALL = "mapping: small\ndestination: shipup\ncolumns:\n"

ACME = """\
`acme-shipments` makes orders for shipup. Nightly shipment export of the Acme warehouse, one row per shipped line.
The file has encoding 'cp1252', delimiter ';', decimal mark ','; the rest is detected. Rows whose `Type` is 'TOTAL' are ignored.
`Type` is passed over.
`Order ref` is text and goes to `merchant_id`, must be filled, must match [A-Z]{2}-[0-9]+.
`Shop no` is text and goes to `order_number`.
`Ordered` is a date and time and goes to `ordered_at`, written as %d/%m/%Y %H:%M, in the time of Europe/Paris.
`Email` is an email address and goes to `email`.
`Mobile` is a phone number and goes to `phone`, a national number is one of FR.
`First name` is text and goes to `first_name` and `shipping_address.first_name`.
`Last name` is text and goes to `last_name` and `shipping_address.last_name`, must be filled.
`Street` is text and goes to `shipping_address.address1`.
`Postcode` is text and goes to `shipping_address.zip`.
`Town` is text and goes to `shipping_address.city`.
`Ship-to ctry` is a country and goes to `shipping_address.country_code`, must be filled, may also be headed `Country` or `Land`.
`Order total` is a number and goes to `order_details.total_order_price_incl_tax_amount`, is at least 0.
`Currency` is a currency and goes to `order_details.currency_code`.
`Parcel` is text and goes to `fulfillments.merchant_id`, must be filled.
`Carrier` is text and goes to `fulfillments.trackers.carrier_code`, is translated: 'La Poste' to 'colissimo', 'Chronopost' to \
'chronopost', 'UPS' to 'ups', 'DHL' to 'dhl'.
`Tracking no` is text and goes to `fulfillments.trackers.tracking_number`.
`SKU` is text and goes to `fulfillments.trackers.line_items.merchant_id` and `fulfillments.trackers.line_items.sku`, must be filled.
`Title` is text and goes to `fulfillments.trackers.line_items.title`.
`Variant` is text and goes to `fulfillments.trackers.line_items.variant_title`.
`Qty` is a whole number and goes to `fulfillments.trackers.line_items.quantity`, must be filled, is at least 1.
`Remarks` is passed over.
`fulfillments.status_code` is always 'shipped'.
`fulfillments.trackers.line_items.name` is put together as `{Title} {Variant}`.
When a row is bad, the other rows of its order are held.
A row that repeats another exactly is rejected.
With more than 80% bad rows nothing is sent.
"""


def _explained(text: str) -> list[str]:
    return [one.text for one in explain(_parsed(text))]


def _parsed(text: str) -> LoadedMapping:
    return load.parse(text, "small.yaml", find_shape, registry.names())


def test_a_sample_mapping_is_explained_line_by_line() -> None:
    text = (MAPPINGS / "acme-shipments.yaml").read_text(encoding="utf-8")
    assert "\n".join(_explained(text)) + "\n" == ACME


def test_every_sentence_is_led_by_its_line_and_what_is_not_written_by_none() -> None:
    text = f"{SMALL}  A: {{to: merchant_id, required: true}}\n\nconstants:\n  email: a@b.de\non_bad_row: send_rest\n"
    assert [(one.line, one.text.split()[0]) for one in explain(_parsed(text))] == [
        (1, "`small`"),
        (None, "How"),
        (4, "`A`"),
        (7, "`email`"),
        (8, "When"),
        (None, "A"),
    ]


def test_a_changed_column_says_where_the_rest_of_it_stands(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        f"mapping: base\n{SMALL.partition(chr(10))[2]}  A: {{to: merchant_id}}\n"
    )
    (tmp_path / "shop.yaml").write_text("mapping: shop\nextends: base\ncolumns:\n  A: {required: true}\n")
    loaded = load.load(tmp_path / "shop.yaml", find_shape, registry.names())
    (column,) = (one for one in explain(loaded) if one.text.startswith("`A`"))
    assert (Path(column.file).name, column.line) == ("shop.yaml", 4)
    assert [(Path(file).name, line) for file, line in column.also] == [("base.yaml", 4)]


def test_tables_commands_and_the_time_of_a_change_are_explained() -> None:
    lines = _explained(
        SMALL + "  A: {to: merchant_id, required: true}\n"
        "  Changed: {to: ordered_at, type: datetime, format: '%Y', timezone: UTC}\n  Do: ignore\n"
        "join: {lines: {files: l*.csv, needed: false, file: {delimiter: '|'}, columns: {No: {to: merchant_id}}}}\n"
        "commands: {column: Do, values: {X: cancel, '': update}}\nupdated_at: Changed\n"
    )
    assert (
        "Further rows of the same orders stand in the file l*.csv: table `lines`. An order may have no row there."
        in lines
    )
    assert "Of table `lines`: The file has delimiter '|'; the rest is detected." in lines
    assert "`No` is text and goes to `merchant_id`." in lines
    assert any(line.startswith("`Do` says what becomes of an order: 'X' cancels it") for line in lines)
    assert any(line.startswith("`Changed` says how old an order is") for line in lines)


def test_a_file_without_headings_and_the_other_policies_are_explained() -> None:
    lines = _explained(
        "mapping: small\ndestination: shipup\nfile: {header: false}\ncolumns:\n"
        "  A: {to: merchant_id, required: true, position: 1}\n"
        "on_bad_row: send_rest\non_duplicate_row: keep_one\n"
    )
    assert lines == [
        "`small` makes orders for shipup.",
        "How the file is written is detected. It has no headings: columns go by position.",
        "`A` is text and goes to `merchant_id`, must be filled, stands at position 1.",
        "When a row is bad, the other rows of its order are sent without it.",
        "A row that repeats another exactly is ignored.",
    ]


def test_how_a_sheet_is_chosen_and_read_is_explained() -> None:
    lines = _explained(
        "mapping: small\ndestination: shipup\n"
        "file: {sheet: {headings: [A, B]}, hidden: ignore, merged: fill}\n"
        "columns:\n  A: {to: merchant_id, required: true}\n"
    )
    assert lines[1] == (
        "The file has sheet the one with the headings A, B; the rest is detected. Hidden rows and columns are left out. "
        "Cells merged over several rows are filled down."
    )
