"""A leaky bucket for each key: requests pour in, time drains it, a full bucket refuses."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pour:
    """What one request found: `level` after it, or how long to wait until there is room."""

    taken: bool
    level: float
    wait_seconds: float = 0.0

    @property
    def retry_after(self) -> str:
        """Whole seconds to wait, rounded up: never an invitation to come too early."""
        return str(max(1, math.ceil(self.wait_seconds)))


class Buckets:
    """One bucket for each key. A refused request pours nothing in (assumption)."""

    def __init__(self) -> None:
        self._levels: dict[str, tuple[float, float]] = {}

    def pour(self, key: str, *, rate: float | None, burst: int, at: float) -> Pour:
        """Take one request at `at` seconds; `rate` is the leak a second, None for no limit."""
        if rate is None:
            return Pour(taken=True, level=0.0)
        level, seen = self._levels.get(key, (0.0, at))
        level = max(0.0, level - (at - seen) * rate)
        taken = level + 1 <= burst
        if taken:
            level += 1
        self._levels[key] = (level, at)
        return Pour(taken=taken, level=level, wait_seconds=0.0 if taken else (level + 1 - burst) / rate)

    def level(self, key: str) -> float:
        """Return how full the key's bucket was when it was last poured into."""
        return self._levels.get(key, (0.0, 0.0))[0]

    def clear(self) -> None:
        """Empty every bucket."""
        self._levels.clear()
