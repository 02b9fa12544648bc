"""How fast an account may send: one pace per account, shared by every batch and thread of the process, and through
what is known of the account by every process.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from orderdrop.delivery.known import Known
from orderdrop.destinations.base import Limits
from orderdrop.ledger.accounts import AccountState

DEFAULT_BURST = 1  # evenly spaced, whatever burst the API would bear; more only where the settings ask for it
FIRST_RATE = 2.0  # requests a second when an account works again after a stop
DOUBLES_IN_SECONDS = 1.0
RAMP_SECONDS = 10.0  # by then it would be two thousand a second
BLOCK_SECONDS = 0.25  # places are taken in the common stream for so long at once
# a stream that is full for longer was written by a clock that has been set back since
_LONGEST_QUEUE_BLOCKS = 64
_SHORTEST_WAIT_SECONDS = 0.001  # below this the rounding of clocks would have the caller spin


class Pace:
    """Lets requests go at `requests_per_second` on average and at most `burst` at once; None: no limit.

    Starts with a single request in hand, and goes on so after a pause: neither a new process nor the end of an outage
    is a reason for a burst. After a stop of the account it begins with two requests a second, whatever the limit. Never
    sleeps: the caller waits, so that it can do other things meanwhile. `known` is what other processes obey and tell;
    without it the pace is this process's own. (Generic cell rate algorithm: one number says when the next request
    would come in an evenly spaced stream.)
    """

    def __init__(
        self,
        requests_per_second: float | None,
        burst: int = DEFAULT_BURST,
        *,
        monotonic: Callable[[], float],
        known: Known | None = None,
    ) -> None:
        if requests_per_second is not None and requests_per_second <= 0:
            raise ValueError(f"a pace needs a positive rate, not {requests_per_second}")
        if burst < 1:
            raise ValueError(f"a pace lets at least one request go at once, not {burst}")
        self.requests_per_second = requests_per_second
        self._interval = 1.0 / requests_per_second if requests_per_second else 0.0
        self._slack = (burst - 1) * self._interval
        self.monotonic = monotonic
        self._known = known
        self._lock = threading.Lock()
        self._next = monotonic() + self._slack
        self._paused_until = float("-inf")
        self._places: deque[float] = deque()  # in the stream of all processes

    def take(self) -> float:
        """Take leave for one request: 0.0 when it may go now, else the seconds after which to ask again."""
        with self._lock:
            now = self.monotonic()
            interval = self._interval_at(now)
            wait = self._wait(now)
            if wait <= 0.0 and self._known is not None and interval:
                self._fill(self._known, now, interval)
                wait = self._wait(now)
            if wait > 0.0:
                return max(wait, _SHORTEST_WAIT_SECONDS)
            if self._places:
                self._places.popleft()
            self._next = max(now, self._next) + interval
            return 0.0

    def wait_seconds(self) -> float:
        """How long a request would have to wait now; takes nothing."""
        with self._lock:
            wait = self._wait(self.monotonic())
            return max(wait, _SHORTEST_WAIT_SECONDS) if wait > 0.0 else 0.0

    def is_paused(self) -> bool:
        """Whether the API asked for silence that is not over."""
        with self._lock:
            return self._pause_end() > self.monotonic()

    def pause(self, seconds: float) -> None:
        """Let nothing go for so long, in any process; never shortens a pause that is on."""
        with self._lock:
            until = self.monotonic() + seconds
            if until > self._paused_until:
                self._paused_until = until
                self._next = max(self._next, until + self._slack)
                self._places.clear()
        if self._known is not None:
            self._known.change(lambda state, now: paused(state, now, seconds, self._slack))

    def _wait(self, now: float) -> float:
        place = self._places[0] - self._slack if self._places else now
        return max(self._pause_end(), self._next - self._slack, place) - now

    def _pause_end(self) -> float:
        if self._known is None:
            return self._paused_until
        return max(self._paused_until, self._known.when(self._known.look().paused_until))

    def _interval_at(self, now: float) -> float:
        """The space between two requests: wider than usual just after a stop."""
        if self._known is None:
            return self._interval
        since = now - self._known.when(self._known.look().resumed_at)
        return max(self._interval, ramp_interval(since))

    def _fill(self, known: Known, now: float, interval: float) -> None:
        """See that there are places in the common stream that have not gone by."""
        while self._places and self._places[0] < now - self._slack - BLOCK_SECONDS:
            self._places.popleft()  # somebody else may have used that time
        if self._places:
            return
        count = max(1, int(BLOCK_SECONDS / interval))
        taken: list[float] = []

        def take(state: AccountState, wall: datetime) -> AccountState:
            begin = stream_begin(state.next_at, wall, interval * count, self._slack)
            taken.append(begin)
            return replace(state, next_at=wall + timedelta(seconds=begin + count * interval))

        known.change(take)
        begin = now + taken[-1]
        self._places.extend(begin + number * interval for number in range(count))


def ramp_interval(since_seconds: float) -> float:
    """The least space between two requests so long after an account worked again; 0.0 once it may send as it likes."""
    if not 0.0 <= since_seconds < RAMP_SECONDS:
        return 0.0
    rate: float = FIRST_RATE * 2.0 ** (since_seconds / DOUBLES_IN_SECONDS)
    return 1.0 / rate


def stream_begin(
    next_at: datetime | None, now: datetime, block_seconds: float, slack_seconds: float
) -> float:
    """Seconds from now to the first free place in the common stream; an idle stream begins now.

    The very first begins without the burst that is earned by being idle. A stream that is full for absurdly long
    begins anew: a wall clock was set back.
    """
    if next_at is None:
        return slack_seconds
    ahead = (next_at - now) / timedelta(seconds=1)
    longest = _LONGEST_QUEUE_BLOCKS * max(block_seconds, BLOCK_SECONDS) + 2.0 * slack_seconds
    return max(0.0, ahead) if ahead <= longest else slack_seconds


def paused(state: AccountState, now: datetime, seconds: float, slack_seconds: float) -> AccountState:
    """The state in which nothing leaves for so long, and nothing in a burst after it."""
    until = now + timedelta(seconds=seconds)
    if state.paused_until is not None and state.paused_until >= until:
        return state
    free = until + timedelta(seconds=slack_seconds)
    return replace(state, paused_until=until, next_at=max(state.next_at or free, free), noted_at=now)


def pace_for(
    limits: Limits,
    *,
    monotonic: Callable[[], float],
    burst: int | None = None,
    known: Known | None = None,
) -> Pace:
    """The pace of an account: its limits, and of the burst they allow only what is asked for (default: none)."""
    at_once = min(burst or DEFAULT_BURST, max(1, limits.burst))
    return Pace(limits.requests_per_second, at_once, monotonic=monotonic, known=known)
