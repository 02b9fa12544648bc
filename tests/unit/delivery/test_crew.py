import threading

import pytest

from orderdrop.delivery.crew import Threads

PATIENCE_SECONDS = 10.0


def collect_all(crew: Threads[int], count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        some = crew.collect(PATIENCE_SECONDS)
        assert some, "nothing came back"
        found += some
    return found


def test_every_task_comes_back_once() -> None:
    crew: Threads[int] = Threads(4, "test")
    for number in range(200):
        crew.submit(lambda number=number: number)  # type: ignore[misc]  # a default binds the loop's value
    assert sorted(collect_all(crew, 200)) == list(range(200))
    crew.close()


def test_as_many_are_at_work_as_there_are_threads_and_no_more() -> None:
    crew: Threads[int] = Threads(3, "test")
    together = threading.Barrier(3, timeout=PATIENCE_SECONDS)
    at_work, most, lock = 0, 0, threading.Lock()

    def task() -> int:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        together.wait()
        with lock:
            at_work -= 1
        return 1

    for _ in range(9):
        crew.submit(task)
    collect_all(crew, 9)
    crew.close()
    assert most == 3


def test_nothing_done_is_nothing_collected() -> None:
    crew: Threads[int] = Threads(1, "test")
    assert crew.collect(0.0) == []
    crew.close()


def test_a_defect_of_a_carrier_reaches_whoever_collects() -> None:
    crew: Threads[int] = Threads(1, "test")

    def defect() -> int:
        raise KeyError("a fault of ours")

    crew.submit(defect)
    with pytest.raises(KeyError):
        crew.collect(PATIENCE_SECONDS)
    crew.close()


def test_a_closed_crew_begins_nothing_more() -> None:
    crew: Threads[int] = Threads(1, "test")
    begun, let_go = threading.Event(), threading.Event()

    def hang() -> int:
        begun.set()
        assert let_go.wait(PATIENCE_SECONDS)
        return 1

    crew.submit(hang)
    crew.submit(lambda: 2)
    assert begun.wait(PATIENCE_SECONDS)
    crew.close()
    let_go.set()
    assert collect_all(crew, 1) == [1]
    assert crew.collect(0.05) == []
