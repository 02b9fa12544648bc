"""When an upload is complete: the same size and time on several looks and a minimum age, or a done-file.

Uploads write straight to the final name, and some clients set the time of the file back afterwards, so neither age nor
stillness is enough alone. A partner who can promise more sends a done-file.
"""

import fnmatch
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from orderdrop.pickup.inbox import Entry

_TEMP_SUFFIXES = (".filepart", ".tmp", ".temp", ".part", ".partial", ".crdownload")
_LITTER = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """When a feed's files count as complete.

    `done_file` is a pattern with `{name}` or `{stem}`, such as `{name}.done`; with one, looks and age do not matter:
    the sender has said that the file is complete.
    """

    looks: int = 2
    min_age_seconds: float = 60
    pause_seconds: float = 2
    done_file: str | None = None

    def __post_init__(self) -> None:
        if self.looks < 1 or self.min_age_seconds < 0 or self.pause_seconds < 0:
            raise ValueError("looks must be at least 1; age and pause must not be negative")
        if self.done_file is not None and done_name(self.done_file, "a.b") == done_name(
            self.done_file, "c.d"
        ):
            raise ValueError(f"done_file {self.done_file!r} must contain {{name}} or {{stem}}")

    def done_name(self, name: str) -> str | None:
        """The done-file that belongs to a file; None when the feed uses none."""
        return None if self.done_file is None else done_name(self.done_file, name)


class Place(Protocol):
    """What picking needs of an inbox."""

    def look(self) -> list[Entry]: ...

    def exists(self, name: str) -> bool: ...


def is_drop_name(name: str, pattern: str) -> bool:
    """Whether a name is a drop's: it matches the pattern (shell style, upper and lower case differ) and is no temp name."""
    return fnmatch.fnmatchcase(name, pattern) and not is_temp_name(name)


def is_temp_name(name: str) -> bool:
    """Whether a name says "not a drop yet, or never": upload temp names, dotfiles, Office lock files, folder litter."""
    lower = name.lower()
    return lower.endswith(_TEMP_SUFFIXES) or lower.startswith((".", "~$")) or lower in _LITTER


def is_upload_under_way(name: str) -> bool:
    """Whether a name is one under which clients upload, to rename it in the end."""
    return name.lower().endswith(_TEMP_SUFFIXES)


def is_done_file(settle: Settle, name: str) -> bool:
    """Whether a name can be that of a done-file; never where the feed uses none."""
    return settle.done_file is not None and fnmatch.fnmatchcase(name, _any_done(settle.done_file))


def settled(first: list[Entry], second: list[Entry], settle: Settle, now: float) -> list[Entry]:
    """The entries that kept size and time from the first look to the second and are old enough, oldest first.

    A time in the future (the server's clock is ahead of ours) says nothing about the age: such a file passes on the
    looks alone, or a clock set wrong by a day would hold its files back for a day.
    """
    before = {entry.name: entry for entry in first}
    return _oldest_first(
        [entry for entry in second if before.get(entry.name) == entry and _old_enough(entry, settle, now)]
    )


def pick(
    inbox: Place, settle: Settle, sleep: Callable[[float], object], clock: Callable[[], float]
) -> list[Entry]:
    """The files that may be claimed now, oldest first.

    Looks as often as `settle` says and pauses between looks only while a file may still turn out complete; with a
    done-file it looks once and never waits. `clock` gives seconds since 1970.
    """
    if settle.done_file is not None:
        return _with_done_file(inbox, settle.done_file)
    candidates = [entry for entry in inbox.look() if _old_enough(entry, settle, clock())]
    for _ in range(settle.looks - 1):
        if not candidates:
            break
        sleep(settle.pause_seconds)
        candidates = settled(candidates, inbox.look(), settle, clock())
    return _oldest_first(candidates)


def done_name(pattern: str, name: str) -> str:
    """The name of the done-file of `name`."""
    return pattern.replace("{name}", name).replace("{stem}", PurePosixPath(name).stem)


def _any_done(pattern: str) -> str:
    return pattern.replace("{name}", "*").replace("{stem}", "*")


def _with_done_file(inbox: Place, pattern: str) -> list[Entry]:
    # `files: "*"` also lists the done-files themselves; taken for drops they would be refused one by one
    flags = _any_done(pattern)
    drops = [entry for entry in inbox.look() if not fnmatch.fnmatchcase(entry.name, flags)]
    return _oldest_first([entry for entry in drops if inbox.exists(done_name(pattern, entry.name))])


def _old_enough(entry: Entry, settle: Settle, now: float) -> bool:
    age_seconds = now - entry.modified_at
    return age_seconds < 0 or age_seconds >= settle.min_age_seconds


def _oldest_first(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.modified_at, entry.name))
