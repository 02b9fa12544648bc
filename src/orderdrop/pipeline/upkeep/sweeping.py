"""What killed processes left behind goes after a day: copies of files that became no batch, and what did not fit into memory."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from orderdrop.ledger.ledger import Ledger
from orderdrop.pipeline.parts import Parts

OLD_SECONDS = 86_400.0
_PAGE = 1_000


def sweep(parts: Parts, temporary: Path) -> list[Path]:
    """Remove what is older than a day and belongs to nothing; what was removed.

    `temporary` is where the system has temporary files: of it only what orderdrop made there for this user goes.
    """
    before = parts.clock().timestamp() - OLD_SECONDS
    candidates = [path for path in _in(parts.workdir / "drops") if _changed_at(path) < before]
    known = _drops(parts.ledger) if candidates else set()
    orphans = [path for path in candidates if path.name.partition(".")[0] not in known]
    spilled = [path for path in _in(parts.workdir / "spill") if _changed_at(path) < before]
    read = [path for path in _in(temporary) if _is_ours(path) and _changed_at(path) < before]
    for path in (found := [*orphans, *spilled, *read]):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return found


def _in(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(FileNotFoundError):
        yield from folder.iterdir()


def _changed_at(path: Path) -> float:
    """When something in it was changed last; infinitely late for what is gone meanwhile."""
    try:
        inside = path.iterdir() if path.is_dir() else ()
        newest: float = max(found.lstat().st_mtime for found in (path, *inside))
    except OSError:
        return float("inf")
    return newest


def _is_ours(path: Path) -> bool:
    if not path.name.startswith("orderdrop-"):
        return False
    try:
        return path.lstat().st_uid == os.getuid() and path.is_dir() and not path.is_symlink()
    except OSError:
        return False


def _drops(ledger: Ledger) -> set[str]:
    found: set[str] = set()
    before: str | None = None
    while page := ledger.batches(limit=_PAGE, before=before):
        found.update(batch.drop.id for batch in page)
        before = page[-1].id
    return found
