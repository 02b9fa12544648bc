"""The overview, for people who would rather look than read: arrivals by feed with the missing ones, refusals by code."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from orderdrop.web.gate import Known, console_of
from orderdrop.web.pages.batches import feeds_of, stops_for
from orderdrop.web.pictures import calendar, columns
from orderdrop.web.render import page

router = APIRouter(include_in_schema=False)
WEEKS = 5
FEEDS = 12
"""So many feeds are shown on a page: more would make it heavy, and nobody looks at so many at once."""


@router.get("/overview")
def overview(
    request: Request, visitor: Known, first: Annotated[int, Query(alias="from", ge=0)] = 0
) -> Response:
    """The last weeks in two pictures; feeds of which files are missing come first."""
    console, feeds = console_of(request), feeds_of(visitor)
    today = console.now().astimezone(UTC).date()
    since = today - timedelta(days=7 * WEEKS - 1)
    begin = datetime.combine(since, time(), UTC)
    arrivals = console.browsing.arrivals(begin, feeds)
    seen = {feed for day in arrivals for feed in day.counts}
    names = sorted(seen | {name for name in console.feeds if visitor.user.may_use(name)})
    calendars = [calendar(arrivals, name, since, today) for name in names]
    calendars.sort(key=lambda one: -len(one.missing))
    return page(
        request,
        "overview.html",
        visitor=visitor,
        stops=stops_for(console, visitor),
        calendars=calendars[first : first + FEEDS],
        first=first,
        last=min(first + FEEDS, len(calendars)),
        feeds=len(calendars),
        refusals=columns(console.browsing.refusals(begin, feeds), since, today),
        weeks=WEEKS,
    )
