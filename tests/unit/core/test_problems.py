"""A problem names its cell, and says whether it stops its rows."""

import pytest

from orderdrop.core.problems import Cell, Code, Owner, Problem, RaisedBy, Severity


@pytest.mark.parametrize(
    ("cells", "row", "column"),
    [
        pytest.param((), None, None, id="the-whole-file"),
        pytest.param((Cell(row=5),), 5, None, id="the-whole-row"),
        pytest.param(
            (Cell(row=7, column="Email"), Cell(row=5, column="Mail")), 7, "Email", id="the-first-cell"
        ),
    ],
)
def test_a_problem_stands_at_its_first_cell(
    cells: tuple[Cell, ...], row: int | None, column: str | None
) -> None:
    problem = Problem(code=Code.ROWS_DISAGREE, message="They differ.", cells=cells)
    assert (problem.row, problem.column) == (row, column)


@pytest.mark.parametrize(("severity", "blocks"), [(Severity.ERROR, True), (Severity.WARNING, False)])
def test_only_an_error_stops_its_rows(severity: Severity, blocks: bool) -> None:
    assert Problem(code=Code.REQUIRED, message="Blank.", severity=severity).blocks == blocks


def test_what_nobody_says_otherwise_is_our_check_and_the_senders_to_mend() -> None:
    problem = Problem(code=Code.REQUIRED, message="Blank.")
    assert (problem.raised_by, problem.owner, problem.severity) == (
        RaisedBy.CHECK,
        Owner.SENDER,
        Severity.ERROR,
    )


def test_a_code_reads_as_it_is_named() -> None:
    assert all(code.value == code.name.lower() for code in Code)
