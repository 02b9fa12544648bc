"""A column that says create, update or cancel: what is understood, and what a cancelled order still needs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from tests.unit.checks.small import NAME, QUANTITY, small_mapping, small_shape, text_frame

from orderdrop.checks.header import bind
from orderdrop.checks.judge import Judge
from orderdrop.core.problems import Code
from orderdrop.core.shape import Cancel, Leaf, Wire
from orderdrop.frames import COMMAND, TypedFrame

PLAIN = small_shape()
SHAPE = replace(
    PLAIN,
    leaves={**PLAIN.leaves, "canceled": Leaf(place="canceled", wire=Wire.BOOLEAN)},
    cancel=Cancel(place="canceled", keeps=("note",)),
)
COMMANDS = {"column": "Action", "values": {"N": "create", "u": "update", "X": "cancel"}}
COLUMNS = {
    "Ref": {"to": "merchant_id"},
    "Note": {"to": "note", "max_length": 5},
    "Qty": {"to": QUANTITY, "type": "integer", "required": True, "minimum": 1},
}


def judged(
    cells: dict[str, Sequence[str]], commands: Mapping[str, object] = COMMANDS, **rest: object
) -> TypedFrame:
    mapping = small_mapping(COLUMNS, commands=commands, **rest)
    binding = bind(mapping, list(cells), has_header=True)
    return Judge(mapping, SHAPE, binding, spreadsheet=False).judge(text_frame(cells))


def test_what_each_row_asks_for_stands_beside_its_values() -> None:
    frame = judged(
        {"Ref": ["1", "2", "3"], "Action": ["N", " U ", "x"], "Note": ["", "", ""], "Qty": ["1", "2", ""]}
    )
    assert frame.problems == ()
    assert frame.values[COMMAND].to_pylist() == ["create", "update", "cancel"]
    assert frame.values["canceled"].to_pylist() == [None, None, True]


def test_a_row_that_cancels_needs_only_what_names_its_order() -> None:
    frame = judged(
        {"Ref": ["1"], "Action": ["X"], "Note": ["why"], "Qty": ["many"]},
        constants={NAME: "Thing", "state": "shipped"},
    )
    assert frame.problems == ()
    (row,) = frame.values.to_pylist()
    assert {place: value for place, value in row.items() if value is not None} == {
        "merchant_id": "1", "note": "why", "canceled": True, COMMAND: "cancel",
    }  # fmt: skip


def test_what_a_cancelled_order_does_need_is_judged() -> None:
    frame = judged({"Ref": ["", "2"], "Action": ["X", "X"], "Note": ["", "too long"], "Qty": ["", ""]})
    assert [(problem.row, problem.column, problem.code) for problem in frame.problems] == [
        (2, "Ref", Code.REQUIRED),
        (3, "Note", Code.TOO_LONG),
    ]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        pytest.param(
            "D", Code.NOT_TRANSLATED, 'Action is "D": the mapping translates only N, u and X.', id="unknown"
        ),
        pytest.param(
            "",
            Code.REQUIRED,
            'Action is blank: every row must say what it asks for: "N", "u" or "X".',
            id="blank",
        ),
    ],
)
def test_a_row_whose_command_is_not_understood_is_refused(text: str, code: Code, message: str) -> None:
    (problem,) = judged({"Ref": ["1"], "Action": [text], "Note": [""], "Qty": ["1"]}).problems
    assert (problem.code, problem.message, problem.column, problem.path) == (code, message, "Action", None)


def test_a_blank_command_may_have_a_meaning() -> None:
    said = {**COMMANDS, "values": {"": "update", "X": "cancel"}}
    frame = judged({"Ref": ["1", "2"], "Action": ["", "X"], "Note": ["", ""], "Qty": ["1", ""]}, said)
    assert frame.values[COMMAND].to_pylist() == ["update", "cancel"]


def test_a_command_may_cancel_what_another_column_may_cancel_too() -> None:
    mapping = small_mapping({**COLUMNS, "Gone": {"to": "canceled"}}, commands=COMMANDS)
    cells = {
        "Ref": ["1", "2", "3"],
        "Action": ["U", "U", "X"],
        "Note": [""] * 3,
        "Qty": ["1"] * 3,
        "Gone": ["yes", "", ""],
    }
    judge = Judge(mapping, SHAPE, bind(mapping, list(cells), has_header=True), spreadsheet=False)
    assert judge.judge(text_frame(cells)).values["canceled"].to_pylist() == [True, None, True]


def test_a_file_without_the_column_is_refused_whole() -> None:
    mapping = small_mapping(COLUMNS, commands=COMMANDS)
    binding = bind(mapping, ["Ref", "Note", "Qty"], has_header=True)
    assert binding.refused
    assert [(p.code, p.value) for p in binding.problems if p.blocks] == [(Code.HEADING_MISSING, "Action")]


def test_the_column_has_aliases_and_is_no_unknown_heading() -> None:
    mapping = small_mapping(COLUMNS, commands={**COMMANDS, "aliases": ["Aktion"]})
    assert bind(mapping, ["Ref", "Note", "Qty", "Aktion"], has_header=True).problems == ()
    assert mapping.headings() == ("Ref", "Note", "Qty", "Action", "Aktion")


def test_every_frame_of_a_file_has_the_same_columns() -> None:
    mapping = small_mapping(COLUMNS, commands=COMMANDS)
    judge = Judge(
        mapping, SHAPE, bind(mapping, ["Ref", "Action", "Note", "Qty"], has_header=True), spreadsheet=False
    )
    frames = [
        judge.judge(text_frame({"Ref": ["1"], "Action": [action], "Note": [""], "Qty": ["1"]}))
        for action in "NXN"
    ]
    assert frames[0].values.schema == frames[1].values.schema == frames[2].values.schema
