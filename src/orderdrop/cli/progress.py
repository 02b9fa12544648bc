"""Progress while a command works: a bar on a terminal, plain lines elsewhere."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from orderdrop.core.neutral import printable
from orderdrop.core.progress import Event, Step, Watcher, nobody

_SAID = {
    Step.WAITING: "another orderdrop works on it; waiting for half a minute at most",
    Step.CLAIMED: "claimed",
    Step.FETCHED: "fetched",
    Step.REGISTERED: "kept",
    Step.PREPARING: "reading and checking rows",
    Step.CHANGED: "written otherwise than the feed's last file",
    Step.PREPARED: "prepared",
    Step.ATTEMPTS_RECORDED: "sending orders",
    Step.OUTCOMES_RECORDED: "sending orders",
    Step.SENT: "sent",
    Step.REPORTED: "reports written",
    Step.ARCHIVED: "archived",
    Step.REPLIED: "answered",
    Step.FINISHED: "finished",
    Step.PUT_OFF: "put off to the next poll",
    Step.ACCOUNT_STOPPED: "nothing more is sent to this account for now",
    Step.ACCOUNT_WORKS: "this account works again",
}
_OF_A_RIVAL = "it came first and has some of the same orders; waiting until it is done"
_OF_NO_DROP = (Step.WAITING, Step.ACCOUNT_STOPPED, Step.ACCOUNT_WORKS)


@contextmanager
def progress(stream: TextIO, *, quiet: bool = False) -> Iterator[Watcher]:
    """Lend a watcher that shows progress on a stream."""
    if quiet:
        yield nobody
    elif stream.isatty():
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(file=stream), transient=True) as bar:
            yield _Bar(bar)
    else:
        yield _Lines(stream)


class _Bar:
    """One line a drop, on a terminal."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        said = _said(event)
        if said is None or not event.name:
            return
        description = escape(f"{printable(event.name)}: {said}{_why(event)}")
        if event.step in _OF_NO_DROP:
            self._bar.console.print(description)
            return
        task = self._tasks.get(event.name)
        if task is None:
            task = self._tasks[event.name] = self._bar.add_task(description, total=None)
        if event.step in (Step.PREPARING, Step.ATTEMPTS_RECORDED, Step.OUTCOMES_RECORDED, Step.SENT):
            self._bar.update(task, description=description, completed=event.done, total=event.total)
        else:
            self._bar.update(task, description=description)
        if event.step in (Step.FINISHED, Step.PUT_OFF):
            self._bar.remove_task(task)
            del self._tasks[event.name]


class _Lines:
    """One line a step, and for long steps one at every doubling of what is done."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._next: dict[tuple[str, str], int] = {}

    def __call__(self, event: Event) -> None:
        said = _said(event)
        if said is None or not event.name:
            return
        with self._lock:
            if event.step in (Step.PREPARING, Step.ATTEMPTS_RECORDED, Step.OUTCOMES_RECORDED):
                key = (event.name, said)
                if event.done < self._next.get(key, 1):
                    return
                self._next[key] = max(1, event.done) * 2
            count = f" {event.done:,}" + (f" of {event.total:,}" if event.total else "") if event.done else ""
            with suppress(OSError):  # nowhere to tell is no reason to stop
                self._stream.write(f"{printable(event.name)}: {said}{count}{_why(event)}\n")
                self._stream.flush()


def _said(event: Event) -> str | None:
    if event.step is Step.WAITING and event.batch is not None:  # for an older batch, not for a lease
        return _OF_A_RIVAL
    return _SAID.get(event.step)


def _why(event: Event) -> str:
    return printable(f" ({event.facts['why']})") if "why" in event.facts else ""
