"""Problems of single rows learn the order that their row names."""

import numpy as np
import pyarrow as pa

from orderdrop.core.problems import Cell, Code, Problem
from orderdrop.frames import TypedFrame
from orderdrop.pipeline.preparing.naming import with_orders


def _problem(row: int, order: str | None = None) -> Problem:
    return Problem(code=Code.REQUIRED, message="m", cells=(Cell(row=row, column="Qty"),), order=order)


def _frame(*problems: Problem) -> TypedFrame:
    return TypedFrame(
        values=pa.table({"merchant_id": ["A", None, "B"]}),
        rows=np.array([2, 3, 5]),
        bad=np.array([True, True, False]),
        fingerprint=np.array([1, 2, 3]),
        problems=problems,
    )


def test_a_problem_gets_the_order_of_its_row() -> None:
    frame = _frame(_problem(2), _problem(3), _problem(5), _problem(2, "told already"))
    assert [p.order for p in with_orders(frame, "merchant_id")] == ["A", None, "B", "told already"]


def test_a_problem_of_a_row_without_values_or_of_the_whole_file_has_no_order() -> None:
    whole = Problem(code=Code.HEADING_UNKNOWN, message="m")
    frame = _frame(_problem(4), _problem(99), whole)
    assert [p.order for p in with_orders(frame, "merchant_id")] == [None, None, None]


def test_nothing_changes_where_no_column_names_the_order() -> None:
    frame = _frame(_problem(2))
    assert with_orders(frame, "order_id") == frame.problems
