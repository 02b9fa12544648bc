"""Which rows go back, and what is said about each."""

import pytest
from tests.unit.reports.small import ledger_with, problem, table

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Code, Owner, Problem
from orderdrop.reports.rows import Remarks, own_positions, reject_rows, returned

HELD, REFUSED = OrderFate.HELD, OrderFate.REFUSED


def _said(ledger_and_batch: tuple[object, object]) -> dict[int, str]:
    return {row: remarks.text() for row, remarks in returned(*ledger_and_batch).items()}  # type: ignore[arg-type] # a pair


def test_rejected_held_and_refused_rows_go_back_and_no_others() -> None:
    pair = ledger_with(
        rejected=[3],
        orders={
            "A": (HELD, [2]), "B": (REFUSED, [4]), "C": (OrderFate.ACCEPTED, [5]), "D": (OrderFate.UNSENT, [6]),
            "E": (OrderFate.UNCHANGED, [7]), "F": (OrderFate.PENDING, [8]),
        },
    )  # fmt: skip
    assert sorted(returned(*pair)) == [2, 3, 4]


def test_a_row_that_waits_names_the_bad_row_of_its_own_order() -> None:
    pair = ledger_with(
        rejected=[3, 6, 8],
        orders={"A": (HELD, [2]), "B": (HELD, [5, 7]), "C": (HELD, [9])},
        problems=[
            problem(6, "Qty", "Qty is blank.", order="B"),
            problem(3, "Qty", "Qty is blank.", order="A"),
            problem(8, "SKU", "SKU is blank.", order="B"),
        ],
    )
    waits = "Held back, because row {} of the same order has a problem. Send this row again together with it."
    said = _said(pair)
    assert {row: said[row] for row in (2, 5, 7)} == {
        2: waits.format(3),
        5: waits.format(6),
        7: waits.format(6),
    }
    assert said[9] == waits.format("X").replace("row X", "another row")


def test_the_other_rows_of_a_refused_order_name_the_refused_one() -> None:
    pair = ledger_with(
        orders={"A": (REFUSED, [2, 3]), "B": (REFUSED, [4])},
        problems=[
            problem(3, "Qty", "must not change", order="A", api=True),
            problem(4, "Qty", "Qty is wrong.", order="B", api=True),
        ],
    )
    assert _said(pair) == {
        2: "Not accepted, because row 3 of the same order was refused. Send this row again together with it.",
        3: "Qty: must not change.",
        4: "Qty is wrong.",
    }


def test_rows_of_a_batch_that_waits_as_a_whole_say_so() -> None:
    pair = ledger_with(
        rejected=[2],
        orders={"A": (HELD, [3]), "B": (HELD, [4])},
        problems=[problem(2, "Qty", "Qty is blank.", order="A")],
        status=BatchStatus.HELD,
    )
    said = _said(pair)
    assert said[3].startswith("Held back, because row 2 of the same order has a problem.")
    assert said[4].startswith("Held back: too many rows of this file are bad, so nothing of it was sent.")


def test_a_bad_row_whose_problem_was_only_counted_does_not_go_back_without_a_word() -> None:
    said = _said(ledger_with(rejected=[2]))
    assert said == {2: "This row has a problem that many rows have; the first of them say which."}


def test_a_warning_makes_no_row_the_culprit() -> None:
    from orderdrop.core.problems import Cell, Severity

    warning = Problem(
        code=Code.CONTRACT,
        message="odd",
        cells=(Cell(row=2, column="Qty"),),
        order="A",
        severity=Severity.WARNING,
    )
    said = _said(ledger_with(orders={"A": (HELD, [2, 3])}, problems=[warning]))
    assert said[3].startswith("Held back, because another row")


def test_a_problem_of_two_rows_lies_on_both_and_one_message_is_said_once() -> None:
    pair = ledger_with(
        rejected=[2, 3],
        problems=[
            problem(2, "Town", "Rows 2 and 3 differ in Town.", order="A", rows=[3]),
            problem(2, "Town", "Rows 2 and 3 differ in Town.", order="A"),
        ],
    )
    assert _said(pair) == {2: "Rows 2 and 3 differ in Town.", 3: "Rows 2 and 3 differ in Town."}


def test_everybody_who_must_act_is_named() -> None:
    pair = ledger_with(
        rejected=[2],
        problems=[problem(2, "A", "x"), problem(2, "B", "y", owner=Owner.OPS), problem(2, "A", "z")],
    )
    assert returned(*pair)[2].fix_by() == "ops, sender"
    assert returned(*pair)[2].text() == "A: x. A: z. B: y."


WANTED = {2: Remarks(fate="rejected"), 3: Remarks(fate="rejected")}


def test_rows_come_in_the_order_of_the_drop_with_the_cells_that_the_sender_wrote() -> None:
    rows = list(reject_rows(table(["A", "B"], {2: ["007", ""], 4: ["x", "y"], 3: [" 1E+05 ", "é"]}), WANTED))
    assert [(row.row, row.cells) for row in rows] == [(2, ("007", "")), (3, (" 1E+05 ", "é"))]


@pytest.mark.parametrize(
    ("cells", "kept", "surplus"),
    [
        pytest.param(("a",), ("a", ""), (), id="too-short"),
        pytest.param(("a", "b", "c", "d"), ("a", "b"), ("c", "d"), id="too-long"),
        pytest.param((), ("", ""), (), id="nothing-readable"),
    ],
)
def test_a_row_that_the_reader_refused_goes_back_as_far_as_it_was_read(
    cells: tuple[str, ...], kept: tuple[str, ...], surplus: tuple[str, ...]
) -> None:
    (row,) = reject_rows(table(["A", "B"], {}, broken={2: cells}), WANTED)
    assert (row.cells, row.surplus) == (kept, surplus)


def test_a_row_that_could_not_be_taken_apart_goes_back_as_it_stands() -> None:
    refused = Problem(code=Code.ROW_QUOTE, message="m", cells=problem(3, None, "m").cells, value='x;"y')
    (row,) = reject_rows(table(["A", "B"], {}, refused=[refused]), WANTED)
    assert (row.row, row.cells) == (3, ('x;"y', ""))


def test_columns_of_an_earlier_report_are_not_taken_along() -> None:
    headings = ["A", "_row", "_problems", "B", "_fix_by", "_batch"]
    assert own_positions(headings) == [0, 3]
    (row,) = reject_rows(table(headings, {2: ["a", "9", "old", "b", "sender", "b-0"]}), WANTED)
    assert row.cells == ("a", "b")


def test_a_sender_may_have_a_column_called_row() -> None:
    assert own_positions(["A", "_row"]) == [0, 1]
