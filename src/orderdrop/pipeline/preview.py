"""What a file would become: the same preparation as a run, into a ledger in memory; nothing is sent or kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import orjson

from orderdrop.core.outcomes import OrderFate
from orderdrop.core.progress import Event, Step
from orderdrop.delivery.estimate import estimate
from orderdrop.destinations.base import Carrier
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.pickup.sets import given
from orderdrop.pipeline import drops
from orderdrop.pipeline.batches.batch import open_batch
from orderdrop.pipeline.batches.imports import suits
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing.rehearsing import rehearse
from orderdrop.reports.causes import causes
from orderdrop.reports.places import SUFFIXES
from orderdrop.reports.receipt import Receipt, receipt_of

_PAGE = 5_000


@contextmanager
def prepared(
    parts: Parts,
    file: Path,
    mapping: str,
    *,
    further: Sequence[Path] = (),
    accepted_by: Ledger | None = None,
    account: str = "",
) -> Iterator[Batch]:
    """The batch that a file would be, prepared and nothing more; its kept copy lasts as long as the context.

    `further` are the other files of its set, where it has several. The ledger of `parts` is a scratch one that is thrown away. `accepted_by` knows what the account accepted before;
    with it, such orders are `unchanged`.
    """
    loaded = parts.mapping(mapping)
    drop = drops.keep_local(parts, file, given(loaded.mapping, further))
    try:
        batch = open_batch(parts, drop, loaded, account)
        yield rehearse(parts, batch, loaded, parts.ledger, accepted_by=accepted_by or parts.ledger)
    finally:
        drops.let_go(drop)


def preview(
    parts: Parts,
    file: Path,
    mapping: str,
    *,
    accepted_by: Ledger | None,
    further: Sequence[Path] = (),
    account: str = "",
    carrier_for: Callable[[str], Carrier] | None = None,
    links: bool = False,
) -> Receipt:
    """The receipt that a run would begin with (see `prepared`), and four more keys.

    `payloads` would be sent, or are there already. `causes` are the problems grouped. `changes` is how the orders stand
    against what `accepted_by` knows of the account, null without it. `estimate` is how long sending takes at the pace of
    the carrier that `carrier_for` gives for a destination (`links`: with a link asked for each order), null without it.
    Raises SetupError when the mapping speaks of another destination than the account.
    """
    loaded = parts.mapping(mapping).mapping
    if account:
        suits(parts, loaded.mapping, loaded.destination, account)
    with prepared(parts, file, mapping, further=further, accepted_by=accepted_by, account=account) as batch:
        shown = receipt_of(parts.ledger, batch, dict.fromkeys(SUFFIXES))
        orders = parts.ledger.orders(batch.id, (OrderFate.READY, OrderFate.UNCHANGED))
        ready = [order.key for order in orders if order.fate is OrderFate.READY]
        shown["payloads"] = [orjson.loads(order.payload) for order in orders if order.payload is not None]
        shown["causes"] = [cause.entry() for cause in causes(shown["problems"])]
        shown["changes"] = (
            _changes(accepted_by, account, ready, shown["orders"]) if accepted_by is not None else None
        )
        shown["estimate"] = None
        if carrier_for is not None:
            carrier = carrier_for(batch.destination)
            shown["estimate"] = asdict(estimate(carrier, len(ready), links=links))
            carrier.close()
        parts.watcher(
            Event(
                step=Step.FINISHED,
                batch=batch.id,
                name=batch.drop.name,
                facts={"status": batch.status.value},
            )
        )
        return shown


def _changes(known: Ledger, account: str, ready: Sequence[str], counts: Mapping[str, int]) -> dict[str, int]:
    """How many orders are new to the account, change what it has, are there already; and what cannot be said."""
    accepted: set[str] = set()
    perhaps: set[str] = set()
    for first in range(0, len(ready), _PAGE):
        page = ready[first : first + _PAGE]
        accepted |= known.last_accepted(account, page).keys()
        perhaps |= known.possibly_held(account, page).keys()
    return {
        "create": len(ready) - len(accepted | perhaps),
        "update": len(accepted),
        "uncertain": len(perhaps - accepted),
        "unchanged": counts["unchanged"],
        "held": counts["held"],
    }
