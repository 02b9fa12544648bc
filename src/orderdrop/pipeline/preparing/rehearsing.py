"""The same preparation as a run, into a ledger that is thrown away: for whoever asks what would become of a drop."""

from pathlib import Path

from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing.prepare import prepare


def rehearse(
    parts: Parts, batch: Batch, loaded: LoadedMapping, scratch: Ledger, *, accepted_by: Ledger
) -> Batch:
    """Prepare a batch that was opened in `scratch`; gives it back as it stands there then. Nothing is sent."""
    prepare(
        batch,
        Path(batch.drop.kept_at),
        loaded,
        parts.destination(batch.destination),
        into=scratch,
        accepted_by=accepted_by,
        spill_folder=parts.workdir / "spill" / batch.id,
        watcher=parts.watcher,
    )
    return scratch.batch(batch.id) or batch
