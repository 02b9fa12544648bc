"""Uploads that were not sent yet: kept below the workdir, looked at and corrected as often as their owner likes.

What a draft would become is found out on the way that every file goes, into a ledger in memory.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import orjson
from pydantic import TypeAdapter

from orderdrop.core.identity import new_id
from orderdrop.core.outcomes import OrderFate
from orderdrop.core.problems import Problem
from orderdrop.errors import UsageError
from orderdrop.frames import TextFrame
from orderdrop.ledger.ledger import Batch, Drop, Ledger
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.pipeline import drops
from orderdrop.pipeline.batch import open_batch
from orderdrop.pipeline.imports import begin, suits
from orderdrop.pipeline.opening import open_again
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.prepare import prepare
from orderdrop.reports.places import SUFFIXES
from orderdrop.reports.receipt import Receipt, receipt_of
from orderdrop.reports.rows import own_positions

ROWS_SHOWN = 200
ORDERS_SHOWN = 20
KEPT_FOR = timedelta(days=14)


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
class Row:
    """One row as it is read, with what is wrong in it: by heading, and of the row as a whole."""

    number: int
    cells: tuple[str, ...]
    by_cell: Mapping[str, tuple[str, ...]]
    whole: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an upload would become: its books, the problems of the file as a whole, rows to look at, and some orders."""

    receipt: Receipt
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    bad_rows: int
    of_the_file: tuple[Problem, ...]
    orders: tuple[Mapping[str, object], ...]


