"""What becomes of rows, one rule at a time."""

import gc
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from tests.unit.orders.warehouse import (
    SHAPE,
    Row,
    columns_of,
    frame_of,
    headings_of,
    nest,
    nest_rows,
    rows_of,
)

from orderdrop.core.problems import Cell, Code, Owner
from orderdrop.mapping.model import OnBadRow, OnDuplicateRow

PARCEL, TRACKER, SKU = "parcels.number", "parcels.trackers.number", "parcels.trackers.lines.sku"
CARRIER, QUANTITY = "parcels.trackers.carrier", "parcels.trackers.lines.quantity"


def test_rows_of_one_order_need_not_be_adjacent_and_orders_come_by_their_first_row() -> None:
    found = nest_rows(rows_of({"id": "B"}, {"id": "A"}, {"id": "B"}))
    assert [(draft.key, draft.lineage.rows) for draft in found.drafts] == [("B", (2, 4)), ("A", (3,))]


def test_an_order_nests_parcels_trackers_and_lines_by_their_keys() -> None:
    found = nest_rows(
        rows_of(
            {
                "id": "A",
                "email": None,
                "ship_to.city": "Lyon",
                PARCEL: "P1",
                TRACKER: "T1",
                SKU: "red",
                QUANTITY: 2,
            },
            {"id": "A", "email": "a@x.fr", PARCEL: "P2", TRACKER: "T2", SKU: "red", QUANTITY: 1},
            {"id": "A", PARCEL: "P1", TRACKER: "T3", SKU: "blue", QUANTITY: 5},
            {"id": "A", PARCEL: "P1", TRACKER: "T1", SKU: "blue", QUANTITY: 3},
        )
    )
    (draft,) = found.drafts
    assert draft.payload == {
        "id": "A",
        "email": "a@x.fr",
        "ship_to": {"city": "Lyon"},
        "parcels": [
            {
                "number": "P1",
                "trackers": [
                    {
                        "number": "T1",
                        "lines": [{"sku": "red", "quantity": 2}, {"sku": "blue", "quantity": 3}],
                    },
                    {"number": "T3", "lines": [{"sku": "blue", "quantity": 5}]},
                ],
            },
            {"number": "P2", "trackers": [{"number": "T2", "lines": [{"sku": "red", "quantity": 1}]}]},
        ],
    }
    assert draft.lineage.levels == ("parcels", "parcels.trackers", "parcels.trackers.lines")
    assert draft.lineage.positions == ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))
    assert not draft.held
    assert found.problems == ()


def test_an_object_of_blanks_and_a_list_of_nothing_are_left_out() -> None:
    found = nest_rows(rows_of({"id": "A", "ship_to.city": None, "ship_to.zip": None, "lines.sku": None}))
    assert found.drafts[0].payload == {"id": "A"}
    assert found.drafts[0].lineage.levels == ()
    assert found.drafts[0].lineage.positions == ((),)


def test_open_nodes_take_any_name() -> None:
    found = nest_rows(rows_of({"id": "A", "extra.colour": "red", "extra.size": None}))
    assert found.drafts[0].payload == {"id": "A", "extra": {"colour": "red"}}


@pytest.mark.parametrize(
    ("parcel", "tracker", "expected"),
    [
        pytest.param(
            "P1",
            "T1",
            {"parcels": [{"number": "P1", "trackers": [{"number": "T1", "carrier": "ups", "lines": "*"}]}]},
            id="shipped",
        ),
        pytest.param("P1", None, {"parcels": [{"number": "P1", "lines": "*"}]}, id="packed-not-shipped"),
        pytest.param(None, None, {"lines": "*"}, id="not-packed"),
    ],
)
def test_a_line_stays_with_the_nearest_thing_that_has_a_key(
    parcel: str | None, tracker: str | None, expected: dict[str, Any]
) -> None:
    row = {"id": "A", PARCEL: parcel, TRACKER: tracker, CARRIER: "ups", SKU: "red", QUANTITY: 2}
    found = nest_rows(rows_of(row | {"parcels.trackers.lines.shipped": 2}))
    line = {"sku": "red", "quantity": 2}
    if tracker and parcel:
        line["shipped"] = 2  # a leaf that only a tracker's lines have
    assert found.problems == ()
    assert found.drafts[0].payload == {"id": "A"} | _filled_in(expected, line)


