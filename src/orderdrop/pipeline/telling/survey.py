"""What people should know at this moment: one look at the ledger, the feeds and the accounts.

Everything is looked up anew each time, so a restart, or another process, sees the same. Facts hold names of files, counts and
codes; no remarks, values or answers, which may quote a person's data.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from orderdrop.core.expected import Expected
from orderdrop.core.notices import Cause, Fact, Matter
from orderdrop.core.outcomes import BatchStatus, Counts
from orderdrop.core.policy import StopReason
from orderdrop.ledger.accounts import by_our_clock
from orderdrop.ledger.feeds import FeedState
from orderdrop.ledger.ledger import Batch
from orderdrop.notices.wording import moment
from orderdrop.pipeline.batches.waiting import WHY, for_a_person
from orderdrop.pipeline.feeds.arrivals import missing
from orderdrop.pipeline.feeds.overdue import overdue
from orderdrop.pipeline.parts import Parts

LATELY = timedelta(days=1)
"""What came to rest longer ago is no news to anybody."""

POLL_LASTS = timedelta(minutes=5)
"""For so long the end of a poll is waited for, so that files that fail together make one message."""

_Key = tuple[str, BatchStatus, datetime | None]
_MOST_WAITING = 200
_PAGE = 100
_CODES = 5
_ENDED = (BatchStatus.FAILED, BatchStatus.REJECTS, BatchStatus.UNFINISHED)
_SOME_CAME_BACK = (BatchStatus.REJECTS, BatchStatus.UNFINISHED)
_CAUSES = {
    BatchStatus.HELD: Cause.HELD,
    BatchStatus.STUCK: Cause.STUCK,
    BatchStatus.UNBALANCED: Cause.STUCK,
    BatchStatus.UNFINISHED: Cause.UNFINISHED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is looked at: feeds with the times of their files, accounts, how many rows are too many, how long is too long."""

    feeds: Mapping[str, tuple[Expected, ...]]
    accounts: Collection[str]
    too_many: Callable[[int, int], bool]
    unreachable: timedelta

    def minds(self, matter: Matter) -> bool:
        """Whether a matter is the business of whoever watches this; another process may know feeds and accounts of its own."""
        if matter.cause in (Cause.ABSENT, Cause.INCOMPLETE, Cause.UNREACHABLE):
            return matter.place in self.feeds
        if matter.cause is Cause.STOPPED:
            return matter.place in self.accounts
        return matter.cause is not Cause.LEDGER


