"""A mapping's text looked over while somebody writes it: its faults, or what each line does and what will hurt.

Tried on a file, it is prepared as a run would prepare it, and the file's own evidence is heard.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orderdrop.core.outcomes import BatchStatus
from orderdrop.errors import Fault, MappingError, SetupError, UsageError
from orderdrop.ledger.ledger import Batch, Drop
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.mapping.explain import Sentence, explain
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.warn import warnings
from orderdrop.pipeline import drops
from orderdrop.pipeline.batches import rerun
from orderdrop.pipeline.mappings.evidence import gather
from orderdrop.pipeline.mappings.mapping_folder import MappingFolder
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.uploads.sheet import Seen, look

_LOOKED_AT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What there is to say about a text: only faults where it cannot be used, else warnings and what each line does."""

    loaded: LoadedMapping | None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A mapping tried on a file: what the file would become, and what it says against the mapping as a whole."""

    name: str
    seen: Seen
    warnings: tuple[Fault, ...]


def check(folder: MappingFolder, text: str, name: str | None) -> Checked:
    """Look a text over; `name` is that of its file, None for one that has none yet."""
    try:
        loaded = folder.check(text, name)
    except MappingError as error:
        return Checked(loaded=None, faults=error.faults)
    return Checked(loaded=loaded, warnings=tuple(warnings(loaded)), sentences=tuple(explain(loaded)))


def try_on(
    parts: Parts, loaded: LoadedMapping, drop: Drop, account: str = "", *, cells_shown: int | None = None
) -> Tried:
    """Try a mapping on a drop that is kept; nothing is sent. With an account, what it has already is told apart."""
    seen = look(parts, drop, loaded, account, cells_shown=cells_shown)
    by_itself = set(warnings(loaded))
    found = warnings(loaded, gather(loaded, [[Path(drop.kept_at)]]))
    return Tried(name=drop.name, seen=seen, warnings=tuple(one for one in found if one not in by_itself))


def try_on_file(
    parts: Parts,
    loaded: LoadedMapping,
    file: Path,
    name: str,
    account: str = "",
    *,
    cells_shown: int | None = None,
) -> Tried:
    """Try a mapping on a file that somebody gave us."""
    drop = drops.keep_local(parts, file, name=name)
    try:
        return try_on(parts, loaded, drop, account, cells_shown=cells_shown)
    finally:
        drops.let_go(drop)


def recent_drops(parts: Parts, feeds: Iterable[str], *, limit: int = 8) -> list[Batch]:
    """The newest batches of some feeds whose files are kept, one for each content: what a mapping can be tried on."""
    found: dict[str, Batch] = {}
    batches = [batch for feed in feeds for batch in parts.ledger.batches(feed=feed, limit=_LOOKED_AT)]
    for batch in sorted(batches, key=lambda one: one.created_at, reverse=True):
        if batch.purged_at is None and Path(batch.drop.kept_at).is_file():
            found.setdefault(batch.drop.sha256, batch)
    return list(found.values())[:limit]


def last_rejected(parts: Parts, mapping: str) -> Batch | None:
    """The newest batch of a mapping of which rows came back, where that was under another version and nobody took it up."""
    today = parts.mapping(mapping).digest
    came_back = parts.ledger.batches(limit=_LOOKED_AT, statuses=(BatchStatus.REJECTS, BatchStatus.FAILED))
    newest = next((batch for batch in came_back if batch.mapping == mapping), None)
    if newest is None or newest.mapping_digest == today or newest.purged_at is not None:
        return None
    taken_up = parts.ledger.children(newest.id) or not Path(newest.drop.kept_at).is_file()
    return None if taken_up else newest


def would_pass(parts: Parts, batch: Batch) -> tuple[int, int] | None:
    """How many rows of a batch would be sent, or are there already, if it were rerun now, of how many; None where it cannot be."""
    try:
        return rerun.would_pass(rerun.rehearse(parts, MemoryLedger(), rerun.plan(parts, batch.id)))
    except (SetupError, UsageError):  # such as a mapping that goes to another destination now
        return None
