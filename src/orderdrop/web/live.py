"""Live progress: what the ledger says of a batch, once a second, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import orjson
from starlette.concurrency import run_in_threadpool

from orderdrop.core.outcomes import BatchStatus
from orderdrop.reports.page import sentence
from orderdrop.web.console import Console
from orderdrop.web.jobs import of_batch

_SECONDS = 1.0
_GLANCE_SECONDS = 0.1
_LONGEST_SECONDS = 3600


async def follow(console: Console, batch_id: str) -> AsyncIterator[bytes]:
    """Yield `progress` while the batch is at work, then `done`; ends with the console, and after an hour in any case.

    Holds a thread only while it asks the ledger, so that people who look do not take the threads of those who act.
    """
    monotonic = console.parts.monotonic
    before: dict[str, str] = {}
    ends = monotonic() + _LONGEST_SECONDS
    while not console.ends() and monotonic() < ends:
        status, told = await run_in_threadpool(console.looks.see, batch_id, partial(_look, console, batch_id))
        if told is None:
            yield _event("done", {"status": status})
            return
        now = {"status": status, "sentence": sentence(status), "told": told}
        yield _event("progress", now) if now != before else b": still there\n\n"
        before = now
        again = monotonic() + _SECONDS
        while monotonic() < again and not console.ends():
            await asyncio.sleep(_GLANCE_SECONDS)


def _look(console: Console, batch_id: str) -> tuple[str, str | None]:
    """The status of a batch, and how far it is; None for one at rest."""
    batch = console.parts.ledger.batch(batch_id)
    if batch is None:
        return "gone", None
    if not batch.status.resumes and not console.jobs.standing(of_batch(batch_id)).under_way:
        return batch.status.value, None
    return batch.status.value, _told(console, batch_id, batch.status)


def _told(console: Console, batch_id: str, status: BatchStatus) -> str:
    if status is BatchStatus.RECEIVED:
        return "Reading and checking the file ..."
    orders = console.parts.ledger.counts(batch_id).orders
    done = orders.built - orders.unsent
    return f"Sending: {done:,} of {orders.built:,} orders have an answer ({orders.accepted:,} accepted, {orders.refused:,} refused)."


def _event(name: str, data: dict[str, str]) -> bytes:
    return f"event: {name}\ndata: {orjson.dumps(data).decode()}\n\n".encode()
