"""One poll of a feed: finish what a dead run left, then take every settled file to its receipt.

A drop's way through the source: inbox -> `processing/` (claimed, one rename) -> `archive/DAY/` or `failed/`, and the
reports beside it. At every point a new poll knows from the folder and the ledger what is left to do.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.progress import Event, Step
from orderdrop.errors import LedgerUnavailable, SetupError, SourceUnavailable, Stopped, TrustError
from orderdrop.ledger.ledger import Batch
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pickup.inbox import FAILED_FOLDER, Claim, Entry, Inbox, archive_folder
from orderdrop.pickup.sets import SetInbox, file_tables
from orderdrop.pickup.settling import pick
from orderdrop.pipeline import drops
from orderdrop.pipeline.batches.batch import Finished, register, work
from orderdrop.pipeline.batches.imports import suits
from orderdrop.pipeline.feeds.overdue import Remembering, note, waiting
from orderdrop.pipeline.feeds.refusing import refuse_unread, too_large
from orderdrop.pipeline.feeds.replying import reply
from orderdrop.pipeline.feeds.setting_aside import set_aside, take_back
from orderdrop.pipeline.history import receipt
from orderdrop.pipeline.leases import is_held, leased
from orderdrop.pipeline.parts import FeedPlan, Parts
from orderdrop.pipeline.putting_off import put_off

_REFUSED = (BatchStatus.FAILED, BatchStatus.STUCK)
_KEPT = ("archive/", f"{FAILED_FOLDER}/")
_ENDS_THE_POLL = (Stopped, LedgerUnavailable, TrustError)  # whatever comes next would fare no better


def poll(parts: Parts, feed: FeedPlan, *, only_left: bool = False) -> Iterator[Finished]:
    """Yield every drop that came to rest, one after the other, in the order in which they arrived.

    `only_left`: what a dead run left, and no file that nobody has taken yet.
    A drop that fails for a reason of its own does not keep back the others: it is put off to the next poll, and the
    error is raised when the others are done. Raises Busy when another orderdrop polls this feed, SetupError when the
    mapping cannot be used for the account (what has come waits in `failed/` then, each with a receipt),
    SourceUnavailable or TrustError when the source does not let us in, Stopped when the stop was asked for.
    """
    with leased(parts, f"feed:{feed.name}") as lease, closing(feed.open_inbox()) as inbox:
        try:
            loaded = _suitable(parts, feed)
        except SetupError as fault:
            if not only_left:
                for unread in set_aside(parts, feed, inbox, fault):
                    yield unread
                    lease.check()
            raise
        take_back(parts, feed, inbox)
        drops_in = SetInbox(inbox, loaded.mapping, feed.files) if file_tables(loaded.mapping) else inbox
        this_round = _Round(parts=parts, feed=feed, inbox=drops_in, loaded=loaded)
        failed: Exception | None = None
        for name, take in this_round.jobs(only_left=only_left):
            lease.check()
            try:
                finished = take()
            except _ENDS_THE_POLL:
                raise
            except Exception as error:  # noqa: BLE001 - raised below, once the other drops have had their turn
                put_off(parts, name, error)
                failed = failed or error
                if isinstance(error, SourceUnavailable):
                    inbox.look()  # raises when it was not this file's fault
                continue
            if finished is not None:
                yield finished
        if failed is not None:
            raise failed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One poll under way."""

    parts: Parts
    feed: FeedPlan
    inbox: Inbox
    loaded: LoadedMapping

    def jobs(self, *, only_left: bool) -> Iterator[tuple[str, Callable[[], Finished | None]]]:
        """What is to be done, each with the name of its drop: first what a dead run left, then what came since."""
        left = self.parts.ledger.unfinished(self.feed.name)
        for batch in left:
            claim = Claim(name=batch.drop.name, place=batch.drop.place or "")
            if claim.place.startswith(_KEPT) and is_held(self.parts, f"batch:{batch.id}"):
                continue  # whoever sends what waited tells the source too
            yield claim.name, partial(self._bring_home, batch.id, claim)
        seen = {batch.drop.place for batch in left}
        for claim in self.inbox.claims():
            if claim.place not in seen:
                yield claim.name, partial(self._take, claim)
        if only_left:
            return
        looking = Remembering(self.inbox)
        picked = pick(looking, self.feed.settle, self.parts.sleep, lambda: self.parts.clock().timestamp())
        note(
            self.parts,
            self.feed,
            waiting(self.feed.settle, looking.last, picked, self.inbox.passed_over())
            | (self.inbox.alone if isinstance(self.inbox, SetInbox) else {}),
        )
        for entry in picked:
            yield entry.name, partial(self._claim_and_take, entry)

    def _claim_and_take(self, entry: Entry) -> Finished | None:
        claim = self.inbox.claim(entry)
        if claim is None:
            return None
        self.parts.watcher(Event(step=Step.CLAIMED, name=claim.name))
        done_name = self.feed.settle.done_name(entry.name)
        if done_name is not None:  # at once: the next drop of this name needs a done-file of its own
            self.inbox.discard(done_name)
        return self._take(claim)

    def _take(self, claim: Claim) -> Finished:
        parts, feed = self.parts, self.feed
        known = parts.ledger.batch_at_place(feed.name, claim.place)
        if known is not None:
            return self._bring_home(known.id, claim)
        size = self.inbox.size(claim)
        if size is not None and size > feed.largest_file_bytes:
            told = too_large(size, feed.largest_file_bytes)
            return self._bring_home(refuse_unread(parts, feed, claim, size, told, self.loaded).id, claim)
        kept = drops.incoming(parts)
        fetched = self.inbox.fetch(claim, kept)
        parts.watcher(Event(step=Step.FETCHED, name=claim.name, done=fetched.size))
        drop = drops.drop_of(parts, kept, claim.name, fetched, feed=feed.name, place=claim.place)
        batch, repeated = register(parts, drop, self.loaded, feed.account)
        if not repeated:
            return self._bring_home(batch.id, claim)
        drops.let_go(drop)
        return self._answer_again(batch, claim)

    def _answer_again(self, before: Batch, claim: Claim) -> Finished:
        """The same content came again: nothing is sent, the sender gets the first receipt once more."""
        parts = self.parts
        if before.status.resumes:
            before = work(parts, before.id).batch
        place = self.inbox.archive(
            claim,
            FAILED_FOLDER if before.status in _REFUSED else archive_folder(parts.clock().date()),
        )
        if self.feed.reply:
            reply(parts, self.inbox, before, place)
        finished = Finished(batch=before, receipt=receipt(parts, before), repeated=True)
        parts.watcher(Event(step=Step.FINISHED, batch=before.id, name=claim.name, facts={"repeated": 1}))
        return finished

    def _bring_home(self, batch_id: str, claim: Claim) -> Finished:
        parts, feed, inbox = self.parts, self.feed, self.inbox
        finished = work(parts, batch_id)
        batch = finished.batch
        if batch.feed_done:  # archived while answers were pending
            if feed.reply and not batch.scope and not batch.status.resumes and batch.drop.place is not None:
                reply(parts, inbox, batch, batch.drop.place)
            return finished
        # archived before: what waited or was held is sent, and a reply owed
        if claim.place.startswith(_KEPT):
            if feed.reply:
                reply(parts, inbox, batch, claim.place)
            parts.ledger.feed_done(batch.id, claim.place)
            return finished
        size = inbox.size(claim)
        if size is not None and size != batch.drop.size:
            return self._read_anew(finished, claim, size)
        place = inbox.archive(claim, _folder(batch))
        parts.watcher(Event(step=Step.ARCHIVED, batch=batch.id, name=claim.name))
        if feed.reply:
            reply(parts, inbox, batch, place)
            parts.watcher(Event(step=Step.REPLIED, batch=batch.id, name=claim.name))
        parts.ledger.feed_done(batch.id, place)
        facts: dict[str, str | int | float] = {"status": batch.status.value}
        parts.watcher(Event(step=Step.FINISHED, batch=batch.id, name=claim.name, facts=facts))
        return finished

    def _read_anew(self, finished: Finished, claim: Claim, size: int) -> Finished:
        """The writer went on after we fetched: what came since must not be archived unread."""
        batch = finished.batch
        why = f"it had {batch.drop.size:,} bytes when it was read and has {size:,} now; it is read again when its writer is done"
        self.inbox.put_back(claim)
        self.parts.ledger.feed_done(batch.id, None)
        self.parts.watcher(Event(step=Step.PUT_OFF, batch=batch.id, name=claim.name, facts={"why": why}))
        return finished


def _suitable(parts: Parts, feed: FeedPlan) -> LoadedMapping:
    loaded = parts.mapping(feed.mapping)
    suits(parts, loaded.mapping.mapping, loaded.mapping.destination, feed.account)
    return loaded


def _folder(batch: Batch) -> str:
    # by the batch's own day: a restart after midnight must look where the first run put the drop
    return FAILED_FOLDER if batch.status in _REFUSED else archive_folder(batch.created_at.date())
