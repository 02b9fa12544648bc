"""Leases: one worker a feed, one a batch, whatever happens to the other. See docs/decisions.md, "Leases"."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from orderdrop.core.progress import Event, Step
from orderdrop.errors import Busy, OrderdropError, Stopped
from orderdrop.pipeline.parts import Parts

_ASK_AGAIN_SECONDS = 0.5


class Lease(threading.Event):
    """A lease that is held and kept alive; as an event it is set once its work must end, stopped or lost.

    A process that was frozen for longer than the lease finds it lost by its own clock, before it asks anybody.
    """

    def __init__(self, parts: Parts, name: str, owner: str, *, asked_at: float) -> None:
        super().__init__()
        self._parts = parts
        self._name = name
        self._owner = owner
        self._taken_away = False
        self._until = asked_at + parts.lease_seconds

    def is_set(self) -> bool:
        """Whether the work must end."""
        return self._parts.stop.is_set() or self.lost

    @property
    def lost(self) -> bool:
        """Whether somebody else may hold it by now."""
        return self._taken_away or self._parts.monotonic() > self._until

    def check(self) -> None:
        """Raise Busy when the lease is lost, Stopped when the stop was asked for."""
        self.check_held()
        if self._parts.stop.is_set():
            raise Stopped(
                f"Stopped while working on {_plain(self._name)}; everything that was sent is recorded.",
                next_step="The rest goes on at the next start of `orderdrop serve` or `orderdrop run --all`.",
            )

    def check_held(self) -> None:
        """Raise Busy when the lease is lost: what whoever has it by now wrote must not be written over."""
        if self.lost:
            raise Busy(
                f"The lease on {_plain(self._name)} ran out while this process stood still; another one may go on with it.",
                next_step="Nothing is lost: run the same again.",
            )

    def renew(self) -> None:
        """Ask for more time. A ledger that does not answer now is asked again: the lease runs out by itself.

        One that ran out is not taken again: somebody may have held it meanwhile and given it back.
        """
        if self.lost:
            self._taken_away = True
            return
        asked_at = self._parts.monotonic()
        try:
            kept = _lease(self._parts, self._name, self._owner)
        except OrderdropError:
            return
        if kept:
            self._until = asked_at + self._parts.lease_seconds
        else:
            self._taken_away = True


@contextmanager
def leased(parts: Parts, name: str) -> Iterator[Lease]:
    """Hold a lease while the block runs, renewing it.

    What a dead process of this machine held is taken over at once. Anybody else is waited for, as long as `parts` has
    patience; then Busy is raised.
    """
    owner = f"{parts.owner}/{parts.random.getrandbits(48):012x}"  # two threads of a process are two owners
    lease = Lease(parts, name, owner, asked_at=_taken(parts, name, owner))
    done = threading.Event()
    keeper = threading.Thread(
        target=_keep, args=(lease, done, parts.lease_seconds / 3), name=f"lease {name}", daemon=True
    )
    keeper.start()
    try:
        yield lease
    finally:
        done.set()
        keeper.join()
        parts.ledger.release(name, owner)


def is_held(parts: Parts, name: str) -> bool:
    """Whether somebody who may be alive holds a lease."""
    holder = parts.ledger.lease_holder(name, parts.clock())
    return holder is not None and not parts.has_died(holder)


def _keep(lease: Lease, done: threading.Event, every_seconds: float) -> None:
    while not done.wait(every_seconds):
        lease.renew()


def _taken(parts: Parts, name: str, owner: str) -> float:
    """When the ledger was asked that gave the lease: from then on it counts, however long the answer took."""
    asked_at = parts.monotonic()
    patient_until = asked_at + parts.patience_seconds
    told = False
    while not _lease(parts, name, owner):
        holder = parts.ledger.lease_holder(name, parts.clock())
        if holder is not None and parts.has_died(holder):
            parts.ledger.release(name, holder)  # of two who find it dead, one wins the next try
            continue
        if parts.stop.is_set() or parts.monotonic() >= patient_until:
            raise Busy(
                f"Another orderdrop works on {_plain(name)} at this moment.",
                next_step="Wait for it, or try again in half a minute if it has died.",
            )
        if not told:
            told = True
            parts.watcher(Event(step=Step.WAITING, name=_plain(name)))
        parts.sleep(_ASK_AGAIN_SECONDS)
        asked_at = parts.monotonic()
    return asked_at


def _lease(parts: Parts, name: str, owner: str) -> bool:
    return parts.ledger.lease(name, owner, parts.clock(), parts.lease_seconds)


def _plain(name: str) -> str:
    return name.replace(":", " ", 1)