def test_lines_that_fell_back_join_those_that_were_there_and_merge_by_key() -> None:
    found = nest_rows(
        rows_of(
            {"id": "A", "lines.sku": "red", "lines.name": "Red"},
            {"id": "A", SKU: "red", QUANTITY: 2},
            {"id": "A", SKU: "blue", QUANTITY: 1},
        )
    )
    assert found.drafts[0].payload["lines"] == [
        {"sku": "red", "name": "Red", "quantity": 2},
        {"sku": "blue", "quantity": 1},
    ]


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        pytest.param(
            {PARCEL: "P1", TRACKER: None, CARRIER: "ups"},
            TRACKER.upper(),
            "PARCELS.TRACKERS.NUMBER is blank, but PARCELS.TRACKERS.CARRIER needs it. Fill in PARCELS.TRACKERS.NUMBER.",
            id="a-carrier-and-no-line-that-could-stay-elsewhere",
        ),
        pytest.param(
            {PARCEL: None, "parcels.status": "packed"},
            PARCEL.upper(),
            "PARCELS.NUMBER is blank, but PARCELS.STATUS needs it. Fill in PARCELS.NUMBER.",
            id="a-parcel-without-a-number",
        ),
        pytest.param(
            {PARCEL: None, TRACKER: "T1", SKU: "red"},
            PARCEL.upper(),
            "PARCELS.NUMBER is blank, but PARCELS.TRACKERS.NUMBER needs it. Fill in PARCELS.NUMBER.",
            id="a-tracking-number-is-never-dropped-though-its-line-could-stay-elsewhere",
        ),
        pytest.param(
            {PARCEL: "P1", TRACKER: None, SKU: None, QUANTITY: 2},
            SKU.upper(),
            "PARCELS.TRACKERS.LINES.SKU is blank, but PARCELS.TRACKERS.LINES.QUANTITY needs it. "
            "Fill in PARCELS.TRACKERS.LINES.SKU.",
            id="only-the-line-is-at-fault-where-a-line-could-stay-with-its-parcel",
        ),
    ],
)
def test_values_with_nowhere_to_go_are_a_missing_key(row: dict[str, Any], column: str, message: str) -> None:
    found = nest_rows(rows_of({"id": "A"} | row))
    (problem,) = found.problems
    assert (problem.code, problem.message, problem.order) == (Code.KEY_MISSING, message, "A")
    assert problem.cells == (Cell(row=2, column=column),)
    assert problem.owner is Owner.SENDER
    assert (found.rejected, found.drafts) == ((2,), ())


def test_a_list_whose_key_no_column_gives_is_for_ops_to_mend() -> None:
    (problem,) = nest_rows(rows_of({"id": "A", "parcels.status": "packed"})).problems
    assert problem.owner is Owner.OPS
    assert problem.message == (
        "PARCELS.STATUS needs parcels.number, which no column of the mapping gives. Add one to the mapping."
    )


def test_a_constant_neither_makes_an_element_nor_misses_a_key() -> None:
    rows = rows_of(
        {"id": "A", PARCEL: None, "parcels.status": "shipped"},
        {"id": "A", PARCEL: "P1", "parcels.status": "shipped"},
    )
    found = nest_rows(rows, constants=["parcels.status"])
    assert found.problems == ()
    assert found.drafts[0].payload == {"id": "A", "parcels": [{"number": "P1", "status": "shipped"}]}
    assert found.drafts[0].lineage.rows == (2, 3)


def test_a_constant_of_a_list_holds_for_the_elements_that_fell_back_to_it() -> None:
    found = nest_rows(rows_of({"id": "A", SKU: "red", "lines.gift": "no"}), constants=["lines.gift"])
    assert found.drafts[0].payload["lines"] == [{"sku": "red", "gift": "no"}]


def test_without_a_key_every_row_is_an_element_of_its_own() -> None:
    found = nest_rows(rows_of(*[{"id": "A", "remarks.text": text} for text in ("fragile", None, "fragile")]))
    assert found.drafts[0].payload["remarks"] == [{"text": "fragile"}, {"text": "fragile"}]
    assert found.drafts[0].lineage.positions == ((0,), (-1,), (1,))


def test_a_row_that_names_no_order_is_rejected_and_told_once() -> None:
    found = nest_rows(rows_of({"id": None, "email": "a@x.fr"}, {"id": None}, {"id": "A"}, bad=[3]))
    assert [(problem.code, problem.row, problem.column) for problem in found.problems] == [
        (Code.KEY_MISSING, 2, "ID")
    ]
    assert found.problems[0].message == "ID is blank, so the row belongs to no order. Fill in ID."
    assert found.rejected == (2, 3)


