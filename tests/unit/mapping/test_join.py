"""Several tables for one order: what the mapping may say, and each table's own view of it."""

import pytest

from orderdrop.destinations import registry
from orderdrop.errors import MappingError
from orderdrop.mapping import load
from orderdrop.mapping.load import LoadedMapping
from orderdrop.wiring import find_shape

TWO = """\
mapping: two
destination: shipup
columns:
  Order: {to: merchant_id, required: true}
  Mail: {to: email, type: email}
constants: {fulfillments.status_code: shipped}
derived:
  fulfillments.trackers.line_items.name: "{Title} {Size}"
  last_name: "{Mail}"
join:
  lines:
    files: lines_*.csv
    columns:
      Order no: {to: merchant_id, required: true}
      Parcel: {to: fulfillments.merchant_id, required: true}
      SKU: {to: fulfillments.trackers.line_items.merchant_id}
      Box: {to: fulfillments.trackers.tracking_number}
      Title: {to: fulfillments.trackers.line_items.title}
      Size: ignore
"""


def _parse(text: str) -> LoadedMapping:
    return load.parse(text, "two.yaml", find_shape, registry.names())


def test_each_table_sees_its_own_columns_and_templates_and_every_constant() -> None:
    first, lines = _parse(TWO).mapping.tables()
    assert [first[0], lines[0]] == ["", "lines"]
    assert [*first[1].columns] == ["Order", "Mail"]
    assert [*lines[1].columns] == ["Order no", "Parcel", "SKU", "Box", "Title", "Size"]
    assert [*first[1].derived] == ["last_name"]
    assert [*lines[1].derived] == ["fulfillments.trackers.line_items.name"]
    assert first[1].constants == lines[1].constants == {"fulfillments.status_code": "shipped"}


def test_a_mapping_without_further_tables_is_its_own_view() -> None:
    alone = _parse(
        TWO[: TWO.index("derived")].replace("  Mail", "  Parcel: {to: fulfillments.merchant_id}\n  Mail")
    ).mapping
    assert alone.tables() == (("", alone),)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        pytest.param(
            "Order no: {to: merchant_id, required: true}",
            "Order no: ignore",
            "two.yaml:13: no column of `lines` goes to `merchant_id`, so its rows belong to no order; add `to: merchant_id` to one",
            id="rows-of-no-order",
        ),
        pytest.param(
            "    files: lines_*.csv\n",
            "",
            "two.yaml:11: `join.lines`: write `files:` for another file, or `file: {sheet: ...}` for another sheet",
            id="a-table-that-is-nowhere",
        ),
        pytest.param(
            "{to: fulfillments.trackers.line_items.title}",
            "{to: fulfillments.trackers.line_items.titel}",
            "two.yaml:18: shipup has no place `fulfillments.trackers.line_items.titel`; did you mean "
            "`fulfillments.trackers.line_items.title`?",
            id="an-unknown-place",
        ),
        pytest.param(
            "{to: fulfillments.trackers.line_items.title}",
            "{to: fulfillments.trackers.line_items.merchant_id}",
            "two.yaml:18: `fulfillments.trackers.line_items.merchant_id` is filled by column `SKU` and by column `Title`; "
            "leave it to one of them",
            id="one-place-twice-in-one-table",
        ),
        pytest.param(
            '"{Mail}"',
            '"{Mail} {Title}"',
            "two.yaml:9: `{Mail} {Title}` names columns of several tables; a template puts one row's cells together",
            id="a-template-over-two-tables",
        ),
        pytest.param(
            "    files: lines_*.csv\n",
            "    files: lines_*.csv\n    colums: {}\n",
            "two.yaml:13: unknown key `colums`; did you mean `columns`?",
            id="a-key-misspelt",
        ),
    ],
)
def test_a_fault_of_a_further_table_is_told_with_its_line(before: str, after: str, fault: str) -> None:
    assert before in TWO
    with pytest.raises(MappingError) as caught:
        _parse(TWO.replace(before, after))
    assert [str(found) for found in caught.value.faults] == [fault]


def test_the_column_of_the_last_change_may_stand_in_a_further_table() -> None:
    text = TWO.replace(
        "      Size: ignore\n",
        '      Size: ignore\n      Changed: {to: ordered_at, type: datetime, format: "%Y-%m-%d"}\n',
    )
    assert _parse(text + "updated_at: Changed\n").mapping.place_of_updated_at() == "ordered_at"
