"""The breaker of an account: whether anything is sent to it, for all its batches and threads, and for other processes.

What there is to decide stands in `circuit`; what others found out comes through `known`.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from orderdrop.core.policy import StopReason
from orderdrop.delivery.circuit import (
    LEAST_PART_OF_A_REST,
    MENDABLE,
    Closed,
    Gate,
    Open,
    Probing,
    State,
    failed,
    gate,
    left,
    opened,
    probing,
    resumed,
    stopped,
    worked,
)
from orderdrop.delivery.known import Known
from orderdrop.ledger.accounts import AccountState


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An account was stopped, or stopped for another reason than before, or works again (`reason` None)."""

    account: str
    reason: StopReason | None
    detail: str = ""
    rest_seconds: float = 0.0


def _nobody(turn: Turn) -> None:  # noqa: ARG001 - stands where somebody could
    return None


class Breaker:
    """The state of one account, shared by all its batches and threads, and by all processes where it is `known`.

    Of an outage that all processes meet, one tells the beginning and one the end. Who `insists` looks at once, as a
    person does who asks for a rerun; but never while the API asked for silence. `owner` names this process to others,
    `has_died` says of such a name whether its process is certainly gone. `random` shortens rests.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        state: State | None = None,
        known: Known | None = None,
        insists: bool = False,
        owner: str = "",
        has_died: Callable[[str], bool] = lambda _: False,
        random: Random | None = None,
        tell: Callable[[Turn], None] = _nobody,
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._state: State = state or Closed()
        self._known = known
        self._insists = insists
        self._owner = owner
        self._has_died = has_died
        self._random = random
        self._tell = tell
        self._adopted = 0  # the number of the turn of events that the state was made of
        self._began = False
        self._my_probe = False

    @property
    def state(self) -> State:
        """The state as it is now."""
        with self._lock:
            self._adopt()
            return self._state

    def gate(self) -> Gate:
        """What a sender may do now."""
        with self._lock:
            self._adopt()
            return gate(self._state, self._clock())

    def probes_after(self) -> int | None:
        """Where the next request is the one that looks whether the account works again: after how many rests; else None."""
        with self._lock:
            self._adopt()
            match self._state:
                case Open(rests=rests) | Probing(of=Open(rests=rests)):
                    return rests
                case _:
                    return None

    def leave(self) -> bool:
        """Announce a request; False when it may not leave (another took the only probe)."""
        with self._lock:
            self._adopt()
            now = self._clock()
            if gate(self._state, now) is not Gate.SEND:
                return False
            if not isinstance(self._state, Closed) and not self._claim():
                return False
            self._state = left(self._state, now)
            return True

    def failed(self, detail: str = "") -> None:
        """Count a failure that looks like an outage."""
        with self._lock:
            self._adopt()
            if not self._is_anothers_probe():
                self._go_to(failed(self._state, self._clock(), detail, self._part()))

    def opened(self, reason: StopReason, detail: str = "") -> None:
        """Stop the account at once."""
        with self._lock:
            self._adopt()
            if not self._is_anothers_probe():
                self._go_to(opened(self._state, reason, self._clock(), detail, self._part()))

    def worked(self) -> None:
        """Take note of a verdict."""
        with self._lock:
            if self._state == Closed():
                return
            self._adopt()
            if not self._is_anothers_probe():
                self._go_to(worked(self._state))

    def _part(self) -> float:
        return 1.0 if self._random is None else self._random.uniform(LEAST_PART_OF_A_REST, 1.0)

    def _is_anothers_probe(self) -> bool:
        """Whether only the answer to somebody else's request says how it goes on."""
        return self._known is not None and isinstance(self._state, Probing) and not self._my_probe

    def _claim(self) -> bool:
        """Take the only probe; False when another process was faster."""
        if self._known is None:
            return True
        adopted, mine = self._adopted, [False]

        def claim(was: AccountState, now: datetime) -> AccountState:
            mine[0] = was.turns == adopted
            return probing(was, now, self._owner) if mine[0] else was

        self._take_over(self._known, self._known.change(claim))
        self._my_probe = mine[0]
        return mine[0]

    def _go_to(self, state: State) -> None:
        """Change the state, for all processes where that concerns them."""
        before, self._state = self._state, state
        known, adopted = self._known, self._adopted
        if known is None or state is before or (isinstance(before, Closed) and isinstance(state, Closed)):
            return
        turns: list[Turn] = []

        def change(was: AccountState, now: datetime) -> AccountState:
            turns.clear()  # a transaction may be tried twice
            if was.turns != adopted:
                return was  # another process was faster, by a moment
            seconds = state.until - self._clock() if isinstance(state, Open) else 0.0
            became = stopped(was, state, now, seconds) if isinstance(state, Open) else resumed(was, now)
            if became.reason != was.reason:
                reason = StopReason(became.reason) if became.reason else None
                turns.append(
                    Turn(account=known.account, reason=reason, detail=became.detail, rest_seconds=seconds)
                )
            return became

        self._my_probe = False
        self._take_over(known, known.change(change))
        for turn in turns:
            self._tell(turn)

    def _adopt(self) -> None:
        """Take over what other processes found out."""
        known = self._known
        if known is None:
            return
        seen = known.look()
        self._take_over(known, seen)
        if not isinstance(self._state, Probing) or self._my_probe or not seen.probing_by:
            return
        if self._has_died(seen.probing_by):
            # what it would have found out it takes along
            self._state = replace(self._state.of, until=float("-inf"))

    def _take_over(self, known: Known, seen: AccountState) -> None:
        if seen.turns != self._adopted:
            self._adopted, self._my_probe = seen.turns, False
            if seen.reason is not None:
                self._state = self._stopped(known, seen, StopReason(seen.reason))
            elif not isinstance(self._state, Closed):
                self._state = Closed()
        self._began = True

    def _stopped(self, known: Known, seen: AccountState, reason: StopReason) -> State:
        looks_at_once = self._insists or reason in MENDABLE
        at_once = not self._began and looks_at_once and reason is not StopReason.THROTTLED
        until = float("-inf") if at_once else known.when(seen.probe_at)
        rest = Open(reason=reason, until=until, rests=seen.rests, detail=seen.detail)
        return rest if seen.probing_since is None else Probing(of=rest, since=known.when(seen.probing_since))
