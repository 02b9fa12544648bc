"""What a job of batch_create says about its orders.

Source: Shipup reference, "Batch create or update orders" and "The job object". Results are positional with the
request; they are there once the job is completed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from orderdrop.destinations.base import Accepted, Answer, Failure, FailureKind, Pending, Refused, Verdict
from orderdrop.destinations.shipup.refusals import refusal

_UNDER_WAY = ("queued", "processing")


def ticket_of(body: Any, location: str = "") -> str | None:
    """The job's id in an answer: `job_id`, else the last part of the Location header; None where there is neither."""
    found = body.get("job_id") if isinstance(body, Mapping) else None
    if isinstance(found, (int, str)) and not isinstance(found, bool) and str(found):
        return str(found)
    return location.rstrip("/").rpartition("/")[2] or None


def answer_of(job: Any, ticket: str, keys: Sequence[str]) -> Answer:
    """A verdict per order that the job has a result for; an order without one is left out.

    A job under way leaves every order pending. A job that failed or is done, and has no results, will never have any:
    its ticket is lost.
    """
    if not isinstance(job, Mapping):
        return _failed(FailureKind.UNREADABLE, "Shipup's answer about a job is not a job")
    status = str(job.get("status", "")).lower()
    if status in _UNDER_WAY:
        return Answer(verdicts=dict.fromkeys(keys, Pending(ticket=ticket)))
    results = job.get("results")
    if isinstance(results, list) and results:
        return Answer(verdicts=_verdicts(results, keys, _sent(job)))
    if status in ("failed", "completed"):
        return _failed(FailureKind.LOST_TICKET, f"Shipup's job {ticket} is {status} and has no results")
    return _failed(FailureKind.UNREADABLE, f"Shipup's job {ticket} has neither a known status nor results")


def _failed(kind: FailureKind, message: str) -> Answer:
    return Answer(failure=Failure(kind=kind, message=message))


def _verdicts(results: list[Any], keys: Sequence[str], sent: Sequence[Any]) -> dict[str, Verdict]:
    """Positional, except that a result which names another order of the request belongs to that one."""
    known = frozenset(keys)
    named: dict[str, Verdict | None] = {}
    by_position: dict[str, Verdict | None] = {}
    for position, (key, result) in enumerate(zip(keys, results, strict=False)):
        verdict = _verdict(result, sent[position] if position < len(sent) else None)
        name = _name(result)
        if name in known:
            named.setdefault(name, verdict)
        else:
            by_position[key] = verdict
    found = {key: named.get(key, by_position.get(key)) for key in keys}
    return {key: verdict for key, verdict in found.items() if verdict is not None}


def _name(result: Any) -> str:
    body = result.get("body") if isinstance(result, Mapping) else None
    name = body.get("merchant_id") if isinstance(body, Mapping) else None
    return name if isinstance(name, str) else ""


def _verdict(result: Any, payload: Any) -> Verdict | None:
    status = str(result.get("status", "")) if isinstance(result, Mapping) else ""
    if len(status) == 3 and status.startswith("2"):
        return Accepted()
    if status in ("400", "422"):
        return Refused(
            problems=refusal(result.get("body"), payload if isinstance(payload, Mapping) else None)
        )
    return None


def _sent(job: Mapping[str, Any]) -> Sequence[Any]:
    """The orders as the job repeats them, for values and for telling apart what a shortened path means."""
    request = job.get("payload")
    body = request.get("body") if isinstance(request, Mapping) else None
    if isinstance(body, str):
        try:
            body = orjson.loads(body)
        except ValueError:
            return ()
    orders = body.get("orders") if isinstance(body, Mapping) else None
    return orders if isinstance(orders, list) else ()
