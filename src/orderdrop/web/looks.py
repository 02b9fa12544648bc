"""What several people look at, looked at once for all of them."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
LASTS_SECONDS = 1.0


class Looks(Generic[T]):
    """What was seen last, by name: whoever asks within a second of it is told the same."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._seen: dict[str, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def see(self, name: str, look: Callable[[], T]) -> T:
        """What there is to see; looks only where nobody did lately."""
        with self._lock:
            now = self._monotonic()
            self._seen = {one: seen for one, seen in self._seen.items() if now - seen[0] < LASTS_SECONDS}
            if name not in self._seen:
                self._seen[name] = (now, look())
            return self._seen[name][1]
