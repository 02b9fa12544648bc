"""Orders of several tables: who lacks what."""

import pytest

from orderdrop.core.lineage import Lineage
from orderdrop.core.orders import Draft
from orderdrop.core.rows import in_drop
from orderdrop.destinations import registry
from orderdrop.mapping import load
from orderdrop.mapping.model import Mapping
from orderdrop.pipeline.preparing.partners import Partners
from orderdrop.wiring import find_shape

MAPPING = """\
mapping: three
destination: shipup
columns:
  Order: {to: merchant_id, required: true}
join:
  lines:
    files: lines_*.csv
    columns: {Order: {to: merchant_id}, SKU: {to: line_items.merchant_id}}
  notes:
    files: notes_*.csv
    needed: false
    columns: {Order: {to: merchant_id}, Mail: {to: email}}
"""
FIRST, LINES, NOTES = 0, 1, 2


def _mapping(text: str = MAPPING) -> Mapping:
    return load.parse(text, "three.yaml", find_shape, registry.names()).mapping


def _draft(*tables: int, held: bool = False) -> Draft:
    rows = tuple(in_drop(table, 2) for table in tables)
    return Draft(
        key="A-1", payload={}, lineage=Lineage(levels=(), rows=rows, positions=((),) * len(rows)), held=held
    )


@pytest.mark.parametrize(
    ("draft", "where"),
    [
        pytest.param(_draft(FIRST, LINES, NOTES), None, id="rows-in-every-table"),
        pytest.param(_draft(FIRST, LINES), None, id="the-table-that-is-not-needed-may-lack"),
        pytest.param(_draft(FIRST), "`lines`", id="no-lines"),
        pytest.param(_draft(LINES, NOTES), "the first table", id="lines-of-nobody"),
        pytest.param(_draft(NOTES), "the first table and `lines`", id="only-what-is-not-needed"),
        pytest.param(_draft(FIRST, held=True), None, id="a-held-order-has-rows-that-are-not-here"),
    ],
)
def test_an_order_must_have_rows_in_every_needed_table(draft: Draft, where: str | None) -> None:
    found = Partners.of(_mapping()).missing([draft])
    if where is None:
        assert not found
    else:
        problem = found["A-1"]
        assert (
            problem.message
            == f"Order A-1 has no usable row in {where}. Send the tables of one order together."
        )
        assert [cell.row for cell in problem.cells] == list(draft.lineage.rows)


def test_a_mapping_of_one_table_needs_no_partner() -> None:
    alone = MAPPING[: MAPPING.index("join")] + "  SKU: {to: line_items.merchant_id}\n"
    assert not Partners.of(_mapping(alone)).missing([_draft(FIRST)])
