"""Work that a page begins and does not wait for: sending an upload, releasing a batch, polling a feed.

Every batch is in the ledger before its job begins, so whatever ends the process, the next start finishes it.
"""

import contextlib
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import structlog

from orderdrop.errors import Busy, OrderdropError, Stopped
from orderdrop.pipeline.batches.batch import work
from orderdrop.pipeline.feeds.polling import poll_feed
from orderdrop.pipeline.feeds.resuming import release_and_reply
from orderdrop.pipeline.parts import FeedPlan, Parts

_WORKERS = 2
_log = structlog.get_logger()


class Kind(StrEnum):
    """What a page may have done."""

    WORK = "work"
    """Bring a batch that is in the ledger to rest."""
    RELEASE = "release"
    """Send a batch that was held as a whole."""
    POLL = "poll"
    """Poll a feed now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work; `subject` is the batch or the feed."""

    kind: Kind
    subject: str

    @property
    def name(self) -> str:
        """Of two jobs of one name that come together only the first is done."""
        return of_feed(self.subject) if self.kind is Kind.POLL else of_batch(self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How work of a name stands: whether it waits or runs, and why the last of it did not end well."""

    under_way: bool = False
    failed: str | None = None


class Jobs(Protocol):
    """Who does what pages begin."""

    def begin(self, job: Job) -> None:
        """Have a job done, unless work of its name is under way; returns before it is."""

    def standing(self, name: str) -> Standing:
        """How work of a name stands."""


def of_batch(batch_id: str) -> str:
    """What work on a batch is called."""
    return f"batch:{batch_id}"


def of_feed(feed: str) -> str:
    """What a poll of a feed is called."""
    return f"feed:{feed}"


class JobThreads:
    """A few threads of this process that do jobs."""

    def __init__(self, parts: Parts, feeds: Mapping[str, FeedPlan]) -> None:
        self._parts, self._feeds = parts, feeds
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="console-job")
        self._names: set[str] = set()
        self._failed: dict[str, str] = {}
        self._lock = threading.Lock()

    def begin(self, job: Job) -> None:
        with self._lock:
            if job.name in self._names:
                return
            self._names.add(job.name)
            self._failed.pop(job.name, None)
        # where no thread can be had now, it waits for the next one that can
        with contextlib.suppress(RuntimeError):
            self._pool.submit(self._run, job)

    def standing(self, name: str) -> Standing:
        with self._lock:
            return Standing(under_way=name in self._names, failed=self._failed.get(name))

    def close(self) -> None:
        """Wait for what runs; it ends early when the stop is asked for."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, job: Job) -> None:
        why = None
        try:
            self._do(job)
        except (Busy, Stopped) as error:
            why = error.message
            _log.info("job_left_out", job=job.name, why=error.message)
        except OrderdropError as error:
            why = f"{error.message} {error.next_step or ''}".strip()
            _log.error("job_failed", job=job.name, why=error.message, next_step=error.next_step)
        except Exception as error:  # noqa: BLE001 - the page says so; the thread goes on with other work
            why = "A fault in orderdrop: see its log."
            _log.error("job_broken", job=job.name, error=type(error).__name__, why=str(error)[:500])
        with self._lock:
            self._names.discard(job.name)
            if why is not None:
                self._failed[job.name] = why

    def _do(self, job: Job) -> None:
        match job.kind:
            case Kind.WORK:
                # a poll takes up what it finds begun: then it is that one which brings the batch to rest, and nothing is amiss
                with contextlib.suppress(Busy):
                    work(self._parts, job.subject)
            case Kind.RELEASE:
                release_and_reply(self._parts, job.subject, self._feeds)
            case Kind.POLL:
                for _ in poll_feed(self._parts, self._feeds[job.subject]):
                    pass
