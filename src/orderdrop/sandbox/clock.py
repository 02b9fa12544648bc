"""The two clocks that a stand-in reads, so that tests can turn the hands."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What time it is, and how much of it has gone by.

    `unix_seconds` dates what is stored; `elapsed_seconds` never jumps and paces requests and jobs.
    """

    unix_seconds: Callable[[], float]
    elapsed_seconds: Callable[[], float]


def system_clock() -> Clock:
    """Return the clocks of this machine."""
    return Clock(unix_seconds=time.time, elapsed_seconds=time.monotonic)
