"""The console's pages in a process of their own, so that people who look take no turn of the interpreter from what is sent.

`orderdrop serve` is the first process: it holds the address, does the jobs that pages begin, and starts the other one
again when that died. They talk over a socket that nobody else has: the other one is told there what it is to serve, for
the settings hold secrets, says that it does, and asks (see `asking`). When the conversation ends, however the first
process did, the other one ends too.
"""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import structlog

from orderdrop import logs, wiring
from orderdrop.errors import OrderdropError, SetupError, Stopped, TryAgainLater
from orderdrop.pipeline.parts import FeedPlan, Parts
from orderdrop.settings import Settings
from orderdrop.web.asking import STOPPING, Asking, Question, answer
from orderdrop.web.console import open_console
from orderdrop.web.jobs import JobThreads

COMMAND = (sys.executable, "-m", "orderdrop.web")
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 60.0
_GLANCE_SECONDS = 0.2
_END_SECONDS = 12.0  # the other one itself gives its pages ten
_COLLECT_EVERY = 20_000  # objects, as in the command


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What the other process is told first; `listening` is the descriptor of the socket on which it answers."""

    settings: Settings
    serving: bool
    listening: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstWord:
    """Its first word: that it answers, or why it cannot; `to_mend` where a person has to mend something first."""

    failed: str | None = None
    next_step: str | None = None
    to_mend: bool = False

    def check(self) -> None:
        """Raise SetupError or TryAgainLater where it cannot."""
        if self.failed is not None:
            raise (SetupError if self.to_mend else TryAgainLater)(self.failed, next_step=self.next_step)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Other:
    """The other process, and this end of the conversation with it."""

    process: "subprocess.Popen[bytes]"
    conversation: Connection

    def end(self) -> str:
        """End the conversation and wait until the process ended, too; how it did."""
        self.conversation.close()
        try:
            code = self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


@contextmanager
def pages_apart(
    settings: Settings,
    parts: Parts,
    feeds: Mapping[str, FeedPlan],
    listening: socket.socket,
    *,
    serving: bool,
    command: Sequence[str] = COMMAND,
) -> Iterator[int]:
    """Have another process answer on a socket while the block runs, and do here what its pages begin; gives its pid.

    Raises SetupError where it cannot serve, TryAgainLater where it ends before it does, Stopped on a stop meanwhile.
    """
    jobs = JobThreads(parts, feeds)
    pages = _Pages(
        Task(settings=settings, serving=serving, listening=listening.fileno()), command, parts, jobs
    )
    other = pages.started()
    keeper = threading.Thread(target=pages.keep, args=(other,), name="console", daemon=True)
    keeper.start()
    try:
        yield other.process.pid
    finally:
        pages.ends.set()
        keeper.join()
        jobs.close()


class _Pages:
    """Starts the other process, answers it, and starts it again until `ends` is set."""

    def __init__(self, task: Task, command: Sequence[str], parts: Parts, jobs: JobThreads) -> None:
        self._task, self._command, self._parts, self._jobs = task, command, parts, jobs
        self._log = structlog.get_logger()
        self.ends = threading.Event()

    def started(self) -> _Other:
        """The other process once it answers. Raises what `pages_apart` does."""
        other = _begun(self._command, self._task.listening)
        try:
            other.conversation.send(self._task)
            self._first_word(other.conversation).check()
        except (EOFError, OSError):
            raise TryAgainLater(
                f"The console's process ended before it answered ({other.end()}).",
                next_step="See what it said, and whether the machine is short of memory; then start it again.",
            ) from None
        except BaseException:
            other.end()
            raise
        return other

    def _first_word(self, conversation: Connection) -> FirstWord:
        while not conversation.poll(_GLANCE_SECONDS):
            if self._over():
                raise Stopped("Stopped before the console answered.")
        word: FirstWord = conversation.recv()
        return word

    def keep(self, other: _Other) -> None:
        """Answer the other process; whenever it ended, another one takes its place, until nobody is to be served any more."""
        pauses = growing_pauses()
        next_one: _Other | None = other
        while next_one is not None:
            began = self._parts.monotonic()
            self._converse(next_one.conversation)
            if self._parts.monotonic() - began > LONGEST_PAUSE_SECONDS:
                pauses = growing_pauses()
            next_one = self._next(next_one.end(), pauses)

    def _next(self, why: str, pauses: Iterator[float]) -> _Other | None:
        """Another process in the place of one that ended; None once none is needed."""
        while not self._over():
            pause_seconds = next(pauses)
            self._log.error("console_ended", why=why, again_in_seconds=pause_seconds)
            if self.ends.wait(pause_seconds):
                break
            try:
                other = self.started()
            except OrderdropError as error:
                why = str(error)
            else:
                self._log.info("console_again", pid=other.process.pid)
                return other
        return None

    def _converse(self, conversation: Connection) -> None:
        """Answer until the other process, or the block, ends; a stop is passed on."""
        passed_on = False
        with suppress(EOFError, OSError):
            while not self.ends.is_set():
                if self._parts.stop.is_set() and not passed_on:
                    conversation.send(STOPPING)
                    passed_on = True
                if conversation.poll(_GLANCE_SECONDS):
                    question: Question = conversation.recv()
                    conversation.send((question.number, answer(question, self._jobs, self._parts.answers)))

    def _over(self) -> bool:
        return self.ends.is_set() or self._parts.stop.is_set()


def growing_pauses() -> Iterator[float]:
    """Seconds until another process is started, each time twice as long up to the longest."""
    pause_seconds = FIRST_PAUSE_SECONDS
    while True:
        yield pause_seconds
        pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)


def _begun(command: Sequence[str], listening: int) -> _Other:
    conversation, theirs = Pipe()
    # Ctrl-C reaches the whole group, and a supervisor may signal every process: the other one ends when this one says so.
    # What is blocked here while it begins it never sees, not even before it could say so itself.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(), listening),
        )
    except OSError as error:
        conversation.close()
        raise TryAgainLater(
            f"The console's process could not be started: {error.strerror or error}.",
            next_step="See whether the machine is short of memory or processes; then start it again.",
        ) from None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()  # or its end would never be seen here
    return _Other(process=process, conversation=conversation)


def main(descriptor: int) -> None:
    """Be the other process: answer until the conversation ends."""
    gc.set_threshold(_COLLECT_EVERY)
    logs.configure(json_lines=True)
    conversation = Connection(descriptor)
    with suppress(EOFError, ConnectionError):  # the first process is gone already
        _answer(conversation.recv(), conversation)
    # whoever still looks at a large file would keep the process, and nobody waits for what they see
    os._exit(0)


def _answer(task: Task, conversation: Connection) -> None:
    from orderdrop.web.server import answering  # the first process does without its libraries

    stop, asking = threading.Event(), Asking(conversation)
    try:
        parts = wiring.build(task.settings, watcher=logs.log_step, stop=stop)
        feeds = {name: wiring.feed_plan(task.settings, name) for name in task.settings.feeds}
        console = open_console(
            task.settings, parts, feeds, jobs=asking, answers=asking.times, serving=task.serving
        )
    except OrderdropError as error:
        to_mend = isinstance(error, SetupError)
        conversation.send(FirstWord(failed=error.message, next_step=error.next_step, to_mend=to_mend))
        return
    with answering(console, socket.socket(fileno=task.listening)):
        conversation.send(FirstWord())
        asking.listen(stop)
    parts.close()
