"""Uploads that were not sent yet: kept below the workdir, looked at and corrected as often as their owner likes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from orderdrop.core.identity import new_id
from orderdrop.errors import UsageError
from orderdrop.ledger.ledger import Batch, Drop
from orderdrop.pipeline import drops
from orderdrop.pipeline.drafts import Drafts
from orderdrop.pipeline.imports import begin, suits
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.sheet import Seen, look

_PATIENCE_SECONDS = 10.0  # with somebody who sends the same at this moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that somebody wants to send: what it is called, for which feed, and which cells were corrected.

    `sent` is the batch that it became.
    """

    id: str
    name: str
    feed: str
    mapping: str
    account: str
    user: str
    created_at: datetime
    edits: Mapping[int, Mapping[str, str]]
    sent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The batch that an upload is: `again` where this very upload was sent before, `repeated` where its content was."""

    batch: Batch
    again: bool = False
    repeated: bool = False


class Uploads:
    """The uploads of a folder: one folder each, with the file and a page of facts."""

    def __init__(self, parts: Parts, folder: Path) -> None:
        self._parts = parts
        self._drafts = Drafts(folder, Upload, parts.clock)

    def place(self) -> tuple[str, Path]:
        """A new upload's name, and where its file is to be written."""
        name = new_id("u", self._parts.clock(), self._parts.random)
        return name, self._drafts.begin(name) / "file"

    def put(self, upload: Upload) -> None:
        """Remember an upload, or what changed about it."""
        self._drafts.put(upload)

    def find(self, upload_id: str) -> Upload | None:
        """An upload by its name."""
        return self._drafts.find(upload_id)

    def file(self, upload: Upload) -> Path:
        """Where its file lies."""
        return self._drafts.place(upload.id) / "file"

    def of(self, user: str) -> list[Upload]:
        """What somebody uploaded and did not send, newest first."""
        return [upload for upload in self._drafts.all() if upload.user == user and upload.sent is None]

    def forget(self, upload_id: str) -> None:
        """Remove an upload and its file."""
        self._drafts.forget(upload_id)

    def correct(self, upload: Upload, row: int, heading: str, text: str) -> Upload:
        """Correct one cell."""
        edits = {number: dict(cells) for number, cells in upload.edits.items()}
        edits.setdefault(row, {})[heading] = text
        changed = replace(upload, edits=edits)
        self.put(changed)
        return changed

    def look(self, upload: Upload) -> Seen:
        """What it would become. Raises MappingError, SetupError."""
        loaded = self._parts.mapping(upload.mapping)
        drop = self._kept(upload)
        try:
            return look(self._parts, drop, loaded, upload.account)
        finally:
            drops.let_go(drop)

    def send(self, upload: Upload) -> Sent:
        """The batch that it becomes, registered and not yet worked on. Sending it again does nothing more."""
        # a second click waits for the first, and finds what it did
        patient = replace(self._parts, patience_seconds=_PATIENCE_SECONDS)
        with leased(patient, f"upload:{upload.id}"):
            return self._send(patient, self.find(upload.id) or upload)

    def _send(self, parts: Parts, upload: Upload) -> Sent:
        known = parts.ledger.batch(upload.sent) if upload.sent is not None else None
        if known is not None:
            return Sent(batch=known, again=True)
        loaded = parts.mapping(upload.mapping)
        suits(parts, loaded.mapping.mapping, loaded.mapping.destination, upload.account)
        batch, repeated = begin(parts, self._kept(upload), loaded, upload.account)
        self.put(replace(upload, sent=batch.id))
        self.file(upload).unlink(missing_ok=True)  # the batch has its own copy
        return Sent(batch=batch, repeated=repeated)

    def _kept(self, upload: Upload) -> Drop:
        if not self.file(upload).is_file():
            raise UsageError(f"{upload.name} is not kept any more.", next_step="Upload it again.")
        return drops.keep_local(
            self._parts, self.file(upload), name=upload.name, feed=upload.feed, edits=upload.edits
        )
