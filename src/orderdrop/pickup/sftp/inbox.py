"""The inbox that is a folder of an SFTP server."""

import posixpath
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random, SystemRandom

from paramiko import SFTPAttributes

from orderdrop.errors import SourceUnavailable
from orderdrop.pickup.copying import save
from orderdrop.pickup.inbox import Claim, Entry, Fetched
from orderdrop.pickup.looking import Looking, tell_taken_away
from orderdrop.pickup.names import PROCESSING, claim_place, free_name, latest_name, name_in_claim, why_odd
from orderdrop.pickup.sftp.conversation import Conversation
from orderdrop.pickup.sftp.faults import Refusal
from orderdrop.pickup.sftp.login import SftpLogin
from orderdrop.pickup.sftp.wire import REQUEST_BYTES, Wire


class SftpInbox:
    """An `Inbox` on an SFTP server; see the port for what each call promises.

    `pattern` and `most`: see `Looking`; `clock` gives seconds since 1970. It keeps one connection, opened when first
    needed and again after it broke; one thread at a time may use it.
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
        self._conversation = Conversation(login)
        self._looking = Looking(pattern, most, server=str(login))
        self._clock = clock
        self._random = random or SystemRandom()

    def look(self, pattern: str | None = None) -> list[Entry]:
        with self._conversation.talking(f"listing {self._login.folder}") as wire:
            return self._looking.oldest(self._candidates(wire, pattern))

    def passed_over(self) -> list[str]:
        return self._looking.passed_over

    def exists(self, name: str) -> bool:
        if why_odd(name) is not None:
            return False
        with self._conversation.talking(f"looking for {name}") as wire:
            return _is_regular(wire.look_at(self._login.path(name)))

    def claim(self, entry: Entry) -> Claim | None:
        if why_odd(entry.name) is not None:
            return None
        source, place = self._login.path(entry.name), claim_place(entry.name, self._clock(), self._random)
        with self._conversation.talking(f"claiming {entry.name}") as wire:
            self._make_folder(wire, PROCESSING)
            try:
                _rename_at_once(wire, source, self._login.path(place))
            except Refusal:
                if wire.look_at(source) is None:
                    return None
                self._conversation.folders.clear()  # perhaps somebody removed the folder; look again next time
                raise
        return Claim(name=entry.name, place=place)

    def claims(self) -> list[Claim]:
        with self._conversation.talking(f"listing {PROCESSING}/") as wire:
            if wire.look_at(self._login.path(PROCESSING)) is None:
                return []
            listing = sorted(
                self._plain_names(wire, self._login.path(PROCESSING)), key=lambda found: found[0]
            )
            return [
                Claim(name=original, place=f"{PROCESSING}/{name}")
                for name, attributes in listing
                if _is_regular(attributes) and (original := name_in_claim(name))
            ]

    def fetch(self, claim: Claim, into: Path) -> Fetched:
        path = self._login.path(claim.place)
        with self._conversation.talking(
            f"fetching {claim.name}", at=claim.place, all_or_nothing=True
        ) as wire:
            if not _is_regular(wire.look_at(path)):
                raise SourceUnavailable(
                    f"{claim.name} is not in {PROCESSING}/ any more, or is not a regular file.",
                    next_step="If somebody moved it away, have it dropped again.",
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
        with self._conversation.talking(f"asking after {claim.name}") as wire:
            found = wire.look_at(self._login.path(claim.place))
            return found.st_size if found is not None and _is_regular(found) else None

    def put_back(self, claim: Claim) -> None:
        with self._conversation.talking(f"putting {claim.name} back") as wire:
            wire.rename(
                self._login.path(claim.place), self._login.path(self._free_name(wire, claim.name, "."))
            )

    def archive(self, claim: Claim, folder: str) -> str:
        source = self._login.path(claim.place)
        with self._conversation.talking(f"moving {claim.name} to {folder}/") as wire:
            self._make_folder(wire, folder)
            while True:
                if wire.look_at(source) is None:
                    return f"{folder}/{self._moved_before(wire, claim, folder)}"
                place = f"{folder}/{self._free_name(wire, claim.name, folder)}"
                try:
                    wire.rename(source, self._login.path(place))
                    return place
                except Refusal:
                    if wire.look_at(self._login.path(place)) is None:
                        self._conversation.folders.clear()
                        raise
                    # somebody took the name in between: the next number

    def reply(self, beside: str, suffix: str, content: Path) -> str:
        place = beside + suffix
        folder, name = posixpath.split(place)
        temp, target = self._login.path(f"{folder}/.{name}.part"), self._login.path(place)
        size = content.stat().st_size
        with self._conversation.talking(f"writing the reply {name}", at=folder, all_or_nothing=True) as wire:
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
        with self._conversation.talking(f"removing {name}") as wire:
            try:
                wire.remove(self._login.path(name))
            except Refusal as refusal:
                if not refusal.gone:
                    raise

    def close(self) -> None:
        self._conversation.close()

    @property
    def connected(self) -> bool:
        """Whether the connection stands, as far as anyone can tell without asking the server."""
        return self._conversation.connected

    def _candidates(self, wire: Wire, pattern: str | None) -> Iterator[Entry]:
        self._looking.begin()
        for name, attributes in self._plain_names(wire, self._login.folder):
            if not self._looking.is_drop(name, pattern):
                continue
            if _is_regular(attributes) and attributes.st_size is not None:
                yield Entry(name=name, size=attributes.st_size, modified_at=float(attributes.st_mtime or 0))
            elif not stat.S_ISDIR(attributes.st_mode or 0):
                self._looking.mention(name, "it is not a regular file")

    def _plain_names(self, wire: Wire, folder: str) -> Iterator[tuple[str, SFTPAttributes]]:
        for raw, attributes in wire.listing(folder):
            name = raw.decode("utf-8", errors="surrogateescape")
            why = why_odd(name)
            if why is None:
                yield name, attributes
            elif name not in {".", ".."}:
                self._looking.mention(name, why)

    def _make_folder(self, wire: Wire, folder: str) -> None:
        parts = folder.split("/")
        for place in ("/".join(parts[:count]) for count in range(1, len(parts) + 1)):
            if place in self._conversation.folders:
                continue
            try:
                wire.mkdir(self._login.path(place))
            except Refusal:
                if wire.look_at(self._login.path(place)) is None:
                    raise
            self._conversation.folders.add(place)

    def _free_name(self, wire: Wire, name: str, folder: str) -> str:
        if wire.look_at(self._login.path(f"{folder}/{name}")) is None:
            return name
        return free_name(name, {other for other, _ in self._plain_names(wire, self._login.path(folder))})

    def _moved_before(self, wire: Wire, claim: Claim, folder: str) -> str:
        found = latest_name(
            claim.name, {name for name, _ in self._plain_names(wire, self._login.path(folder))}
        )
        if found is None:
            tell_taken_away(claim, folder)
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
        # a server without the extension; no claim has this target, so nothing is replaced
        wire.rename(source, target)
