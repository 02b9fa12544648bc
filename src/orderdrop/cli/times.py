"""Words of the command line that become part of a question: times, and names with values."""

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from orderdrop.errors import UsageError

if TYPE_CHECKING:
    from orderdrop.destinations.readback import Bounds


def bounds(
    *, gte: str | None = None, lte: str | None = None, gt: str | None = None, lt: str | None = None
) -> "Bounds | None":
    """A stretch of time, None where nothing was said. A day alone is meant whole: up to it includes its last second."""
    from orderdrop.destinations.readback import Bounds

    if not any((gte, lte, gt, lt)):
        return None
    return Bounds(
        gte=_moment(gte, end=False),
        lte=_moment(lte, end=True),
        gt=_moment(gt, end=True),
        lt=_moment(lt, end=False),
    )


def _moment(text: str | None, *, end: bool) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{text!r} is no time.",
            next_step="Write 2026-11-22, 2026-11-22T19:30, or 2026-11-22T19:30+01:00.",
        ) from None
    if end and len(text.strip()) == len("2026-11-22"):
        moment = datetime.combine(moment.date(), time(23, 59, 59))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def more_of(words: Iterable[str]) -> dict[str, str]:
    """Names with values, written name=value."""
    found: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not (name and sign and value):
            raise UsageError(f"{word!r} is not of the form KEY=VALUE.", next_step="Write --more account=1617")
        found[name] = value
    return found
