"""What an HTTP answer means when it is no verdict on an order; the same for every destination."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from orderdrop.destinations.base import Failure, FailureKind
from orderdrop.destinations.calls import Reply

LONGEST_RETRY_AFTER_SECONDS: Final = 86_400.0
CLOCKS_APART_SECONDS: Final = 120.0  # less says nothing: the answer was on its way, and may have been kept

_MEANINGS: dict[int, tuple[FailureKind, str]] = {
    401: (FailureKind.CREDENTIALS, "does not know the key; check the account's `key` and `auth`"),
    402: (
        FailureKind.PAYMENT,
        "wants the trial or the feature to be paid for; ask whoever holds the contract",
    ),
    403: (FailureKind.FORBIDDEN, "does not let this key send orders; check the key's permissions"),
    404: (
        FailureKind.NO_SUCH_ENDPOINT,
        "has no such endpoint; check the account's `base_url` and `endpoint`",
    ),
    405: (FailureKind.NO_SUCH_ENDPOINT, "takes no orders at this endpoint; check `base_url` and `endpoint`"),
    410: (FailureKind.NO_SUCH_ENDPOINT, "has taken this endpoint away; check `base_url` and `endpoint`"),
    413: (FailureKind.TOO_LARGE, "finds the request too large"),
    415: (FailureKind.NO_SUCH_ENDPOINT, "takes no JSON at this endpoint; check the account's `base_url`"),
    429: (FailureKind.THROTTLED, "asks us to slow down"),
    501: (FailureKind.NO_SUCH_ENDPOINT, "does not offer this endpoint; check `endpoint`"),
}


def failure_for(reply: Reply, who: str, now: Callable[[], datetime]) -> Failure:
    """The failure that an answer stands for; `who` begins the sentence, such as "Shipup"."""
    kind, meaning = _meaning(reply)
    return Failure(
        kind=kind,
        message=f"{who} {meaning} (HTTP {reply.status}){clocks_apart(reply, now)}",
        status=reply.status,
        retry_after_seconds=retry_after(reply.headers, now),
    )


def clocks_apart(reply: Reply, now: Callable[[], datetime]) -> str:
    """What to add to a refused key: how far our clock is from the API's, as its Date header tells it; "" where that is little.

    A gateway that checks signatures or tokens by the clock answers 401 or 403, and nobody would look for the cause there.
    """
    theirs = _date(reply.headers.get("date", "")) if reply.status in (401, 403) else None
    seconds = (now() - theirs).total_seconds() if theirs is not None else 0.0
    if theirs is None or abs(seconds) < CLOCKS_APART_SECONDS:
        return ""
    way = "ahead of" if seconds > 0 else "behind"
    return (
        f"; our clock is {abs(seconds) / 60:,.0f} minutes {way} its own ({theirs.astimezone(UTC):%Y-%m-%d %H:%M} UTC): where "
        "the key is right, that may be why; set the clock of this machine"
    )


def _meaning(reply: Reply) -> tuple[FailureKind, str]:
    if reply.status in _MEANINGS:
        return _MEANINGS[reply.status]
    if reply.status >= 500:
        return FailureKind.SERVER, "has a fault of its own"
    if 300 <= reply.status < 400:
        target = reply.headers.get("location", "another address")[:200]
        return FailureKind.UNREADABLE, f"sends us on to {target}, which is not followed; check `base_url`"
    if reply.is_html:
        return FailureKind.UNREADABLE, "answered with a web page instead of JSON; check `base_url`"
    return FailureKind.UNREADABLE, "gave an answer that is not documented"


def retry_after(headers: httpx.Headers, now: Callable[[], datetime]) -> float | None:
    """The seconds that a Retry-After header asks for, written as seconds or as a date; at most a day.

    None where there is no header or it says nothing ("soon"). A date is measured by the answer's own Date header
    where it has one, for clocks disagree. What lies in the past is 0.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        when = _date(text)
        if when is None:
            return None
        seconds = (when - (_date(headers.get("date", "")) or now())).total_seconds()
    if seconds != seconds:  # NaN is a float to Python and nothing to anybody else
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_SECONDS)


def _date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
