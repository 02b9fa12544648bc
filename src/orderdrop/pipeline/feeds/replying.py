"""What the sender of a drop is told: the reports of its batch, beside the drop in the source."""

from collections.abc import Mapping
from contextlib import closing

from orderdrop.ledger.ledger import Batch
from orderdrop.pickup.inbox import Inbox
from orderdrop.pipeline.history import report_folder
from orderdrop.pipeline.parts import FeedPlan, Parts
from orderdrop.reports.places import ASKED_SUFFIXES, SUFFIXES, report_paths

_REPLIES = ("rejects_csv", "rejects_xlsx", "receipt", "receipt_html")


def reply(parts: Parts, inbox: Inbox, batch: Batch, place: str) -> None:
    """Write the reports that there are of a batch beside its drop, in place of earlier ones."""
    paths = report_paths(report_folder(parts, batch), batch.drop.name)
    links = ("accepted",) if parts.line(batch.account).links else ()
    for kind in (*_REPLIES, *links):
        if paths[kind].is_file():
            inbox.reply(place, (SUFFIXES | ASKED_SUFFIXES)[kind], paths[kind])


def has_reply(batch: Batch, feeds: Mapping[str, FeedPlan]) -> bool:
    """Whether the sender of a batch has an earlier receipt that a new one must replace; a rerun's sender has none."""
    feed = feeds.get(batch.drop.feed or "")
    return (
        feed is not None
        and feed.reply
        and batch.feed_done
        and not batch.scope
        and batch.drop.place is not None
    )


def reply_again(parts: Parts, batch: Batch, feeds: Mapping[str, FeedPlan]) -> None:
    """Give the sender of a batch who has an earlier receipt the one that there is now."""
    with closing(feeds[batch.drop.feed or ""].open_inbox()) as inbox:
        reply(parts, inbox, batch, batch.drop.place or "")
