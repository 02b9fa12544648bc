"""Rows that the reader refused and that still name their order."""

from dataclasses import replace

import pytest
from tests.unit.checks.small import NAME, QUANTITY, judge_of, small_mapping, text_frame

from orderdrop.core.problems import Cell, Code, Problem
from orderdrop.frames import TextFrame, TypedFrame

COLUMNS = {
    "Ref": {"to": "merchant_id", "required": True, "pattern": "A-.*"},
    "Qty": {"to": QUANTITY, "type": "integer"},
    "Name": {"to": NAME},
}


def refusing(row: int, cells: tuple[str, ...], column: str | None = None) -> TextFrame:
    """Rows 2 and 4 are good, and of the same order; another one was refused."""
    cell = Cell(row=row, column=column)
    refused = Problem(code=Code.ROW_WIDTH, message="It cannot be read.", cells=(cell,))
    good = text_frame({"Ref": ["A-1", "-", "A-1"], "Qty": ["1", "-", "2"], "Name": ["Cup", "-", "Mug"]})
    return TextFrame(cells=good.cells.drop(index=3), problems=(refused,), broken={row: cells})


def judged(frame: TextFrame, **rest: object) -> TypedFrame:
    return judge_of(small_mapping(COLUMNS, **rest), ["Ref", "Qty", "Name"]).judge(frame)


@pytest.mark.parametrize("row", [1, 3, 9])
def test_a_refused_row_is_a_bad_row_of_its_order_and_states_nothing_else(row: int) -> None:
    frame = judged(refusing(row, (" A-1 ", "7", "Cup", " red")), constants={"note": "hello"})
    at = frame.rows.tolist().index(row)
    assert frame.rows.tolist() == sorted([2, row, 4])
    assert frame.bad.tolist() == [number == row for number in frame.rows]
    stated = {place: value for place, value in frame.values.to_pylist()[at].items() if value is not None}
    assert stated == {"merchant_id": "A-1"}
    assert frame.values.column("note").to_pylist().count("hello") == 2
    assert [problem.message for problem in frame.problems] == ["It cannot be read."]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        pytest.param(("A-1", "7", "Cup"), "Ref", id="that cell is why it was refused"),
        pytest.param(("A-\x001", "7", "Cup"), None, id="a zero byte in it"),
        pytest.param(("A-1\udc80", "7", "Cup"), None, id="a byte that no character has"),
        pytest.param(("A-\ufffd1", "7", "Cup"), None, id="a character that was lost"),
        pytest.param((" ", "7", "Cup"), None, id="blank"),
        pytest.param((), None, id="nothing is left of the row"),
        pytest.param(("TOTAL", "7", "Cup"), None, id="no order number by the mapping's pattern"),
    ],
)
def test_a_refused_row_without_a_sound_order_number_stays_out(
    cells: tuple[str, ...], column: str | None
) -> None:
    frame = judged(refusing(3, cells, column))
    assert frame.rows.tolist() == [2, 4]
    assert not frame.bad.any()


def test_two_refused_rows_that_are_the_same_are_no_repeat_of_each_other() -> None:
    frame = refusing(3, ("A-1", "7"))
    typed = judged(replace(frame, broken={3: ("A-1", "7"), 5: ("A-1", "7")}))
    assert typed.rows.tolist() == [2, 3, 4, 5]
    assert len(set(typed.fingerprint.tolist())) == 4


def test_a_frame_of_refused_rows_alone_has_the_columns_of_any_other() -> None:
    frame = refusing(3, ("A-1", "7"))
    alone = judged(replace(frame, cells=frame.cells.iloc[:0]))
    assert alone.rows.tolist() == [3]
    assert alone.values.schema == judged(frame).values.schema
