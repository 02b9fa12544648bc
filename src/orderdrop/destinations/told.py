"""What an API tells, looked at without trust: every getter takes anything and gives what it was asked for, or nothing."""

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any


def group(told: Any, name: str) -> Mapping[str, Any]:
    """The object under a name, empty where there is none."""
    found = told.get(name) if isinstance(told, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def listed(told: Any, name: str) -> Iterator[Mapping[str, Any]]:
    """The objects in the list under a name, whether the list stands there itself or as `data` of a list object."""
    found = told.get(name) if isinstance(told, Mapping) else None
    if isinstance(found, Mapping):
        found = found.get("data")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, Mapping):
            yield one


def text(told: Any, *names: str) -> str | None:
    """The first of several names that has something to show; numbers are shown as text."""
    for name in names:
        found = told.get(name) if isinstance(told, Mapping) else None
        if isinstance(found, str | int | float) and not isinstance(found, bool) and str(found).strip():
            return str(found).strip()
    return None


def number(told: Any, name: str) -> float | None:
    """The number under a name, also where it is written as text."""
    found = told.get(name) if isinstance(told, Mapping) else None
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        value = float(found)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def moment(told: Any, *names: str) -> datetime | None:
    """The first moment under several names: Unix seconds, or ISO 8601; UTC where no zone is told."""
    for name in names:
        found = told.get(name) if isinstance(told, Mapping) else None
        if (when := _moment(found)) is not None:
            return when
    return None


def _moment(found: Any) -> datetime | None:
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        if isinstance(found, str) and not found.strip().lstrip("-").isdecimal():
            when = datetime.fromisoformat(found.strip())
            return when if when.tzinfo else when.replace(tzinfo=UTC)
        return datetime.fromtimestamp(float(found), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def day(told: Any, *names: str) -> str | None:
    """The first date under several names, as YYYY-MM-DD; a moment gives its day."""
    for name in names:
        found = told.get(name) if isinstance(told, Mapping) else None
        if (when := _day(found)) is not None:
            return when.isoformat()
    return None


def _day(found: Any) -> date | None:
    if isinstance(found, str):
        with suppress(ValueError):  # not a date alone: perhaps a moment
            return date.fromisoformat(found.strip())
    when = _moment(found)
    return None if when is None else when.date()


def lines(*parts: str | None) -> tuple[str, ...]:
    """The parts that say something."""
    return tuple(part for part in parts if part)
