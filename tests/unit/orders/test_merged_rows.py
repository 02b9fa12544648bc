"""Two rows that become one item are told, because a quantity may have been lost with it; nothing else about them is wrong."""

from typing import Any

from tests.unit.orders.warehouse import SHAPE, columns_of, frame_of, headings_of, nest, rows_of

from orderdrop.core.problems import Code
from orderdrop.mapping.model import OnBadRow, OnDuplicateRow
from orderdrop.orders import Nested


def nested(*rows: dict[str, Any]) -> Nested:
    given = rows_of(*rows)
    names = columns_of(given)
    (found,) = nest(
        [frame_of(given, names)],
        SHAPE,
        on_bad_row=OnBadRow.HOLD_ORDER,
        on_duplicate_row=OnDuplicateRow.REJECT,
        sources=headings_of(names),
        spill_folder=None,
    )
    return found


def test_two_rows_of_one_item_that_differ_in_a_cell_that_is_not_sent_are_told() -> None:
    found = nested(
        {"id": "A", "parcels.number": "1", "parcels.trackers.number": "t", "parcels.trackers.lines.sku": "S"},
        {"id": "A", "parcels.number": "1", "parcels.trackers.number": "t", "parcels.trackers.lines.sku": "S"},
    )
    (problem,) = found.problems
    assert (problem.code, problem.blocks) == (Code.ROWS_MERGED, False)
    assert problem.message == (
        "Rows 2 and 3 name the same item, so they became one. If two were meant, put the sum into one row and delete the other."
    )
    assert [draft.lineage.rows for draft in found.drafts] == [(2, 3)]


def test_two_rows_of_one_parcel_are_how_parcels_come() -> None:
    found = nested({"id": "A", "parcels.number": "1"}, {"id": "A", "parcels.number": "1"})
    assert found.problems == ()
