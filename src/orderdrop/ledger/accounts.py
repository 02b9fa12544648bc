"""What every process that sends to an account must know of it, whoever found it out. Pure: a value, and what clocks do to it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

JUMPED = timedelta(minutes=5)
"""Clocks of two hosts differ by less; one that was this far ahead when it was noted has been set back since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """Whether and when requests may leave for an account; all moments are of the wall clock.

    `reason` says why it was stopped, `since` when; None while all is well. `rests` counts the stop and every look since
    then that failed; one request may look again at `probe_at`, and is under way since `probing_since`, sent by the process `probing_by`. `resumed_at` is
    when it worked again. Nothing leaves before `paused_until`. `next_at` is the first free place in the stream of
    evenly spaced requests of all processes. `noted_at` is when the stop or the pause was last written;
    `turns` counts how often the stop began, changed, was looked after or ended.
    """

    account: str
    reason: str | None = None
    detail: str = ""
    since: datetime | None = None
    rests: int = 0
    probe_at: datetime | None = None
    probing_since: datetime | None = None
    probing_by: str | None = None
    resumed_at: datetime | None = None
    paused_until: datetime | None = None
    next_at: datetime | None = None
    noted_at: datetime | None = None
    turns: int = 0


ChangeAccount = Callable[[AccountState], AccountState]
"""Makes a new state of the one that is known; called with the ledger's writer held, so pure and quick."""


def by_our_clock(state: AccountState, now: datetime) -> AccountState:
    """The state as if it had been noted now at the latest: no wait is longer than it was meant to be.

    A clock that was set back by a day would else keep an account waiting for a day.
    """
    ahead = state.noted_at - now if state.noted_at is not None else timedelta()
    if ahead <= timedelta():
        return state
    return replace(
        state,
        since=_earlier(state.since, ahead),
        probe_at=_earlier(state.probe_at, ahead),
        probing_since=_earlier(state.probing_since, ahead),
        resumed_at=_earlier(state.resumed_at, ahead),
        paused_until=_earlier(state.paused_until, ahead),
        noted_at=now,
    )


def corrected(state: AccountState, now: datetime) -> AccountState:
    """The state to go on from when it is written: moved to our clock only where that was certainly set back."""
    jumped = state.noted_at is not None and state.noted_at - now > JUMPED
    return by_our_clock(state, now) if jumped else state


def _earlier(moment: datetime | None, by: timedelta) -> datetime | None:
    return moment - by if moment is not None else None
