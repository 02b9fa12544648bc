"""One order of a batch: its rows, its payload, every attempt with what was answered, and taking it out for good."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Form, Request, Response

from orderdrop.core.problems import Code
from orderdrop.core.rows import told
from orderdrop.pipeline.batches import rerun as reruns
from orderdrop.pipeline.order_rows import rows_of
from orderdrop.web.gate import Known, Ops, Unknown, console_of
from orderdrop.web.onward import onward
from orderdrop.web.pages.batches import batch_for, feeds_of, signed
from orderdrop.web.render import page

router = APIRouter(include_in_schema=False)
_PROBLEMS, _OTHERS = 100, 50


@router.get("/batches/{batch_id}/orders/{order_id}")
def order(request: Request, visitor: Known, batch_id: str, order_id: str) -> Response:
    """One order."""
    console = console_of(request)
    batch = batch_for(console, visitor, batch_id)
    found = console.browsing.order(batch.id, order_id)
    if found is None:
        raise Unknown("There is no such order in this batch.")
    problems = console.browsing.problems(batch.id, found.key, limit=_PROBLEMS + 1)
    written = rows_of(console.parts, batch, found, problems[:_PROBLEMS])
    return page(
        request,
        "order.html",
        visitor=visitor,
        batch=batch,
        order=found,
        rows=told(written.numbers),
        written=written,
        payload=orjson.loads(found.payload) if found.payload else None,
        problems=problems[:_PROBLEMS],
        more_problems=len(problems) > _PROBLEMS,
        excluded=any(one.code is Code.EXCLUDED for one in problems),
        attempts=console.parts.ledger.attempts(found.id),
        others=[
            one
            for one in console.browsing.versions(found.key, feeds_of(visitor), limit=_OTHERS + 1)
            if one.order.id != found.id
        ][:_OTHERS],
    )


@router.post("/batches/{batch_id}/orders/{order_id}/exclude")
def exclude(
    request: Request, visitor: Ops, batch_id: str, order_id: str, reason: Annotated[str, Form()] = ""
) -> Response:
    """Take an order out for good."""
    console = console_of(request)
    batch = batch_for(console, visitor, batch_id)
    found = console.browsing.order(batch.id, order_id)
    if found is None:
        raise Unknown("There is no such order in this batch.")
    reruns.exclude(console.parts, batch.id, found.key, signed(visitor, reason))
    console.doors.note(visitor.user.name, "exclude", subject=found.key, detail=f"{batch.id}: {reason[:500]}")
    return onward(f"/batches/{batch.id}/orders/{order_id}")
