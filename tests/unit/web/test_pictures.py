"""The pictures of the console: what they show adds up, and a day is called missing only where there was a rule."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from orderdrop.ledger.browsing import BY_HAND, Day
from orderdrop.web.pictures import FATES, calendar, columns, flow

MONDAY = date(2026, 10, 19)
COUNTS = st.fixed_dictionaries({fate: st.integers(0, 10**7) for fate in FATES})


@given(COUNTS)
def test_every_fate_with_rows_has_a_ribbon_and_no_two_labels_meet(rows: dict[str, int]) -> None:
    drawn = flow({**rows, "read": sum(rows.values())})
    assert {one.fate: one.count for one in drawn.ribbons} == {fate: n for fate, n in rows.items() if n}
    middles = [one.middle for one in drawn.ribbons]
    assert all(later - earlier >= 14 for earlier, later in pairwise(middles))
    assert all(one.top + one.height <= drawn.height + 0.2 for one in drawn.ribbons)
    assert drawn.top >= -0.1


def _came(*days: date) -> list[Day]:
    return [Day(day=day.isoformat(), counts={"acme": 1}) for day in days]


def _missing(days: list[Day], weeks: int = 5) -> list[date]:
    today = MONDAY + timedelta(days=7 * weeks - 1)
    return list(calendar(days, "acme", MONDAY, today).missing)


def test_a_weekday_on_which_a_feed_brings_a_file_as_a_rule_is_missed() -> None:
    mondays = [MONDAY + timedelta(weeks=week) for week in (0, 1, 3, 4)]
    assert _missing(_came(*mondays)) == [MONDAY + timedelta(weeks=2)]


def test_a_day_that_brought_something_once_is_no_rule() -> None:
    assert _missing(_came(MONDAY)) == []


def test_days_before_the_first_file_and_today_are_not_missed() -> None:
    mondays = [MONDAY + timedelta(weeks=week) for week in (2, 3)]
    today = MONDAY + timedelta(weeks=4)
    drawn = calendar(_came(*mondays), "acme", MONDAY, today)
    assert (drawn.files, drawn.missing) == (2, ())


def test_a_week_is_a_column_whatever_day_the_picture_begins_with() -> None:
    drawn = calendar([], "acme", MONDAY + timedelta(days=5), MONDAY + timedelta(days=14))
    assert [one.week for one in drawn.days] == [0, 0, 1, 1, 1, 1, 1, 1, 1, 2]
    assert drawn.weeks == 3


def test_what_comes_by_hand_is_never_missed() -> None:
    days = [Day(day=f"{MONDAY + timedelta(days=n)}", counts={BY_HAND: 1}) for n in range(28) if n != 14]
    assert calendar(days, BY_HAND, MONDAY, MONDAY + timedelta(days=34)).missing == ()


@given(
    st.dictionaries(
        st.integers(0, 34),
        st.dictionaries(st.text("abcdefghij", min_size=1, max_size=1), st.integers(1, 9999)),
    )
)
def test_every_problem_is_in_some_slice_and_no_column_is_too_high(found: dict[int, dict[str, int]]) -> None:
    days = [Day(day=(MONDAY + timedelta(days=at)).isoformat(), counts=counts) for at, counts in found.items()]
    drawn = columns(days, MONDAY, MONDAY + timedelta(days=34))
    for at, (_, slices) in enumerate(drawn.days):
        assert sum(one.count for one in slices) == sum(found.get(at, {}).values())
        assert all(-0.5 <= one.top <= 100 for one in slices)
    assert len(drawn.codes) <= 6
    assert sum(sum(counts) for _, counts in drawn.table) == sum(sum(one.values()) for one in found.values())
