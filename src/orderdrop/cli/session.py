"""What every command needs: settings, parts, a watcher that fits the terminal, and a graceful end on signals."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from orderdrop import logs, wiring
from orderdrop import settings as setup
from orderdrop.cli.progress import progress
from orderdrop.core.progress import Watcher
from orderdrop.pipeline.parts import LEASE_SECONDS, FeedPlan, Parts

_LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One command's run: the settings and the parts."""

    settings: setup.Settings
    parts: Parts

    def feed_plans(self) -> dict[str, FeedPlan]:
        """Every feed of the settings."""
        return {name: wiring.feed_plan(self.settings, name) for name in self.settings.feeds}


def settings_of(config: Path | None, *, need_secrets: bool = True) -> setup.Settings:
    """The settings that the command works with."""
    return setup.load(config, os.environ, Path.cwd(), need_secrets=need_secrets)


@contextmanager
def looking(config: Path | None) -> Iterator[Session]:
    """A session for commands that only read the ledger."""
    logs.configure(json_lines=False)
    settings = settings_of(config, need_secrets=False)
    parts = wiring.build(settings)
    try:
        yield Session(settings=settings, parts=parts)
    finally:
        parts.close()


@contextmanager
def previewing(config: Path | None) -> Iterator[Session]:
    """A session whose ledger is in memory: nothing that is done in it lasts."""
    logs.configure(json_lines=False)
    settings = settings_of(config, need_secrets=False)
    with progress(sys.stderr) as watcher:
        yield Session(
            settings=settings, parts=wiring.build(settings, ledger=wiring.scratch_ledger(), watcher=watcher)
        )


@contextmanager
def asking(config: Path | None) -> Iterator[Session]:
    """A session for commands that ask the accounts and change nothing: Ctrl-C ends them at once."""
    logs.configure(json_lines=False)
    parts = wiring.build(settings := settings_of(config))
    try:
        yield Session(settings=settings, parts=parts)
    finally:
        parts.close()


@contextmanager
def working(config: Path | None, *, quiet: bool = False, insists: bool = True) -> Iterator[Session]:
    """A session that sends: shows progress, stops gracefully on SIGTERM and Ctrl-C (at once on the second).

    `insists`: a person asks for it, so an account that was stopped is tried at once.
    """
    logs.configure(json_lines=False)
    settings = settings_of(config)
    with stoppable() as stop, progress(sys.stderr, quiet=quiet) as watcher:
        # long enough for the leases of a process that died on another machine to run out
        parts = wiring.build(
            settings, watcher=watcher, stop=stop, patience_seconds=LEASE_SECONDS + 1, insists=insists
        )
        try:
            yield Session(settings=settings, parts=parts)
        finally:
            parts.close()


@contextmanager
def serving(config: Path | None, watcher: Watcher) -> Iterator[Session]:
    """A session that stays: logs in JSON lines instead of progress."""
    logs.configure(json_lines=True)
    settings = settings_of(config)
    with stoppable() as stop:
        parts = wiring.build(settings, watcher=watcher, stop=stop)
        try:
            yield Session(settings=settings, parts=parts)
        finally:
            parts.close()


def wait_for(stop: threading.Event) -> None:
    """Wait until it is set, by a signal as well that another thread was given: nothing wakes the main one then."""
    while not stop.wait(_LOOK_SECONDS):
        pass


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """An event that SIGTERM and Ctrl-C set; the second signal ends the process as usual."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
        stop.set()
        for each, handler in before.items():
            signal.signal(each, handler)

    for number in before:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
