"""How long the APIs take to answer and with what, counted while a process lives; a way to an API that is counted."""

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

BUCKETS_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The upper ends of the classes that answers are counted in; whatever took longer is in one more."""
NO_ANSWER = "none"
"""Stands for the HTTP status of a call that had no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Calls of one account with one HTTP status: how many in each class of BUCKETS_SECONDS and beyond, and their sum."""

    counts: tuple[int, ...] = (0,) * (len(BUCKETS_SECONDS) + 1)
    seconds: float = 0.0

    def __add__(self, seconds: float) -> "Times":
        at = bisect_left(BUCKETS_SECONDS, seconds)
        counts = (*self.counts[:at], self.counts[at] + 1, *self.counts[at + 1 :])
        return Times(counts=counts, seconds=self.seconds + seconds)


class Answers:
    """Counts the answers of every account; any number of threads may count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[tuple[str, str], Times] = {}

    def count(self, account: str, status: int | None, seconds: float) -> None:
        """Count one call; without a status where there was no answer."""
        of = account, NO_ANSWER if status is None else str(status)
        with self._lock:
            self._times[of] = self._times.get(of, Times()) + seconds

    def so_far(self) -> Mapping[tuple[str, str], Times]:
        """What was counted, by account and HTTP status."""
        with self._lock:
            return dict(self._times)


class Timed(httpx.BaseTransport):
    """A transport whose calls are counted, from their beginning until the answer begins."""

    def __init__(
        self,
        transport: httpx.BaseTransport,
        account: str,
        answers: Answers,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport, self._account, self._answers, self._clock = transport, account, answers, clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call and count it."""
        began, status = self._clock(), None
        try:
            response = self._transport.handle_request(request)
            status = response.status_code
            return response
        finally:
            self._answers.count(self._account, status, self._clock() - began)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()
