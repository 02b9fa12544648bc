"""H17: ten thousand problems of one cause are one thing to mend, with how many, which values, and where."""

from typing import Any

from orderdrop.reports.causes import causes


def _problem(row: int, message: str, **more: Any) -> dict[str, Any]:
    column = more.pop("column", "SKU")
    problem = {
        "code": "not_translated", "message": message, "row": row, "column": column, "value": None, "order": None,
        "cells": [{"row": row, "column": column}], "path": None, "raised_by": "check", "owner": "sender", "severity": "error",
    }  # fmt: skip
    return problem | more


def _unknown(row: int, value: str) -> dict[str, Any]:
    return _problem(row, f'SKU is "{value}": the mapping translates only A and B.', value=value)


def test_H17_ten_thousand_rejects_for_one_cause_are_grouped() -> None:
    problems = [_unknown(row, "X1" if row % 2 else "X2") for row in range(2, 10_000)]
    (cause,) = causes(problems)
    entry = cause.entry()
    assert entry["count"] == 9_998
    assert entry["what"] == "the mapping translates only A and B."
    assert entry["values"] == [{"value": "X2", "count": 4_999}, {"value": "X1", "count": 4_999}]
    assert [cell["row"] for cell in entry["cells"]] == [2, 3, 4, 5, 6]


def test_other_columns_messages_and_voices_are_other_causes() -> None:
    problems = [
        _unknown(2, "X"),
        _problem(2, 'Qty is "X": a whole number is expected.', column="Qty", value="X"),
        _problem(3, "SKU is blank: a value is needed in every row."),
        _unknown(4, "X") | {"raised_by": "api"},
    ]
    assert len(causes(problems)) == 4


def test_what_differs_from_row_to_row_does_not_make_another_cause() -> None:
    problems = [
        _problem(row, f"Rows {row} and {row + 1} have the same Order ref AC-{row} but differ in Town: \"a\" and \"b{row}\".",
                 column="Town", order=f"AC-{row}")
        for row in (5, 7, 9)
    ]  # fmt: skip
    (cause,) = causes(problems)
    assert cause.what == "Rows … and … have the same Order ref … but differ in Town: … and …."


def test_headings_are_told_apart_by_their_names() -> None:
    problems = [
        _problem(
            0, f'The column "{name}" is not in the mapping.', code="heading_unknown", cells=[], column=None
        )
        for name in ("Color", "Size")
    ]
    assert len(causes(problems)) == 2


def test_errors_come_before_warnings_and_the_most_frequent_first() -> None:
    problems = [
        *[_problem(row, "zeros lost", column="Zip", severity="warning") for row in range(5)],
        _problem(1, "one"),
        *[_problem(row, "two") for row in range(2)],
    ]
    assert [cause.count for cause in causes(problems)] == [2, 1, 5]


def test_many_values_are_counted_and_the_first_shown() -> None:
    entry = causes([_unknown(row, f"X{row}") for row in range(100)])[0].entry()
    assert (entry["different_values"], len(entry["values"])) == (100, 5)
