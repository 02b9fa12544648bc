"""Batches that are taken now and done later: POST /v2/orders/batch_create and GET /v2/jobs/{id}.

Sizes, states and result shapes: Shipup reference, "Batch create or update orders", "View a job" and "The
job object". A job needs no polling: whoever asks anything of the stand-in finds all due jobs done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from orderdrop.sandbox.clock import Clock

MAX_ORDERS = 100
_BODIES_KEPT = 100

Result = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Job:
    """One batch. `results` is positional with its orders and stays None until the job is completed."""

    id: int
    orders: list[Any]
    body: bytes | None
    taken_at: float
    due_at: float
    queued_at: int
    completed_at: int | None = None
    fails: bool = False
    results: list[Result] | None = None


class Jobs:
    """The queue of batches. They run in the order in which they came, each `delay` after it came."""

    def __init__(self, *, clock: Clock, run_order: Callable[[Any], Result]) -> None:
        self._clock = clock
        self._run_order = run_order
        self._jobs: dict[int, Job] = {}
        self._waiting: list[Job] = []
        self._last_id = 0

    def clear(self) -> None:
        """Forget every job; the ids grow on, so that an old one is not mistaken for a new one."""
        self._jobs.clear()
        self._waiting.clear()

    def take(self, orders: list[Any], *, body: bytes, delay_seconds: float, fails: bool = False) -> int:
        """Queue a batch and return the id of its job."""
        self._last_id += 1
        at = self._clock.elapsed_seconds()
        job = Job(
            id=self._last_id,
            orders=orders,
            body=body,
            taken_at=at,
            due_at=at + delay_seconds,
            queued_at=int(self._clock.unix_seconds()),
            fails=fails,
        )
        self._jobs[job.id] = job
        self._waiting.append(job)
        if old := self._jobs.get(job.id - _BODIES_KEPT):
            old.body = None
        return job.id

    def run_due(self) -> None:
        """Do every job whose time has come, oldest first."""
        while self._waiting and self._waiting[0].due_at <= self._clock.elapsed_seconds():
            job = self._waiting.pop(0)
            if not job.fails:
                job.results = [self._run_order(order) for order in job.orders]
            job.completed_at = int(self._clock.unix_seconds())
            job.orders = []

    def show(self, job_id: int) -> dict[str, Any] | None:
        """Return the job as GET shows it, or None if there is no such job.

        The request's body is shown for the newest hundred jobs only, null before that, to bound memory.
        """
        job = self._jobs.get(job_id)
        if job is None:
            return None
        status = self._status(job)
        shown = {
            "id": job.id,
            "status": status,
            "queued_at": job.queued_at,
            "processed_at": None if status == "queued" else job.completed_at or job.queued_at,
            "completed_at": job.completed_at,
            "payload": {
                "method": "POST",
                "url": "/v2/orders/batch_create",
                "body": None if job.body is None else orjson.Fragment(job.body),
            },
        }
        return shown if job.results is None else {**shown, "results": job.results}

    def _status(self, job: Job) -> str:
        if job.completed_at is not None:
            return "failed" if job.fails else "completed"
        halfway = (job.taken_at + job.due_at) / 2
        return "queued" if self._clock.elapsed_seconds() < halfway else "processing"
