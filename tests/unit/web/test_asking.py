"""The pages ask the process that does the work, and wait for it no longer than a moment."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pytest

from orderdrop.destinations.timing import Answers
from orderdrop.errors import TryAgainLater
from orderdrop.web.asking import STOPPING, Asking, answer
from orderdrop.web.jobs import Job, Kind, Standing

POLL = Job(kind=Kind.POLL, subject="night")


class Kept:
    """Jobs that are begun and never done."""

    def __init__(self) -> None:
        self.begun: list[Job] = []

    def begin(self, job: Job) -> None:
        self.begun.append(job)

    def standing(self, name: str) -> Standing:
        return Standing(under_way=name in {job.name for job in self.begun}, failed=f"{name} failed before")


@contextmanager
def asking(patience_seconds: float = 60.0) -> Iterator[tuple[Asking, Connection, threading.Event]]:
    """Who asks, the other end of the conversation, and the stop."""
    theirs, ours = Pipe()
    asks, stop = Asking(ours, patience_seconds), threading.Event()
    listener = threading.Thread(target=asks.listen, args=(stop,))
    listener.start()
    with theirs, ours:
        try:
            yield asks, theirs, stop
        finally:
            theirs.close()
            listener.join()


def _answering(conversation: Connection, jobs: Kept, answers: Answers, times: int) -> threading.Thread:
    def converse() -> None:
        for _ in range(times):
            question = conversation.recv()
            conversation.send((question.number, answer(question, jobs, answers)))

    thread = threading.Thread(target=converse)
    thread.start()
    return thread


def test_a_job_that_was_begun_is_under_way_for_whoever_asks_next() -> None:
    jobs = Kept()
    with asking() as (asks, conversation, _):
        thread = _answering(conversation, jobs, Answers(), 3)
        assert not asks.standing(POLL.name).under_way
        asks.begin(POLL)
        assert asks.standing(POLL.name) == Standing(under_way=True, failed="feed:night failed before")
        thread.join()
    assert jobs.begun == [POLL]


def test_how_long_the_apis_took_is_what_the_other_process_counted() -> None:
    answers = Answers()
    answers.count("local", 201, 0.2)
    with asking() as (asks, conversation, _):
        thread = _answering(conversation, Kept(), answers, 1)
        assert asks.times() == answers.so_far()
        thread.join()


def test_many_threads_get_each_its_own_answer() -> None:
    told: dict[str, str | None] = {}
    with asking() as (asks, conversation, _):

        def ask(name: str) -> None:
            told[name] = asks.standing(name).failed

        thread = _answering(conversation, Kept(), Answers(), 40)
        people = [threading.Thread(target=ask, args=(f"batch:{number}",)) for number in range(40)]
        for one in people:
            one.start()
        for one in (*people, thread):
            one.join()
    assert told == {f"batch:{number}": f"batch:{number} failed before" for number in range(40)}


def test_where_nobody_answers_nothing_is_known_and_figures_are_not_made_up() -> None:
    with asking(patience_seconds=0.01) as (asks, _, _):
        assert asks.standing("batch:b-1") == Standing()
        with pytest.raises(TryAgainLater, match="does not answer at this moment"):
            asks.times()


def test_an_answer_that_comes_too_late_is_nobody_elses() -> None:
    jobs = Kept()
    jobs.begin(POLL)
    with asking(patience_seconds=0.01) as (asks, conversation, _):
        asks.standing("batch:b-1")
        late = conversation.recv()
        conversation.send((late.number, Standing(failed="late")))
        assert asks.standing("batch:b-2") == Standing()


def test_who_asks_is_never_kept_waiting_by_all_that_was_asked_before() -> None:
    with asking(patience_seconds=0.001) as (asks, conversation, _):
        for _ in range(100):
            asks.begin(POLL)
        with pytest.raises(TryAgainLater, match="does not answer at this moment"):
            asks.begin(POLL)
        thread = _answering(conversation, jobs := Kept(), Answers(), 100)
        thread.join()
    assert len(jobs.begun) == 100, "what it was asked before it stood still is done"


def test_a_stop_is_heard_while_the_conversation_goes_on() -> None:
    with asking() as (asks, conversation, stop):
        conversation.send(STOPPING)
        stop.wait()
        thread = _answering(conversation, Kept(), Answers(), 1)
        assert asks.standing(POLL.name).failed is not None
        thread.join()


def test_the_end_of_the_other_process_is_a_stop_and_nothing_can_be_begun() -> None:
    with asking(patience_seconds=0.01) as (asks, conversation, stop):
        conversation.close()
        stop.wait()
        with pytest.raises(TryAgainLater, match="does not answer at this moment"):
            asks.begin(POLL)
        assert asks.standing(POLL.name) == Standing()
