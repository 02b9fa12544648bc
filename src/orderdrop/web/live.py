"""Live progress: what the ledger says of a batch, once a second, as server-sent events."""

import time
from collections.abc import Iterator

import orjson

from orderdrop.core.outcomes import BatchStatus
from orderdrop.web.console import Console

_SECONDS = 1.0
_LONGEST_SECONDS = 3600


def follow(console: Console, batch_id: str) -> Iterator[bytes]:
    """Yield `progress` while the batch is at work, then `done`; ends with the console, and after an hour in any case."""
    parts, before = console.parts, ""
    ends = parts.monotonic() + _LONGEST_SECONDS
    while not parts.stop.is_set() and parts.monotonic() < ends:
        batch = parts.ledger.batch(batch_id)
        at_work = batch is not None and (
            batch.status.resumes or console.jobs.is_under_way(f"batch:{batch_id}")
        )
        if batch is None or not at_work:
            yield _event("done", {"status": batch.status.value if batch is not None else "gone"})
            return
        told = _told(console, batch_id, batch.status)
        yield _event("progress", {"told": told}) if told != before else b": still there\n\n"
        before = told
        time.sleep(_SECONDS)


def _told(console: Console, batch_id: str, status: BatchStatus) -> str:
    if status is BatchStatus.RECEIVED:
        return "Reading and checking the file ..."
    orders = console.parts.ledger.counts(batch_id).orders
    done = orders.built - orders.unsent
    return f"Sending: {done:,} of {orders.built:,} orders have an answer ({orders.accepted:,} accepted, {orders.refused:,} refused)."


def _event(name: str, data: dict[str, str]) -> bytes:
    return f"event: {name}\ndata: {orjson.dumps(data).decode()}\n\n".encode()
