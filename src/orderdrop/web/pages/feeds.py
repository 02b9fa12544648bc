"""Feeds: what each brought and when, what waits there, polling now, and trying the way to its source."""

import time
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from orderdrop.errors import OrderdropError
from orderdrop.ledger.browsing import Filter
from orderdrop.pipeline.feed import poll
from orderdrop.pipeline.overdue import overdue
from orderdrop.web.console import Console
from orderdrop.web.gate import Known, Ops, Unknown, console_of
from orderdrop.web.pages.batches import feeds_of
from orderdrop.web.render import page

router = APIRouter(include_in_schema=False)
_SEE_OTHER = 303


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of trying a feed's source."""

    feed: str
    works: bool
    told: str
    next_step: str
    seconds: float


@router.get("/feeds")
def feeds(request: Request, visitor: Known) -> Response:
    """Every feed that is this visitor's business."""
    return _feeds(request, visitor)


@router.post("/feeds/{name}/poll")
def poll_now(request: Request, visitor: Ops, name: str) -> Response:
    """Poll a feed now."""
    console = console_of(request)
    plan = console.feeds.get(name)
    if plan is None:
        raise Unknown("There is no such feed.")
    console.doors.note(visitor.user.name, "poll", subject=name)
    console.jobs.begin(_job_of(name), lambda: list(poll(console.parts, plan)))
    return RedirectResponse("/feeds", status_code=_SEE_OTHER)


@router.post("/feeds/{name}/try")
def try_source(request: Request, visitor: Ops, name: str) -> Response:
    """Go the way to a feed's source as far as a listing; nothing is claimed."""
    console = console_of(request)
    if name not in console.feeds:
        raise Unknown("There is no such feed.")
    return _feeds(request, visitor, tried=_try(console, name))


def _feeds(request: Request, visitor: Known, *, tried: Tried | None = None) -> Response:
    console, mine = console_of(request), feeds_of(visitor)
    names = sorted(name for name in console.feeds if visitor.user.may_use(name))
    last = console.browsing.last_drops()
    lines = []
    for name in names:
        newest = console.browsing.batches(Filter(feeds=(name,)), limit=1)
        lines.append(
            {
                "name": name,
                "options": console.settings.feeds[name],
                "last": last.get(name),
                "newest": newest[0] if newest else None,
                "overdue": list(overdue(console.parts.workdir, name)),
                "polling": console.jobs.is_under_way(_job_of(name)),
                "failed": console.jobs.why_failed(_job_of(name)),
            }
        )
    return page(
        request, "feeds.html", visitor=visitor, lines=lines, tried=tried, serving=console.serving, mine=mine
    )


def _try(console: Console, name: str) -> Tried:
    began = time.monotonic()
    try:
        inbox = console.feeds[name].open_inbox()
        try:
            found = inbox.look()
        finally:
            inbox.close()
    except OrderdropError as error:
        seconds = time.monotonic() - began
        return Tried(
            feed=name, works=False, told=error.message, next_step=error.next_step or "", seconds=seconds
        )
    told = f"It works: {len(found):,} {'file waits' if len(found) == 1 else 'files wait'} there."
    return Tried(feed=name, works=True, told=told, next_step="", seconds=time.monotonic() - began)


def _job_of(name: str) -> str:
    return f"feed:{name}"
