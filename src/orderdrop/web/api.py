"""The JSON API, version 1: the same use cases for programs, with a token."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.browsing import Filter
from orderdrop.pipeline import rerun as reruns
from orderdrop.pipeline.history import receipt, summary
from orderdrop.reports.receipt import iso
from orderdrop.web.gate import Known, Ops, console_of
from orderdrop.web.pages.batches import batch_for, feeds_of
from orderdrop.web.pages.upload import take

router = APIRouter(prefix="/api/v1", tags=["orderdrop"])


@router.get("/batches")
def batches(
    request: Request,
    visitor: Known,
    status: Annotated[list[BatchStatus] | None, Query()] = None,
    feed: str = "",
    before: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[dict[str, Any]]:
    """Batches, newest first, each as a receipt without its problems; `before` is the id of the last one seen."""
    console, feeds = console_of(request), feeds_of(visitor)
    if feed:
        visitor.must_use(feed)
        feeds = (feed,)
    wanted = Filter(feeds=feeds, statuses=status, before=before or None)
    return [summary(console.parts, line.batch) for line in console.browsing.batches(wanted, limit=limit)]


@router.get("/batches/{batch_id}")
def batch(request: Request, visitor: Known, batch_id: str) -> dict[str, Any]:
    """The receipt of a batch."""
    console = console_of(request)
    return receipt(console.parts, batch_for(console, visitor, batch_id))


@router.post("/batches/{batch_id}/rerun", status_code=202)
def rerun(
    request: Request, visitor: Ops, batch_id: str, only: reruns.Only = reruns.Only.ALL
) -> dict[str, str]:
    """Begin a rerun; answers at once with the batch that it is."""
    console = console_of(request)
    found = batch_for(console, visitor, batch_id)
    begun = reruns.begin(console.parts, reruns.plan(console.parts, found.id, only=only))
    console.doors.note(visitor.user.name, "rerun", subject=found.id, detail=only.value)
    console.work_on(begun.id)
    return {"batch": begun.id, "parent": found.id}


@router.post("/uploads", status_code=202)
async def upload(request: Request, visitor: Known, feed: str, name: str) -> JSONResponse:
    """Send a file: its bytes are the body. Answers at once with its batch, 200 where the same content came before."""
    console = console_of(request)
    uploads, draft = await take(request, visitor, feed)
    found, repeated = await run_in_threadpool(uploads.send, draft)
    console.doors.note(visitor.user.name, "upload sent", subject=found.id, detail=name[:200])
    if found.status.resumes:
        console.work_on(found.id)
    told = {"batch": found.id, "status": found.status.value, "repeated": repeated}
    return JSONResponse(told, status_code=200 if repeated else 202)


@router.get("/orders")
def orders(
    request: Request,
    visitor: Known,
    q: Annotated[str, Query(min_length=1, max_length=200)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[dict[str, Any]]:
    """Orders whose number begins with `q`, in every batch, newest first."""
    found = console_of(request).browsing.find(q, feeds_of(visitor), limit=limit)
    return [
        {
            "order": one.order.key,
            "fate": one.order.fate.value,
            "reference": one.order.reference,
            "batch": one.batch.id,
            "file": one.batch.drop.name,
            "arrived_at": iso(one.batch.drop.arrived_at),
        }
        for one in found
    ]
