"""Feeds: how each stands, what it brought and when; polling now, pausing, and trying the way to its source."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from orderdrop import wiring
from orderdrop.access.people import Role
from orderdrop.ledger.browsing import Filter
from orderdrop.pickup.steps import Step
from orderdrop.pipeline.feeds import polling
from orderdrop.pipeline.feeds.polling import feed_line
from orderdrop.pipeline.parts import FeedPlan
from orderdrop.web.console import Console
from orderdrop.web.gate import Known, Ops, Unknown, Visitor, console_of
from orderdrop.web.jobs import Job, Kind, of_feed
from orderdrop.web.onward import onward
from orderdrop.web.render import page

router = APIRouter(include_in_schema=False)
_NEWEST = 10


@router.get("/feeds")
def feeds(request: Request, visitor: Known) -> Response:
    """Every feed that is this visitor's business."""
    console = console_of(request)
    mine = [plan for name, plan in sorted(console.feeds.items()) if visitor.user.may_use(name)]
    lines = [feed_line(console.parts, plan) for plan in mine]
    return page(request, "feeds.html", visitor=visitor, lines=lines)


@router.get("/feeds/{name}")
def feed(request: Request, visitor: Known, name: str) -> Response:
    """One feed."""
    return _page(request, visitor, name)


@router.post("/feeds/{name}/poll")
def poll_now(request: Request, visitor: Ops, name: str) -> Response:
    """Poll a feed now."""
    console = console_of(request)
    plan_for(console, visitor, name)
    console.doors.note(visitor.user.name, "poll", subject=name)
    console.jobs.begin(Job(kind=Kind.POLL, subject=name))
    return _to(name)


@router.post("/feeds/{name}/pause")
def pause(request: Request, visitor: Ops, name: str, reason: Annotated[str, Form()] = "") -> Response:
    """Have nobody take its files until it is resumed; who came first stays the one who paused it."""
    console = console_of(request)
    plan_for(console, visitor, name)
    pause_feed(console, visitor, name, reason)
    return _to(name)


@router.post("/feeds/{name}/resume")
def resume(request: Request, visitor: Ops, name: str) -> Response:
    """Let it be polled again at its times."""
    console = console_of(request)
    plan_for(console, visitor, name)
    resume_feed(console, visitor, name)
    return _to(name)


@router.post("/feeds/{name}/test")
def test_connection(request: Request, visitor: Ops, name: str) -> Response:
    """Go the way to a feed's source step by step; nothing is claimed."""
    console = console_of(request)
    plan_for(console, visitor, name)
    return _page(request, visitor, name, steps=try_way(console, visitor, name))


def pause_feed(console: Console, visitor: Visitor, name: str, reason: str) -> None:
    """Pause a feed, and note who did; nothing to note where it was paused."""
    before = console.parts.ledger.feed_state(name)
    after = polling.pause(console.parts, name, visitor.user.name, reason)
    if before.paused_at is None:
        console.doors.note(visitor.user.name, "pause", subject=name, detail=after.pause_reason)


def resume_feed(console: Console, visitor: Visitor, name: str) -> None:
    """Let a feed go on, and note who did; nothing to note where it was not paused."""
    before = console.parts.ledger.feed_state(name)
    polling.resume(console.parts, name)
    if before.paused_at is not None:
        console.doors.note(visitor.user.name, "resume", subject=name)


def try_way(console: Console, visitor: Visitor, name: str) -> list[Step]:
    """Every step to a feed's source, tried now, and noted."""
    console.doors.note(visitor.user.name, "test", subject=name)
    return list(wiring.feed_steps(console.settings, name))


def _page(request: Request, visitor: Visitor, name: str, *, steps: Sequence[Step] = ()) -> Response:
    console = console_of(request)
    line = feed_line(console.parts, plan_for(console, visitor, name))
    asked = console.jobs.standing(of_feed(name))
    return page(
        request,
        "feed.html",
        visitor=visitor,
        line=line,
        options=console.settings.feeds[name],
        may_mend=visitor.user.role.covers(Role.OPS),
        polling=asked.under_way,
        left_out=asked.failed if asked.failed != line.state.failed else None,
        newest=console.browsing.batches(Filter(feeds=(name,)), limit=_NEWEST),
        steps=steps,
    )


def plan_for(console: Console, visitor: Visitor, name: str) -> FeedPlan:
    """A feed that is this visitor's business. Raises Unknown."""
    plan = console.feeds.get(name)
    if plan is None:
        raise Unknown("There is no such feed.")
    visitor.must_use(name)
    return plan


def _to(name: str) -> Response:
    return onward(f"/feeds/{name}")