def test_a_mapping_without_the_order_key_rejects_every_row() -> None:
    found = nest_rows(rows_of({"email": "a@x.fr"}, {"email": "b@x.fr"}))
    assert (found.rejected, found.drafts) == ((2, 3), ())
    assert {problem.owner for problem in found.problems} == {Owner.OPS}


BAD_SIBLING = rows_of({"id": "A", "lines.sku": "red"}, {"id": "A", "lines.sku": "blue"}, {"id": "B"}, bad=[3])


@pytest.mark.parametrize(
    ("policy", "held"),
    [
        pytest.param(OnBadRow.HOLD_ORDER, [("A", True), ("B", False)], id="siblings-wait"),
        pytest.param(OnBadRow.SEND_REST, [("A", False), ("B", False)], id="siblings-go"),
    ],
)
def test_a_bad_row_is_rejected_and_policy_decides_for_its_siblings(
    policy: OnBadRow, held: list[tuple[str, bool]]
) -> None:
    found = nest_rows(BAD_SIBLING, on_bad_row=policy)
    assert [(draft.key, draft.held) for draft in found.drafts] == held
    assert found.drafts[0].payload == {"id": "A", "lines": [{"sku": "red"}]}
    assert found.drafts[0].lineage.rows == (2,)
    assert found.rejected == (3,)


@pytest.mark.parametrize("policy", OnBadRow)
def test_an_order_of_bad_rows_alone_has_no_draft(policy: OnBadRow) -> None:
    found = nest_rows(rows_of({"id": "A"}, {"id": "A"}, bad=[2, 3]), on_bad_row=policy)
    assert (found.drafts, found.rejected) == ((), (2, 3))


def test_rows_that_disagree_are_both_named_with_both_values() -> None:
    found = nest_rows(
        rows_of({"id": "A", "email": "a@x.fr"}, {"id": "A", "email": None}, {"id": "A", "email": "b@x.fr"})
    )
    (problem,) = found.problems
    assert problem.message == (
        'Rows 2 and 4 have the same ID A but differ in EMAIL: "a@x.fr" and "b@x.fr". Give both rows the right one.'
    )
    assert problem.cells == (Cell(row=2, column="EMAIL"), Cell(row=4, column="EMAIL"))
    assert (problem.code, problem.value, problem.order, problem.path) == (
        Code.ROWS_DISAGREE,
        "a@x.fr",
        "A",
        "email",
    )
    assert found.rejected == (2, 4)
    assert [(draft.lineage.rows, draft.held) for draft in found.drafts] == [((3,), True)]


def test_the_element_on_which_rows_disagree_is_named_by_its_key() -> None:
    rows = rows_of(
        *[{"id": "A", PARCEL: "P1", TRACKER: "T1", CARRIER: carrier} for carrier in ("ups", "dhl")]
    )
    (problem,) = nest_rows(rows).problems
    assert problem.message.startswith("Rows 2 and 3 have the same PARCELS.TRACKERS.NUMBER T1 but differ in")


def test_every_row_that_states_a_disputed_field_is_among_the_cells() -> None:
    rows = rows_of(*[{"id": "A", "email": email} for email in ("a", "a", "b", "c")])
    (problem,) = nest_rows(rows).problems
    assert [cell.row for cell in problem.cells] == [2, 4, 3, 5]


def test_under_send_rest_a_disputed_node_goes_down_with_all_its_rows() -> None:
    rows = rows_of(
        {"id": "A", PARCEL: "P1", "parcels.status": "packed"},
        {"id": "A", PARCEL: "P1", "parcels.status": "shipped"},
        {"id": "A", PARCEL: "P1", "parcels.status": None},
        {"id": "A", PARCEL: "P2", "parcels.status": "packed"},
    )
    found = nest_rows(rows, on_bad_row=OnBadRow.SEND_REST)
    assert found.rejected == (2, 3, 4)
    assert found.problems[0].cells[-1] == Cell(row=4)
    assert found.drafts[0].payload["parcels"] == [{"number": "P2", "status": "packed"}]


