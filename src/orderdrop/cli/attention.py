"""What `orderdrop health` shows of things that wait for a person."""

from collections.abc import Iterator

from orderdrop.cli.session import Session
from orderdrop.core.notices import Sending
from orderdrop.pipeline.batches.waiting import for_a_person
from orderdrop.pipeline.feeds.arrivals import missing
from orderdrop.pipeline.feeds.overdue import overdue
from orderdrop.pipeline.feeds.polling import said_paused
from orderdrop.pipeline.telling.noticing import LOUD_AFTER

_MOST = 20


def attention(session: Session) -> Iterator[str]:
    """One sentence for each: batches that only a person can go on with, channels that are not reached, uploads that do
    not become complete, files that did not come, feeds that somebody paused."""
    for batch in for_a_person(session.parts.ledger, limit=_MOST):
        yield f"Batch {batch.id} ({batch.drop.name}) is {batch.status}: see `orderdrop batches show {batch.id}`."
    yield from _not_reached(session)
    for feed, options in session.settings.feeds.items():
        paused = said_paused(session.parts.ledger.feed_state(feed))
        if paused is not None:
            yield f"{paused} `orderdrop feeds resume {feed}` lets it go on."
        yield from map(str, overdue(session.settings.workdir, feed))
        absent = missing(session.parts.ledger, feed, options.expectations(), session.parts.clock())
        if absent is not None and absent.last is not None:
            yield f"A file of feed {feed} has not come: {absent}."


def _not_reached(session: Session) -> Iterator[str]:
    waiting: dict[str, list[Sending]] = {}
    for sending in session.parts.ledger.sendings():
        waiting.setdefault(sending.channel, []).append(sending)
    for channel, sendings in waiting.items():
        if sendings[0].tries >= LOUD_AFTER:
            notices = "1 notice waits" if len(sendings) == 1 else f"{len(sendings):,} notices wait"
            yield f"Channel {channel} is not reached, {notices} for it: {sendings[0].said.rstrip('.')}. See `orderdrop notices`."
