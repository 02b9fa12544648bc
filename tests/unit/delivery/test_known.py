from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.delivery.world import ACCOUNT, Time

from orderdrop.delivery.known import LOOK_SECONDS, Known
from orderdrop.errors import LedgerUnavailable
from orderdrop.ledger.accounts import AccountState, ChangeAccount
from orderdrop.ledger.memory import MemoryLedger


class Looked(MemoryLedger):
    """Counts how often somebody looks."""

    looks = 0

    def account_state(self, account: str) -> AccountState:
        self.looks += 1
        return super().account_state(account)


def known(time: Time, ledger: MemoryLedger) -> Known:
    return Known(ledger, ACCOUNT, clock=time.now, monotonic=time.monotonic)


def paused(ledger: MemoryLedger, time: Time, seconds: float) -> None:
    until = time.now() + timedelta(seconds=seconds)
    ledger.change_account(ACCOUNT, lambda was: replace(was, paused_until=until, noted_at=time.now()))


def test_what_another_one_wrote_is_seen_after_a_moment_and_not_asked_for_all_the_time() -> None:
    time, ledger = Time(), Looked()
    seen = known(time, ledger)
    assert seen.look().paused_until is None
    paused(ledger, time, 10.0)
    assert [seen.look().paused_until for _ in range(100)] == [None] * 100
    time.advance(LOOK_SECONDS)
    assert seen.when(seen.look().paused_until) == pytest.approx(time.seconds + 10.0 - LOOK_SECONDS)
    looks = ledger.looks
    for _ in range(1000):
        time.advance(0.001)
        seen.look()
    assert ledger.looks - looks <= 1.0 / LOOK_SECONDS + 1


def test_a_moment_is_translated_once_and_no_jump_of_the_clock_moves_it() -> None:
    time, ledger = Time(), MemoryLedger()
    paused(ledger, time, 60.0)
    ahead = timedelta()
    seen = Known(ledger, ACCOUNT, clock=lambda: time.now() + ahead, monotonic=time.monotonic)
    until = seen.when(seen.look().paused_until)
    for jump in (timedelta(hours=-3), timedelta(hours=5)):
        ahead = jump
        time.advance(LOOK_SECONDS)
        assert seen.when(seen.look().paused_until) == until


def test_what_is_not_known_was_long_ago() -> None:
    assert known(Time(), MemoryLedger()).when(None) == float("-inf")


def test_a_ledger_that_cannot_be_read_stops_whoever_asks() -> None:
    class Gone(MemoryLedger):
        def account_state(self, account: str) -> AccountState:
            raise LedgerUnavailable("gone")

        def change_account(self, account: str, to: ChangeAccount) -> AccountState:
            raise LedgerUnavailable("gone")

    seen = known(Time(), Gone())
    with pytest.raises(LedgerUnavailable):
        seen.look()
    with pytest.raises(LedgerUnavailable):
        seen.change(lambda was, _: was)
