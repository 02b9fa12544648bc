"""What goes on without a poll: what waited for its account, what a dead run left of an import, what a person releases.

A batch whose account was stopped rests `unfinished` and remembers that it waits. Whoever comes by when the account may
be asked again takes it up, on the same way as any batch: turns, the look for newer versions and leases apply.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import takewhile

from orderdrop.core.problems import Code, Problem
from orderdrop.delivery.circuit import ASKING_ORDERS, Gate
from orderdrop.errors import Busy, LedgerUnavailable, Stopped
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.batches.batch import Finished, reported, work
from orderdrop.pipeline.batches.releasing import release
from orderdrop.pipeline.batches.turns import is_being_sent
from orderdrop.pipeline.feeds.replying import has_reply, reply_again
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import FeedPlan, Parts
from orderdrop.pipeline.putting_off import put_off


def go_on(
    parts: Parts, account: str, feeds: Mapping[str, FeedPlan], *, feed: str | None = None
) -> Iterator[Finished]:
    """Send what waits for an account, batch by batch, while the account lets it; `feed` alone where one is named.

    Nothing is done while the account rests. A batch that fails for a reason of its own does not keep back the others;
    its error is raised at the end. Raises SetupError where the account is not set up any more.
    """
    waiting = [
        batch
        for batch in parts.ledger.waiting(account)
        # one whose source was not told yet is still in the hands of its feed's poll
        if feed in (None, batch.drop.feed) and (batch.feed_done or batch.drop.feed not in feeds)
    ]
    if not waiting:
        return
    breaker = parts.line(account).breaker
    if breaker.gate() is not Gate.SEND:
        return
    rests = breaker.probes_after()
    batches = waiting if rests is None else _in_turn(parts, waiting, rests)
    while_it_may = takewhile(lambda _: breaker.gate() is Gate.SEND, batches)
    yield from _each(parts, while_it_may, lambda batch: _take_up(parts, batch, feeds))


def finish_left(parts: Parts, feeds: Mapping[str, FeedPlan]) -> Iterator[Finished]:
    """Finish batches that a dead run left and that no feed will come back to: imports by hand, feeds taken out of the settings.

    One that somebody works on is left to them. One that cannot be finished now does not keep back the others; its error
    is raised at the end.
    """
    hasty = replace(parts, patience_seconds=0.0)
    left = [
        batch
        for batch in parts.ledger.unfinished()
        if batch.drop.feed not in feeds and batch.status.resumes  # else there is nobody to tell
    ]
    yield from _each(parts, left, lambda batch: work(hasty, batch.id))


def release_and_reply(parts: Parts, batch_id: str, feeds: Mapping[str, FeedPlan]) -> Finished:
    """Send a batch that was held as a whole; its sender, who has a receipt that says held, gets the new one."""
    before = parts.ledger.batch(batch_id)
    owes = before is not None and has_reply(before, feeds)
    finished = release(parts, batch_id, owes_reply=owes)
    if owes:
        reply_again(parts, finished.batch, feeds)
        parts.ledger.feed_done(batch_id, finished.batch.drop.place)
    return finished


def _each(
    parts: Parts, batches: Iterable[Batch], bring_to_rest: Callable[[Batch], Finished | None]
) -> Iterator[Finished]:
    """Let each have its turn, but what somebody else is at; the first error of one alone is raised at the end."""
    failed: Exception | None = None
    for batch in batches:
        try:
            finished = bring_to_rest(batch)
        except (Stopped, LedgerUnavailable):
            raise  # whatever comes next would fare no better
        except Busy:
            continue
        except Exception as error:  # noqa: BLE001 - raised below, once the other batches have had their turn
            put_off(parts, batch.drop.name, error)
            failed = failed or error
            continue
        if finished is not None:
            yield finished
    if failed is not None:
        raise failed


def _in_turn(parts: Parts, waiting: list[Batch], rests: int) -> list[Batch]:
    """Oldest first; but once each of the first orders of a batch has asked in vain, the next batch asks.

    The orders of one batch may be what breaks the API.
    """
    asks = [
        at
        for at, batch in enumerate(waiting)
        for _ in range(min(ASKING_ORDERS, parts.ledger.counts(batch.id).orders.unsent))
    ]
    first = asks[(rests - 1) % len(asks)] if asks else 0
    return waiting[first:] + waiting[:first]


def _take_up(parts: Parts, batch: Batch, feeds: Mapping[str, FeedPlan]) -> Finished | None:
    """Bring a waiting batch to rest again; None when it must wait on, or somebody else took it up."""
    with leased(parts, f"batch:{batch.id}") as lease:
        now = parts.ledger.batch(batch.id)
        if now is None or now.waits_since is None:
            return None
        before, why = reported(parts, now), _why(parts, batch)
        owes = has_reply(now, feeds)
        parts.ledger.take_up(batch.id, owes_reply=owes)  # from here on whoever begins sees this one
        if is_being_sent(parts, batch.id) is not None:
            lease.check_held()
            parts.ledger.put_off(batch.id, now.waits_since, why)
            parts.ledger.conclude(batch.id, now.status, now.finished_at)
            if owes:
                parts.ledger.feed_done(batch.id, now.drop.place)
            return None
    finished = work(parts, batch.id, reported=before)
    if owes:
        if finished.batch.finished_at != before.finished_at:
            reply_again(parts, finished.batch, feeds)
        parts.ledger.feed_done(batch.id, now.drop.place)
    return finished


def _why(parts: Parts, batch: Batch) -> Problem:
    """What was said when the batch was put off."""
    told = (one for one in parts.ledger.problems(batch.id) if one.code is Code.NOT_SENT and one.order is None)
    return next(
        told,
        Problem(
            code=Code.NOT_SENT,
            message=f"Account {batch.account} could not be used; what waits goes on once it can be.",
        ),
    )
