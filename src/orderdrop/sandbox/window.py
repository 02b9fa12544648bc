"""A sliding minute for each key: so many requests within any 60 seconds, and the next one is refused."""

from collections import defaultdict, deque

WINDOW_SECONDS = 60.0


class Windows:
    """The requests that were taken lately, by key. A refused request is not counted (assumption)."""

    def __init__(self) -> None:
        self._taken: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, key: str, *, limit: int | None, at: float) -> float:
        """Take one request at `at` seconds; returns 0, or how many seconds to wait if there is no room."""
        if limit is None:
            return 0.0
        taken = self._taken[key]
        while taken and taken[0] <= at - WINDOW_SECONDS:
            taken.popleft()
        if len(taken) >= limit:
            return taken[0] + WINDOW_SECONDS - at
        taken.append(at)
        return 0.0

    def clear(self) -> None:
        """Forget every request."""
        self._taken.clear()
