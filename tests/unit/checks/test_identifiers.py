"""Identifiers that a spreadsheet program has changed: refused where it is certain, told where it is not."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.checks.small import judge_of, small_mapping, text_frame

from orderdrop.checks.identifiers import Widths, damage, short_postal_codes
from orderdrop.core.problems import Code, Problem, Severity

SKU = "fulfillments.trackers.line_items.sku"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        pytest.param("1.23E+12", Severity.ERROR, id="exponent"),
        pytest.param("1,23E+12", Severity.ERROR, id="with-a-comma"),
        pytest.param("1.23456e+19", Severity.ERROR, id="small-e"),
        pytest.param("1E+05", Severity.WARNING, id="may-be-an-article"),
        pytest.param("340434161094000000", Severity.WARNING, id="fifteen-digits-and-zeros"),
        pytest.param("12E5", None, id="an-article"),
        pytest.param("1E05", None, id="an-article-with-zeros"),
        pytest.param("E+05", None, id="no-number-before"),
        pytest.param("1.23E+12-B", None, id="more-behind"),
        pytest.param("00340434161094000017", None, id="twenty-digits"),
        pytest.param("1000000000000000", None, id="sixteen-digits"),
        pytest.param("", None, id="blank"),
    ],
)
def test_the_shape_tells_what_is_damaged(text: str, severity: Severity | None) -> None:
    found = [(flaw.code, how) for at, flaw, how in damage(pa.array([text or None], pa.string())) if len(at)]
    assert found == ([] if severity is None else [(Code.DAMAGED, severity)])


@pytest.mark.parametrize(
    ("code", "country", "short"),
    [
        pytest.param("1067", "DE", True, id="dresden"),
        pytest.param("501", "US", True, id="two-zeros"),
        pytest.param("800", "AU", True, id="four-digits"),
        pytest.param("10115", "DE", False, id="berlin"),
        pytest.param("1067", "CH", False, id="no-zeros-there"),
        pytest.param("1067", None, False, id="country-unknown"),
        pytest.param("SW1A", "US", False, id="letters"),
        pytest.param(None, "DE", False, id="blank"),
        pytest.param("67", "DE", False, id="something-else"),
    ],
)
def test_a_postal_code_that_lacks_a_digit_is_told(code: str | None, country: str | None, short: bool) -> None:
    codes, countries = pa.array([code], pa.string()), pa.array([country], pa.string())
    assert any(len(at) for at, _ in short_postal_codes(codes, countries)) is short


def doubts(texts: Sequence[str], *, cut: int | None = None) -> tuple[Problem, ...]:
    mapping = small_mapping({"Ref": {"to": "merchant_id"}, "SKU": {"to": SKU}})
    judge = judge_of(mapping, ["Ref", "SKU"])
    cells = {"Ref": [f"R{at}" for at in range(len(texts))], "SKU": list(texts)}
    for part, first in ((slice(0, cut), 2), (slice(cut, None), 2 + (cut or 0))):
        if cut is not None or part.start == 0:
            judge.judge(text_frame({name: column[part] for name, column in cells.items()}, first_row=first))
    return judge.doubts()


WHOLE = [str(number) for number in range(12_345_678, 99_999_999, 3_456_789)]


def test_numbers_that_lost_their_zeros_are_told_once_for_the_column() -> None:
    (doubt,) = doubts([*WHOLE, "1234567", "7654321"])
    assert doubt.message == (
        'SKU has 8 digits in 26 rows and fewer in 2, such as "1234567" in row 28, and none begins with 0: leading zeros may have '
        "been lost, as happens when a file is saved by a spreadsheet program. They go on as they stand. If zeros are missing, "
        "format the column as text and export again."
    )
    assert (doubt.code, doubt.severity, doubt.row, doubt.column) == (
        Code.ZEROS_LOST,
        Severity.WARNING,
        28,
        "SKU",
    )


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([*WHOLE, "01234567"], id="all-equally-long"),
        pytest.param([*WHOLE, "01234567", "1234567"], id="zeros-are-kept"),
        pytest.param([str(number) for number in range(99_990, 100_030)], id="counted-up"),
        pytest.param(["1", "22", "333", "4444", "55555"] * 5, id="of-any-length"),
        pytest.param([*WHOLE, "123456789", "1234567"], id="longer-ones-too"),
        pytest.param([*WHOLE[:5], "1234567"], id="too-few-to-say"),
        pytest.param([*WHOLE, *(f"A-{number}" for number in range(10)), "1234567"], id="names-among-them"),
        pytest.param(["7"] * 20, id="short-numbers"),
        pytest.param([""] * 20, id="blank"),
    ],
)
def test_nothing_is_told_of_numbers_that_are_as_they_should_be(texts: list[str]) -> None:
    assert doubts(texts) == ()


@given(cut=st.integers(0, 28))
def test_the_cut_of_a_file_changes_nothing(cut: int) -> None:
    texts = [*WHOLE, "1234567", "7654321"]
    assert doubts(texts, cut=cut) == doubts(texts)


@given(st.lists(st.none() | st.text(max_size=60) | st.integers(0, 10**50).map(str), max_size=30))
def test_every_cell_is_counted_once(texts: list[str | None]) -> None:
    widths = Widths()
    widths.note(pa.array(["x", *texts], pa.string())[1:], np.arange(len(texts), dtype=np.int64))
    there = [text for text in texts if text]
    digits = [text for text in there if text.isascii() and text.isdecimal()]
    assert widths.counts.sum() == len(digits)
    assert widths.counts[:, 0].sum() == sum(text.startswith("0") for text in digits)
    assert widths.others == len([text for text in texts if text is not None]) - len(digits)
