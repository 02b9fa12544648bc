"""The way to a folder of this machine, step by step, up to a file that was written, renamed and removed again."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orderdrop.errors import SourceUnavailable
from orderdrop.pickup.names import PROCESSING
from orderdrop.pickup.steps import Step, counted, walk


def folder_steps(folder: Path, pattern: str, monotonic: Callable[[], float]) -> Iterator[Step]:
    """Is it there, can it be listed, written, renamed in: each as it ends. Nothing is claimed or left behind."""
    written = folder / f".orderdrop-test-{secrets.token_hex(6)}.part"
    claims = folder / PROCESSING

    def renamed() -> Path:
        return (claims if claims.is_dir() else folder) / written.stem

    def find() -> str:
        if not folder.exists():
            raise SourceUnavailable(
                f"There is no folder {folder}.",
                next_step="Make it, or correct `source`; a share must be mounted first.",
            )
        if not folder.is_dir():
            raise SourceUnavailable(f"{folder} is not a folder.", next_step="Correct `source`.")
        return f"{folder.resolve()} is there."

    def list_it() -> str:
        with _allowed(f"{folder} could not be listed"):
            names = sorted(os.listdir(folder))  # noqa: PTH208 - names are all it takes
        return f"It has {counted(names, pattern)}"

    def write() -> str:
        with _allowed(f"Nothing could be written in {folder}"):
            written.touch()
        return "A temporary file was written."

    def rename() -> str:
        place = renamed()
        with _allowed(f"A file could not be moved to {place.parent}"):
            written.rename(place)
            place.unlink()
        there = f" into {PROCESSING}/" if place.parent == claims else ""
        return f"It was renamed{there} and removed."

    try:
        yield from walk(
            (("Folder", find), ("List", list_it), ("Write", write), ("Rename", rename)), monotonic
        )
    finally:
        with suppress(OSError):
            written.unlink(missing_ok=True)


@contextmanager
def _allowed(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceUnavailable(
            f"{what}: {error.strerror or error}.",
            next_step="Give the user that orderdrop runs as the right to list, write and rename there: every file is moved to "
            f"{PROCESSING}/ and then to archive/.",
        ) from error
