"""How a column writes its dates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.mapping.suggest.dates import dates_of, in_words


@pytest.mark.parametrize(
    ("values", "layout"),
    [
        pytest.param(["23/04/2026"], "%d/%m/%Y", id="day-first"),
        pytest.param(["04/23/2026"], "%m/%d/%Y", id="month-first"),
        pytest.param(["4/23/26 1:02 PM"], "%m/%d/%y %I:%M %p", id="american-with-a-half-of-the-day"),
        pytest.param(["23.04.2026 14:05"], "%d.%m.%Y %H:%M", id="german-with-a-time"),
        pytest.param(["2026-11-03 08:12:05 -0500"], "%Y-%m-%d %H:%M:%S %z", id="offset-behind-a-space"),
        pytest.param(["20261103"], "%Y%m%d", id="sap"),
        pytest.param(["Nov-03-26"], "%b-%d-%y", id="ebay"),
        pytest.param(["2026/11/03 08:12:05"], "%Y/%m/%d %H:%M:%S", id="slashes-with-the-year-first"),
        pytest.param(["Mon, 23 Sep 2024 14:21:24 +0000"], "%a, %d %b %Y %H:%M:%S %z", id="email"),
    ],
)
def test_a_layout_is_read_off_the_values(values: list[str], layout: str) -> None:
    found = dates_of(values)
    assert found is not None
    assert found.layouts == (layout,)
    assert not found.swapped


def test_dates_that_could_be_read_in_two_ways_say_both() -> None:
    found = dates_of(["03/04/2026", "05/06/2026"])
    assert found is not None
    assert (found.layouts, found.swapped) == (("%d/%m/%Y",), ("%m/%d/%Y",))
    assert in_words("03/04/2026", "%d/%m/%Y") == "3 April 2026"
    assert in_words("03/04/2026", "%m/%d/%Y") == "4 March 2026"


def test_one_value_proves_it_for_all() -> None:
    found = dates_of(["03/04/2026", "13/04/2026"])
    assert found is not None
    assert not found.swapped
    assert found.proof == "13/04/2026"


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(["13/04/2026", "04/13/2026"], id="both-orders-in-one-column"),
        pytest.param(["12.50"], id="a-price"),
        pytest.param(["1204/2026"], id="an-order-number"),
        pytest.param(["2026-02-31"], id="no-day-of-the-calendar"),
        pytest.param(["soon", "03/04/2026"], id="a-word-among-them"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_is_no_column_of_dates_is_none(values: list[str]) -> None:
    assert dates_of(values) is None


@given(
    days=st.lists(st.dates(date(1990, 1, 1), date(2090, 12, 31)), min_size=1, max_size=20),
    layout=st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d-%m-%Y", "%Y/%m/%d"]),
)
def test_any_dates_are_read_as_they_were_written_or_both_readings_are_told(
    days: list[date], layout: str
) -> None:
    found = dates_of([f"{day:{layout}}" for day in days])
    assert found is not None
    assert layout in (*found.layouts, *found.swapped)
    if not found.swapped and layout[-2:] == "%Y":
        told_apart = any(day.day > 12 for day in days)
        assert not told_apart or found.layouts == (layout,)
