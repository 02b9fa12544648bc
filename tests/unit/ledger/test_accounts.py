from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ledger.facts import ACCOUNT, NOW, later

from orderdrop.ledger.accounts import JUMPED, AccountState, by_our_clock, corrected

STATE = AccountState(
    account=ACCOUNT,
    reason="outage",
    since=NOW,
    probe_at=later(60),
    probing_since=later(-1),
    paused_until=later(30),
    noted_at=NOW,
)


def test_a_clock_that_went_on_changes_nothing() -> None:
    assert by_our_clock(STATE, later(3600)) == STATE
    assert by_our_clock(AccountState(account=ACCOUNT), NOW) == AccountState(account=ACCOUNT)


@given(back=st.floats(0.001, 10 * 366 * 86400))
def test_no_clock_that_was_set_back_makes_a_wait_longer_than_it_was_meant(back: float) -> None:
    now = later(-back)
    seen = by_our_clock(STATE, now)
    assert seen.probe_at is not None
    assert seen.paused_until is not None
    assert seen.probe_at - now == timedelta(seconds=60)
    assert seen.paused_until - now == timedelta(seconds=30)


def test_what_is_written_is_moved_only_where_a_clock_was_certainly_set_back() -> None:
    assert corrected(STATE, NOW - JUMPED) == STATE, "two hosts may differ by as much"
    assert corrected(STATE, NOW - 2 * JUMPED) == by_our_clock(STATE, NOW - 2 * JUMPED)
