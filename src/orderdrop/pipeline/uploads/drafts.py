"""Work that somebody began and did not finish: a folder each below the workdir, with its files and a page of facts."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import orjson
from pydantic import TypeAdapter

from orderdrop.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

KEPT_FOR = timedelta(days=14)
_NAME = re.compile(r"[a-z0-9-]+")


class Begun(Protocol):
    """What every kind of draft says of itself."""

    @property
    def id(self) -> str:
        """Its name, which sorts by time."""


D = TypeVar("D", bound=Begun)


class Drafts(Generic[D]):
    """The drafts of one kind, dataclasses of the given class; `clock` says which are too old to be kept."""

    def __init__(self, folder: Path, kind: type[D], clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._form = _form(kind)
        self._clock = clock

    def begin(self, draft_id: str) -> Path:
        """The folder of a new draft."""
        folder = self.place(draft_id)
        folder.mkdir(parents=True)
        return folder

    def place(self, draft_id: str) -> Path:
        """Where a draft's files lie; a name from outside leads no further than the folder of all drafts."""
        return self._folder / (draft_id if _NAME.fullmatch(draft_id) else "none")

    def put(self, draft: D) -> None:
        """Remember a draft, or what changed about it. Raises UsageError for one that went meanwhile."""
        path = self.place(draft.id) / "facts.json"
        temporary = path.with_suffix(".part")
        facts = asdict(_as_dataclass(draft))
        try:
            temporary.write_bytes(orjson.dumps(facts, option=orjson.OPT_NON_STR_KEYS))
            temporary.replace(path)
        except FileNotFoundError:
            raise UsageError(
                "This was finished or thrown away meanwhile, perhaps in another tab.",
                next_step="Look at what became of it before you begin again.",
            ) from None

    def find(self, draft_id: str) -> D | None:
        """A draft by its name."""
        path = self.place(draft_id) / "facts.json"
        return self._form.validate_json(path.read_bytes()) if path.is_file() else None

    def all(self) -> Iterator[D]:
        """Every draft, newest first; what nobody changed for too long goes."""
        for folder in sorted(self._folder.iterdir(), reverse=True) if self._folder.is_dir() else ():
            if self._clock().timestamp() - folder.stat().st_mtime > KEPT_FOR.total_seconds():
                shutil.rmtree(folder, ignore_errors=True)
            elif (draft := self.find(folder.name)) is not None:
                yield draft

    def forget(self, draft_id: str) -> None:
        """Remove a draft and its files."""
        shutil.rmtree(self.place(draft_id), ignore_errors=True)


@cache
def _form(kind: type[D]) -> TypeAdapter[D]:
    """How a kind is read back; made once, for it takes as long as a page that needs it."""
    return TypeAdapter(kind)


def _as_dataclass(draft: object) -> "DataclassInstance":
    return draft  # type: ignore[return-value]  # a protocol cannot say that its classes are dataclasses
