"""Work that a page begins and does not wait for: sending an upload, rerunning a batch.

Every batch is in the ledger before its job begins, so whatever ends the process, the next start finishes it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from orderdrop.errors import Busy, OrderdropError, Stopped

_log = structlog.get_logger()


class Jobs:
    """A few threads; a job of a name that is under way is not begun a second time."""

    def __init__(self, workers: int = 2) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="console-job")
        self._names: set[str] = set()
        self._failed: dict[str, str] = {}
        self._lock = threading.Lock()

    def begin(self, name: str, work: Callable[[], Any]) -> bool:
        """Have some work done; False when work of this name is under way."""
        with self._lock:
            if name in self._names:
                return False
            self._names.add(name)
            self._failed.pop(name, None)
        self._pool.submit(self._do, name, work)
        return True

    def is_under_way(self, name: str) -> bool:
        """Whether work of this name waits or runs."""
        with self._lock:
            return name in self._names

    def why_failed(self, name: str) -> str | None:
        """Why the last work of a name did not end well."""
        with self._lock:
            return self._failed.get(name)

    def close(self) -> None:
        """Wait for what runs; it ends early when the stop is asked for."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _do(self, name: str, work: Callable[[], Any]) -> None:
        why = None
        try:
            work()
        except (Busy, Stopped) as error:
            why = error.message
            _log.info("job_left_out", job=name, why=error.message)
        except OrderdropError as error:
            why = f"{error.message} {error.next_step or ''}".strip()
            _log.error("job_failed", job=name, why=error.message, next_step=error.next_step)
        except Exception as error:  # noqa: BLE001 - the page says so; the thread goes on with other work
            why = "A fault in orderdrop: see its log."
            _log.error("job_broken", job=name, error=type(error).__name__, why=str(error)[:500])
        with self._lock:
            self._names.discard(name)
            if why is not None:
                self._failed[name] = why
