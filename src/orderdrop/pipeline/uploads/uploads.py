"""Uploads that were not sent yet: kept below the workdir, looked at and corrected as often as their owner likes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from filecmp import cmp
from fnmatch import fnmatchcase
from pathlib import Path

from orderdrop.core.identity import new_id
from orderdrop.errors import FileRefused, SetupError, UsageError
from orderdrop.ledger.ledger import Batch, Drop
from orderdrop.pickup.sets import file_tables, kept_beside
from orderdrop.pipeline import drops
from orderdrop.pipeline.batches.imports import begin, suits
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.uploads.drafts import Drafts
from orderdrop.pipeline.uploads.sheet import Seen, look
from orderdrop.tables.sniff import Kind, kind_of

DRAFTS_MAX = 50
"""So many files of one person wait unsent; more would fill the disk."""

_PATIENCE_SECONDS = 10.0  # with somebody who sends or uploads the same at this moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that somebody wants to send: what it is called, for which feed, and which cells were corrected.

    Where the mapping joins several files, `further` are the names of the others by table, and `name` is "" as long as the
    first has not come. `sent` is the batch that it became.
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
    further: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """What its files are called, the first one's name first."""
        return tuple(filter(None, (self.name, *self.further.values())))


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

    def place(self, user: str) -> tuple[str, Path]:
        """A new upload's name, and where its file is to be written. Raises UsageError for who has too many already."""
        if len(self.of(user)) >= DRAFTS_MAX:
            raise UsageError(
                f"You have {DRAFTS_MAX} files here that were not sent.",
                next_step="Send or throw away some of them first.",
            )
        name = new_id("u", self._parts.clock(), self._parts.random)
        return name, self._drafts.begin(name) / "file"

    def put(self, upload: Upload) -> None:
        """Remember an upload, or what changed about it."""
        self._drafts.put(upload)

    def find(self, upload_id: str) -> Upload | None:
        """An upload by its name."""
        return self._drafts.find(upload_id)

    def file(self, upload: Upload, table: str = "") -> Path:
        """Where its file lies, or that of a further table."""
        first = self._drafts.place(upload.id) / "file"
        return kept_beside(first, table) if table else first

    def take(self, upload: Upload, files: Sequence[tuple[str, Path]]) -> Upload:
        """Take the files, each by its name, of an upload that begins."""
        for name, content in files:
            upload = self.add(upload, name, content)
        return upload

    def take_once(self, upload: Upload, files: Sequence[tuple[str, Path]]) -> Upload:
        """The same; or the very same upload that its owner has here unsent and uncorrected, and this one goes.

        Who clicks twice uploads twice. Of clicks at once each finds what the one before it left.
        """
        with leased(self._patient(), f"uploads:{upload.user}"):
            taken = self.take(upload, files)
            for other in self.of(upload.user):
                if other.id != taken.id and self._are_alike(taken, other):
                    self.forget(taken.id)
                    return other
        return taken

    def add(self, upload: Upload, name: str, content: Path, table: str | None = None) -> Upload:
        """Take a file into an upload, as the table that is named, or whose files are called so, or that has none yet.

        A file that came before for the same table gives way. Raises UsageError for one that has no place in it.
        """
        tables = self._tables(upload)
        if table is None:
            fitting = [one for one, pattern in tables.items() if fnmatchcase(name, pattern)]
            free = [one for one in ("", *tables) if one not in upload.further and (one or not upload.name)]
            if len(fitting) == 1:
                table = fitting[0]
            elif "" in free or len(free) == 1:
                table = free[0]
        if table is None or (table and table not in tables):
            raise UsageError(
                f"There is no place for {name}: feed {upload.feed} takes {_said(tables)}.",
                next_step="Upload other files by themselves, one after the other.",
            )
        content.replace(self.file(upload, table))
        further = {**upload.further, table: name} if table else upload.further
        changed = replace(upload, name=upload.name if table else name, further=further)
        self.put(changed)
        return changed

    def missing(self, upload: Upload) -> dict[str, str]:
        """The tables whose files have not come, each with what its files are called; a workbook or archive holds them all."""
        tables = self._tables(upload)
        if not tables:
            return {}
        if _holds_all(self.file(upload)):
            return {}
        lacking = {table: files for table, files in tables.items() if table not in upload.further}
        return lacking if upload.name else {"": "the first file", **lacking}

    def _tables(self, upload: Upload) -> dict[str, str]:
        return self.tables_of(upload.mapping)

    def tables_of(self, mapping: str) -> dict[str, str]:
        """The further tables of a mapping that are files of their own, each with what its files are called.

        None where the mapping cannot be read, which is told when the file is looked at.
        """
        try:
            return file_tables(self._parts.mapping(mapping).mapping)
        except SetupError:
            return {}

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
        patient = self._patient()
        with leased(patient, f"upload:{upload.id}"):
            return self._send(patient, self.find(upload.id) or upload)

    def _send(self, parts: Parts, upload: Upload) -> Sent:
        known = parts.ledger.batch(upload.sent) if upload.sent is not None else None
        if known is not None:
            return Sent(batch=known, again=True)
        missing = self.missing(upload)
        if missing:
            raise UsageError(
                f"{' and '.join(missing.values())} of this upload {'has' if len(missing) == 1 else 'have'} not come.",
                next_step="Add what is missing, or pack the files of one set as a .zip.",
            )
        loaded = parts.mapping(upload.mapping)
        suits(parts, loaded.mapping.mapping, loaded.mapping.destination, upload.account)
        batch, repeated = begin(parts, self._kept(upload), loaded, upload.account)
        self.put(replace(upload, sent=batch.id))
        for table in ("", *upload.further):
            self.file(upload, table).unlink(missing_ok=True)  # the batch has its own copy
        return Sent(batch=batch, repeated=repeated)

    def _are_alike(self, one: Upload, other: Upload) -> bool:
        if replace(one, id=other.id, created_at=other.created_at) != other:
            return False
        tables = ["", *one.further] if one.name else [*one.further]
        try:
            return all(cmp(self.file(one, table), self.file(other, table), shallow=False) for table in tables)
        except FileNotFoundError:  # the other was sent or thrown away just now
            return False

    def _patient(self) -> Parts:
        """A second click waits for the first, and finds what it did."""
        return replace(self._parts, patience_seconds=_PATIENCE_SECONDS)

    def _kept(self, upload: Upload) -> Drop:
        if not self.file(upload).is_file():
            raise UsageError(f"{upload.name} is not kept any more.", next_step="Upload it again.")
        return drops.keep_local(
            self._parts,
            self.file(upload),
            {table: self.file(upload, table) for table in self._tables(upload) if table in upload.further},
            name=upload.name,
            feed=upload.feed,
            edits=upload.edits,
        )


def _holds_all(first: Path) -> bool:
    """Whether one file may hold every table, or will not be read anyway."""
    try:
        kind = kind_of(first)
    except FileNotFoundError:
        return False
    except FileRefused:
        return True
    return kind is Kind.ZIP or kind.is_workbook


def _said(tables: Mapping[str, str]) -> str:
    """How many files a feed takes at a time, in words."""
    return f"{len(tables) + 1} files at a time" if tables else "one file at a time"
