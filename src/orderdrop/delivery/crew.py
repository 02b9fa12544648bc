"""Who does the talking to the API: a bounded number of threads that take tasks and bring back what came of them."""

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Crew(Protocol[T]):
    """Does tasks, several at a time, in any order. `collect` is the only place where delivery waits."""

    def submit(self, task: Callable[[], T]) -> None:
        """Take a task; never blocks."""

    def collect(self, timeout_seconds: float, linger_seconds: float = 0.0) -> list[T]:
        """What is done by now; waits for the first at most so long, and exactly so long where nothing is under way.

        Lingers for more once the first is there: waking up for every answer costs the crew more than the answer.
        """

    def close(self) -> None:
        """Begin no further task; those under way are left to end by themselves."""


class Threads(Generic[T]):
    """A crew of daemon threads: a request that hangs does not keep the process from ending."""

    def __init__(self, size: int, name: str) -> None:
        self._tasks: SimpleQueue[Callable[[], T] | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[T, None] | tuple[None, BaseException]] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(1, size + 1)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, task: Callable[[], T]) -> None:
        """Take a task; never blocks."""
        self._tasks.put(task)

    def collect(self, timeout_seconds: float, linger_seconds: float = 0.0) -> list[T]:
        """What is done by now; waits for the first at most so long, then lingers. Raises what a task raised."""
        found: list[T] = []
        try:
            found.append(self._result(self._done.get(timeout=max(0.0, timeout_seconds))))
            if linger_seconds:
                time.sleep(linger_seconds)
            while True:
                found.append(self._result(self._done.get_nowait()))
        except Empty:
            return found

    def close(self) -> None:
        """Begin no further task; those under way are left to end by themselves."""
        try:
            while True:
                self._tasks.get_nowait()
        except Empty:
            for _ in self._threads:
                self._tasks.put(None)

    @staticmethod
    def _result(done: tuple[T, None] | tuple[None, BaseException]) -> T:
        value, error = done
        if error is not None:
            raise error
        return value  # type: ignore[return-value]  # without an error the pair holds a value

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                self._done.put((task(), None))
            except BaseException as error:  # noqa: BLE001 - a carrier's defect must reach the caller, not end a thread
                self._done.put((None, error))
