"""What a file would become: the same preparation as a run, into a ledger in memory; nothing is sent or kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from orderdrop.core.outcomes import OrderFate
from orderdrop.core.progress import Event, Step
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.pipeline import drops
from orderdrop.pipeline.batch import open_batch
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.prepare import prepare
from orderdrop.reports.places import SUFFIXES
from orderdrop.reports.receipt import Receipt, receipt_of


@contextmanager
def prepared(
    parts: Parts, file: Path, mapping: str, *, accepted_by: Ledger | None = None, account: str = ""
) -> Iterator[Batch]:
    """The batch that a file would be, prepared and nothing more; its kept copy lasts as long as the context.

    The ledger of `parts` is a scratch one that is thrown away. `accepted_by` knows what the account accepted before;
    with it, such orders are `unchanged`.
    """
    loaded = parts.mapping(mapping)
    drop = drops.keep_local(parts, file)
    try:
        batch = open_batch(parts, drop, loaded, account)
        prepare(
            batch,
            Path(drop.kept_at),
            loaded,
            parts.destination(loaded.mapping.destination),
            into=parts.ledger,
            accepted_by=accepted_by or parts.ledger,
            spill_folder=parts.workdir / "spill" / batch.id,
            watcher=parts.watcher,
        )
        yield parts.ledger.batch(batch.id) or batch
    finally:
        drops.let_go(drop)


def preview(
    parts: Parts, file: Path, mapping: str, *, accepted_by: Ledger | None, account: str = ""
) -> Receipt:
    """The receipt that a run would begin with, with the `payloads` that would be sent; see `prepared`."""
    with prepared(parts, file, mapping, accepted_by=accepted_by, account=account) as batch:
        shown = receipt_of(parts.ledger, batch, dict.fromkeys(SUFFIXES))
        orders = parts.ledger.orders(batch.id, (OrderFate.READY, OrderFate.UNCHANGED))
        shown["payloads"] = [orjson.loads(order.payload) for order in orders if order.payload is not None]
        parts.watcher(
            Event(
                step=Step.FINISHED,
                batch=batch.id,
                name=batch.drop.name,
                facts={"status": batch.status.value},
            )
        )
        return shown
