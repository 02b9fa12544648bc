"""The port of pick-up: a place where drops arrive. A local folder and an SFTP server are the same to the rest."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One regular file as a listing shows it; `modified_at` in seconds since 1970, as the place tells it."""

    name: str
    size: int
    modified_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One file that is ours: its original name and where it lies now, inside the place."""

    name: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A complete local copy."""

    size: int
    sha256: str


class Inbox(Protocol):
    """A place where drops arrive; every call may raise SourceUnavailable or TrustError, nothing else of the vendor's."""

    def look(self) -> list[Entry]:
        """The regular files that match the feed's pattern, oldest first; temp names, links and folders are passed over."""

    def exists(self, name: str) -> bool:
        """Whether a file of this name lies in the inbox (a done-file, say)."""

    def claim(self, entry: Entry) -> Claim | None:
        """Move a file into `processing/` by one rename; None when it is gone or somebody else was faster."""

    def claims(self) -> list[Claim]:
        """What lies in `processing/`: claimed by a run that did not finish."""

    def fetch(self, claim: Claim, into: Path) -> Fetched:
        """Copy a claimed file; the size is checked before and after, the copy is synced to disk under a temp name, then renamed."""

    def archive(self, claim: Claim, folder: str) -> str:
        """Move a claimed file to `folder` (`archive/2026-11-22` or `failed`) under its own name, or a numbered one when taken; give back where it lies. Moving what was moved already is no error."""

    def reply(self, beside: str, suffix: str, content: Path) -> str:
        """Write a file beside an archived one (its place + suffix): temp name first, then rename, then its size is verified."""

    def discard(self, name: str) -> None:
        """Remove a done-file; no error when it is gone."""

    def close(self) -> None:
        """Let go of the connection."""


def archive_folder(day: date) -> str:
    """Where drops of a day are kept inside the place."""
    return f"archive/{day.isoformat()}"


FAILED_FOLDER = "failed"
