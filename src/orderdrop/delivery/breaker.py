"""Whether anything is sent to an account at all: closed, open for a reason, or probing with a single request.

The states and their changes are pure; `Breaker` only guards them for the batches and threads that share an account.
Times are seconds of whatever clock the caller injects.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from orderdrop.core.policy import StopReason

OUTAGE_AFTER = (
    8  # failures in a row: more than one order is tried, so that a single poisonous order opens nothing
)
FIRST_REST_SECONDS = 60.0
MAX_REST_SECONDS = 3600.0
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


def failed(state: State, now: float, detail: str = "") -> State:
    """The state after a failure that looks like an outage."""
    match state:
        case Closed(failures=failures) if failures + 1 < OUTAGE_AFTER:
            return Closed(failures=failures + 1)
        case Open():
            return state
        case _:
            return opened(state, StopReason.OUTAGE, now, detail)


def opened(state: State, reason: StopReason, now: float, detail: str = "") -> State:
    """The state after an answer that stops the account at once."""
    if isinstance(state, Open):
        return state
    rests = state.of.rests + 1 if isinstance(state, Probing) else 1
    rest = min(MAX_REST_SECONDS, FIRST_REST_SECONDS * 2.0 ** min(rests - 1, 30))
    return Open(reason=reason, until=now + rest, rests=rests, detail=detail)


def worked(state: State) -> State:
    """The state after a verdict; one that was under way when the account was stopped does not set it going again."""
    return state if isinstance(state, Open) else Closed()


class Breaker:
    """The state of one account, shared by all its batches and threads."""

    def __init__(self, *, clock: Callable[[], float], state: State | None = None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._state: State = state or Closed()

    @property
    def state(self) -> State:
        """The state as it is now."""
        with self._lock:
            return self._state

    def gate(self) -> Gate:
        """What a sender may do now."""
        with self._lock:
            return gate(self._state, self._clock())

    def leave(self) -> bool:
        """Announce a request; False when it may not leave (another took the only probe)."""
        with self._lock:
            now = self._clock()
            if gate(self._state, now) is not Gate.SEND:
                return False
            self._state = left(self._state, now)
            return True

    def failed(self, detail: str = "") -> None:
        """Count a failure that looks like an outage."""
        with self._lock:
            self._state = failed(self._state, self._clock(), detail)

    def opened(self, reason: StopReason, detail: str = "") -> None:
        """Stop the account at once."""
        with self._lock:
            self._state = opened(self._state, reason, self._clock(), detail)

    def worked(self) -> None:
        """Take note of a verdict."""
        with self._lock:
            self._state = worked(self._state)
