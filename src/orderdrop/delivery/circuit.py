"""Whether anything is sent to an account at all: closed, open for a reason, or probing with a single request.

All of it is pure; `Breaker` guards it for those that share an account. Times are seconds of whatever clock the caller
injects, but for those of the state that the ledger keeps.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from orderdrop.core.policy import StopReason
from orderdrop.ledger.accounts import AccountState

# failures in a row: more than one order is tried, so that a single poisonous order opens nothing
OUTAGE_AFTER = 8
FIRST_REST_SECONDS = 60.0
FIRST_REST_MENDABLE_SECONDS = 300.0
MAX_REST_SECONDS = 900.0
# rests are shortened at random: what was stopped together does not come back together
LEAST_PART_OF_A_REST = 0.75
ASKING_ORDERS = 10  # of so many one asks whether an account works again, each time another one
MENDABLE = frozenset(
    {StopReason.CREDENTIALS, StopReason.PAYMENT, StopReason.FORBIDDEN, StopReason.MISCONFIGURED}
)
"""Reasons that a person takes away, often in our own settings: a process that starts looks at once."""
PROBE_SECONDS = 180.0  # a probe without a result for so long was lost with its process or thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Everything may be sent; `failures` in a row so far."""

    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Nothing is sent before `until`; `rests` in a row, each twice as long as the one before."""

    reason: StopReason
    until: float
    rests: int = 1
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """One request is under way to see whether the account works again; `of` is the rest that it ends or prolongs."""

    of: Open
    since: float


State = Closed | Open | Probing


class Gate(Enum):
    """What a sender may do now."""

    SEND = "send"
    WAIT = "wait"  # somebody's probe is under way
    STOP = "stop"


def gate(state: State, now: float) -> Gate:
    """What may be done in a state."""
    match state:
        case Closed():
            return Gate.SEND
        case Open(until=until):
            return Gate.STOP if now < until else Gate.SEND
        case Probing(since=since):
            return Gate.WAIT if now < since + PROBE_SECONDS else Gate.SEND


def left(state: State, now: float) -> State:
    """The state after a request left: after a rest it is the probe."""
    match state:
        case Open() as rest:
            return Probing(of=rest, since=now)
        case Probing(of=rest):
            return Probing(of=rest, since=now)
        case _:
            return state


def failed(state: State, now: float, detail: str = "", part: float = 1.0) -> State:
    """The state after a failure that looks like an outage."""
    match state:
        case Closed(failures=failures) if failures + 1 < OUTAGE_AFTER:
            return Closed(failures=failures + 1)
        case Open():
            return state
        case _:
            return opened(state, StopReason.OUTAGE, now, detail, part)


def opened(state: State, reason: StopReason, now: float, detail: str = "", part: float = 1.0) -> State:
    """The state after an answer that stops the account at once; `part` of the usual rest, up to 1."""
    if isinstance(state, Open):
        return state
    rests = state.of.rests + 1 if isinstance(state, Probing) else 1
    return Open(reason=reason, until=now + part * rest_seconds(reason, rests), rests=rests, detail=detail)


def rest_seconds(reason: StopReason, rests: int) -> float:
    """How long nothing is sent after so many stops in a row, at most."""
    first = FIRST_REST_MENDABLE_SECONDS if reason in MENDABLE else FIRST_REST_SECONDS
    return min(MAX_REST_SECONDS, first * 2.0 ** min(rests - 1, 30))


def worked(state: State) -> State:
    """The state after a verdict; one that was under way when the account was stopped does not set it going again."""
    return state if isinstance(state, Open) else Closed()


def stopped(was: AccountState, state: Open, now: datetime, seconds: float) -> AccountState:
    """What all processes must know of an account that rests for so long."""
    return replace(
        was,
        reason=state.reason.value,
        detail=state.detail,
        since=was.since if was.reason is not None else now,
        rests=state.rests,
        probe_at=now + timedelta(seconds=seconds),
        probing_since=None,
        probing_by=None,
        noted_at=now,
        turns=was.turns + 1,
    )


def resumed(was: AccountState, now: datetime) -> AccountState:
    """What all processes must know of an account that works again."""
    return replace(
        was,
        reason=None,
        detail="",
        since=None,
        rests=0,
        probe_at=None,
        probing_since=None,
        probing_by=None,
        resumed_at=now,
        noted_at=now,
        turns=was.turns + 1,
    )


def probing(was: AccountState, now: datetime, by: str) -> AccountState:
    """What all processes must know while one request looks whether the account works again, and whose it is."""
    return replace(was, probing_since=now, probing_by=by, noted_at=now, turns=was.turns + 1)
