"""How fast an account may send: one pace per account, shared by every batch and thread of the process."""

import threading
from collections.abc import Callable

from orderdrop.destinations.base import Limits

DEFAULT_BURST = 1  # evenly spaced, whatever burst the API would bear; more only where the settings ask for it
_SHORTEST_WAIT_SECONDS = 0.001  # below this the rounding of clocks would have the caller spin


class Pace:
    """Lets requests go at `requests_per_second` on average and at most `burst` at once; None: no limit.

    Starts with a single request in hand, and goes on so after a pause: neither a new process nor the end of an outage
    is a reason for a burst. Never sleeps: the caller waits, so that it can do other things meanwhile.
    (Generic cell rate algorithm: one number says when the next request would come in an evenly spaced stream.)
    """

    def __init__(
        self,
        requests_per_second: float | None,
        burst: int = DEFAULT_BURST,
        *,
        monotonic: Callable[[], float],
    ) -> None:
        if requests_per_second is not None and requests_per_second <= 0:
            raise ValueError(f"a pace needs a positive rate, not {requests_per_second}")
        if burst < 1:
            raise ValueError(f"a pace lets at least one request go at once, not {burst}")
        self.requests_per_second = requests_per_second
        self._interval = 1.0 / requests_per_second if requests_per_second else 0.0
        self._slack = (burst - 1) * self._interval
        self.monotonic = monotonic
        self._lock = threading.Lock()
        self._next = monotonic() + self._slack
        self._paused_until = float("-inf")

    def take(self) -> float:
        """Take leave for one request: 0.0 when it may go now, else the seconds after which to ask again."""
        with self._lock:
            now = self.monotonic()
            wait = self._wait(now)
            if wait > 0.0:
                return wait
            self._next = max(now, self._next) + self._interval
            return 0.0

    def wait_seconds(self) -> float:
        """How long a request would have to wait now; takes nothing."""
        with self._lock:
            return self._wait(self.monotonic())

    def pause(self, seconds: float) -> None:
        """Let nothing go for so long; never shortens a pause that is on."""
        with self._lock:
            until = self.monotonic() + seconds
            if until > self._paused_until:
                self._paused_until = until
                self._next = max(self._next, until + self._slack)

    def _wait(self, now: float) -> float:
        wait = max(self._paused_until, self._next - self._slack) - now
        return max(wait, _SHORTEST_WAIT_SECONDS) if wait > 0.0 else 0.0


def pace_for(limits: Limits, *, monotonic: Callable[[], float], burst: int | None = None) -> Pace:
    """The pace of an account: its limits, and of the burst they allow only what is asked for (default: none)."""
    return Pace(
        limits.requests_per_second, min(burst or DEFAULT_BURST, max(1, limits.burst)), monotonic=monotonic
    )
