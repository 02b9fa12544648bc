"""A local file becomes a drop: kept below the workdir under our own name, never under the sender's."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from orderdrop.core.identity import new_id
from orderdrop.errors import UsageError
from orderdrop.ledger.ledger import Drop
from orderdrop.pickup.copying import save
from orderdrop.pickup.inbox import Fetched
from orderdrop.pickup.sets import copies, digest_of_set, kept_beside
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing.editing import Edits, keep_edits

_CHUNK = 1 << 20


def incoming(parts: Parts) -> Path:
    """A fresh place for a file that is being fetched."""
    folder = parts.workdir / "drops"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / new_id("d", parts.clock(), parts.random)


def keep_local(
    parts: Parts,
    file: Path,
    further: Mapping[str, Path] | None = None,
    *,
    name: str | None = None,
    feed: str | None = None,
    edits: Edits | None = None,
) -> Drop:
    """Copy a file that somebody gave us, and those of its set by table. Raises UsageError.

    `name` is the sender's where the file has another, `feed` is the one it is meant for, `edits` are corrected cells.
    """
    into = incoming(parts)
    whole = _copied(file, into)
    digests: dict[str, str] = {}
    for table, partner in (further or {}).items():
        try:
            fetched = _copied(partner, kept_beside(into, table))
        except UsageError:
            into.unlink()
            raise
        digests[table] = fetched.sha256
        whole = replace(whole, size=whole.size + fetched.size)
    if edits:
        digests["@edits"] = keep_edits(into, edits)
    whole = replace(whole, sha256=digest_of_set(whole.sha256, digests))
    return drop_of(parts, into, name or file.name, whole, feed=feed, place=None)


def _copied(file: Path, into: Path) -> Fetched:
    try:
        with file.open("rb") as source:
            return save(iter(lambda: source.read(_CHUNK), b""), into, is_whole=lambda _: None)
    except FileNotFoundError:
        raise _no_such(file) from None
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}.", next_step="Check the file and its permissions."
        ) from None


def must_be_there(*files: Path) -> None:
    """Raises UsageError for the first that is no file."""
    for file in files:
        if not file.is_file():
            raise _no_such(file)


def _no_such(file: Path) -> UsageError:
    return UsageError(
        f"There is no file {file}.", next_step="Check the name; paths are relative to this folder."
    )


def drop_of(
    parts: Parts, kept: Path, name: str, fetched: Fetched, *, feed: str | None, place: str | None
) -> Drop:
    """The drop that a kept copy is."""
    return Drop(
        id=kept.name,
        feed=feed,
        name=name,
        sha256=fetched.sha256,
        size=fetched.size,
        arrived_at=parts.clock(),
        kept_at=str(kept),
        place=place,
    )


def let_go(drop: Drop) -> None:
    """Remove the kept copies of a drop that becomes no batch."""
    for copy in copies(Path(drop.kept_at)):
        copy.unlink(missing_ok=True)
