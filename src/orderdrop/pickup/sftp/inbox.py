"""The inbox that is a folder of an SFTP server."""

import fnmatch
import heapq
import posixpath
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random, SystemRandom

import structlog
from paramiko import SFTPAttributes

from orderdrop.errors import SourceUnavailable
from orderdrop.pickup.copying import save
from orderdrop.pickup.inbox import Claim, Entry, Fetched
from orderdrop.pickup.names import PROCESSING, claim_place, free_name, latest_name, name_in_claim, why_odd
from orderdrop.pickup.settling import is_temp_name
from orderdrop.pickup.sftp.faults import Refusal, answering
from orderdrop.pickup.sftp.login import Session, SftpLogin, dial
from orderdrop.pickup.sftp.wire import REQUEST_BYTES, Wire

_log = structlog.get_logger()


class SftpInbox:
    """An `Inbox` on an SFTP server; see the port for what each call promises.

    Only names that match `pattern` (shell style, upper and lower case differ) are drops; one look gives at most `most`
    of them, the oldest. It keeps one connection, opened when first needed and again after it broke; one thread at a
    time may use it. `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        login: SftpLogin,
        pattern: str = "*",
        *,
        most: int = 1_000,
        clock: Callable[[], float] = time.time,
        random: Random | None = None,
    ) -> None:
        self._login = login
        self._pattern = pattern
        self._most = most
        self._clock = clock
        self._random = random or SystemRandom()
        self._session: Session | None = None
        self._made: set[str] = set()
        self._mentioned: set[str] = set()
        self._passed_over: list[str] = []

    def look(self, pattern: str | None = None) -> list[Entry]:
        with self._talking(f"listing {self._login.folder}") as wire:
            return heapq.nsmallest(
                self._most,
                self._candidates(wire, pattern or self._pattern),
                key=lambda entry: (entry.modified_at, entry.name),
            )

    def passed_over(self) -> list[str]:
        return self._passed_over

    def exists(self, name: str) -> bool:
        if why_odd(name) is not None:
            return False
        with self._talking(f"looking for {name}") as wire:
            return _is_regular(wire.look_at(self._path(name)))

    def claim(self, entry: Entry) -> Claim | None:
        if why_odd(entry.name) is not None:
            return None
        source, place = self._path(entry.name), claim_place(entry.name, self._clock(), self._random)
        with self._talking(f"claiming {entry.name}") as wire:
            self._make_folder(wire, PROCESSING)
            try:
                _rename_at_once(wire, source, self._path(place))
            except Refusal:
                if wire.look_at(source) is None:
                    return None
                self._made.clear()  # perhaps somebody removed the folder; look again next time
                raise
        return Claim(name=entry.name, place=place)

    def claims(self) -> list[Claim]:
        with self._talking(f"listing {PROCESSING}/") as wire:
            if wire.look_at(self._path(PROCESSING)) is None:
                return []
            listing = sorted(self._plain_names(wire, self._path(PROCESSING)), key=lambda found: found[0])
            return [
                Claim(name=original, place=f"{PROCESSING}/{name}")
                for name, attributes in listing
                if _is_regular(attributes) and (original := name_in_claim(name))
            ]

    def fetch(self, claim: Claim, into: Path) -> Fetched:
        path = self._path(claim.place)
        with self._talking(f"fetching {claim.name}", at=claim.place, all_or_nothing=True) as wire:
            if not _is_regular(wire.look_at(path)):
                raise SourceUnavailable(
                    f"{claim.name} is not in {PROCESSING}/ any more, or is not a regular file."
                )
            file = wire.open(path, "rb")
            before = file.stat()
            size = before.st_size or 0

            def is_whole(received: int) -> None:
                after = file.stat()
                if not received == size == after.st_size or before.st_mtime != after.st_mtime:
                    raise SourceUnavailable(
                        f"{claim.name} changed while we fetched it ({size} bytes before, {received} received, {after.st_size} after).",
                        next_step="It is fetched again at the next poll, when its writer is done.",
                    )

            fetched = save(wire.pieces(file, size), into, is_whole)
            file.close()
            return fetched

    def size(self, claim: Claim) -> int | None:
        with self._talking(f"asking after {claim.name}") as wire:
            found = wire.look_at(self._path(claim.place))
            return found.st_size if found is not None and _is_regular(found) else None

    def put_back(self, claim: Claim) -> None:
        with self._talking(f"putting {claim.name} back") as wire:
            wire.rename(self._path(claim.place), self._path(self._free_name(wire, claim.name, ".")))

    def archive(self, claim: Claim, folder: str) -> str:
        source = self._path(claim.place)
        with self._talking(f"moving {claim.name} to {folder}/") as wire:
            self._make_folder(wire, folder)
            while True:
                if wire.look_at(source) is None:
                    return f"{folder}/{self._moved_before(wire, claim, folder)}"
                place = f"{folder}/{self._free_name(wire, claim.name, folder)}"
                try:
                    wire.rename(source, self._path(place))
                    return place
                except Refusal:
                    if wire.look_at(self._path(place)) is None:
                        self._made.clear()
                        raise
                    # somebody took the name in between: the next number

    def reply(self, beside: str, suffix: str, content: Path) -> str:
        place = beside + suffix
        folder, name = posixpath.split(place)
        temp, target = self._path(f"{folder}/.{name}.part"), self._path(place)
        size = content.stat().st_size
        with self._talking(f"writing the reply {name}", at=folder, all_or_nothing=True) as wire:
            with content.open("rb") as source:
                file = wire.open(temp, "wb")
                wire.write(file, iter(lambda: source.read(REQUEST_BYTES), b""))
                file.close()
            self._verify(wire, temp, size)
            try:
                wire.posix_rename(temp, target)
            except Refusal:  # a server without that extension does not replace the older reply
                if wire.look_at(target) is not None:
                    wire.remove(target)
                wire.rename(temp, target)
            self._verify(wire, target, size)
        return place

    def discard(self, name: str) -> None:
        if why_odd(name) is not None:
            return
        with self._talking(f"removing {name}") as wire:
            try:
                wire.remove(self._path(name))
            except Refusal as refusal:
                if not refusal.gone:
                    raise

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    @property
    def connected(self) -> bool:
        """Whether the connection stands, as far as anyone can tell without asking the server."""
        return self._session is not None and self._session.alive

    def _path(self, place: str) -> str:
        return posixpath.join(self._login.folder, place)

    @contextmanager
    def _talking(self, doing: str, at: str = "", *, all_or_nothing: bool = False) -> Iterator[Wire]:
        with answering(str(self._login), doing):
            wire = self._open()
            try:
                yield wire
            except Refusal as refusal:
                explained = self._explained(wire, refusal, doing, at)
                if all_or_nothing:
                    self.close()
                raise explained from refusal
            except BaseException:
                self.close()  # requests may be in flight: no later call must meet their answers
                raise

    def _open(self) -> Wire:
        if self._session is None or not self._session.alive:
            self.close()
            self._made.clear()
            self._session = dial(self._login)
        return self._session.wire

    def _explained(self, wire: Wire, refusal: Refusal, doing: str, at: str) -> SourceUnavailable:
        words = refusal.strerror or str(refusal)
        if refusal.forbidden:
            try:
                seen = wire.stat(self._path(at))
            except Refusal:
                words += f" ({self._path(at)} cannot even be looked at)"
            else:
                mode = stat.filemode(seen.st_mode or 0)
                words += f" ({self._path(at)} belongs to user {seen.st_uid}, mode {mode}; we are {self._login.user!r})"
        return SourceUnavailable(
            f"{self._login} refused while {doing}: {words}.",
            next_step="Correct `source` or the rights on the server; nothing is lost meanwhile.",
        )

    def _candidates(self, wire: Wire, pattern: str) -> Iterator[Entry]:
        self._passed_over = []
        for name, attributes in self._plain_names(wire, self._login.folder):
            if not fnmatch.fnmatchcase(name, pattern) or is_temp_name(name):
                if len(self._passed_over) < self._most:
                    self._passed_over.append(name)
                continue
            if _is_regular(attributes) and attributes.st_size is not None:
                yield Entry(name=name, size=attributes.st_size, modified_at=float(attributes.st_mtime or 0))
            elif not stat.S_ISDIR(attributes.st_mode or 0):
                self._mention(name, "it is not a regular file")

    def _plain_names(self, wire: Wire, folder: str) -> Iterator[tuple[str, SFTPAttributes]]:
        for raw, attributes in wire.listing(folder):
            name = raw.decode("utf-8", errors="surrogateescape")
            why = why_odd(name)
            if why is None:
                yield name, attributes
            elif name not in {".", ".."}:
                self._mention(name, why)

    def _mention(self, name: str, why: str) -> None:
        if (
            name not in self._mentioned and len(self._mentioned) < 1_000
        ):  # once each: polls come every few seconds
            self._mentioned.add(name)
            _log.warning(
                "A file in the inbox is passed over", server=str(self._login), file=ascii(name), why=why
            )

    def _make_folder(self, wire: Wire, folder: str) -> None:
        parts = folder.split("/")
        for place in ("/".join(parts[:count]) for count in range(1, len(parts) + 1)):
            if place in self._made:
                continue
            try:
                wire.mkdir(self._path(place))
            except Refusal:
                if wire.look_at(self._path(place)) is None:
                    raise
            self._made.add(place)

    def _free_name(self, wire: Wire, name: str, folder: str) -> str:
        if wire.look_at(self._path(f"{folder}/{name}")) is None:
            return name
        return free_name(name, {other for other, _ in self._plain_names(wire, self._path(folder))})

    def _moved_before(self, wire: Wire, claim: Claim, folder: str) -> str:
        found = latest_name(claim.name, {name for name, _ in self._plain_names(wire, self._path(folder))})
        if found is None:
            _log.warning(
                "A claimed file is gone; somebody took it away",
                file=claim.name,
                place=claim.place,
                folder=folder,
            )
        return found or claim.name

    def _verify(self, wire: Wire, path: str, size: int) -> None:
        seen = wire.look_at(path)
        if seen is None or seen.st_size != size:
            arrived = "it is not there" if seen is None else f"{seen.st_size} of {size} bytes are there"
            raise SourceUnavailable(
                f"{self._login} took the reply {path}, but {arrived}.",
                next_step="It is written again with the next try; see whether something on the server takes files away.",
            )


def _is_regular(attributes: SFTPAttributes | None) -> bool:
    return attributes is not None and attributes.st_mode is not None and stat.S_ISREG(attributes.st_mode)


def _rename_at_once(wire: Wire, source: str, target: str) -> None:
    try:
        wire.posix_rename(source, target)
    except Refusal as refusal:
        if refusal.gone or refusal.forbidden:
            raise
        wire.rename(
            source, target
        )  # a server without the extension; no claim has this target, so nothing is replaced
