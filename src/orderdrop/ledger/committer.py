"""Records outcomes in groups: a commit that is safe against a power cut costs as much for a hundred as for one."""

from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Self

from orderdrop.ledger.ledger import Ledger, Outcome


class GroupCommit:
    """Collects outcomes and records them when there are `max_outcomes`, or when the oldest waits `max_wait_seconds`.

    An outcome is on disk when the call that recorded it returns, not when `add` does. There is no thread inside:
    whoever has nothing to add calls `flush_when_due`. A ledger that fails leaves the outcomes here for the next flush.
    `clock` gives seconds that never run backwards (time.monotonic). Safe to use from several threads.
    """

    def __init__(
        self,
        ledger: Ledger,
        account: str,
        *,
        clock: Callable[[], float],
        max_outcomes: int = 100,
        max_wait_seconds: float = 0.05,
    ) -> None:
        self._ledger = ledger
        self._account = account
        self._clock = clock
        self._max_outcomes = max_outcomes
        self._max_wait_seconds = max_wait_seconds
        self._waiting: list[Outcome] = []
        self._since = 0.0
        self._lock = Lock()

    def add(self, outcome: Outcome) -> int:
        """Take an outcome; how many were recorded on the way (0: they wait)."""
        with self._lock:
            if not self._waiting:
                self._since = self._clock()
            self._waiting.append(outcome)
            return self._record() if self._due() else 0

    def flush_when_due(self) -> int:
        """Record what has waited long enough; how many were recorded."""
        with self._lock:
            return self._record() if self._due() else 0

    def flush(self) -> int:
        """Record everything now; how many were recorded."""
        with self._lock:
            return self._record()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flush()  # also after an error: these answers are known

    def _due(self) -> bool:
        if not self._waiting:
            return False
        waited = self._clock() - self._since
        return len(self._waiting) >= self._max_outcomes or waited >= self._max_wait_seconds

    def _record(self) -> int:
        recorded = len(self._waiting)
        if recorded:
            self._ledger.record_outcomes(self._waiting, self._account)
            self._waiting = []
        return recorded
