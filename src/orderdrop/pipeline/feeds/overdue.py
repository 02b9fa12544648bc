"""Uploads that do not become complete: told once when they are overdue, and shown by `orderdrop health` as long as they lie there.

The time counts from when a name was first seen: what the server says of a file's age is set back by some clients. What
was seen stands in a small file below the workdir, one a feed, so that it outlives the process and others can read it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from orderdrop.core.progress import Event, Step
from orderdrop.pickup.inbox import Entry, Inbox
from orderdrop.pickup.settling import Settle, is_done_file, is_upload_under_way
from orderdrop.pipeline.parts import FeedPlan, Parts


class Remembering:
    """What picking needs of an inbox, with the last look kept."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.last: list[Entry] = []

    def look(self) -> list[Entry]:
        self.last = self._inbox.look()
        return self.last

    def exists(self, name: str) -> bool:
        return self._inbox.exists(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """One upload that should have been complete by now."""

    feed: str
    name: str
    since: datetime
    why: str

    def __str__(self) -> str:
        return f"{self.name} of feed {self.feed} is incomplete since {self.since:%Y-%m-%d %H:%M} UTC: {self.why}."


def waiting(
    settle: Settle, looked: Sequence[Entry], picked: Sequence[Entry], passed_over: Sequence[str]
) -> dict[str, str]:
    """What lies in the inbox and is not complete, by name, with what is missing."""
    taken = {entry.name for entry in picked}
    found = {name: "its upload goes on under this name" for name in passed_over if is_upload_under_way(name)}
    drops = [entry.name for entry in looked if not is_done_file(settle, entry.name)]
    for name in drops:
        if name not in taken:
            done = settle.done_name(name)
            found[name] = "it keeps changing" if done is None else f"its done-file {done} has not come"
    flags = {name for name in [*passed_over, *(entry.name for entry in looked)] if is_done_file(settle, name)}
    alone = flags.difference(filter(None, map(settle.done_name, drops)))
    return found | dict.fromkeys(alone, "the file that it says is done is not there")


def note(parts: Parts, feed: FeedPlan, found: Mapping[str, str]) -> None:
    """Remember what waits, forget what does not any more, and tell each once that waits for longer than the feed allows."""
    path, now = _path(parts.workdir, feed.name), parts.clock()
    before = _read(path)
    known: dict[str, dict[str, object]] = {}
    for name, why in sorted(found.items()):
        entry = before.get(name, {"since": now.isoformat(), "told": False})
        since = datetime.fromisoformat(str(entry["since"]))
        late = now - since >= timedelta(seconds=feed.overdue_seconds)
        if late and not entry["told"]:
            told = Overdue(feed=feed.name, name=name, since=since, why=why)
            parts.watcher(Event(step=Step.PUT_OFF, name=name, facts={"why": str(told)}))
        known[name] = {"since": entry["since"], "told": late, "why": why}
    if known != before:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        temporary.write_text(json.dumps(known), encoding="utf-8")
        temporary.replace(path)


def overdue(workdir: Path, feed: str) -> Iterator[Overdue]:
    """What was told of a feed and lies there still, as of its last poll."""
    for name, entry in _read(_path(workdir, feed)).items():
        if entry["told"]:
            since = datetime.fromisoformat(str(entry["since"]))
            yield Overdue(feed=feed, name=name, since=since, why=str(entry["why"]))


def _path(workdir: Path, feed: str) -> Path:
    return workdir / "feeds" / f"{quote(feed, safe='')}.json"


def _read(path: Path) -> dict[str, dict[str, object]]:
    try:
        found: dict[str, dict[str, object]] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found
