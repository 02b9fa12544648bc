"""Times as Shipup takes and gives them: Unix seconds or ISO 8601 in, Unix seconds out."""

from datetime import UTC, datetime
from typing import Any

_LAST_SECOND = 253_402_300_799  # the end of the year 9999; epoch milliseconds of our time lie far beyond


def unix_seconds(value: Any) -> int | None:
    """Return the moment as whole Unix seconds, or None if it names none.

    Text may be an integer or ISO 8601; without a time zone it is taken as UTC (assumption: the reference
    only says "datetime").
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value <= _LAST_SECOND else None
    if not isinstance(value, str):
        return None
    if value.isascii() and value.isdigit():
        return unix_seconds(int(value)) if len(value) < 20 else None
    try:
        moment = datetime.fromisoformat(value)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
