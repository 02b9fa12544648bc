"""What the process of the console's pages asks the first one, and what it is answered; see `process`.

Questions are answered at once and in their order: to begin a job is to put it on a list. Should the first process stand
still all the same, no page waits for it longer than a moment.
"""

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from typing import Any

from orderdrop.destinations.timing import Answers, Times
from orderdrop.errors import TryAgainLater
from orderdrop.web.jobs import Job, Jobs, Standing

STOPPING = "stopping"
"""What the first process says when it was asked to stop: nobody is to be kept waiting any more."""
_UNANSWERED_MAX = 100  # far less than what the socket holds, so that asking never waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Begin this job; or how does work of this name stand; or, about nothing, how long did the APIs take to answer.

    The answer comes with the same number.
    """

    number: int
    about: Job | str | None


def answer(question: Question, jobs: Jobs, answers: Answers) -> Any:
    """What a question is answered in the process that does the jobs."""
    match question.about:
        case Job() as job:
            return jobs.begin(job)
        case str() as name:
            return jobs.standing(name)
        case None:
            return answers.so_far()


class Asking:
    """The jobs as the pages see them: asked for over the conversation. Any number of threads may ask."""

    def __init__(self, conversation: Connection, patience_seconds: float = 2.0) -> None:
        self._conversation, self._patience_seconds = conversation, patience_seconds
        self._numbers = count()
        self._unanswered: dict[int, Future[Any]] = {}
        self._lock = threading.Lock()

    def begin(self, job: Job) -> None:
        """Have a job done; it waits for the first process, its page does not. Raises TryAgainLater where that is no use."""
        self._ask(job)

    def standing(self, name: str) -> Standing:
        """How work of a name stands; as if there were none, where the first process does not say."""
        try:
            standing: Standing = self._told(name)
        except TryAgainLater:
            return Standing()
        return standing

    def times(self) -> Mapping[tuple[str, str], Times]:
        """How long the APIs took to answer the first process. Raises TryAgainLater where it does not say."""
        times: Mapping[tuple[str, str], Times] = self._told(None)
        return times

    def listen(self, stop: threading.Event) -> None:
        """Take the answers until the conversation ends; sets the stop when the first process says so, and at the end."""
        try:
            while True:
                match self._conversation.recv():
                    case (number, told):
                        self._unanswered.pop(number).set_result(told)
                    case _:
                        stop.set()
        except (EOFError, OSError):  # it is gone
            stop.set()

    def _told(self, about: Job | str | None) -> Any:
        try:
            return self._ask(about).result(self._patience_seconds)
        except TimeoutError:
            raise _no_answer() from None

    def _ask(self, about: Job | str | None) -> Future[Any]:
        with self._lock:
            if len(self._unanswered) >= _UNANSWERED_MAX:
                raise _no_answer()
            question, told = Question(number=next(self._numbers), about=about), Future[Any]()
            self._unanswered[question.number] = told
            try:
                self._conversation.send(question)
            except OSError:
                raise _no_answer() from None
        return told


def _no_answer() -> TryAgainLater:
    return TryAgainLater(
        "The process that does the work does not answer at this moment.",
        next_step="Nothing is lost. Try it again; if it stays so, tell your ops.",
    )
