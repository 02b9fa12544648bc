"""The journal of a stand-in: every call, in the order of arrival, and how it ended."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from orderdrop.sandbox.calls import Call

DROPPED = "dropped"


@dataclass(slots=True, kw_only=True)
class Entry:
    """One call. `status` stays None while nothing was answered, and is `dropped` if nothing whole ever was."""

    seq: int
    method: str
    path: str
    query: str
    at: float
    orders: tuple[str, ...] = ()
    fault: str | None = None
    status: int | str | None = None
    committed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the entry as the control API shows it."""
        return {
            "seq": self.seq,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "orders": list(self.orders),
            "at": self.at,
            "fault": self.fault,
            "status": self.status,
            "committed": self.committed,
        }


class Journal:
    """The newest `keep` entries and the number of all there ever were, so that memory stays bounded."""

    def __init__(self, *, keep: int = 200_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=keep)
        self.total = 0

    def open(self, call: Call, *, at: float) -> Entry:
        """Write the arrival of a call and return its entry, to be completed when it ends."""
        self.total += 1
        entry = Entry(seq=self.total, method=call.method, path=call.path, query=call.query, at=at)
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget every entry and count from 1 again."""
        self._entries.clear()
        self.total = 0

    def as_json(self, *, after: int = 0) -> dict[str, Any]:
        """Return the entries with a seq above `after`, and how many calls there were in all."""
        return {"total": self.total, "calls": [one.as_json() for one in self._entries if one.seq > after]}
