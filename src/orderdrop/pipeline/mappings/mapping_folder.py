"""The folder of the mappings, for whoever writes them: read as text, checked before they are there, saved whole.

A mapping that runs is never half written. What a batch is pinned to is in the ledger, so saving changes no batch that is
under way; the version that is replaced is kept there, too.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

from orderdrop.core.identity import digest
from orderdrop.errors import Fault, MappingError, UsageError
from orderdrop.mapping import yaml_lines
from orderdrop.mapping.differences import Difference, differences
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import Parts

_SUFFIXES = (".yaml", ".yml")
_NEW_FILE = 0o644
_NAME_MAX = 200
_PATIENCE_SECONDS = 10.0
_NAMED = re.compile(rb"^(\xef\xbb\xbf)?[\"']?mapping[\"']?\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingFolder:
    """The files of a folder by the mappings' names.

    `parse` takes a text, what faults call it, the name that it must have (None: any), and the folder of its bases.
    """

    folder: Path
    parse: Callable[[str, str, str | None, Path], LoadedMapping]

    def names(self) -> list[str]:
        """The mappings there are, sorted; whatever else lies in the folder is nobody's business, such as the settings."""
        return sorted({path.stem for path in self.folder.glob("*.y*ml") if _is_mapping(path)})

    def text(self, name: str) -> str | None:
        """The text of a mapping's file, None where there is none. Raises MappingError for one that is no text."""
        path = self._path(name)
        if path is None:
            return None
        try:
            return path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            why = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"cannot be read: {error}"
            raise MappingError("The mapping cannot be used:", [Fault(message=why, file=path.name)]) from None

    def check(self, text: str, name: str | None) -> LoadedMapping:
        """A text as the mapping that it would be in this folder. Raises MappingError."""
        return self.parse(text, f"{name or 'new'}.yaml", name, self.folder)

    def place(self, name: str) -> Path:
        """Where a mapping's file is, or would be."""
        return self._path(name) or self.folder / f"{name}.yaml"

    def is_taken(self, name: str) -> bool:
        """Whether a file has the name, be it a mapping or not."""
        return any(path.exists() for path in self._files(name))

    def _path(self, name: str) -> Path | None:
        return next((path for path in self._files(name) if path.is_file() and _is_mapping(path)), None)

    def _files(self, name: str) -> list[Path]:
        """The files that may have a name: none for one that leads out of the folder, or that no file can have."""
        fits = Path(name).name == name and len(name) <= _NAME_MAX
        return [self.folder / f"{name}{suffix}" for suffix in _SUFFIXES] if fits else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A mapping was saved; `before` names the version that it replaced, None where there was none or it was the same."""

    name: str
    digest: str
    before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedMeanwhile:
    """Nothing was saved: the file is not the one that was started from. Its text now (None: gone), and what they changed."""

    text: str | None
    changes: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotWrite:
    """Nothing was saved: the folder takes no files from this process."""

    place: Path
    why: str


def save(
    parts: Parts, folder: MappingFolder, text: str, *, name: str | None, based_on: str | None
) -> Saved | ChangedMeanwhile | CannotWrite:
    """Save a text as a mapping's new version: it takes part from the next drop on.

    `name` and `based_on` are those of the mapping and the text that somebody started from; None for a new one, which is
    called as its text says. Raises MappingError for a text that cannot be used or that breaks a mapping that extends it,
    UsageError for a new one whose name is taken, Busy.
    """
    loaded = folder.check(text, name)
    called = loaded.mapping.mapping
    with leased(replace(parts, patience_seconds=_PATIENCE_SECONDS), f"mapping:{called}"):
        there = folder.text(called)
        if name is None and folder.is_taken(called):
            raise UsageError(
                f"There is a file {folder.place(called).name} already.",
                next_step="Write another name behind `mapping:`.",
            )
        # a second click, or a page that was sent again
        if there == text and based_on is not None:
            return Saved(name=called, digest=loaded.digest, before=None)
        newer = meanwhile(folder, name, based_on)
        if newer is not None:
            return newer
        _must_suit_its_heirs(folder, called, text)
        before = _kept(parts, folder, called, there) if there is not None else None
        try:
            _write(folder.place(called), text)
        except OSError as error:
            return CannotWrite(place=folder.place(called), why=error.strerror or str(error))
        parts.ledger.pin_mapping(loaded.digest, called, loaded.text, parts.clock())
    return Saved(name=called, digest=loaded.digest, before=before)


def meanwhile(folder: MappingFolder, name: str | None, based_on: str | None) -> ChangedMeanwhile | None:
    """What became of a mapping since somebody started from a text of it; None where it is the same, or was none then."""
    there = folder.text(name) if name is not None else None
    if name is None or there == based_on:
        return None
    changes = differences(_data(folder, name, based_on or ""), _data(folder, name, there or ""))
    return ChangedMeanwhile(text=there, changes=tuple(changes))


def _is_mapping(path: Path) -> bool:
    """Whether a file says that it is a mapping, readable or not."""
    try:
        return path.suffix in _SUFFIXES and _NAMED.search(path.read_bytes()) is not None
    except OSError:
        return False


def _data(folder: MappingFolder, name: str, text: str) -> dict[str, Any]:
    try:
        return folder.check(text, name).document.data
    except MappingError:
        parsed = yaml_lines.parse(text, name)
        return {} if isinstance(parsed, Fault) else parsed.data


def _kept(parts: Parts, folder: MappingFolder, name: str, text: str) -> str:
    """The version that is about to be replaced, pinned in the ledger as a batch would."""
    try:
        loaded = folder.check(text, name)
        version, kept = loaded.digest, loaded.text
    except MappingError:
        version, kept = digest(text.encode()), text
    parts.ledger.pin_mapping(version, name, kept, parts.clock())
    return version


def _must_suit_its_heirs(folder: MappingFolder, name: str, text: str) -> None:
    """Raise MappingError with the faults of every mapping that extends this one and could be used before."""
    heirs = list(_heirs(folder, name))
    if not heirs:
        return
    faults: list[Fault] = []
    with TemporaryDirectory(prefix="orderdrop-heirs-") as scratch:
        for other in folder.names():
            shutil.copyfile(folder.place(other), Path(scratch) / f"{other}.yaml")
        (Path(scratch) / f"{name}.yaml").write_text(text, encoding="utf-8")
        for heir in heirs:
            try:
                folder.parse(folder.text(heir) or "", f"{heir}.yaml", heir, Path(scratch))
            except MappingError as error:
                faults += [
                    Fault(
                        message=f"`{heir}`, which extends this mapping, could not be used any more: {one.message}"
                    )
                    for one in error.faults
                ]
    if faults:
        raise MappingError("The mapping cannot be saved:", faults)


def _heirs(folder: MappingFolder, name: str) -> Iterator[str]:
    for other in folder.names():
        with suppress(MappingError):
            if name in {Path(base).stem for base in folder.check(folder.text(other) or "", other).bases}:
                yield other


def _write(place: Path, text: str) -> None:
    """Write a file whole: beside its place first, so that nobody ever reads the half of it."""
    place = place.resolve()  # a link stays one
    mode = place.stat().st_mode if place.exists() else _NEW_FILE
    with NamedTemporaryFile(
        "w",
        encoding="utf-8",
        newline="\n",
        dir=place.parent,
        prefix=f".{place.stem}-",
        suffix=".part",
        delete=False,
    ) as file:
        beside = Path(file.name)
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            beside.chmod(mode & 0o777)
            beside.replace(place)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
