"""Reads days, moments and time zones as Django REST framework does."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from orderdrop.sandbox.parcellab.rules import RefusedValue, Rules

_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DATETIME = re.compile(
    _DATE.pattern + r"[T ]([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.,]([0-9]{1,6})[0-9]*)?)?"
    r"\s*(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_DATE_TEXT = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
_DATETIME_TEXT = (
    "Datetime has wrong format. Use one of these formats instead: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)


def day(value: Any, rules: Rules) -> str:
    """Read YYYY-MM-DD and nothing else."""
    del rules
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    try:
        return date(*map(int, found.groups())).isoformat() if found else _refuse(_DATE_TEXT)
    except ValueError:
        return _refuse(_DATE_TEXT)


def moment(value: Any, rules: Rules) -> str:
    """Read a date with its time and write it in UTC; a bare date is its midnight, no zone is UTC."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        return f"{day(value, rules)}T00:00:00Z"
    found = _DATETIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return _refuse(_DATETIME_TEXT)
    *parts, fraction, zone = found.groups()
    try:
        at = datetime(*[int(part or 0) for part in parts], tzinfo=_zone(zone))  # type: ignore[misc,arg-type]  # six numbers
        at = at.replace(microsecond=int((fraction or "0").ljust(6, "0"))).astimezone(UTC)
    except (ValueError, OverflowError):
        return _refuse(_DATETIME_TEXT)
    return at.isoformat().replace("+00:00", "Z")


def zone_name(value: Any, rules: Rules) -> str:
    """Read the name of a time zone, such as Europe/Berlin."""
    if not isinstance(value, str):
        raise RefusedValue("invalid", "Not a valid string.")
    name = value.strip()
    if name and rules.strict and name not in _zones():
        raise RefusedValue("invalid", f'"{name}" is not a valid timezone.')
    return name


def _refuse(detail: str) -> str:
    raise RefusedValue("invalid", detail)


def _zone(written: str | None) -> timezone:
    if written in (None, "Z"):
        return UTC
    sign = -1 if written[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(written[1:3]), minutes=int(written[3:].lstrip(":") or 0)))


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
