"""What a batch takes over from the one that it continues: its drop, how that was read, and the orders that were taken out."""

from collections.abc import Iterator
from pathlib import Path

from orderdrop.core.outcomes import BatchStatus
from orderdrop.frames import Table
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.mapping.model import Mapping
from orderdrop.pipeline.preparing.opening import Reading, reopen_drop


def continues(parent: Batch, batch: Batch) -> bool:
    """Whether a file that corrects `parent` can be joined with it: it was read, for this account, and is whole still."""
    return parent.purged_at is None and parent.account == batch.account and bool(parent.verdict)


def why_alone(named: str, parent: Batch | None) -> str:
    """Why a file that corrects a batch is not joined with it."""
    if parent is not None and parent.purged_at is not None:
        return (
            f"The file corrects batch {named}, whose personal data were removed on {parent.purged_at:%Y-%m-%d}: it was "
            "read like any other file, and rows that did not come back are not taken from the original."
        )
    return (
        f"The file says that it corrects batch {named}, which is not known for this account: it was read like "
        "any other file."
    )


def original_drop(path: Path, mapping: Mapping, reading: Reading) -> Table:
    """The drop that a correction came from; without rows once it is past its retention."""
    if path.is_file():
        return reopen_drop(path, mapping, reading)[0].table
    return Table(verdict=reading.table, headings=(), frames=iter(()))


def spreadsheet(table: Table, correction_of: str | None, ledger: Ledger) -> bool:
    """Whether dates and numbers may stand as workbooks have them; a correction is as its original was."""
    original = ledger.batch(correction_of) if correction_of else None
    if original is not None and original.verdict:
        return Reading.from_json(original.verdict).spreadsheet
    return table.verdict.format not in ("csv", "fixed")


def read_before(batch: Batch, ledger: Ledger) -> Reading | None:
    """How the drop of a rerun was read by the nearest batch before it that could open it."""
    return next((Reading.from_json(one.verdict) for one in _rerun(batch, ledger) if one.verdict), None)


def was_joined(batch: Batch, ledger: Ledger) -> bool:
    """Whether a rerun goes back to a batch that was read to its end; one that was refused whole continued nothing yet."""
    return any(one.status is not BatchStatus.FAILED for one in _rerun(batch, ledger))


def excluded_before(ledger: Ledger, batch: Batch) -> dict[str, str]:
    """The orders that were taken out of the batches which this one continues, and why."""
    chain: list[str] = []
    parent_id = batch.parent_id
    while parent_id is not None and parent_id not in chain:
        chain.append(parent_id)
        parent = ledger.batch(parent_id)
        parent_id = parent.parent_id if parent is not None else None
    return {exclusion.order_key: exclusion.reason for exclusion in ledger.exclusions(chain)}


def _rerun(batch: Batch, ledger: Ledger) -> Iterator[Batch]:
    """What a rerun runs again, nearest first, down to the one that was no rerun itself."""
    while batch.scope and batch.parent_id and (parent := ledger.batch(batch.parent_id)) is not None:
        yield parent
        batch = parent
