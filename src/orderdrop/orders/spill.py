"""Drops larger than memory: rows go to files by a hash of their order key, and each file is nested by itself.

All rows of an order are in one file, so a file is as good as a drop. Rows scattered over the whole drop cost nothing
extra, and memory holds one part at a time.
"""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain, groupby, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from orderdrop.errors import TryAgainLater
from orderdrop.fingerprints import fingerprints
from orderdrop.orders.block import Numbers, column_in, joined

_BITS = 7  # of the hash of its order's key say to which of 128 parts a row goes
_PARTS = 1 << _BITS
# A part that is still too large is split again by the next bits. A single order cannot be split: it stops here.
_MOST_SPLITS = 2
# The columns of a few hundred rows are packed and unpacked sooner than other threads take them over.
_WRITTEN = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
_READ = pa.ipc.IpcReadOptions(use_threads=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some whole orders: their rows in memory, or in files on disk that another process may read as well.

    `rows_before` is how many rows the parts before this one have.
    """

    held: list[pa.Table] = field(default_factory=list)
    files: tuple[Path, ...] = ()
    rows_before: int = 0


def blocks(
    tables: Iterable[pa.Table], *, key: str, folder: Path | None, in_memory_rows: int
) -> Generator[pa.Table]:
    """All rows, as tables that hold whole orders: one table as long as the rows fit, else one per part on disk.

    Rows keep their order within a table. Files are deleted at the end, on an error, and when the iterator is closed.
    Raises TryAgainLater when the folder cannot be written or read.
    """
    with in_parts(tables, key=key, folder=folder, in_memory_rows=in_memory_rows) as parts:
        for part in parts:
            yield from blocks_of(part, key=key, folder=folder, in_memory_rows=in_memory_rows)


@contextmanager
def in_parts(
    tables: Iterable[pa.Table], *, key: str, folder: Path | None, in_memory_rows: int, _depth: int = 0
) -> Iterator[list[Part]]:
    """Take all rows; gives one part as long as they fit into memory, else many on disk, which go with the context."""
    held: list[pa.Table] = []
    count = 0
    rest = iter(tables)
    for table in rest:
        held.append(table)
        count += table.num_rows
        del table  # memory holds what `held` holds, nothing more
        if folder is not None and _depth < _MOST_SPLITS and count > in_memory_rows:
            with _on_disk(folder):
                folder.mkdir(parents=True, exist_ok=True)
                place = TemporaryDirectory(prefix="spill-", dir=folder)
            with place as name:
                yield _write(chain(_draining(held), rest), key, Path(name), _depth)
            return
    yield [Part(held=held)] if held else []


def blocks_of(
    part: Part, *, key: str, folder: Path | None, in_memory_rows: int, _depth: int = 1
) -> Generator[pa.Table]:
    """The rows of one part as tables; one that is still too large for memory is divided again. Uses the part up."""
    if not part.files or folder is None:
        if part.held:
            yield joined(_draining(part.held))
        return
    rows = chain.from_iterable(_read(file, folder) for file in part.files)
    with in_parts(rows, key=key, folder=folder, in_memory_rows=in_memory_rows, _depth=_depth) as smaller:
        for one in smaller:
            yield from blocks_of(
                one, key=key, folder=folder, in_memory_rows=in_memory_rows, _depth=_depth + 1
            )
    for file in part.files:
        file.unlink()


def _write(tables: Iterable[pa.Table], key: str, place: Path, depth: int) -> list[Part]:
    """Write every row to a file of its order's part; answers with the parts that got any.

    A thread writes one table while the next one is made.
    """
    files = _Files(key, place, depth)
    try:
        with ThreadPoolExecutor(1) as disk:
            written: Future[None] | None = None
            for table in tables:  # what goes wrong in reading them is not the disk's fault
                if written is not None:
                    written.result()
                written = disk.submit(files.take, table)
                del table
            if written is not None:
                written.result()
    finally:
        files.close()
    pa.default_memory_pool().release_unused()  # or what reading took would be held while orders are built
    return files.parts()


class _Files:
    """The files of all parts. Tables with the same columns share a file, cast to the types that they first came with."""

    def __init__(self, key: str, place: Path, depth: int) -> None:
        self._key, self._place, self._depth = key, place, depth
        self._schemas: dict[frozenset[str], tuple[int, pa.Schema]] = {}
        self._writers: dict[tuple[int, int], pa.RecordBatchStreamWriter] = {}
        self._rows = np.zeros(_PARTS, dtype=np.int64)
        self._open = ExitStack()

    def take(self, table: pa.Table) -> None:
        """Write every row to its part."""
        new = (len(self._schemas), table.schema)
        kind, schema = self._schemas.setdefault(frozenset(table.column_names), new)
        with _on_disk(self._place.parent):
            for number, rows in _split(table.select(schema.names).cast(schema), self._key, self._depth):
                self._writer(number, kind, schema).write_table(rows)
                self._rows[number] += rows.num_rows

    def close(self) -> None:
        """End every file."""
        with _on_disk(self._place.parent):
            self._open.close()

    def parts(self) -> list[Part]:
        """The parts that got any rows."""
        before = np.cumsum(self._rows) - self._rows
        return [
            Part(
                files=tuple(_file(self._place, *name) for name in names),
                rows_before=int(before[number]),
            )
            for number, names in groupby(sorted(self._writers), key=lambda name: name[0])
        ]

    def _writer(self, number: int, kind: int, schema: pa.Schema) -> pa.RecordBatchStreamWriter:
        if (number, kind) not in self._writers:
            file = self._open.enter_context(pa.OSFile(str(_file(self._place, number, kind)), "wb"))
            stream = pa.ipc.new_stream(file, schema, options=_WRITTEN)
            self._writers[number, kind] = self._open.enter_context(stream)
        return self._writers[number, kind]


def _file(place: Path, number: int, kind: int) -> Path:
    return place / f"{number}-{kind}.arrow"


def _draining(held: list[pa.Table]) -> Iterator[pa.Table]:
    """Hand the tables on and let go of each."""
    while held:
        yield held.pop(0)


def _split(table: pa.Table, key: str, depth: int) -> Iterator[tuple[int, pa.Table]]:
    numbers = _part_of(table, key, depth)
    ranked = np.argsort(numbers, kind="stable")
    sorted_rows = table.take(pa.array(ranked, pa.int64()))
    ends = np.cumsum(np.bincount(numbers, minlength=_PARTS)).tolist()
    for number, (start, end) in enumerate(pairwise([0, *ends])):
        if end > start:
            yield number, sorted_rows.slice(start, end - start)


def _part_of(table: pa.Table, key: str, depth: int) -> Numbers:
    keys = column_in(table, key).cast(pa.string()).fill_null("")
    return ((fingerprints([keys]) >> np.uint64(depth * _BITS)) % np.uint64(_PARTS)).astype(np.int64)


def _read(part: Path, folder: Path) -> Iterator[pa.Table]:
    with (
        _on_disk(folder),
        pa.memory_map(str(part)) as file,
        pa.ipc.open_stream(file, options=_READ) as reader,
    ):
        for batch in reader:
            yield pa.Table.from_batches([batch])


@contextmanager
def _on_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TryAgainLater(
            f"The spill folder {folder} cannot be used: {error}.",
            next_step="Free space there, or name another folder as workdir, then run the same again; nothing is lost.",
        ) from error
