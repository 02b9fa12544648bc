"""Replies that a released batch owes its sender, noted before the release begins: a process that dies in between owes them still."""

from collections.abc import Iterator
from pathlib import Path

from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.parts import Parts


def owe(parts: Parts, batch_id: str) -> None:
    """Note that the sender of a batch must get a new reply."""
    note = _note(parts, batch_id)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.touch()


def paid(parts: Parts, batch_id: str) -> None:
    """The sender has it; no error when none was owed."""
    _note(parts, batch_id).unlink(missing_ok=True)


def owed(parts: Parts, feed: str) -> Iterator[Batch]:
    """The batches of a feed that are at rest and owe a reply. What was not released after all owes none."""
    folder = parts.workdir / "replies"
    for name in sorted(note.name for note in folder.iterdir()) if folder.is_dir() else ():
        batch = parts.ledger.batch(name)
        if batch is None or batch.status is BatchStatus.HELD:
            paid(parts, name)
        elif batch.drop.feed == feed and not batch.status.resumes:
            yield batch


def _note(parts: Parts, batch_id: str) -> Path:
    return parts.workdir / "replies" / batch_id
