"""One file, now: what `orderdrop import` and an upload do."""

from collections.abc import Sequence
from pathlib import Path

from orderdrop.errors import SetupError
from orderdrop.ledger.ledger import Batch, Drop
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pickup.sets import given
from orderdrop.pipeline import drops
from orderdrop.pipeline.batches.batch import Finished, register, work
from orderdrop.pipeline.history import receipt
from orderdrop.pipeline.parts import Parts


def import_file(
    parts: Parts,
    file: Path,
    mapping: str,
    account: str,
    *,
    further: Sequence[Path] = (),
    force: bool = False,
) -> Finished:
    """Import one file under a mapping into an account; `further` are the other files of its set, where it has several.

    The same content under the same mapping and account is answered with its first receipt, unless `force` is set.
    Raises SetupError when the mapping speaks of another destination than the account.
    """
    loaded = parts.mapping(mapping)
    suits(parts, loaded.mapping.mapping, loaded.mapping.destination, account)
    drop = drops.keep_local(parts, file, given(loaded.mapping, further))
    batch, repeated = begin(parts, drop, loaded, account, force=force)
    if not repeated:
        return work(parts, batch.id)
    if batch.status.resumes:
        batch = work(parts, batch.id).batch
    return Finished(batch=batch, receipt=receipt(parts, batch), repeated=True)


def begin(
    parts: Parts, drop: Drop, loaded: LoadedMapping, account: str, *, force: bool = False
) -> tuple[Batch, bool]:
    """The batch that a kept file becomes, and whether its content had become one before; its copy is let go of then.

    The batch is registered: from here on it is finished whatever happens.
    """
    batch, repeated = register(parts, drop, loaded, account, force=force)
    if repeated:
        drops.let_go(drop)
    return batch, repeated


def suits(parts: Parts, mapping: str, destination: str, account: str) -> None:
    """Raise SetupError when a mapping and an account speak of different destinations."""
    theirs = parts.destination_of(account)
    if theirs != destination:
        raise SetupError(
            f"Mapping `{mapping}` is for {destination}, but account `{account}` belongs to {theirs}.",
            next_step=f"Name a mapping for {theirs}, or an account of {destination}.",
        )
