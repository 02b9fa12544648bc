"""Times, periods and sizes as people write them, and what all tables of the settings have in common."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

_DURATION_MAX_SECONDS = 366 * 86400
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def _duration(value: Any) -> Any:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)", str(value).strip())
    if found is None:
        raise ValueError("write a time such as 30s, 5m, 2h or 1d")
    seconds = float(found[1]) * _UNITS[found[2]]
    if seconds > _DURATION_MAX_SECONDS:
        raise ValueError("write a time of at most 366d")
    return timedelta(seconds=seconds)


def _some_time(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("write a time above 0, such as 30s")
    return value


def said(time: timedelta) -> str:
    """A time as people write it, in the largest unit that leaves a whole number: 30s, 5m, 36h."""
    milliseconds = round(time.total_seconds() * 1000)
    unit, each = next(
        (name, each)
        for name, seconds in reversed(_UNITS.items())
        if milliseconds % (each := round(seconds * 1000)) == 0
    )
    return f"{milliseconds // each}{unit}"


def period(value: Any) -> timedelta:
    """A number of days, as people write them: 90d. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,4})\s*d", str(value).strip())
    if found is None or not int(found[1]):
        raise ValueError("write a number of days such as 90d, at most 9999d")
    return timedelta(days=int(found[1]))


def size(value: Any) -> Any:
    """A number of bytes, as people write them: 500MB, 2GB. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,6})\s*(MB|GB)", str(value).strip())
    if found is None or not int(found[1]):
        raise ValueError("write a size such as 500MB or 2GB")
    return int(found[1]) * (1_000_000 if found[2] == "MB" else 1_000_000_000)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
"""A time as people write it: 30s, 5m, 2h, 1d."""

SomeTime = Annotated[Duration, AfterValidator(_some_time)]
"""A time above 0."""


class Strict(BaseModel):
    """A table of keys: an unknown one is a fault, and nothing is changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)
