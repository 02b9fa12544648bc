"""The inbox that is a folder of this machine (or of a mounted share)."""

import contextlib
import errno
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from random import Random, SystemRandom

from orderdrop.errors import SourceUnavailable
from orderdrop.pickup.copying import save, sync_folder
from orderdrop.pickup.inbox import Claim, Entry, Fetched
from orderdrop.pickup.looking import Looking, tell_taken_away
from orderdrop.pickup.names import PROCESSING, claim_place, free_name, latest_name, name_in_claim, why_odd

_CHUNK_BYTES = 1 << 20


class FolderInbox:
    """An `Inbox` on a local folder; see the port for what each call promises.

    `pattern` and `most`: see `Looking`; `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        folder: Path,
        pattern: str = "*",
        *,
        most: int = 1_000,
        clock: Callable[[], float] = time.time,
        random: Random | None = None,
    ) -> None:
        self._folder = folder
        self._looking = Looking(pattern, most)
        self._clock = clock
        self._random = random or SystemRandom()

    def look(self, pattern: str | None = None) -> list[Entry]:
        with self._reached("could not be listed"):
            return self._looking.oldest(self._candidates(pattern))

    def passed_over(self) -> list[str]:
        return self._looking.passed_over

    def exists(self, name: str) -> bool:
        if why_odd(name) is not None:
            return False
        with self._reached("could not be read"):
            return _is_regular(self._folder / name)

    def claim(self, entry: Entry) -> Claim | None:
        if why_odd(entry.name) is not None:
            return None
        source, place = self._folder / entry.name, claim_place(entry.name, self._clock(), self._random)
        with self._reached(f"would not let us claim {entry.name}"):
            (self._folder / PROCESSING).mkdir(exist_ok=True)
            try:
                source.rename(self._folder / place)
            except FileNotFoundError:
                return None
            self._sync(PROCESSING)
        return Claim(name=entry.name, place=place)

    def claims(self) -> list[Claim]:
        with self._reached("could not be listed"):
            try:
                names = sorted(os.listdir(self._folder / PROCESSING))  # noqa: PTH208 - names are all it takes
            except FileNotFoundError:
                return []
            found = [Claim(name=name_in_claim(name) or "", place=f"{PROCESSING}/{name}") for name in names]
            return [claim for claim in found if claim.name and _is_regular(self._folder / claim.place)]

    def fetch(self, claim: Claim, into: Path) -> Fetched:
        path = self._folder / claim.place
        with self._reached(f"did not give us {claim.name}"):
            # a link or FIFO put here in the meantime must neither lead elsewhere nor hang
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as source:
                before = os.fstat(descriptor)
                if not stat.S_ISREG(before.st_mode):
                    raise SourceUnavailable(
                        f"{path} is not a regular file.",
                        next_step="See who put it there; if a drop was there before, have it dropped again.",
                    )

                def is_whole(received: int) -> None:
                    after = os.fstat(descriptor)
                    if (
                        not received == before.st_size == after.st_size
                        or before.st_mtime_ns != after.st_mtime_ns
                    ):
                        raise SourceUnavailable(
                            f"{claim.name} changed while we copied it ({before.st_size} bytes before, {received} received, {after.st_size} after).",
                            next_step="It is fetched again at the next poll, when its writer is done.",
                        )

                return save(iter(lambda: source.read(_CHUNK_BYTES), b""), into, is_whole)

    def size(self, claim: Claim) -> int | None:
        path = self._folder / claim.place
        with self._reached(f"did not tell the size of {claim.name}"):
            return path.lstat().st_size if _is_regular(path) else None

    def put_back(self, claim: Claim) -> None:
        source = self._folder / claim.place
        with self._reached(f"would not let us put {claim.name} back"):
            taken = os.listdir(self._folder)  # noqa: PTH208 - names are all it takes
            _move_without_overwriting(source, self._folder / free_name(claim.name, taken))
            self._sync(PROCESSING)

    def archive(self, claim: Claim, folder: str) -> str:
        source, target = self._folder / claim.place, self._folder / folder
        with self._reached(f"would not let us move {claim.name} to {folder}/"):
            target.mkdir(parents=True, exist_ok=True)
            while True:
                taken = os.listdir(target)  # noqa: PTH208 - names are all it takes
                if not _is_regular(source):
                    return f"{folder}/{self._moved_before(claim, folder, taken)}"
                name = _second_name(source, target, taken) or free_name(claim.name, taken)
                with contextlib.suppress(FileExistsError):  # somebody took the number: the next one
                    _move_without_overwriting(source, target / name)
                    self._sync(folder)
                    return f"{folder}/{name}"

    def reply(self, beside: str, suffix: str, content: Path) -> str:
        place = PurePosixPath(beside + suffix)
        target = self._folder / place
        temp = target.with_name(f".{place.name}.part")
        with self._reached(f"did not take the reply {place.name}"):
            try:
                with content.open("rb") as source, temp.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
                    copy.flush()
                    os.fsync(copy.fileno())
                temp.replace(target)
            except BaseException:
                temp.unlink(missing_ok=True)
                raise
            self._sync(str(place.parent))
            if target.stat().st_size != content.stat().st_size:
                raise SourceUnavailable(
                    f"The reply {target} is not whole after it was written.",
                    next_step="It is written again with the next try; see whether something takes files away there.",
                )
        return str(place)

    def discard(self, name: str) -> None:
        if why_odd(name) is None:
            with self._reached(f"would not let us remove {name}"):
                (self._folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        """A folder holds nothing open."""

    def _candidates(self, pattern: str | None) -> Iterator[Entry]:
        self._looking.begin()
        with os.scandir(self._folder) as listing:
            for found in listing:
                if not self._looking.is_drop(found.name, pattern):
                    continue
                try:
                    seen = found.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # taken away since the listing
                why = why_odd(found.name) or (
                    None if stat.S_ISREG(seen.st_mode) else "it is not a regular file"
                )
                if why is None:
                    yield Entry(name=found.name, size=seen.st_size, modified_at=seen.st_mtime)
                elif not stat.S_ISDIR(seen.st_mode):
                    self._looking.mention(found.name, why)

    def _moved_before(self, claim: Claim, folder: str, taken: list[str]) -> str:
        found = latest_name(claim.name, taken)
        if found is None:
            tell_taken_away(claim, folder)
        return found or claim.name

    def _sync(self, folder: str) -> None:
        for changed in (self._folder, self._folder / PROCESSING, self._folder / folder):
            if changed.is_dir():
                sync_folder(changed)

    @contextlib.contextmanager
    def _reached(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SourceUnavailable(
                f"The folder {self._folder} {what}: {error.strerror or error}{_owner(error)}.",
                next_step="Correct `source` or the rights of the folder; nothing is lost meanwhile.",
            ) from error


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _second_name(source: Path, target: Path, taken: list[str]) -> str | None:
    # after a crash between the two halves of a move the file has both names
    mine = source.lstat()
    if mine.st_nlink < 2:
        return None
    return next((name for name in taken if os.path.samestat(mine, (target / name).lstat())), None)


def _move_without_overwriting(source: Path, target: Path) -> None:
    if not target.exists() or not target.samefile(source):
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError as error:
            if error.errno == errno.EXDEV:
                _copy_over(source, target)
                return
            if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}:
                raise
            source.rename(target)  # no hard links here (FAT, some shares): the name was free a moment ago
            return
    source.unlink()


def _copy_over(source: Path, target: Path) -> None:
    """Move a file to another file system, where no rename leads: whole under a name of its own first, then in its place."""
    part = target.with_name(f".{target.name}.part")
    try:
        with source.open("rb") as original, part.open("wb") as copy:
            shutil.copyfileobj(original, copy, _CHUNK_BYTES)
            copy.flush()
            os.fsync(copy.fileno())
        shutil.copystat(source, part)
        os.link(part, target)  # raises where somebody took the name
    finally:
        part.unlink(missing_ok=True)
    source.unlink()


def _owner(error: OSError) -> str:
    if error.errno not in {errno.EACCES, errno.EPERM} or error.filename is None:
        return ""
    try:
        folder = Path(os.fsdecode(error.filename)).parent
        seen = folder.stat()
    except OSError:
        return ""
    return f" ({folder} belongs to user {seen.st_uid}, mode {stat.filemode(seen.st_mode)})"
