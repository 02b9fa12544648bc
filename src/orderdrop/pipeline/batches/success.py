"""The success report of a batch, with the tracking links where the account wants them.

A link is a secret of the recipient and costs a request: it is asked for only if the account says `links: true`, once for
each order, and goes into the ledger only if it says `keep_links: true`.
"""

from collections.abc import Iterator

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import ARRIVED
from orderdrop.destinations.base import Failure, FailureKind, Linking
from orderdrop.ledger.ledger import Batch
from orderdrop.ledger.paging import every_order
from orderdrop.pipeline.history import report_folder
from orderdrop.pipeline.parts import Line, Parts
from orderdrop.pipeline.reading import ask_link
from orderdrop.reports.accepted import AcceptedOrder, links_in, write_accepted
from orderdrop.reports.places import report_paths

_OF_ONE_ORDER = (FailureKind.LOST_TICKET, FailureKind.UNREADABLE)


def report_success(parts: Parts, batch: Batch) -> None:
    """Write the success report anew; links that an earlier one or the ledger has are not asked for again."""
    path = report_paths(report_folder(parts, batch), batch.drop.name)["accepted"]
    path.parent.mkdir(parents=True, exist_ok=True)
    line = parts.line(batch.account)
    wants = line.links and isinstance(line.carrier, Linking)
    links = _Links(parts, line, batch, dict(links_in(path))) if wants else None
    write_accepted(path, _arrived(parts, batch, links), links=wants)


def _arrived(parts: Parts, batch: Batch, links: "_Links | None") -> Iterator[AcceptedOrder]:
    for order in every_order(parts.ledger, batch.id, ARRIVED):
        link, remark = links.of(order) if links else (None, "")
        yield AcceptedOrder(
            order=order.key,
            rows=order.lineage.rows,
            fate=order.fate.value,
            reference=order.reference,
            link=link,
            remark=remark,
        )


class _Links:
    """Tracking links, asked for one by one until the account turns out not to be answering."""

    def __init__(self, parts: Parts, line: Line, batch: Batch, known: dict[str, str]) -> None:
        self._parts = parts
        self._line = line
        self._kept = parts.ledger.links(batch.id) if line.keep_links else {}
        self._known = known
        self._given_up = ""

    def of(self, order: StoredOrder) -> tuple[str | None, str]:
        """The link of an order, or None and why."""
        link = self._kept.get(order.id) or self._known.get(order.key)
        if link is None and self._parts.stop.is_set():
            return None, "not asked for: the run was stopped"
        if link is None and self._given_up:
            return None, f"not asked for: {self._given_up}"
        if link is None:
            answer = ask_link(self._parts, self._line, order.reference or order.key)
            if isinstance(answer, Failure):
                self._given_up = "" if answer.kind in _OF_ONE_ORDER else answer.message
                return None, answer.message
            link = answer.url
        if self._line.keep_links and order.id not in self._kept:
            self._parts.ledger.keep_links({order.id: link})
        return link, ""
