"""What follows from a request that gave no verdict: pure decisions, no clock, no sleep, no I/O.

Delivery tells what happened and does what it is told. The figures below are the whole policy; every row of the
table in tests/unit/core/test_policy.py says why it is so.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from orderdrop.core.failures import FailureKind

MAX_ATTEMPTS = 5  # of one order on a failure that may pass
MAX_ATTEMPTS_THROTTLED = 8  # each of them waited out; after that the account rests
TOGETHER_ATTEMPTS = 3  # of a parcel of several, before it is halved to single out the order that breaks it
MAX_LOOK_UPS = 5  # of one order that may be there; after that a person looks
LOOK_UP_AFTER_SECONDS = 5.0  # an API may still be storing what it did not answer
FIRST_BACKOFF_SECONDS = 1.0
MAX_BACKOFF_SECONDS = 60.0
# an API that asks for more (a day, by mistake) is asked again after five minutes
MAX_RETRY_AFTER_SECONDS = 300.0


class StopReason(StrEnum):
    """Why nothing more is sent to an account for now; no order is at fault."""

    CREDENTIALS = "credentials"
    PAYMENT = "payment"
    FORBIDDEN = "forbidden"
    MISCONFIGURED = "misconfigured"  # wrong address or endpoint: redirects, 404 on the endpoint itself
    THROTTLED = "throttled"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Send the same orders again after a while; `pauses_account`: nobody sends to this account until then."""

    in_seconds: float
    pauses_account: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Send the orders again in two halves, so that one order does not keep back the others."""

    in_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Regroup:
    """Send the orders again at once, without those at fault or in the parcels that the carrier now wants; not a retry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpFirst:
    """The API may hold the orders and would hold them twice: ask it, after a while, before sending again."""

    in_seconds: float = LOOK_UP_AFTER_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAccount:
    """Send nothing more to this account; nothing is rejected."""

    reason: StopReason


@dataclass(frozen=True, slots=True)
class Refuse:
    """The API will not take this one order as it is."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Leave the orders unsent for now; a rerun may send them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgain:
    """Ask for the late answer again after a while; the orders stay pending."""

    in_seconds: float
    pauses_account: bool = False


Decision = Retry | Split | Regroup | LookUpFirst | StopAccount | Refuse | GiveUp | AskAgain

_STOPS = {
    FailureKind.CREDENTIALS: StopReason.CREDENTIALS,
    FailureKind.PAYMENT: StopReason.PAYMENT,
    FailureKind.FORBIDDEN: StopReason.FORBIDDEN,
}
STOPS_AT_ONCE = frozenset(_STOPS)
"""After one such answer to a send no other may leave: the next would end just so."""
_NOT_THERE_FOR_SURE = frozenset({FailureKind.NOT_CONNECTED, FailureKind.THROTTLED})
_REFUSALS = frozenset({400, 422})
_MAY_PASS = frozenset({408, 409, 423, 425})  # request time-out, key in use, locked, too early


def after(
    kind: FailureKind,
    *,
    attempt: int,
    upserts: bool,
    random: Random,
    status: int | None = None,
    retry_after_seconds: float | None = None,
    orders: int = 1,
    shrinks: bool = False,
) -> Decision:
    """Decide what follows from a send that gave no verdict on `orders` orders that travelled together.

    `attempt` counts their sends so far, this one included. `shrinks` says that the carrier now wants parcels of
    fewer orders than this one held. `upserts`: sending an order again leaves one order.
    """
    if kind in _STOPS:
        return StopAccount(reason=_STOPS[kind])
    if kind is FailureKind.NO_SUCH_ENDPOINT:
        return Regroup() if shrinks else StopAccount(reason=StopReason.MISCONFIGURED)
    if kind is FailureKind.HELD_UP:
        return Regroup()
    if kind is FailureKind.TOO_LARGE or _reads_as_refusal(kind, status):
        return Split() if orders > 1 else Refuse()
    if _reads_as_misconfigured(kind, status):
        return StopAccount(reason=StopReason.MISCONFIGURED)
    if not upserts and kind not in _NOT_THERE_FOR_SURE:
        return LookUpFirst()
    wait = pause_seconds(attempt, retry_after_seconds, random)
    if kind is FailureKind.THROTTLED:
        if attempt >= MAX_ATTEMPTS_THROTTLED:
            return StopAccount(reason=StopReason.THROTTLED)
        return Retry(in_seconds=wait, pauses_account=True)
    return _retry_or_leave(kind, attempt, orders, wait, asked_to_wait=retry_after_seconds is not None)


def after_asking(
    kind: FailureKind,
    *,
    attempt: int,
    asked: int,
    upserts: bool,
    random: Random,
    status: int | None = None,
    retry_after_seconds: float | None = None,
    orders: int = 1,
) -> Decision:
    """Decide what follows from the `asked`-th question about a ticket that brought no answer.

    A question doubles nothing: it is asked again until the sender's deadline. Only a lost ticket has its orders sent
    again, counted by `attempt` as any other send, and only where that upserts.
    """
    if kind in _STOPS:
        return StopAccount(reason=_STOPS[kind])
    if kind is FailureKind.LOST_TICKET:
        wait = pause_seconds(attempt, None, random)
        return _retry_or_leave(kind, attempt, orders, wait, asked_to_wait=False) if upserts else LookUpFirst()
    if kind is FailureKind.NO_SUCH_ENDPOINT or _reads_as_misconfigured(kind, status):
        return StopAccount(reason=StopReason.MISCONFIGURED)
    wait = pause_seconds(asked, retry_after_seconds, random)
    return AskAgain(in_seconds=wait, pauses_account=kind is FailureKind.THROTTLED)


def signals_outage(kind: FailureKind, status: int | None = None) -> bool:
    """Whether the failure counts towards the breaker: the API is down or does not answer as it should."""
    if kind is FailureKind.UNREADABLE:
        return status is None or status < 300 or status >= 500
    return kind in (FailureKind.SERVER, FailureKind.NOT_CONNECTED, FailureKind.NO_ANSWER)


def pause_seconds(attempt: int, retry_after_seconds: float | None, random: Random) -> float:
    """How long to wait: what the API asked for, capped; else exponential back-off with full jitter, capped.

    Zero, negative and meaningless values of Retry-After count as not given.
    """
    if retry_after_seconds is not None and retry_after_seconds > 0 and not math.isnan(retry_after_seconds):
        return min(retry_after_seconds, MAX_RETRY_AFTER_SECONDS)
    ceiling = min(MAX_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2.0 ** min(attempt - 1, 30))
    return random.uniform(0.0, ceiling)


def _retry_or_leave(
    kind: FailureKind, attempt: int, orders: int, wait: float, *, asked_to_wait: bool
) -> Decision:
    # An API that cannot be reached is not cured by smaller parcels.
    if orders > 1 and attempt >= TOGETHER_ATTEMPTS and kind is not FailureKind.NOT_CONNECTED:
        return Split(in_seconds=wait)
    if attempt >= MAX_ATTEMPTS:
        return GiveUp()
    return Retry(in_seconds=wait, pauses_account=asked_to_wait and kind is FailureKind.SERVER)


def _reads_as_refusal(kind: FailureKind, status: int | None) -> bool:
    return kind is FailureKind.UNREADABLE and status in _REFUSALS


def _reads_as_misconfigured(kind: FailureKind, status: int | None) -> bool:
    """A redirect or a 4xx that no wait will cure: the address, the endpoint or the method is wrong."""
    if kind is not FailureKind.UNREADABLE or status is None or not 300 <= status < 500:
        return False
    return status not in _REFUSALS and status not in _MAY_PASS