class Uploads:
    """The uploads of a folder: one folder each, with the file and a page of facts."""

    def __init__(self, parts: Parts, folder: Path) -> None:
        self._parts = parts
        self._folder = folder

    def place(self) -> tuple[str, Path]:
        """A new upload's name, and where its file is to be written."""
        name = new_id("u", self._parts.clock(), self._parts.random)
        folder = self._folder / name
        folder.mkdir(parents=True)
        return name, folder / "file"

    def put(self, upload: Upload) -> None:
        """Remember an upload, or what changed about it."""
        path = self._folder / upload.id / "facts.json"
        temporary = path.with_suffix(".part")
        facts = {**asdict(upload), "edits": {str(row): dict(cells) for row, cells in upload.edits.items()}}
        temporary.write_bytes(orjson.dumps(facts))
        temporary.replace(path)

    def find(self, upload_id: str) -> Upload | None:
        """An upload by its name."""
        path = self._folder / Path(upload_id).name / "facts.json"
        return _kept_form().validate_json(path.read_bytes()) if upload_id and path.is_file() else None

    def file(self, upload: Upload) -> Path:
        """Where its file lies."""
        return self._folder / upload.id / "file"

    def of(self, user: str) -> list[Upload]:
        """What somebody uploaded and did not send, newest first; what is too old goes."""
        found = []
        for folder in sorted(self._folder.iterdir(), reverse=True) if self._folder.is_dir() else ():
            upload = self.find(folder.name)
            if upload is None or self._parts.clock() - upload.created_at > KEPT_FOR:
                if self._is_old(folder):
                    shutil.rmtree(folder, ignore_errors=True)
            elif upload.user == user and upload.sent is None:
                found.append(upload)
        return found

    def forget(self, upload_id: str) -> None:
        """Remove an upload and its file."""
        shutil.rmtree(self._folder / Path(upload_id).name, ignore_errors=True)

    def _is_old(self, folder: Path) -> bool:
        age_seconds = self._parts.clock().timestamp() - folder.stat().st_mtime
        return age_seconds > KEPT_FOR.total_seconds()

    def correct(self, upload: Upload, row: int, heading: str, text: str) -> Upload:
        """Correct one cell."""
        edits = {number: dict(cells) for number, cells in upload.edits.items()}
        edits.setdefault(row, {})[heading] = text
        changed = replace(upload, edits=edits)
        self.put(changed)
        return changed

    def look(self, upload: Upload) -> Seen:
        """What it would become. Raises MappingError, SetupError."""
        scratch = MemoryLedger()
        parts = replace(self._parts, ledger=scratch)
        loaded = parts.mapping(upload.mapping)
        suits(parts, loaded.mapping.mapping, loaded.mapping.destination, upload.account)
        drop = self._kept(upload)
        try:
            batch = open_batch(parts, drop, loaded, upload.account)
            prepare(
                batch,
                Path(drop.kept_at),
                loaded,
                parts.destination(loaded.mapping.destination),
                into=scratch,
                accepted_by=self._parts.ledger,
                spill_folder=parts.workdir / "spill" / batch.id,
                watcher=parts.watcher,
            )
            prepared = scratch.batch(batch.id) or batch
            return self._seen(scratch, prepared, parts)
        finally:
            drops.let_go(drop)

    def send(self, upload: Upload) -> tuple[Batch, bool]:
        """The batch that it becomes, registered and not yet worked on, and whether its content had become one before."""
        if upload.sent is not None:
            known = self._parts.ledger.batch(upload.sent)
            if known is not None:
                return known, True
        loaded = self._parts.mapping(upload.mapping)
        suits(self._parts, loaded.mapping.mapping, loaded.mapping.destination, upload.account)
        batch, repeated = begin(self._parts, self._kept(upload), loaded, upload.account)
        self.put(replace(upload, sent=batch.id))
        self.file(upload).unlink(missing_ok=True)  # the batch has its own copy
        return batch, repeated

    def _kept(self, upload: Upload) -> Drop:
        if not self.file(upload).is_file():
            raise UsageError(f"{upload.name} is not kept any more.", next_step="Upload it again.")
        return drops.keep_local(
            self._parts, self.file(upload), name=upload.name, feed=upload.feed, edits=upload.edits
        )

    def _seen(self, scratch: Ledger, batch: Batch, parts: Parts) -> Seen:
        receipt = receipt_of(scratch, batch, dict.fromkeys(SUFFIXES))
        problems = scratch.problems(batch.id)
        bad = {cell.row for problem in problems if problem.blocks for cell in problem.cells}
        ready = scratch.orders(batch.id, (OrderFate.READY, OrderFate.UNCHANGED), limit=ORDERS_SHOWN)
        headings: tuple[str, ...] = ()
        rows: tuple[Row, ...] = ()
        if batch.verdict:
            loaded = parts.mapping_from_text(
                parts.ledger.mapping_text(batch.mapping_digest) or "", batch.mapping
            )
            source = open_again(batch, Path(batch.drop.kept_at), loaded)[0]
            keep = own_positions(source.table.headings)
            headings = tuple(source.table.headings[at] for at in keep)
            rows = tuple(_rows(source.table.frames, headings, keep, problems, bad))
        return Seen(
            receipt=receipt,
            headings=headings,
            rows=rows,
            bad_rows=len(bad),
            of_the_file=tuple(problem for problem in problems if not problem.cells),
            orders=tuple(orjson.loads(order.payload) for order in ready if order.payload is not None),
        )


def _rows(
    frames: Iterator[TextFrame],
    headings: tuple[str, ...],
    keep: list[int],
    problems: list[Problem],
    bad: set[int],
) -> Iterator[Row]:
    """The first rows of a file; of one with bad rows only those."""
    by_row: dict[int, list[Problem]] = {}
    for problem in problems:
        for row in {cell.row for cell in problem.cells}:
            by_row.setdefault(row, []).append(problem)
    shown = 0
    for frame in frames:
        for number, *texts in frame.cells.itertuples(name=None):
            if bad and number not in by_row:
                continue
            if shown == ROWS_SHOWN:
                return
            shown += 1
            yield _row(number, tuple(str(texts[at]) for at in keep), headings, by_row.get(number, []))


def _row(number: int, cells: tuple[str, ...], headings: tuple[str, ...], problems: list[Problem]) -> Row:
    by_cell: dict[str, dict[str, None]] = {}
    whole: dict[str, None] = {}
    for problem in problems:
        columns = [cell.column for cell in problem.cells if cell.row == number and cell.column in headings]
        for column in columns:
            by_cell.setdefault(str(column), {})[problem.message] = None
        if not columns:
            whole[problem.message] = None
    return Row(
        number=number,
        cells=cells,
        by_cell={name: tuple(said) for name, said in by_cell.items()},
        whole=tuple(whole),
    )


@cache
def _kept_form() -> TypeAdapter[Upload]:
    return TypeAdapter(Upload)
