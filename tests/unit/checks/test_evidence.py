"""What a whole column says: asked once, over all frames, with the line to write."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.checks.small import QUANTITY, judge_of, small_mapping, text_frame

from orderdrop.core.problems import Code, Owner, Problem

DATE = {"to": "ship_on", "type": "date"}


def asked(column: Mapping[str, object], *frames: Sequence[str]) -> tuple[Problem, ...]:
    mapping = small_mapping({"Ref": {"to": "merchant_id"}, "X": column})
    judge = judge_of(mapping, ["Ref", "X"])
    row = 2
    for texts in frames:
        judge.judge(
            text_frame({"Ref": [str(row + at) for at in range(len(texts))], "X": texts}, first_row=row)
        )
        row += len(texts)
    return judge.questions()


def test_a_column_that_fits_two_readings_is_asked_about_once_with_both() -> None:
    (question,) = asked(DATE, ["03/04/2026", "05/06/2026"], ["", "07/08/2026"])
    assert question.message == (
        'All 3 values of "X" can be read in more than one way: "03/04/2026" (row 2) is 3 April 2026 with `format: "%d/%m/%Y"`, '
        'or 4 March 2026 with `format: "%m/%d/%Y"`. Ask the sender which is meant, and write that line for this column into the '
        "mapping. Nothing was sent."
    )
    assert (question.code, question.owner, question.row, question.column, question.value, question.blocks) == (
        Code.COLUMN_UNSETTLED, Owner.OPS, 2, "X", "03/04/2026", True,
    )  # fmt: skip


def test_what_a_later_frame_proves_is_told_with_the_line_to_write_and_still_not_used() -> None:
    (question,) = asked(DATE, ["03/04/2026"] * 3, ["25/04/2026"])
    assert question.message == (
        'The mapping does not say how "X" is written. All 4 values of "X" fit `format: "%d/%m/%Y"`: "25/04/2026" (row 5) is 25 April '
        "2026 then. If that is right, write this line for the column into the mapping. Nothing was sent."
    )


def test_dates_that_are_the_same_day_either_way_round_are_told_with_both_lines() -> None:
    (question,) = asked(DATE, ["01/01/2026", "02/02/2026"])
    assert question.message == (
        'All 2 values of "X" fit `format: "%d/%m/%Y"` and `format: "%m/%d/%Y"`, and mean the same with each: "01/01/2026" '
        "(row 2) is 1 January 2026. Other dates will not: ask the sender which is meant, and write that line for this column "
        "into the mapping. Nothing was sent."
    )


def test_a_column_in_which_no_single_reading_fits_says_so() -> None:
    (question,) = asked(DATE, ["13/04/2026", "04/13/2026", "03/04/2026"])
    assert '"13/04/2026" (row 2) is 13 April 2026 with `format: "%d/%m/%Y"`' in question.message
    assert '"04/13/2026" (row 3) is 13 April 2026 with `format: "%m/%d/%Y"`' in question.message
    assert "no single line for the mapping reads" in question.message


@pytest.mark.parametrize(
    ("column", "texts", "words"),
    [
        pytest.param(DATE, ["03/04/26"], "26 April 2003 with `format: \"%y/%m/%d\"`", id="two-digit-years"),
        pytest.param({"to": "price"}, ["1,234", "5,678"], '1234 with `decimal: "."`, or 1.234 with `decimal: ","`', id="thousands-or-places"),
        pytest.param({"to": "price"}, ["1.234", "1.234,56"], 'fit `decimal: ","`: "1.234,56" (row 3) is 1234.56 then', id="proven-mark"),
        pytest.param({"to": "price"}, ["1,234", "1,234.56"], 'fit `decimal: "."`: "1,234.56" (row 3) is 1234.56 then', id="the-other-mark"),
        pytest.param({"to": "price"}, ["$5", "$1,234.50"], 'fit `decimal: ".", unit: "$"`', id="unit"),
        pytest.param({"to": QUANTITY}, ["1,200"], '1200 with `decimal: "."`, or 1.200, no whole number with', id="whole-numbers"),
        pytest.param({"to": "ordered_at", "type": "datetime"}, ["03/04/2026 10:00"], '"%d/%m/%Y %H:%M"', id="times"),
        pytest.param(DATE, ["3 May 2026", "4 Jun 2026"], 'fit `format: "%d %b %Y"`', id="names-of-months"),
        pytest.param(DATE, ["3 May 2026"], 'The one value of "X" fits `format: "%d %b %Y"`', id="one-meaning-of-two-lines"),
    ],
)  # fmt: skip
def test_the_question_names_the_lines_to_write(
    column: dict[str, object], texts: list[str], words: str
) -> None:
    (question,) = asked(column, texts)
    assert words in question.message


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        pytest.param(DATE, ["2026-04-03", "2026-04-04", "03/04/2026"], id="most-can-be-read"),
        pytest.param(DATE, ["soon", "9999-12-31"], id="no-line-would-help"),
        pytest.param(DATE | {"format": "%d/%m/%Y"}, ["03/04/2026", "04-13-2026"], id="declared"),
        pytest.param({"to": "price"}, ["12.50", "1234.56", "1,234"], id="most-are-plain"),
        pytest.param({"to": "price", "decimal": ","}, ["1.234", "12,50"], id="declared-mark"),
        pytest.param({"to": "note"}, ["1,234", "03/04/2026"], id="text-is-text"),
        pytest.param(DATE, ["", ""], id="nothing-there"),
    ],
)
def test_nothing_is_asked(column: dict[str, object], texts: list[str]) -> None:
    assert asked(column, texts) == ()


@example(days=[date(2000, 1, 1)], cut=0, month_first=True)
@given(
    days=st.lists(st.dates(date(1900, 1, 1), date(2199, 12, 31)), min_size=1, max_size=12),
    cut=st.integers(0, 12),
    month_first=st.booleans(),
)
def test_any_column_of_undeclared_dates_is_asked_about_however_it_is_cut(
    days: list[date], cut: int, month_first: bool
) -> None:
    texts = [f"{day:%m/%d/%Y}" if month_first else f"{day:%d/%m/%Y}" for day in days]
    whole = asked(DATE, texts)
    assert len(whole) == 1
    assert asked(DATE, texts[:cut], texts[cut:]) == whole
    assert f'`format: "{"%m/%d/%Y" if month_first else "%d/%m/%Y"}"`' in whole[0].message
