"""A ledger, a clock that a test moves, and a channel in memory: all that telling people needs."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NoReturn

from tests.unit.ledger.facts import a_batch, a_drop

from orderdrop.core.expected import Expected
from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.problems import Code, Problem
from orderdrop.ledger.ledger import Ledger
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.notices.channel import Recipient
from orderdrop.notices.deciding import Terms
from orderdrop.notices.in_memory import MemoryChannel
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.telling.noticing import Looked, Telling, look
from orderdrop.pipeline.telling.survey import Survey, Watched

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class World:
    """One serving process: feed acme, account shop-eu, and whatever a test drops there."""

    workdir: Path
    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)
    ledger: Ledger = field(default_factory=MemoryLedger)
    channel: MemoryChannel = field(default_factory=MemoryChannel)
    expected: tuple[Expected, ...] = ()
    owner: str = "serve"
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.parts = Parts(
            ledger=self.ledger,
            workdir=self.workdir,
            owner=self.owner,
            mapping=_never,
            mapping_from_text=_never,
            destination=_never,
            destination_of=_never,
            line=_never,
            clock=lambda: self.now,
            monotonic=lambda: self.now.timestamp(),
            sleep=_never,
            random=Random(1),
            stop=self.stop,
        )
        self.telling = Telling(
            watched=Watched(
                feeds={"acme": self.expected},
                accounts={"shop-eu"},
                too_many=lambda back, read: back * 5 > read,
                unreachable=15 * MINUTE,
            ),
            recipients=[Recipient(name="ops", channel=self.channel)],
            terms=Terms(remind=DAY, quiet=15 * MINUTE),
        )
        self.start()

    def start(self) -> None:
        """Begin anew, as after a restart: what was in memory is gone."""
        self.survey = Survey(parts=self.parts, watched=self.telling.watched, began_at=self.now)

    def look(self, *, after: timedelta = timedelta(), insists: bool = False) -> Looked:
        self.now += after
        return look(self.parts, self.telling, self.survey, insists=insists)

    def drop(self, number: int, status: BatchStatus = BatchStatus.ACCEPTED, **facts: Any) -> str:
        """A file of feed acme that came, and what became of it."""
        batch_id = f"b-{number}"
        drop = a_drop(f"d-{number}", name=f"{number}.csv", arrived_at=self.now)
        self.ledger.open_batch(
            a_batch(batch_id, drop=drop, status=status, created_at=self.now, finished_at=self.now, **facts)
        )
        if status is BatchStatus.FAILED:
            problem = Problem(code=Code.HEADING_MISSING, message="Frau Quist, 3 rue de la Paix")
            self.ledger.add_problems(batch_id, [problem])
        return batch_id

    def titles(self) -> list[str]:
        """What people read, without the name of the program."""
        return [message.title.removeprefix("[orderdrop] ") for message in self.channel.sent]

    def lines(self) -> list[str]:
        """What the last message lists."""
        return [
            line.removeprefix("- ")
            for line in self.channel.sent[-1].text.splitlines()
            if line.startswith("- ")
        ]


def _never(*_: object) -> NoReturn:
    raise AssertionError("looking needs nothing of this")
