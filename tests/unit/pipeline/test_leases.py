"""Leases: taken, waited for, taken over, lost."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NoReturn

import pytest

from orderdrop.core.progress import Event, Step
from orderdrop.errors import Busy, Stopped
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import Parts

START = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)


@dataclass
class World:
    """A clock that moves only while somebody sleeps, and a ledger."""

    seconds: float = 0.0
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    events: list[Event] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def watch(self, event: Event) -> None:
        self.events.append(event)

    def parts(
        self, owner: str, *, patience_seconds: float = 0.0, has_died: Callable[[str], bool] = lambda _: False
    ) -> Parts:
        return Parts(
            ledger=self.ledger,
            workdir=Path(),
            owner=owner,
            mapping=_never,
            mapping_from_text=_never,
            destination=_never,
            destination_of=_never,
            line=_never,
            clock=self.now,
            monotonic=lambda: self.seconds,
            sleep=self.sleep,
            random=Random(1),
            has_died=has_died,
            patience_seconds=patience_seconds,
            watcher=self.watch,
            stop=self.stop,
        )


def _never(*_: object) -> NoReturn:
    raise AssertionError("a lease needs nothing of this")


@pytest.fixture
def world() -> World:
    return World()


def test_two_at_once_are_one_too_many(world: World) -> None:
    with (
        leased(world.parts("a"), "feed:acme"),
        pytest.raises(Busy, match="Another orderdrop works on feed acme"),
        leased(world.parts("b"), "feed:acme"),
    ):
        pass


def test_two_threads_of_one_process_are_one_too_many(world: World) -> None:
    parts = world.parts("a")
    with leased(parts, "batch:b-1"), pytest.raises(Busy), leased(parts, "batch:b-1"):
        pass


def test_a_lease_is_given_back_also_after_an_error(world: World) -> None:
    with pytest.raises(ValueError, match="of its own"), leased(world.parts("a"), "batch:b-1"):
        raise ValueError("of its own")
    with leased(world.parts("b"), "batch:b-1"):
        pass


def test_what_a_dead_process_held_is_taken_over_at_once(world: World) -> None:
    world.ledger.lease("feed:acme", "dead/1", world.now(), 30.0)
    with leased(world.parts("b", has_died=lambda name: name == "dead/1"), "feed:acme") as lease:
        assert not lease.is_set()
    assert world.seconds == 0.0


def test_with_patience_a_lease_that_runs_out_is_waited_for_and_that_is_said_once(world: World) -> None:
    world.ledger.lease("feed:acme", "elsewhere", world.now(), 30.0)
    with leased(world.parts("b", patience_seconds=31.0), "feed:acme"):
        assert world.seconds == pytest.approx(30.0, abs=1.0)
    assert [(event.step, event.name) for event in world.events] == [(Step.WAITING, "feed acme")]


def test_patience_has_an_end(world: World) -> None:
    world.ledger.lease("feed:acme", "elsewhere", world.now(), 3600.0)
    with pytest.raises(Busy), leased(world.parts("b", patience_seconds=31.0), "feed:acme"):
        pass
    assert world.seconds == pytest.approx(31.0, abs=1.0)


def test_a_stop_ends_the_waiting(world: World) -> None:
    world.ledger.lease("feed:acme", "elsewhere", world.now(), 3600.0)
    world.stop.set()
    with pytest.raises(Busy), leased(world.parts("b", patience_seconds=31.0), "feed:acme"):
        pass
    assert world.seconds == 0.0


def test_who_stood_still_for_longer_than_the_lease_must_end(world: World) -> None:
    with leased(world.parts("a"), "batch:b-1") as lease:
        world.seconds = 29.0
        lease.check()
        assert not lease.is_set()
        world.seconds = 31.0
        assert lease.is_set()
        with pytest.raises(Busy, match="stood still"):
            lease.check()


def test_a_lease_counts_from_when_the_ledger_was_asked_however_late_it_answers(world: World) -> None:
    class Slow(MemoryLedger):
        def lease(self, name: str, owner: str, now: datetime, seconds: float) -> bool:
            given = super().lease(name, owner, now, seconds)
            world.seconds += 25.0
            return given

    world.ledger = Slow()
    with leased(world.parts("a"), "batch:b-1") as lease:
        assert not lease.lost
        world.seconds = 31.0
        assert lease.lost
        assert world.ledger.lease_holder("batch:b-1", world.now()) is None


def test_renewing_gives_another_thirty_seconds(world: World) -> None:
    with leased(world.parts("a"), "batch:b-1") as lease:
        world.seconds = 20.0
        lease.renew()
        world.seconds = 45.0
        assert not lease.lost


def test_a_lease_that_somebody_else_took_is_lost_with_the_next_renewal(world: World) -> None:
    with leased(world.parts("a"), "batch:b-1") as lease:
        world.ledger.lease("batch:b-1", "b", world.now() + timedelta(minutes=1), 3600.0)
        lease.renew()
        assert lease.lost


def test_a_stop_is_a_reason_to_end_too(world: World) -> None:
    with leased(world.parts("a"), "batch:b-1") as lease:
        world.stop.set()
        assert lease.is_set()
        assert not lease.lost
        with pytest.raises(Stopped, match="everything that was sent is recorded"):
            lease.check()


def test_a_lease_that_ran_out_is_not_taken_again_although_it_is_free(world: World) -> None:
    with leased(world.parts("a"), "batch:b-1") as lease:
        world.seconds += 60
        with leased(world.parts("b"), "batch:b-1"):
            pass
        lease.renew()
        assert lease.lost
        assert world.ledger.lease_holder("batch:b-1", world.now()) is None
        with pytest.raises(Busy, match="ran out"):
            lease.check()
