"""One feed's conversation with its server: dialled when first needed and again after it broke; refusals explained."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager

from orderdrop.errors import SourceUnavailable
from orderdrop.pickup.sftp.faults import Refusal, answering
from orderdrop.pickup.sftp.login import Session, SftpLogin, dial
from orderdrop.pickup.sftp.wire import Wire


class Conversation:
    """Keeps one connection; one thread at a time may talk.

    `folders` are the places known to be there: forgotten with the connection, for the next server may be another.
    """

    def __init__(self, login: SftpLogin) -> None:
        self._login = login
        self._session: Session | None = None
        self.folders: set[str] = set()

    @property
    def connected(self) -> bool:
        """Whether the connection stands, as far as anyone can tell without asking the server."""
        return self._session is not None and self._session.alive

    @contextmanager
    def talking(self, doing: str, at: str = "", *, all_or_nothing: bool = False) -> Iterator[Wire]:
        """The open wire; every error becomes TrustError or SourceUnavailable that says what was being done.

        A refusal leaves the connection as it is, unless the work is `all_or_nothing`; `at` is the place whose rights
        explain one.
        """
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

    def close(self) -> None:
        """Hang up; the next talk dials again."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _open(self) -> Wire:
        if self._session is None or not self._session.alive:
            self.close()
            self.folders.clear()
            self._session = dial(self._login)
        return self._session.wire

    def _explained(self, wire: Wire, refusal: Refusal, doing: str, at: str) -> SourceUnavailable:
        words = refusal.strerror or str(refusal)
        if refusal.forbidden:
            place = self._login.path(at)
            try:
                seen = wire.stat(place)
            except Refusal:
                words += f" ({place} cannot even be looked at)"
            else:
                mode = stat.filemode(seen.st_mode or 0)
                words += f" ({place} belongs to user {seen.st_uid}, mode {mode}; we are {self._login.user!r})"
        return SourceUnavailable(
            f"{self._login} refused while {doing}: {words}.",
            next_step="Correct `source` or the rights on the server; nothing is lost meanwhile.",
        )
