"""What one look at an inbox takes and what it passes over, wherever the inbox is."""

import heapq
from collections.abc import Iterable

import structlog

from orderdrop.pickup.inbox import Claim, Entry
from orderdrop.pickup.settling import is_drop_name

_MOST_MENTIONED = 1_000
_log = structlog.get_logger()


class Looking:
    """The eyes of one inbox: which names are drops, and what was seen that is none.

    Which names are drops: see `is_drop_name`; one look gives at most `most` of them.
    """

    def __init__(self, pattern: str, most: int, **where: str) -> None:
        self._pattern = pattern
        self._most = most
        self._where = where
        self._mentioned: set[str] = set()
        self.passed_over: list[str] = []

    def begin(self) -> None:
        """Forget what the last look passed over."""
        self.passed_over = []

    def is_drop(self, name: str, pattern: str | None) -> bool:
        """Whether the name is a drop's by this pattern or the inbox's own; else it is passed over."""
        if is_drop_name(name, pattern or self._pattern):
            return True
        if len(self.passed_over) < self._most:
            self.passed_over.append(name)
        return False

    def oldest(self, entries: Iterable[Entry]) -> list[Entry]:
        """What a look gives; the rest comes when these are claimed."""
        return heapq.nsmallest(self._most, entries, key=lambda entry: (entry.modified_at, entry.name))

    def mention(self, name: str, why: str) -> None:
        """Tell the log of an odd file, once: polls come every few seconds."""
        if name not in self._mentioned and len(self._mentioned) < _MOST_MENTIONED:
            self._mentioned.add(name)
            _log.warning("A file in the inbox is passed over", **self._where, file=ascii(name), why=why)


def tell_taken_away(claim: Claim, folder: str) -> None:
    """Tell the log that a claimed file is neither where it was nor in the folder it was to go to."""
    _log.warning(
        "A claimed file is gone; somebody took it away", file=claim.name, place=claim.place, folder=folder
    )
