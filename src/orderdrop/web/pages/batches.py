"""Batches: what arrived, what runs, what needs a person; one batch with its rows, problems, orders and actions."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from orderdrop.access.people import Role
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.ledger.browsing import Filter, Hits
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.batches import rerun as reruns
from orderdrop.pipeline.batches.releasing import discard
from orderdrop.pipeline.batches.waiting import in_words, stopped
from orderdrop.pipeline.history import chain, report_folder, summary
from orderdrop.reports.page import sentence
from orderdrop.reports.places import existing
from orderdrop.reports.receipt import Receipt
from orderdrop.web.console import Console
from orderdrop.web.gate import NUMBERED_MAX, Known, Ops, Unknown, Visitor, console_of
from orderdrop.web.jobs import Job, Kind, of_batch
from orderdrop.web.live import follow
from orderdrop.web.onward import onward
from orderdrop.web.render import page

router = APIRouter(include_in_schema=False)
_PAGE = 50
_FOUND = 20
_ORDERS = 100
GROUPS = {
    "all": None,
    "person": (BatchStatus.HELD, BatchStatus.STUCK, BatchStatus.UNBALANCED),
    "running": (BatchStatus.RECEIVED, BatchStatus.SENDING, BatchStatus.PENDING),
    "rejects": (BatchStatus.REJECTS, BatchStatus.FAILED),
    "unfinished": (BatchStatus.UNFINISHED,),
    "accepted": (BatchStatus.ACCEPTED,),
}
"""What a list can be narrowed to, by the name in its address."""


@router.get("/")
def batches(
    request: Request, visitor: Known, show: str = "all", feed: str = "", q: str = "", before: str = ""
) -> Response:
    """The list, newest first."""
    console, feeds = console_of(request), feeds_of(visitor)
    if feed:
        visitor.must_use(feed)
        feeds = (feed,)
    q = q.strip()[:100]
    wanted = Filter(feeds=feeds, statuses=GROUPS.get(show), name=q, before=before or None)
    lines = console.browsing.batches(wanted, limit=_PAGE + 1)
    hits = console.browsing.find(q, feeds, limit=_FOUND) if q and not before else Hits()
    standing = console.browsing.by_status(feeds)
    return page(
        request,
        "batches.html",
        visitor=visitor,
        stops=stops_for(console, visitor),
        lines=lines[:_PAGE],
        older=lines[_PAGE - 1].batch.id if len(lines) > _PAGE else None,
        hits=hits,
        groups={name: _counted(standing, statuses) for name, statuses in GROUPS.items()},
        show=show if show in GROUPS else "all",
        feed=feed,
        feeds=sorted(console.feeds if feeds_of(visitor) is None else visitor.user.feeds),
        q=q,
    )


@router.get("/batches/{batch_id}")
def batch(
    request: Request,
    visitor: Known,
    batch_id: str,
    fate: str = "",
    after: Annotated[int, Query(ge=-1, le=NUMBERED_MAX)] = -1,
    repeated: bool = False,
) -> Response:
    """One batch; `repeated` says that somebody sent the same content again and was led here."""
    console = console_of(request)
    found = batch_for(console, visitor, batch_id)
    fates = (OrderFate(fate),) if fate in set(OrderFate) else None
    orders = console.browsing.orders(found.id, fates=fates, after=after, limit=_ORDERS + 1)
    shown, job = summary(console.parts, found), console.jobs.standing(of_batch(found.id))
    return page(
        request,
        "batch.html",
        visitor=visitor,
        batch=found,
        receipt=shown,
        sentence=sentence(found.status.value),
        causes=console.browsing.causes(found.id),
        chain=chain(console.parts, found),
        orders=orders[:_ORDERS],
        more=orders[_ORDERS - 1].sequence if len(orders) > _ORDERS else None,
        fate=fate if fates else "",
        reports=shown["reports"],
        repeated=repeated,
        again=_may_bring_back(console, visitor, found, shown),
        max_bytes=console.upload_max_bytes,
        under_way=job.under_way or found.status.resumes,
        failed=job.failed,
    )


@router.get("/batches/{batch_id}/reports/{kind}")
def report(request: Request, visitor: Known, batch_id: str, kind: str) -> Response:
    """A report of a batch, to keep."""
    console = console_of(request)
    found = batch_for(console, visitor, batch_id)
    path = existing(report_folder(console.parts, found), found.drop.name).get(kind)
    if path is None:
        raise Unknown("There is no such report of this batch.")
    return FileResponse(path, filename=path.rsplit("/", 1)[-1], content_disposition_type="attachment")


@router.get("/batches/{batch_id}/events")
def events(request: Request, visitor: Known, batch_id: str) -> Response:
    """What happens to a batch at work, as server-sent events, until it comes to rest."""
    console = console_of(request)
    found = batch_for(console, visitor, batch_id)
    return StreamingResponse(follow(console, found.id), media_type="text/event-stream")


@router.post("/batches/{batch_id}/rerun")
def rerun(
    request: Request,
    visitor: Ops,
    batch_id: str,
    only: Annotated[reruns.Only, Form()] = reruns.Only.ALL,
) -> Response:
    """Begin a rerun and lead to its batch."""
    console = console_of(request)
    found = batch_for(console, visitor, batch_id)
    planned = reruns.plan(console.parts, found.id, only=only)
    begun = reruns.begin(console.parts, planned)
    console.doors.note(visitor.user.name, "rerun", subject=found.id, detail=only.value)
    console.work_on(begun.id)
    return _to(begun.id)


@router.post("/batches/{batch_id}/release")
def release(request: Request, visitor: Ops, batch_id: str) -> Response:
    """Send a batch that was held as a whole."""
    console = console_of(request)
    found = batch_for(console, visitor, batch_id)
    console.doors.note(visitor.user.name, "release", subject=found.id)
    console.jobs.begin(Job(kind=Kind.RELEASE, subject=found.id))
    return _to(found.id)


@router.post("/batches/{batch_id}/discard")
def give_up(request: Request, visitor: Ops, batch_id: str, reason: Annotated[str, Form()] = "") -> Response:
    """Give up a batch that was held as a whole."""
    console = console_of(request)
    found = batch_for(console, visitor, batch_id)
    discard(console.parts, found.id, signed(visitor, reason))
    console.doors.note(visitor.user.name, "discard", subject=found.id, detail=reason[:500])
    return _to(found.id)


def _may_bring_back(console: Console, visitor: Visitor, found: Batch, shown: Receipt) -> bool:
    """Whether rows came back that this visitor may upload again, corrected."""
    feed = found.drop.feed
    came_back = shown["reports"]["rejects_xlsx"] is not None
    return came_back and not found.status.resumes and feed in console.feeds and visitor.user.may_use(feed)


def batch_for(console: Console, visitor: Visitor, batch_id: str) -> Batch:
    """A batch that is this visitor's business. Raises Unknown."""
    found = console.parts.ledger.batch(batch_id)
    if found is None:
        raise Unknown(f"There is no batch {batch_id}.")
    visitor.must_use(found.drop.feed)
    return found


def signed(visitor: Visitor, reason: str) -> str:
    """A reason with who gave it, as the ledger keeps it."""
    return f"{reason.strip()[:500] or 'no reason given'} ({visitor.user.name})"


def feeds_of(visitor: Visitor) -> tuple[str, ...] | None:
    """The feeds that a list is narrowed to; None for who may see all."""
    return None if visitor.user.may_use(None) else visitor.user.feeds


def stops_for(console: Console, visitor: Visitor) -> list[str]:
    """What ops read of each account that is stopped while batches wait for it."""
    return [in_words(one) for one in stopped(console.parts)] if visitor.user.role.covers(Role.OPS) else []


def _counted(standing: Mapping[BatchStatus, int], statuses: tuple[BatchStatus, ...] | None) -> int:
    return sum(standing.values()) if statuses is None else sum(standing.get(one, 0) for one in statuses)


def _to(batch_id: str) -> Response:
    return onward(f"/batches/{batch_id}")