@dataclass(slots=True, kw_only=True)
class Survey:
    """Looks that remember what is known of batches at rest, whose books cost a query each."""

    parts: Parts
    watched: Watched
    began_at: datetime
    _known: dict[_Key, tuple[Fact, ...]] = field(default_factory=dict)

    def facts(self) -> list[Fact]:
        """All that is so. Raises LedgerUnavailable."""
        now = self.parts.clock()
        batches = list(self._lately(now))
        waiting = list(for_a_person(self.parts.ledger, limit=_MOST_WAITING))
        before, self._known = self._known, {}
        for batch in [*batches, *waiting]:
            key = _key(batch)
            if key not in self._known:
                self._known[key] = before[key] if key in before else tuple(self._of(batch))
        still, lately = ({batch.id for batch in some} for some in (waiting, batches))
        early = self._early([*batches, *waiting], before, now)
        facts = [
            replace(fact, early=fact.subject in early)
            for found in self._known.values()
            for fact in found
            if fact.subject in (still if fact.matter.cause.lasts else lately)
        ]
        for feed in self.watched.feeds:
            facts += self._of_feed(feed, now)
        return [*facts, *self._stopped(now)]

    def _lately(self, now: datetime) -> Iterator[Batch]:
        """What failed or had rows come back in the last day, newest first of each status."""
        ledger, since = self.parts.ledger, now - LATELY
        for status in _ENDED:  # one by one the database need not sort them
            before: str | None = None
            while page := ledger.batches(limit=_PAGE, before=before, statuses=(status,)):
                yield from (batch for batch in page if _ended(batch) >= since)
                before = page[-1].id
                if page[-1].created_at < since - LATELY:  # a batch may take hours to its end, not days
                    break

    def _early(self, batches: Sequence[Batch], before: Collection[_Key], now: datetime) -> set[str]:
        """Batches of feeds whose poll goes on and has brought something since the last look, unless it takes for ever."""
        news = [batch for batch in batches if _key(batch) not in before and _ended(batch) >= self.began_at]
        busy = {
            feed
            for feed in {batch.drop.feed for batch in news}
            if feed and self.parts.ledger.lease_holder(f"feed:{feed}", now) is not None
        }
        return {batch.id for batch in batches if batch.drop.feed in busy and now - _ended(batch) < POLL_LASTS}

    def _of(self, batch: Batch) -> Iterator[Fact]:
        counts = self.parts.ledger.counts(batch.id)
        cause = _CAUSES.get(batch.status)
        if batch.status is BatchStatus.FAILED:
            yield _fact(batch, Cause.FAILED, self._codes(batch))
        elif cause is not None:
            yield _fact(batch, cause, _in_words(batch, counts))
        rows = counts.rows
        back = rows.rejected + rows.refused + rows.held
        is_news = batch.status in _SOME_CAME_BACK and not batch.given_up
        if is_news and self.watched.too_many(back, rows.read - rows.ignored):
            yield _fact(batch, Cause.REJECTS, f"{back:,} of {rows.read - rows.ignored:,} rows came back")

    def _codes(self, batch: Batch) -> str:
        problems = self.parts.ledger.problems(batch.id, limit=_CODES)
        return ", ".join(dict.fromkeys(problem.code.value for problem in problems)) or "failed"

    def _of_feed(self, feed: str, now: datetime) -> Iterator[Fact]:
        state = self.parts.ledger.feed_state(feed)
        yield from self._absent(feed, state, now)
        for one in overdue(self.parts.workdir, feed):
            said = f"{one.name}, since {moment(one.since)}: {one.why}"
            yield _of_feed(Cause.INCOMPLETE, feed, one.name, said)
        failing = state.failing_since
        if failing and state.paused_at is None and now - failing >= self.watched.unreachable:
            yield _of_feed(Cause.UNREACHABLE, feed, "polls", f"since {moment(failing)}: {state.failed}")

    def _absent(self, feed: str, state: FeedState, now: datetime) -> Iterator[Fact]:
        absent = missing(self.parts.ledger, feed, self.watched.feeds[feed], now)
        # of a feed that is new nothing was expected before
        if absent is None or (absent.last is None and absent.window.by < self.began_at):
            return
        paused = f"; the feed is paused by {state.paused_by}" if state.paused_at is not None else ""
        yield _of_feed(Cause.ABSENT, feed, absent.window.by.isoformat(), f"{absent}{paused}")

    def _stopped(self, now: datetime) -> Iterator[Fact]:
        for noted in self.parts.ledger.account_states():
            state = by_our_clock(noted, now)
            if state.reason is None or state.account not in self.watched.accounts:
                continue
            wait = len(self.parts.ledger.waiting(state.account))
            since = f"since {moment(state.since)}: " if state.since else ""
            yield Fact(
                matter=Matter(cause=Cause.STOPPED, place=state.account),
                subject=state.reason,
                said=f"{since}{WHY[StopReason(state.reason)]}; {wait:,} batch{'' if wait == 1 else 'es'} waiting",
                page="/",
            )


def _ended(batch: Batch) -> datetime:
    return batch.finished_at or batch.created_at


def _key(batch: Batch) -> _Key:
    return batch.id, batch.status, batch.finished_at


def _of_feed(cause: Cause, feed: str, subject: str, said: str) -> Fact:
    matter = Matter(cause=cause, place=feed)
    return Fact(matter=matter, subject=subject, said=said, page=f"/feeds/{quote(feed, safe='')}")


def _fact(batch: Batch, cause: Cause, said: str) -> Fact:
    return Fact(
        matter=Matter(cause=cause, place=batch.drop.feed or f"imports to {batch.account}"),
        subject=batch.id,
        said=f"{batch.drop.name}: {said} (batch {batch.id})",
        page=f"/batches/{batch.id}",
    )


def _in_words(batch: Batch, counts: Counts) -> str:
    if batch.status is BatchStatus.UNFINISHED:
        return f"{counts.orders.unsent:,} of {counts.orders.built:,} orders are unsent"
    if batch.status is BatchStatus.HELD:
        return f"{counts.rows.read:,} rows, {counts.rows.rejected:,} of them bad"
    return batch.status.value
