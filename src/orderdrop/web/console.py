"""What the pages work with: the parts of the pipeline, the settings, and the doors of access."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from orderdrop import wiring
from orderdrop.access.doors import Doors
from orderdrop.access.sql import SqlAccess
from orderdrop.access.store import AccessStore
from orderdrop.destinations.timing import Times
from orderdrop.ledger.browsing import Browsing
from orderdrop.ledger.sql_browsing import SqlBrowsing
from orderdrop.pipeline.parts import FeedPlan, Parts
from orderdrop.settings import ConsoleOptions, Settings
from orderdrop.web.jobs import Job, Jobs, Kind
from orderdrop.web.looks import Looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """One running console.

    `jobs` does what its pages begin, in this process or in the one that started it (see `process`); `answers` says how
    long the APIs took to answer whoever does it. `url` is where people reach it, without a slash at the end; `version` is
    the program's. `serving` says whether the scheduler runs beside it; `closing` is set when it stops answering. `looks`
    are those of people who follow a batch: its status, and how far it is.
    """

    settings: Settings
    parts: Parts
    doors: Doors
    store: AccessStore
    browsing: Browsing
    jobs: Jobs
    answers: Callable[[], Mapping[tuple[str, str], Times]]
    feeds: Mapping[str, FeedPlan]
    url: str
    version: str
    serving: bool = False
    upload_max_bytes: int = 200 * 1024 * 1024
    closing: threading.Event = field(default_factory=threading.Event)
    folder: Path = field(init=False)
    looks: Looks[tuple[str, str | None]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", self.parts.workdir / "console")
        object.__setattr__(self, "looks", Looks(self.parts.monotonic))

    @property
    def secure(self) -> bool:
        """Whether people come over TLS, so that cookies may say so."""
        return self.url.startswith("https://")

    def ends(self) -> bool:
        """Whether nobody is to be kept waiting any more: the console closes, or the whole process stops."""
        return self.closing.is_set() or self.parts.stop.is_set()

    def work_on(self, batch_id: str) -> None:
        """Bring a batch that is in the ledger to rest, without waiting for it."""
        self.jobs.begin(Job(kind=Kind.WORK, subject=batch_id))

    def now(self) -> datetime:
        """The time."""
        return self.parts.clock()


def open_console(
    settings: Settings,
    parts: Parts,
    feeds: Mapping[str, FeedPlan],
    *,
    jobs: Jobs,
    answers: Callable[[], Mapping[tuple[str, str], Times]],
    serving: bool,
) -> Console:
    """The console over a session's parts. Raises SetupError for a ledger in memory."""
    options = settings.console or ConsoleOptions()
    database = wiring.database_of(parts.ledger)
    store = SqlAccess(database)
    return Console(
        settings=settings,
        parts=parts,
        doors=Doors(store, parts.clock),
        store=store,
        browsing=SqlBrowsing(database),
        jobs=jobs,
        answers=answers,
        feeds=feeds,
        url=options.address,
        version=version("orderdrop"),
        serving=serving,
        upload_max_bytes=options.upload_max_mb * 1_000_000,
    )
