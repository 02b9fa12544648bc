"""What orders ask for: one thing each; rows that ask for different things are told, with both."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.orders.warehouse import SHAPE, Row, columns_of, frame_of, headings_of, nest, rows_of, together

from orderdrop.core.orders import Command
from orderdrop.core.problems import Cell, Code
from orderdrop.frames import COMMAND, TypedFrame
from orderdrop.mapping.model import OnBadRow, OnDuplicateRow
from orderdrop.orders import Nested


def nested(
    rows: list[Row], *, on_bad_row: OnBadRow = OnBadRow.HOLD_ORDER, cut: int = 100, **options: Any
) -> Nested:
    columns = columns_of(rows)
    sources = {**headings_of(columns), COMMAND: ("Action",)}

    def frames() -> Iterator[TypedFrame]:
        for start in range(0, len(rows), cut):
            yield frame_of(rows[start : start + cut], columns)

    options = {"spill_folder": None} | options
    return together(
        nest(
            frames(),
            SHAPE,
            on_bad_row=on_bad_row,
            on_duplicate_row=OnDuplicateRow.REJECT,
            sources=sources,
            **options,
        )
    )


def test_an_order_asks_for_what_its_rows_ask_for() -> None:
    found = nested(
        rows_of(
            {"id": "A", "lines.sku": "1", COMMAND: "create"},
            {"id": "B", "lines.sku": "1", COMMAND: "cancel"},
            {"id": "A", "lines.sku": "2", COMMAND: "create"},
        )
    )
    assert {draft.key: draft.command for draft in found.drafts} == {"A": Command.CREATE, "B": Command.CANCEL}
    assert all(COMMAND not in draft.payload for draft in found.drafts)


def test_without_such_a_column_nothing_is_asked_for() -> None:
    (draft,) = nested(rows_of({"id": "A", "lines.sku": "1"})).drafts
    assert draft.command is None


def test_rows_that_ask_for_different_things_are_told_with_both() -> None:
    rows = rows_of(
        {"id": "A", "lines.sku": "1", COMMAND: "create"},
        {"id": "B", "lines.sku": "1", COMMAND: "create"},
        {"id": "A", "lines.sku": "2", COMMAND: "create"},
        {"id": "A", "lines.sku": "3", COMMAND: "cancel"},
    )
    for policy in OnBadRow:
        found = nested(rows, on_bad_row=policy)
        (problem,) = found.problems
        assert problem.message == (
            "Rows 2 and 5 belong to order A but ask for different things in Action: one creates it, the other cancels it. "
            "All rows of an order must ask for the same."
        )
        assert problem.cells == tuple(Cell(row=row, column="Action") for row in (2, 5, 4))
        assert (problem.code, problem.order) == (Code.ROWS_DISAGREE, "A")
        assert (sorted(found.rejected), [draft.key for draft in found.drafts]) == ([2, 4, 5], ["B"])


def test_an_order_that_is_cancelled_twice_is_cancelled() -> None:
    row = {"id": "A", COMMAND: "cancel"}
    found = nested([Row(number=2, values=row, fingerprint=7), Row(number=3, values=row, fingerprint=7)])
    assert (found.problems, found.rejected) == ((), ())
    assert [draft.lineage.rows for draft in found.drafts] == [(2, 3)]


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from(["create", "update", "cancel"])),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 12),
)
def test_an_order_is_built_exactly_when_its_rows_ask_for_one_thing(
    asked: list[tuple[str, str]], cut: int
) -> None:
    rows = rows_of(
        *({"id": order, "lines.sku": str(at), COMMAND: what} for at, (order, what) in enumerate(asked))
    )
    found = nested(rows, cut=cut)
    wanted = {order: {what for name, what in asked if name == order} for order, _ in asked}
    assert {draft.key: {draft.command} for draft in found.drafts} == {
        order: what for order, what in wanted.items() if len(what) == 1
    }
    assert {problem.order for problem in found.problems} == {
        order for order, what in wanted.items() if len(what) > 1
    }
