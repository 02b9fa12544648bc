"""What a rerun takes over: whole orders, and nothing else."""

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from pandas.arrays import ArrowExtensionArray
from tests.unit.ledger.facts import a_batch

from orderdrop.core.problems import Cell, Code, Problem
from orderdrop.core.rows import compact
from orderdrop.frames import Table, TextFrame, TypedFrame, Verdict
from orderdrop.pipeline.preparing.scope import Scope


def a_table(keys: list[str], *, frame_rows: int = 3) -> Table:
    """One column `Order`, some rows a frame, the first row below the header being 2."""
    frames = []
    for start in range(0, len(keys), frame_rows):
        some = keys[start : start + frame_rows]
        index = pd.Index(np.arange(start + 2, start + 2 + len(some), dtype=np.int64))
        cells = pd.DataFrame({"Order": ArrowExtensionArray(pa.array(some, pa.string()))}, index=index)
        frames.append(TextFrame(cells=cells))
    return Table(verdict=Verdict(format="csv"), headings=("Order",), frames=iter(frames))


def rows_of(table: Table) -> list[int]:
    return [int(row) for frame in table.frames for row in frame.cells.index]


@given(
    keys=st.lists(st.sampled_from(["A", " A", "B", "C", ""]), max_size=12),
    chosen=st.sets(st.integers(min_value=2, max_value=13)),
)
def test_every_row_of_a_chosen_rows_order_is_taken_and_no_other(keys: list[str], chosen: set[int]) -> None:
    scope = Scope.of(a_batch(scope=Scope(only="held", rows=compact(chosen)).to_json()))
    names = {row: key.strip() for row, key in enumerate(keys, start=2)}
    wanted = {names[row] for row in chosen & names.keys()} - {""}
    taken = rows_of(*scope.narrowed(lambda: [a_table(keys)], [("Order",)]))
    assert taken == [row for row, name in names.items() if row in chosen or name in wanted]


def test_a_batch_that_is_no_rerun_takes_everything() -> None:
    assert rows_of(*Scope.of(a_batch()).narrowed(lambda: [a_table(["A", "B"])], [("Order",)])) == [2, 3]


def test_orders_that_were_not_asked_for_by_name_are_left_out_with_their_problems() -> None:
    typed = TypedFrame(
        values=pa.table({"merchant_id": ["A", "B", None]}),
        rows=np.array([2, 3, 4]),
        bad=np.array([False, True, True]),
        fingerprint=np.array([1, 2, 3]),
        ignored=(5,),
        problems=tuple(
            Problem(code=Code.REQUIRED, message="is blank", cells=(Cell(row=row),)) for row in (3, 4, 6)
        ),
    )
    left = Scope(orders=("B", "Z")).of_orders(typed, "merchant_id")
    assert (left.rows.tolist(), left.bad.tolist(), left.ignored) == ([3], [True], ())
    assert [problem.row for problem in left.problems] == [3]
    assert left.values["merchant_id"].to_pylist() == ["B"]
