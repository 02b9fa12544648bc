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
    """A place where drops arrive; every call may raise SourceUnavailable or TrustError, nothing else of the vendor's.

    Places are relative to the inbox and written with `/`. One thread at a time may use an inbox; two inboxes on the
    same place, in any two processes, may be used at once.
    """

    def look(self, pattern: str | None = None) -> list[Entry]:
        """The regular files that match the feed's pattern, or the one that is given, oldest first.

        Temp names, links and folders are passed over, odd names too (mentioned once in the log). A look is bounded:
        what lies behind a full one comes when the oldest are claimed.
        """

    def passed_over(self) -> list[str]:
        """What the last look passed over by its name: temp names, done-files, folders; at most a thousand."""

    def exists(self, name: str) -> bool:
        """Whether a regular file of this name lies in the inbox (a done-file, say)."""

    def claim(self, entry: Entry) -> Claim | None:
        """Move a file into `processing/` by one rename; None when it is gone or somebody else was faster."""

    def claims(self) -> list[Claim]:
        """What lies in `processing/`, in the order of the claims: the work of a run that did not finish."""

    def fetch(self, claim: Claim, into: Path) -> Fetched:
        """Copy a claimed file to `into`, which appears only whole and synced to disk.

        The bytes received must be the size before and after, and the file must not have changed meanwhile; else
        SourceUnavailable, and nothing is left of the copy. The folder of `into` must exist.
        """

    def size(self, claim: Claim) -> int | None:
        """How large a claimed file is now; None when it is not where it was claimed."""

    def put_back(self, claim: Claim) -> None:
        """Move a claimed file back among the drops, under its own name or a numbered one: it is not the file that we read."""

    def archive(self, claim: Claim, folder: str) -> str:
        """Move a claimed file to `folder` (`archive/2026-11-22` or `failed`); give back the place where it lies.

        It keeps its own name, or gets a numbered one when that is taken. Moving what was moved already, to the same
        folder, is no error and gives the same place. A file that somebody took away gives the place it would have had
        (and a warning in the log): the work on our copy is not lost, and a reply still has a home.
        """

    def reply(self, beside: str, suffix: str, content: Path) -> str:
        """Write a file beside an archived one (its place + suffix), in place of an older reply; give back its place.

        Temp name first, then rename, then its size is verified: a reply that is not there in the end is an error.
        """

    def discard(self, name: str) -> None:
        """Remove a done-file; no error when it is gone."""

    def close(self) -> None:
        """Let go of the connection; the next call opens another."""


def archive_folder(day: date) -> str:
    """Where drops of a day are kept inside the place."""
    return f"archive/{day.isoformat()}"


FAILED_FOLDER = "failed"
