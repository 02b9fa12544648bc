"""One poll of a feed: finish what a dead run left, then take every settled file to its receipt.

A drop's way through the source: inbox -> `processing/` (claimed, one rename) -> `archive/DAY/` or `failed/`, and the
reports beside it. At every point a new poll knows from the folder and the ledger what is left to do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.progress import Event, Step
from orderdrop.errors import Busy, FileRefused, Stopped
from orderdrop.ledger.ledger import Batch
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pickup.inbox import FAILED_FOLDER, Claim, Inbox, archive_folder
from orderdrop.pickup.settling import pick
from orderdrop.pipeline import drops
from orderdrop.pipeline.batch import Finished, leased, open_batch, receipt, report_folder, work
from orderdrop.pipeline.parts import FeedPlan, Parts
from orderdrop.reports.write import SUFFIXES, report_paths

_REPLIES = ("rejects_csv", "rejects_xlsx", "receipt", "receipt_html")


def poll(parts: Parts, feed: FeedPlan) -> Iterator[Finished]:
    """Yield every drop that came to rest, one after the other, in the order in which they arrived.

    Raises Busy when another orderdrop polls this feed, SourceUnavailable or TrustError when the source does not let us
    in, Stopped when the stop was asked for.
    """
    with leased(parts, f"feed:{feed.name}"), _inbox(feed) as inbox:
        loaded = parts.mapping(feed.mapping)
        yield from _left_over(parts, feed, inbox, loaded)
        for entry in pick(inbox, feed.settle, parts.sleep, lambda: parts.clock().timestamp()):
            if parts.stop.is_set():
                raise Stopped(
                    "Stopped before all drops were taken.", next_step="The next poll takes the others."
                )
            claim = inbox.claim(entry)
            if claim is None:
                continue
            parts.watcher(Event(step=Step.CLAIMED, name=claim.name))
            yield _take(parts, feed, inbox, claim, loaded)
            done_name = feed.settle.done_name(entry.name)
            if done_name is not None:
                inbox.discard(done_name)


@contextmanager
def _inbox(feed: FeedPlan) -> Iterator[Inbox]:
    inbox = feed.open_inbox()
    try:
        yield inbox
    finally:
        inbox.close()


def _left_over(parts: Parts, feed: FeedPlan, inbox: Inbox, loaded: LoadedMapping) -> Iterator[Finished]:
    for batch in parts.ledger.unfinished(feed.name):
        place = batch.drop.place
        if place is not None:
            yield _bring_home(parts, feed, inbox, batch.id, Claim(name=batch.drop.name, place=place))
    for claim in inbox.claims():
        yield _take(parts, feed, inbox, claim, loaded)


def _take(parts: Parts, feed: FeedPlan, inbox: Inbox, claim: Claim, loaded: LoadedMapping) -> Finished:
    known = parts.ledger.batch_at_place(feed.name, claim.place)
    if known is not None:
        return _bring_home(parts, feed, inbox, known.id, claim)
    kept = drops.incoming(parts)
    fetched = inbox.fetch(claim, kept)
    parts.watcher(Event(step=Step.FETCHED, name=claim.name, done=fetched.size))
    drop = drops.drop_of(parts, kept, claim.name, fetched, feed=feed.name, place=claim.place)
    before = drops.seen_before(parts, drop, loaded, feed.account)
    if before is not None:
        return _answer_again(parts, feed, inbox, claim, before, kept)
    batch = open_batch(parts, drop, loaded, feed.account)
    return _bring_home(parts, feed, inbox, batch.id, claim)


def _answer_again(
    parts: Parts, feed: FeedPlan, inbox: Inbox, claim: Claim, before: Batch, kept: Path
) -> Finished:
    """The same content came again: nothing is sent, the sender gets the first receipt once more."""
    kept.unlink(missing_ok=True)
    if before.status.resumes:
        before = work(parts, before.id).batch
    place = inbox.archive(claim, _folder(parts, before))
    if feed.reply:
        _reply(parts, inbox, before, place)
    finished = Finished(batch=before, receipt=receipt(parts, before), repeated=True)
    parts.watcher(Event(step=Step.FINISHED, batch=before.id, name=claim.name, facts={"repeated": 1}))
    return finished


def _bring_home(parts: Parts, feed: FeedPlan, inbox: Inbox, batch_id: str, claim: Claim) -> Finished:
    finished = work(parts, batch_id)
    batch = finished.batch
    if batch.feed_done:
        return finished
    place = inbox.archive(claim, _folder(parts, batch))
    parts.watcher(Event(step=Step.ARCHIVED, batch=batch.id, name=claim.name))
    if feed.reply:
        _reply(parts, inbox, batch, place)
        parts.watcher(Event(step=Step.REPLIED, batch=batch.id, name=claim.name))
    parts.ledger.feed_done(batch.id, place)
    parts.watcher(
        Event(step=Step.FINISHED, batch=batch.id, name=claim.name, facts={"status": batch.status.value})
    )
    return finished


def _folder(parts: Parts, batch: Batch) -> str:
    return FAILED_FOLDER if batch.status is BatchStatus.FAILED else archive_folder(parts.clock().date())


def _reply(parts: Parts, inbox: Inbox, batch: Batch, place: str) -> None:
    paths = report_paths(report_folder(parts, batch), batch.drop.name)
    for kind in _REPLIES:
        if paths[kind].is_file():
            inbox.reply(place, SUFFIXES[kind], paths[kind])


def resume(parts: Parts, feeds: dict[str, FeedPlan]) -> Iterator[Finished]:
    """Finish batches that a dead run left and that no feed will come back to: imports by hand, feeds taken out of the settings."""
    for batch in parts.ledger.unfinished():
        if batch.drop.feed in feeds:
            continue
        try:
            yield work(parts, batch.id)
        except (Busy, FileRefused):
            continue
