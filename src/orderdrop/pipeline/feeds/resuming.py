"""What waited for an account goes on by itself: first one order, to see whether the account works again, then the rest.

A batch whose account was stopped rests `unfinished` and remembers that it waits. Whoever comes by when the account may
be asked again takes it up, on the same way as any batch: turns, the look for newer versions and leases apply.
"""

from collections.abc import Iterator, Mapping

from orderdrop.core.problems import Code, Problem
from orderdrop.delivery.circuit import ASKING_ORDERS, Gate
from orderdrop.errors import Busy, LedgerUnavailable, Stopped
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.batches.batch import Finished, reported, work
from orderdrop.pipeline.batches.turns import is_being_sent
from orderdrop.pipeline.feeds.feed import has_reply, put_off, reply_again
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import FeedPlan, Parts

_ENDS_IT = (Stopped, LedgerUnavailable)  # whatever comes next would fare no better


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
    failed: Exception | None = None
    for batch in waiting if rests is None else _in_turn(parts, waiting, rests):
        if breaker.gate() is not Gate.SEND:
            break
        try:
            finished = _take_up(parts, batch, feeds)
        except _ENDS_IT:
            raise
        except Busy:
            continue  # somebody is at it
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
