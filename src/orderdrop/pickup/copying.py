"""A local copy is whole or not there: temp name, hash, sync to disk, rename, sync of the folder."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path

from orderdrop.errors import SourceUnavailable
from orderdrop.pickup.inbox import Fetched


def save(chunks: Iterable[bytes], into: Path, is_whole: Callable[[int], None]) -> Fetched:
    """Write the chunks to `into`, which appears only when everything is on disk.

    `is_whole` gets the number of bytes received and raises SourceUnavailable when they are not the file; on any error
    nothing is left behind. A full or read-only local disk is a SourceUnavailable too: safe to run again.
    """
    part = into.with_name(f"{into.name}.part")
    digest, size = hashlib.sha256(), 0
    try:
        with _own_disk(into):
            file = part.open("wb", buffering=0)  # or closing would fail once more on a full disk
        with file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                with _own_disk(into):
                    _write(file, chunk)
            is_whole(size)
            with _own_disk(into):
                os.fsync(file.fileno())
        with _own_disk(into):
            part.replace(into)
            sync_folder(into.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Fetched(size=size, sha256=digest.hexdigest())


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(file: RawIOBase, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) or 0 :]


@contextmanager
def _own_disk(into: Path) -> Iterator[None]:
    # apart from the source's own errors: a full disk here must not be blamed on the sender's server
    try:
        yield
    except OSError as error:
        raise SourceUnavailable(
            f"The copy {into} could not be written: {error.strerror or error}.",
            next_step="Make room or mend the rights of that folder; the drop stays where it is until then.",
        ) from error
