"""Feeds as people see them: polled unless somebody paused them, and what is known of each.

A pause stands in the ledger, so that every process obeys it; what was begun before it is still brought to its end.
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from orderdrop.errors import Busy, LedgerUnavailable, Paused, Stopped, UsageError
from orderdrop.ledger.feeds import FeedState
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.batches.batch import Finished
from orderdrop.pipeline.feeds.arrivals import missing
from orderdrop.pipeline.feeds.feed import poll
from orderdrop.pipeline.feeds.overdue import Overdue, overdue
from orderdrop.pipeline.parts import FeedPlan, Parts
from orderdrop.pipeline.putting_off import why
from orderdrop.reports.receipt import iso

LATE_AFTER = timedelta(minutes=2)
"""So long after the time of a poll that did not come, somebody should look whether anything serves."""

_SAYS_NOTHING = (Busy, Stopped, LedgerUnavailable)  # of the feed
_WHY_MAX, _REASON_MAX = 1000, 500


class Standing(StrEnum):
    """How a feed stands at this moment."""

    POLLING = "polling"
    PAUSED = "paused"
    FAILING = "failing"
    LATE = "late"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """One feed and all that is known of it.

    `next_poll` is None while it is paused; it may lie in the past. `newest` is its newest batch, `last_drop` when a file
    of it arrived last, `absent` which expected one has not come, `overdue` what lies there and does not become complete.
    """

    plan: FeedPlan
    state: FeedState
    standing: Standing
    next_poll: datetime | None
    newest: Batch | None
    last_drop: datetime | None
    absent: str
    overdue: tuple[Overdue, ...]

    @property
    def paused(self) -> bool:
        """Whether nothing polls it by itself: a person said so, or the settings do."""
        return self.plan.paused or self.state.paused_at is not None


def poll_feed(parts: Parts, plan: FeedPlan, *, although_paused: bool = False) -> Iterator[Finished]:
    """Poll a feed, and remember how that went; ends after the drop at hand when somebody pauses it meanwhile.

    Raises Paused where it is paused, and what a poll raises.
    """
    if not although_paused:
        _refuse_paused(parts.ledger.feed_state(plan.name))
    try:
        with closing(poll(parts, plan)) as finished:  # type: ignore[type-var]  # it is a generator
            for one in finished:
                yield one
                if not although_paused and parts.ledger.feed_state(plan.name).paused_at is not None:
                    break
    except _SAYS_NOTHING:
        raise
    except Exception as error:
        _note(parts, plan, why(error)[:_WHY_MAX])
        raise
    _note(parts, plan, "")


def pause(parts: Parts, feed: str, by: str, reason: str) -> FeedState:
    """Have no process take files of a feed until it is resumed; a feed that is paused stays as it is. Raises UsageError."""
    reason = " ".join(reason.split())[:_REASON_MAX]
    if not reason:
        raise UsageError("A pause needs a reason.", next_step="Say what the next one who looks must know.")
    return parts.ledger.change_feed(feed, lambda state: state.paused(parts.clock(), by, reason))


def resume(parts: Parts, feed: str) -> FeedState:
    """Let a feed be polled again at its times; no error where it was not paused."""
    return parts.ledger.change_feed(feed, FeedState.resumed)


def feed_line(parts: Parts, plan: FeedPlan) -> FeedLine:
    """All that is known of a feed."""
    ledger, now = parts.ledger, parts.clock()
    state = ledger.feed_state(plan.name)
    newest, last = ledger.batches(limit=1, feed=plan.name), ledger.last_drop(plan.name)
    absent = missing(ledger, plan.name, plan.expected, now)
    paused = plan.paused or state.paused_at is not None
    due = None if paused else plan.next_poll(state.polled_at, now)
    if ledger.lease_holder(f"feed:{plan.name}", now) is not None:
        standing = Standing.POLLING
    elif paused:
        standing = Standing.PAUSED
    elif state.failed:
        standing = Standing.FAILING
    elif due is not None and now - due > LATE_AFTER:
        standing = Standing.LATE
    else:
        standing = Standing.WAITING
    return FeedLine(
        plan=plan,
        state=state,
        standing=standing,
        next_poll=due,
        newest=newest[0] if newest else None,
        last_drop=last.arrived_at if last is not None else None,
        absent=str(absent) if absent is not None else "",
        overdue=tuple(overdue(parts.workdir, plan.name)),
    )


def facts_of(line: FeedLine) -> dict[str, Any]:
    """A feed for programs."""
    state = line.state
    return {
        "feed": line.plan.name,
        "mapping": line.plan.mapping,
        "account": line.plan.account,
        "polled": line.plan.when,
        "standing": line.standing.value,
        "last_poll": iso(state.polled_at),
        "next_poll": iso(line.next_poll),
        "failed": state.failed or None,
        "failing_since": iso(state.failing_since),
        "paused_in_settings": line.plan.paused,
        "paused_at": iso(state.paused_at),
        "paused_by": state.paused_by or None,
        "pause_reason": state.pause_reason or None,
        "last_drop": iso(line.last_drop),
        "newest_batch": line.newest.id if line.newest else None,
        "absent": line.absent or None,
        "incomplete": [str(one) for one in line.overdue],
    }


def said_paused(state: FeedState) -> str | None:
    """Since when a feed is paused, by whom and why; None where nobody paused it."""
    if state.paused_at is None:
        return None
    since = f"{state.paused_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return (
        f"Feed {state.feed} is paused since {since} by {state.paused_by}: {state.pause_reason.rstrip('.')}."
    )


def _refuse_paused(state: FeedState) -> None:
    told = said_paused(state)
    if told is not None:
        raise Paused(
            told,
            next_step=f"`orderdrop feeds resume {state.feed}` lets it go on; `orderdrop run {state.feed} --paused` polls it this once.",
        )


def _note(parts: Parts, plan: FeedPlan, failed: str) -> None:
    with suppress(LedgerUnavailable):  # what the poll itself came to is what counts
        parts.ledger.change_feed(plan.name, lambda state: state.polled(parts.clock(), failed))
