"""What all processes know of an account, as this one last saw it: what another one found out counts here after a moment.

The ledger speaks of moments of the wall clock, delivery waits by a clock that never jumps. A moment is translated once,
when it is first seen, so that a wall clock which is set afterwards neither ends a wait nor prolongs it.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from orderdrop.ledger.accounts import AccountState, ChangeAccount, by_our_clock, corrected

LOOK_SECONDS = 0.25
"""So much later at most than elsewhere a stop or a pause counts here."""


class Accounts(Protocol):
    """The ledger, as far as accounts go."""

    def account_state(self, account: str) -> AccountState:
        """See `Ledger.account_state`."""

    def change_account(self, account: str, to: ChangeAccount) -> AccountState:
        """See `Ledger.change_account`."""


class Known:
    """The state of one account; safe to use from several threads. Raises LedgerUnavailable as the ledger does."""

    def __init__(
        self,
        accounts: Accounts,
        account: str,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.account = account
        self._accounts = accounts
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self._written: AccountState | None = None
        self._seen = AccountState(account=account)
        self._seen_at = (clock(), monotonic())
        self._look_at = float("-inf")

    def look(self) -> AccountState:
        """The state as it was in the ledger a moment ago, by our clock."""
        if self._monotonic() < self._look_at:
            return self._seen  # without the lock: it is asked for several times an order
        with self._lock:
            if self._monotonic() >= self._look_at:
                self._see(self._accounts.account_state(self.account))
            return self._seen

    def change(self, to: Callable[[AccountState, datetime], AccountState]) -> AccountState:
        """Change the state, by a pure function of what is known then and of the time; what is known from then on."""
        with self._lock:
            now = self._clock()
            self._see(
                self._accounts.change_account(self.account, lambda state: to(corrected(state, now), now))
            )
            return self._seen

    def when(self, moment: datetime | None) -> float:
        """A moment of the last state by the clock that never jumps; long ago for None."""
        if moment is None:
            return float("-inf")
        with self._lock:
            wall, monotonic = self._seen_at
            return monotonic + (moment - wall) / timedelta(seconds=1)

    def _see(self, state: AccountState) -> None:
        now, monotonic = self._clock(), self._monotonic()
        if state != self._written:
            self._written, self._seen = state, by_our_clock(state, now)
            self._seen_at = (now, monotonic)
        self._look_at = monotonic + LOOK_SECONDS  # last: from here on others take `_seen` without the lock
