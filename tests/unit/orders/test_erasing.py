"""Blank cells that erase: only where every row of a node is blank, never where something may have been said."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.orders.warehouse import SHAPE, Row, columns_of, frame_of, headings_of, nest, rows_of, together

from orderdrop.core.orders import Draft
from orderdrop.core.rows import TABLE_ROWS
from orderdrop.frames import COMMAND
from orderdrop.mapping.model import OnBadRow, OnDuplicateRow
from orderdrop.orders import Erasure

NULL = Erasure(sent=None)


def drafts(
    rows: Sequence[Row],
    erases: Mapping[str, Erasure],
    *,
    on_bad_row: OnBadRow = OnBadRow.HOLD_ORDER,
    more: Sequence[str] = (),
) -> list[Draft]:
    columns = [*columns_of(rows), *more]
    found = nest(
        [frame_of(rows, columns)],
        SHAPE,
        on_bad_row=on_bad_row,
        on_duplicate_row=OnDuplicateRow.REJECT,
        sources=headings_of(columns),
        spill_folder=None,
        erases=erases,
    )
    return list(together(found).drafts)


def payload(*rows: Mapping[str, Any], erases: Mapping[str, Erasure], **rest: Any) -> Mapping[str, Any]:
    (draft,) = drafts(rows_of(*rows), erases, **rest)
    return draft.payload


def test_a_blank_cell_erases_and_a_filled_one_is_sent() -> None:
    erases = {"ship_to.city": NULL, "email": NULL}
    assert payload({"id": "A", "ship_to.city": None, "email": "Anna"}, erases=erases) == {
        "id": "A", "ship_to": {"city": None}, "email": "Anna",
    }  # fmt: skip


def test_what_erases_may_be_a_word() -> None:
    assert payload({"id": "A", "email": None}, erases={"email": Erasure(sent="_unset")}) == {
        "id": "A",
        "email": "_unset",
    }


def test_without_the_mapping_s_word_a_blank_cell_leaves_alone() -> None:
    assert payload({"id": "A", "email": None}, erases={}) == {"id": "A"}


def test_a_filled_row_outweighs_the_blank_ones_of_its_node() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "A", "email": None, "lines.sku": "1"},
        {"id": "A", "email": "Anna", "lines.sku": "2"},
    ]
    assert payload(*rows, erases={"email": NULL})["email"] == "Anna"


def test_every_element_of_a_list_is_judged_by_its_own_rows() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "A", "lines.sku": "1", "lines.name": None},
        {"id": "A", "lines.sku": "2", "lines.name": "Hat"},
    ]
    assert payload(*rows, erases={"lines.name": NULL})["lines"] == [
        {"sku": "1", "name": None},
        {"sku": "2", "name": "Hat"},
    ]


def test_an_element_that_is_not_there_is_not_made_to_be_erased() -> None:
    assert payload({"id": "A", "lines.sku": None, "lines.name": None}, erases={"lines.name": NULL}) == {
        "id": "A"
    }


def test_an_item_that_fell_back_is_erased_where_it_went() -> None:
    row = {
        "id": "A",
        "parcels.number": "1",
        "parcels.trackers.number": None,
        "parcels.trackers.lines.sku": "S",
        "parcels.trackers.lines.name": None,
    }
    erases = {"parcels.trackers.lines.name": NULL}
    assert payload(row, erases=erases) == {
        "id": "A",
        "parcels": [{"number": "1", "lines": [{"sku": "S", "name": None}]}],
    }


def test_an_order_of_which_a_row_is_bad_erases_nothing() -> None:
    rows = rows_of(
        {"id": "A", "email": "Anna", "lines.sku": "1"}, {"id": "A", "email": None, "lines.sku": "2"}, bad=[2]
    )
    (draft,) = drafts(rows, {"email": NULL}, on_bad_row=OnBadRow.SEND_REST)
    assert "email" not in draft.payload


def test_a_cancelled_order_erases_nothing() -> None:
    assert payload({"id": "A", "email": None, COMMAND: "cancel"}, erases={"email": NULL}) == {"id": "A"}
    assert payload({"id": "A", "email": None, COMMAND: "update"}, erases={"email": NULL}) == {
        "id": "A",
        "email": None,
    }


def test_a_table_without_the_column_erases_nothing() -> None:
    rows = [
        Row(number=2, values={"id": "A", "email": None}, fingerprint=1),
        Row(number=TABLE_ROWS + 2, values={"id": "B", "email": None}, fingerprint=2),
    ]
    found = drafts(rows, {"email": NULL})
    assert {draft.key: "email" in draft.payload for draft in found} == {"A": True, "B": False}


ROW = st.fixed_dictionaries(
    {
        "id": st.sampled_from("AB"),
        "email": st.sampled_from([None, "n"]),
        "lines.sku": st.sampled_from([None, "1", "2"]),
        "lines.name": st.none(),
    }
)


@given(st.lists(ROW, min_size=1, max_size=8), st.booleans())
def test_a_field_is_null_exactly_where_all_rows_of_its_node_are_blank(
    rows: list[dict[str, Any]], erasing: bool
) -> None:
    erases = {"email": NULL, "lines.name": NULL} if erasing else {}
    numbered = rows_of(*rows)
    for draft in drafts(numbered, erases):
        mine = [row for row in rows if row["id"] == draft.key]
        named = any(row["email"] for row in mine)
        assert draft.payload.get("email", "absent") == ("n" if named else None if erasing else "absent")
        assert ["name" in line for line in draft.payload.get("lines", ())] == [erasing] * len(
            {r["lines.sku"] for r in mine} - {None}
        )


@pytest.mark.parametrize("erases", [{}, {"email": NULL}])
def test_the_key_of_an_order_is_never_erased(erases: Mapping[str, Erasure]) -> None:
    assert payload({"id": "A", "email": "n"}, erases={**erases, "id": NULL}) == {"id": "A", "email": "n"}
