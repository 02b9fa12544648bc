"""Getters that take anything an API may tell, and give what was asked for or nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.destinations.told import day, group, lines, listed, moment, number, text


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        pytest.param("2026-11-24", "2026-11-24", id="a date"),
        pytest.param(" 2026-11-24 ", "2026-11-24", id="a date in blanks"),
        pytest.param("2026-11-24T23:30:00+01:00", "2026-11-24", id="a moment gives its day where it was"),
        pytest.param(1_795_478_400, "2026-11-24", id="Unix seconds"),
        pytest.param("1795478400", "2026-11-24", id="Unix seconds as text"),
        pytest.param("soon", None, id="words"),
        pytest.param(True, None, id="yes is no date"),
        pytest.param(1e300, None, id="seconds beyond all calendars"),
        pytest.param(None, None, id="null"),
    ],
)
def test_a_day_is_read_from_a_date_or_a_moment(found: Any, shown: str | None) -> None:
    assert day({"expected": found}, "expected") == shown


def test_the_first_name_that_tells_something_is_taken() -> None:
    told = {"a": None, "b": "soon", "c": "2026-11-24", "d": "2026-11-25"}
    assert day(told, "a", "b", "c", "d") == "2026-11-24"
    assert moment(told, "a", "b", "c", "d") == datetime(2026, 11, 24, tzinfo=UTC)
    assert text(told, "a", "b", "c") == "soon"


@pytest.mark.parametrize(
    ("found", "value"),
    [
        pytest.param("2.5", 2.5, id="text"),
        pytest.param(7, 7.0, id="whole"),
        pytest.param(True, None, id="yes is no number"),
        pytest.param("nan", None, id="not a number"),
        pytest.param("1e999", None, id="endless"),
        pytest.param([1], None, id="a list"),
    ],
)
def test_a_number_is_finite_or_nothing(found: Any, value: float | None) -> None:
    assert number({"quantity": found}, "quantity") == value


def test_a_list_is_found_bare_and_in_a_list_object() -> None:
    assert list(listed({"items": [{"id": 1}, None, 7]}, "items")) == [{"id": 1}]
    assert list(listed({"items": {"object": "list", "data": [{"id": 1}]}}, "items")) == [{"id": 1}]
    assert list(listed({"items": "none"}, "items")) == []


def test_lines_leave_out_what_says_nothing() -> None:
    assert lines("Jane", None, "", "Paris") == ("Jane", "Paris")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("x"), inner),
        max_leaves=8,
    )
)
def test_nothing_that_an_api_tells_breaks_a_getter(found: Any) -> None:
    for told in (found, {"x": found}):
        for getter in (day, moment, group, number, text):
            getter(told, "x")
        list(listed(told, "x"))
