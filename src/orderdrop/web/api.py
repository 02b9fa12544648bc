"""The JSON API, version 1: the same use cases for programs, with a token."""

from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from orderdrop.access.people import Role
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, RowFate
from orderdrop.errors import OrderdropError
from orderdrop.ledger.browsing import Filter
from orderdrop.ledger.ledger import Batch, FoundOrder, RejectedOrder
from orderdrop.ledger.parcels import tracking_numbers
from orderdrop.pipeline.batches import rerun as reruns
from orderdrop.pipeline.feeds.polling import facts_of, feed_line
from orderdrop.pipeline.history import receipt, summary
from orderdrop.pipeline.parts import FeedPlan
from orderdrop.reports.receipt import iso, problem_entry
from orderdrop.web.console import Console
from orderdrop.web.gate import Known, Ops, Visitor, console_of
from orderdrop.web.pages.batches import batch_for, feeds_of
from orderdrop.web.pages.feeds import pause_feed, plan_for, resume_feed, try_way
from orderdrop.web.pages.upload import begin, take

_TOKEN = HTTPBearer(
    auto_error=False, scheme_name="token", description="Made in the console under Tokens: odt_..."
)
router = APIRouter(prefix="/api/v1", tags=["orderdrop"], dependencies=[Depends(_TOKEN)])


@router.get("/openapi.json", include_in_schema=False)
def described(request: Request, visitor: Known) -> dict[str, Any]:  # noqa: ARG001 - who is known may read it
    """What this API takes and answers."""
    return dict(request.app.openapi())


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
    lines = console.browsing.batches(wanted, limit=limit)
    return [summary(console.parts, line.batch, line.counts) for line in lines]


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
async def upload(request: Request, visitor: Known, feed: str, name: str) -> JSONResponse:  # noqa: ARG001 - `take` reads the name; it stands here for the OpenAPI
    """Send a file: its bytes are the body. Answers at once with its batch, 200 where the same content came before."""
    console = console_of(request)
    uploads, draft = await take(request, visitor, feed)
    try:
        sent = await run_in_threadpool(uploads.send, draft)
    except OrderdropError:
        uploads.forget(draft.id)
        raise
    await run_in_threadpool(begin, console, visitor, draft, sent)
    told = {"batch": sent.batch.id, "status": sent.batch.status.value, "repeated": sent.repeated}
    return JSONResponse(told, status_code=200 if sent.repeated else 202)


@router.get("/feeds")
def feeds(request: Request, visitor: Known) -> list[dict[str, Any]]:
    """Every feed: how it stands, its last and next poll, its last drop."""
    console = console_of(request)
    mine = (plan for name, plan in sorted(console.feeds.items()) if visitor.user.may_use(name))
    return [_feed(console, visitor, plan) for plan in mine]


@router.post("/feeds/{name}/pause")
def pause(
    request: Request, visitor: Ops, name: str, reason: Annotated[str, Query(min_length=1, max_length=500)]
) -> dict[str, Any]:
    """Have nobody take a feed's files until it is resumed."""
    console = console_of(request)
    plan = plan_for(console, visitor, name)
    pause_feed(console, visitor, name, reason)
    return _feed(console, visitor, plan)


@router.post("/feeds/{name}/resume")
def resume(request: Request, visitor: Ops, name: str) -> dict[str, Any]:
    """Let a feed be polled again at its times."""
    console = console_of(request)
    plan = plan_for(console, visitor, name)
    resume_feed(console, visitor, name)
    return _feed(console, visitor, plan)


@router.post("/feeds/{name}/test")
def try_source(request: Request, visitor: Ops, name: str) -> list[dict[str, str | float]]:
    """Go the way to a feed's source step by step; nothing is claimed."""
    console = console_of(request)
    plan_for(console, visitor, name)
    return [step.facts() for step in try_way(console, visitor, name)]


def _feed(console: Console, visitor: Visitor, plan: FeedPlan) -> dict[str, Any]:
    facts = facts_of(feed_line(console.parts, plan))
    if not visitor.user.role.covers(Role.OPS) and facts["failed"]:
        facts["failed"] = "The people who run it see why."
    return facts


@router.get("/orders")
def orders(
    request: Request,
    visitor: Known,
    q: Annotated[str, Query(min_length=1, max_length=200)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[dict[str, Any]]:
    """Orders whose number or tracking number begins with `q`, in every batch, newest first; exact ones before the others.

    What our checks rejected is found by its number: its `fate` is `rejected`, it has no `reference`, for nothing of it was
    sent, and `problems` are the first of what is wrong with its rows, as in the batch's receipt, `problem_count` how many
    there are. `limit` counts these and the other orders together.
    """
    hits = console_of(request).browsing.find(q, feeds_of(visitor), limit=limit)
    built = ((_place(one.batch, _is_called(one.order, q)), _built(one)) for one in hits.orders)
    rejected = ((_place(one.batch, one.key == q), _rejected(one)) for one in hits.rejected)
    return [entry for _, entry in islice(merge(built, rejected, key=itemgetter(0)), limit)]


def _place(batch: Batch, exact: bool) -> tuple[bool, float]:
    """Where what was found stands in the list."""
    return not exact, -batch.created_at.timestamp()


def _is_called(order: StoredOrder, text: str) -> bool:
    return text in (order.key, *tracking_numbers((order.payload or b"").decode()))


def _built(found: FoundOrder) -> dict[str, Any]:
    return {
        "order": found.order.key,
        "fate": found.order.fate.value,
        "reference": found.order.reference,
        **_came_in(found.batch),
    }


def _rejected(found: RejectedOrder) -> dict[str, Any]:
    return {
        "order": found.key,
        "fate": RowFate.REJECTED.value,
        "reference": None,
        **_came_in(found.batch),
        "problems": [problem_entry(problem) for problem in found.problems],
        "problem_count": found.count,
    }


def _came_in(batch: Batch) -> dict[str, Any]:
    return {"batch": batch.id, "file": batch.drop.name, "arrived_at": iso(batch.drop.arrived_at)}
