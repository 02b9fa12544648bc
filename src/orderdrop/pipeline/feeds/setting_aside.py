"""A mapping that is missing, faulty or meant for another destination: what has come waits in `failed/` until that is mended.

Nobody loses a night over it. Every file gets a receipt that says what is wrong and that its sender need do nothing; the
first poll after the mend puts the files back among the drops, oldest first, and takes them like any other.
"""

from collections.abc import Iterator

from orderdrop.core.problems import Code, Owner, Problem
from orderdrop.core.progress import Event, Step
from orderdrop.errors import SetupError
from orderdrop.ledger.ledger import NO_MAPPING
from orderdrop.pickup.inbox import FAILED_FOLDER, Claim, Inbox
from orderdrop.pickup.settling import pick
from orderdrop.pipeline.batches.batch import Finished, work
from orderdrop.pipeline.feeds.refusing import refuse_unread
from orderdrop.pipeline.feeds.replying import reply
from orderdrop.pipeline.parts import FeedPlan, Parts

_TAKEN_BACK = "The set-up was mended and the file was taken anew: see its next batch."


def set_aside(parts: Parts, feed: FeedPlan, inbox: Inbox, fault: SetupError) -> Iterator[Finished]:
    """Move every settled file to `failed/` with a receipt that names the fault; nothing is read or sent.

    A done-file stays where it is: it is wanted again when its drop is put back.
    """
    told = Problem(code=Code.SET_UP, message=_told(feed, fault), owner=Owner.OPS)
    for claim in _claims(parts, feed, inbox):
        known = parts.ledger.batch_at_place(feed.name, claim.place)
        batch = known or refuse_unread(parts, feed, claim, inbox.size(claim) or 0, told, None)
        finished = work(parts, batch.id)
        place = inbox.archive(claim, FAILED_FOLDER)
        if feed.reply:
            reply(parts, inbox, finished.batch, place)
        parts.ledger.feed_done(batch.id, place)
        facts: dict[str, str | int | float] = {"status": finished.batch.status.value}
        parts.watcher(Event(step=Step.FINISHED, batch=batch.id, name=claim.name, facts=facts))
        yield finished


def take_back(parts: Parts, feed: FeedPlan, inbox: Inbox) -> None:
    """Put what was set aside back among the drops, now that the set-up fits.

    One whose name is taken by a newer file waits in `failed/` until that one is gone; one that somebody took away is let go.
    """
    for batch in parts.ledger.set_aside(feed.name):
        claim = Claim(name=batch.drop.name, place=batch.drop.place or "")
        if inbox.size(claim) is not None:
            if inbox.exists(claim.name):
                continue
            inbox.put_back(claim)
        parts.ledger.conclude(batch.id, batch.status, batch.finished_at, _TAKEN_BACK)
        parts.ledger.feed_done(batch.id, None)


def _told(feed: FeedPlan, fault: SetupError) -> str:
    """What sender and ops read: the fault in a line. Its details name folders and other people's mappings: those are for ops."""
    what = fault.message.partition("\n")[0].rstrip(":.")
    return (
        f"Nothing of this file was read or sent, because orderdrop is not set up for it (mapping `{feed.mapping}`): {what}. The file is kept and is taken "
        f"by itself once that is mended; its sender need do nothing. To see what to mend, run: orderdrop run {feed.name}"
    )


def _claims(parts: Parts, feed: FeedPlan, inbox: Inbox) -> Iterator[Claim]:
    """What a dead run had claimed and nobody has read yet, then what has settled."""
    for claim in inbox.claims():
        known = parts.ledger.batch_at_place(feed.name, claim.place)
        if known is None or known.mapping_digest == NO_MAPPING:
            yield claim
    for entry in pick(inbox, feed.settle, parts.sleep, lambda: parts.clock().timestamp()):
        taken = inbox.claim(entry)
        if taken is not None:
            parts.watcher(Event(step=Step.CLAIMED, name=taken.name))
            yield taken
