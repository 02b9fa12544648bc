"""Files inside .gz and .zip archives: chosen by name, unpacked within bounds, and never placed where their names say."""

import gzip
import shutil
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO

from orderdrop.core.neutral import printable
from orderdrop.core.problems import Code
from orderdrop.errors import FileRefused
from orderdrop.tables.limits import MIB, Limits
from orderdrop.tables.pieces import refused
from orderdrop.tables.sniff import Kind

_DAMAGED = (
    zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, KeyError,
)  # fmt: skip
_LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of an archive, unpacked."""

    name: str
    path: Path


class Unpacked:
    """The chosen files of an archive in a folder of their own, which goes when nothing refers to this any more."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="orderdrop-"))
        self.members: list[Member] = []
        self._cleaner = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def place(self, name: str) -> Path:
        """Where to write the next member: its own name says nothing but the suffix."""
        suffix = PurePosixPath(name.replace("\\", "/")).suffix
        return (
            self.folder
            / f"{len(self.members):04}{suffix if suffix[1:].isalnum() and len(suffix) < 8 else ''}"
        )


def unpack(
    path: Path, kind: Kind, patterns: Sequence[str], limits: Limits, *, exact: bool = False
) -> Unpacked:
    """Unpack what an archive holds, of a zip archive the files that match one of `patterns`, all where there are none.

    `exact`: the patterns are names as they stand in the archive. Raises FileRefused for one that is damaged, protected, or larger than the limits, and where nothing matches.
    """
    unpacked = Unpacked()
    with _damage_told(kind):
        if kind is Kind.GZIP:
            _unpack_gzip(path, unpacked, limits)
        else:
            _unpack_zip(path, patterns, unpacked, limits, exact=exact)
    return unpacked


@contextmanager
def _damage_told(kind: Kind) -> Iterator[None]:
    try:
        yield
    except FileRefused:
        raise
    except _DAMAGED:
        raise refused(
            Code.FILE_UNREADABLE,
            f"The file is a {_name(kind)} that is damaged, cut short, or packed in an unusual way. Pack it again, or send "
            "the file inside without packing it.",
        ) from None


def listed(names: Sequence[str]) -> str:
    """Names of files for a message."""
    shown = ", ".join(f'"{printable(name)}"' for name in names[:_LISTED])
    return shown + (f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else "")


def _name(kind: Kind) -> str:
    return "gzip archive" if kind is Kind.GZIP else "zip archive"


def _unpack_gzip(path: Path, unpacked: Unpacked, limits: Limits) -> None:
    name = path.name.removesuffix(".gz") or path.name
    with gzip.open(path) as packed:
        place = unpacked.place(name)
        _copy(packed, place, path.stat().st_size, limits, 0)
    unpacked.members.append(Member(name=name, path=place))


def names_in(path: Path) -> list[str]:
    """The files in a zip archive, without what operating systems pack along. Raises FileRefused for a damaged one."""
    with _damage_told(Kind.ZIP), zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    return [entry.filename for entry in entries if not entry.is_dir() and not _is_by_catch(entry.filename)]


def _unpack_zip(
    path: Path, patterns: Sequence[str], unpacked: Unpacked, limits: Limits, *, exact: bool
) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > limits.workbook_entries:
            raise _too_large(f"has {len(entries):,} entries")
        files = [entry for entry in entries if not entry.is_dir() and not _is_by_catch(entry.filename)]
        chosen = [entry for entry in files if not patterns or _matches(entry.filename, patterns, exact=exact)]
        if not chosen:
            raise _nothing([entry.filename for entry in files], patterns)
        if len(chosen) > limits.archive_members:
            raise _too_large(f"has {len(chosen):,} files")
        _check_sizes(chosen, path, limits)
        total = 0
        for entry in sorted(chosen, key=lambda one: _in_order(one.filename, patterns)):
            if entry.flag_bits & 1:
                raise _protected(entry.filename)
            place = unpacked.place(entry.filename)
            with archive.open(entry) as packed:
                total = _copy(packed, place, max(1, path.stat().st_size), limits, total)
            unpacked.members.append(Member(name=entry.filename, path=place))


def _is_by_catch(name: str) -> bool:
    """What operating systems pack along."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return (
        "__MACOSX" in parts
        or parts[-1:] in (("Thumbs.db",), ("desktop.ini",))
        or (parts or ("",))[-1].startswith(".")
    )


def _matches(name: str, patterns: Sequence[str], *, exact: bool) -> bool:
    if exact:
        return name in patterns
    plain = name.replace("\\", "/")
    last = PurePosixPath(plain).name
    return any(
        pattern in (name, last) or fnmatchcase(plain, pattern) or fnmatchcase(last, pattern)
        for pattern in patterns
    )


def _in_order(name: str, patterns: Sequence[str]) -> tuple[int, str]:
    """Names that are listed come in that order, others by name."""
    return (patterns.index(name) if name in patterns else len(patterns), name)


def _check_sizes(chosen: Sequence[zipfile.ZipInfo], path: Path, limits: Limits) -> None:
    size = sum(entry.file_size for entry in chosen)
    bomb = size > limits.workbook_ratio_from_bytes and size > limits.workbook_ratio * path.stat().st_size
    if size > limits.archive_bytes or bomb:
        raise _too_large(f"would unpack to {size / MIB:,.0f} MiB")


def _copy(
    packed: IO[bytes] | gzip.GzipFile, place: Path, packed_size: int, limits: Limits, before: int
) -> int:
    """Unpack one file; how much was unpacked with it. What an archive says of its size is not relied on."""
    total = before
    with place.open("wb") as out:
        while block := packed.read(MIB):
            total += len(block)
            bomb = total > limits.workbook_ratio_from_bytes and total > limits.workbook_ratio * packed_size
            if total > limits.archive_bytes or bomb:
                raise _too_large(f"unpacks to more than {total / MIB:,.0f} MiB")
            out.write(block)
    return total


def _too_large(what: str) -> FileRefused:
    return refused(
        Code.FILE_TOO_LARGE,
        f"The archive {what}, which is more than is read. Send the file inside without packing it, or in parts.",
    )


def _protected(name: str) -> FileRefused:
    return refused(
        Code.FILE_PASSWORD,
        f'The file "{printable(name)}" in the zip archive is protected with a password. Pack it without one and send it '
        "again.",
    )


def _nothing(names: Sequence[str], patterns: Sequence[str]) -> FileRefused:
    if not names:
        return refused(Code.FILE_EMPTY, "The zip archive has no files in it. Pack it again.")
    return refused(
        Code.FILE_NOT_A_TABLE,
        f"The zip archive has no file that matches {listed(patterns)}; it has {listed(names)}. Send the right archive, or "
        "correct `member:` under `file:` in the mapping.",
    )
