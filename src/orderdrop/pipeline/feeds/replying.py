"""What the sender of a drop is told: the reports of its batch, beside the drop in the source."""

from orderdrop.ledger.ledger import Batch
from orderdrop.pickup.inbox import Inbox
from orderdrop.pipeline.history import report_folder
from orderdrop.pipeline.parts import Parts
from orderdrop.reports.places import ASKED_SUFFIXES, SUFFIXES, report_paths

_REPLIES = ("rejects_csv", "rejects_xlsx", "receipt", "receipt_html")


def reply(parts: Parts, inbox: Inbox, batch: Batch, place: str) -> None:
    """Write the reports that there are of a batch beside its drop, in place of earlier ones."""
    paths = report_paths(report_folder(parts, batch), batch.drop.name)
    links = ("accepted",) if parts.line(batch.account).links else ()
    for kind in (*_REPLIES, *links):
        if paths[kind].is_file():
            inbox.reply(place, (SUFFIXES | ASKED_SUFFIXES)[kind], paths[kind])