def test_under_send_rest_a_disputed_order_is_not_built() -> None:
    rows = rows_of({"id": "A", "email": "a"}, {"id": "A", "email": "b"}, {"id": "A", "email": None})
    found = nest_rows(rows, on_bad_row=OnBadRow.SEND_REST)
    assert (found.drafts, found.rejected) == ((), (2, 3, 4))


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        pytest.param(OnBadRow.HOLD_ORDER, 1, id="held-anyway-so-all-is-told-at-once"),
        pytest.param(OnBadRow.SEND_REST, 0, id="sent-without-the-bad-row-so-it-has-no-say"),
    ],
)
def test_a_bad_row_may_contradict_its_siblings_where_they_are_held(policy: OnBadRow, told: int) -> None:
    found = nest_rows(
        rows_of({"id": "A", "email": "a"}, {"id": "A", "email": "b"}, bad=[3]), on_bad_row=policy
    )
    assert len(found.problems) == told


def test_one_cell_that_fills_two_places_is_one_problem() -> None:
    rows = rows_of(
        {"id": "A", "email": "a", "ship_to.city": "a"}, {"id": "A", "email": "b", "ship_to.city": "b"}
    )
    found = nest_rows(rows, sources={"id": ("Ref",), "email": ("Name",), "ship_to.city": ("Name",)})
    assert len(found.problems) == 1


def _copies(*prints: tuple[str, int]) -> list[Row]:
    return [
        Row(number=number, values={"id": key, "remarks.text": "x"}, fingerprint=print_)
        for number, (key, print_) in enumerate(prints, 2)
    ]


def test_an_exact_copy_is_rejected_and_names_the_first() -> None:
    found = nest_rows(_copies(("A", 7), ("A", 8), ("A", 7), ("A", 7)))
    assert [(problem.message, problem.cells) for problem in found.problems] == [
        ("This row is the same as row 2. Delete one of the two.", (Cell(row=4),)),
        ("This row is the same as row 2. Delete one of the two.", (Cell(row=5),)),
    ]
    assert found.rejected == (4, 5)
    assert found.drafts[0].held


def test_keep_one_leaves_copies_out_without_a_word() -> None:
    found = nest_rows(_copies(("A", 7), ("A", 8), ("A", 7)), on_duplicate_row=OnDuplicateRow.KEEP_ONE)
    assert (found.problems, found.rejected, found.ignored) == ((), (), (4,))
    assert found.drafts[0].payload["remarks"] == [{"text": "x"}, {"text": "x"}]
    assert not found.drafts[0].held


def test_equal_fingerprints_in_different_orders_are_no_copies() -> None:
    found = nest_rows(_copies(("A", 7), ("B", 7)))
    assert (found.problems, len(found.drafts)) == ((), 2)


def test_a_piece_has_at_most_so_many_orders_and_ends_early_after_large_ones() -> None:
    rows = rows_of(*[{"id": key} for key in "A" * 15 + "B" * 15 + "CDE"])
    assert _sizes(rows, chunk_orders=2) == [["A"], ["B", "C"], ["D", "E"]]


def test_the_garbage_collector_is_as_it_was_whenever_a_piece_comes_out() -> None:
    rows = rows_of({"id": "A"}, {"id": "B"})
    try:
        for wanted in (False, True):
            (gc.enable if wanted else gc.disable)()
            assert [gc.isenabled() for _ in _pieces(rows, chunk_orders=1)] == [wanted, wanted]
            assert gc.isenabled() == wanted
    finally:
        gc.enable()


def test_no_rows_give_no_pieces() -> None:
    assert list(_pieces([], chunk_orders=1)) == []


def test_a_column_that_is_no_place_of_the_payload_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="parcel office has no place colour"):
        nest_rows(rows_of({"id": "A", "colour": "red"}))


def _pieces(rows: Sequence[Row], chunk_orders: int) -> Iterator[Any]:
    columns = columns_of(rows)
    return nest(
        [frame_of(rows, columns)],
        SHAPE,
        on_bad_row=OnBadRow.HOLD_ORDER,
        on_duplicate_row=OnDuplicateRow.REJECT,
        sources=headings_of(columns),
        spill_folder=None,
        chunk_orders=chunk_orders,
    )


def _sizes(rows: Sequence[Row], chunk_orders: int) -> list[list[str]]:
    return [[draft.key for draft in piece.drafts] for piece in _pieces(rows, chunk_orders)]


def _filled_in(node: Any, line: dict[str, Any]) -> Any:
    if isinstance(node, dict):
        return {name: [line] if below == "*" else _filled_in(below, line) for name, below in node.items()}
    return [_filled_in(below, line) for below in node] if isinstance(node, list) else node
