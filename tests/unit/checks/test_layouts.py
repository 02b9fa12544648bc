"""In which layouts a date may be meant; asked, never used to read."""

from datetime import date, datetime

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from orderdrop.checks.layouts import layouts_of

YEARS = range(1900, 2200)


@pytest.mark.parametrize(
    ("text", "layouts"),
    [
        pytest.param("03/04/2026", ["%d/%m/%Y", "%m/%d/%Y"], id="both"),
        pytest.param("13/04/2026", ["%d/%m/%Y"], id="day-first"),
        pytest.param("04-13-2026", ["%m-%d-%Y"], id="month-first"),
        pytest.param("2026/04/03", ["%Y/%m/%d"], id="year-first"),
        pytest.param("03.04.26", ["%d.%m.%y", "%m.%d.%y", "%y.%m.%d"], id="two-digit-year"),
        pytest.param("3/4/2026 14:30:05", ["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"], id="with-a-time"),
        pytest.param("3/4/2026 2:30 PM", ["%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M %p"], id="with-half-days"),
        pytest.param("03-Apr-2026", ["%d-%b-%Y"], id="name"),
        pytest.param("April 3, 2026", ["%B %d, %Y"], id="long-name"),
        pytest.param("31/02/2026", [], id="no-such-day"),
        pytest.param("03/04-2026", [], id="two-separators"),
        pytest.param("03/04/9999", [], id="placeholder"),
        pytest.param("46085", [], id="serial-number"),
        pytest.param("1 234 567", [], id="a-number"),
        pytest.param("soon", [], id="a-word"),
        pytest.param("x" * 100_000, [], id="long"),
    ],
)
def test_layouts_of_a_text(text: str, layouts: list[str]) -> None:
    assert [layout for layout, _ in layouts_of(text, YEARS)] == layouts


@pytest.mark.parametrize(("text", "year"), [("01/02/68", 2068), ("01/02/69", 1969), ("01/02/00", 2000)])
def test_two_digit_years_turn_at_69(text: str, year: int) -> None:
    assert {day.year for layout, day in layouts_of(text, YEARS) if layout.endswith("%y")} == {year}


@given(day=st.dates(date(1900, 1, 1), date(2199, 12, 31)), separator=st.sampled_from("/.- "))
def test_the_true_day_is_always_among_the_readings(day: date, separator: str) -> None:
    for order in ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%Y{0}%m{0}%d"):
        layout = order.format(separator)
        assert (layout, day) in layouts_of(day.strftime(layout), YEARS)


LIKE_A_DAY = st.builds(
    lambda day, month, year, separator: separator.join((str(day), str(month), str(year))),
    st.integers(0, 32),
    st.integers(0, 13) | st.sampled_from(["Jan", "March", "Mai"]),
    st.integers(0, 99) | st.integers(1890, 2210),
    st.sampled_from("/.- "),
)


@given(LIKE_A_DAY | st.text(max_size=30))
def test_any_text_is_read_as_strptime_would_or_not_at_all(text: str) -> None:
    found = layouts_of(text, YEARS)
    event(f"layouts: {len(found)}")
    for layout, day in found:
        assert datetime.strptime(text, layout).date() == day
