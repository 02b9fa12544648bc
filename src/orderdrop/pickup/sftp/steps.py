"""The way to an SFTP server, step by step, up to a file that was written, renamed and removed again."""

import ipaddress
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

from orderdrop.errors import OrderdropError, SourceUnavailable, TrustError
from orderdrop.pickup.names import PROCESSING
from orderdrop.pickup.sftp.faults import answering
from orderdrop.pickup.sftp.hostkeys import (
    check_host_key,
    forget_command,
    known_hosts_line,
    known_keys,
    spoken_of,
)
from orderdrop.pickup.sftp.login import (
    Connection,
    Session,
    SftpLogin,
    connect,
    greet,
    hang_up,
    log_in,
    method_of,
    open_sftp,
)
from orderdrop.pickup.sftp.wire import Wire
from orderdrop.pickup.steps import Step, Unverified, advising, counted, walk


def sftp_steps(login: SftpLogin, pattern: str, monotonic: Callable[[], float]) -> Iterator[Step]:
    """DNS, TCP, host key, login, list, write: each as it ends. Nothing is claimed, and nothing is left behind."""
    way = _Way(login, pattern)
    try:
        yield from walk(
            (
                ("DNS", way.look_up),
                ("TCP", way.connect),
                ("Host key", way.compare_host_key),
                ("Login", way.log_in),
                ("List", way.list_folder),
                ("Write", way.write),
            ),
            monotonic,
        )
    finally:
        way.close()


class _Way:
    """One walk to one server; each step goes on from where the one before got to."""

    def __init__(self, login: SftpLogin, pattern: str) -> None:
        self._login = login
        self._pattern = pattern
        self._connection: Connection | None = None
        self._session: Session | None = None

    def close(self) -> None:
        if self._connection is not None:
            hang_up(self._connection)

    def look_up(self) -> str:
        host, port = self._login.host, self._login.port
        with suppress(ValueError):
            return f"{ipaddress.ip_address(host)} is an address; there is no name to look up."
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise SourceUnavailable(
                f"Nobody knows the name {host} ({error.strerror or error}).",
                next_step="Check its spelling in `source`; else ask whether this machine may look such names up (DNS).",
            ) from error
        addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
        return f"{host} is {' and '.join(addresses)}."

    def connect(self) -> str:
        with advising(
            "Check host and port in `source`; ask the server's owner whether it runs and lets this machine's address in (firewall)."
        ):
            self._connection = connect(self._login)
        return f"{self._login.host}:{self._login.port} answers."

    def compare_host_key(self) -> str:
        login = self._login
        known = known_keys(login.known_hosts, login.host, login.port) if login.known_hosts.exists() else []
        shown = greet(self._still(), login, known)
        try:
            check_host_key(shown, known, login.known_hosts, login.host, login.port)
        except TrustError as error:
            add = f"add this line to {login.known_hosts}:"
            if known:
                add = f"take the old one out with `{forget_command(login.known_hosts, login.host, login.port)}` and {add}"
            raise Unverified(
                error.message,
                next_step=f"Ask the partner for the fingerprint by another way than this server, by telephone say. Only if it is the same, {add}",
                line=known_hosts_line(shown, login.host, login.port),
            ) from error
        return f"{spoken_of(shown)} is the one in {login.known_hosts}."

    def log_in(self) -> str:
        connection = self._still()
        log_in(connection, self._login)
        self._session = open_sftp(connection, self._login)
        return f"The {method_of(self._login)} of {self._login.user} was accepted, and SFTP is there."

    def list_folder(self) -> str:
        wire, login = self._wire(), self._login
        advice = f"Check the folder in `source`, and ask the server's owner whether {login.user} may list it."
        with advising(advice), answering(str(login), f"listing {login.folder}"):
            whole = wire.normalize(login.folder)
            names = {raw.decode(errors="replace") for raw, _ in wire.listing(login.folder)} - {".", ".."}
        return f"{whole} has {counted(names, self._pattern)}"

    def write(self) -> str:
        wire, login = self._wire(), self._login
        name = f".orderdrop-test-{secrets.token_hex(6)}"
        written = login.path(f"{name}.part")
        left = [written]
        advice = (
            f"Ask the server's owner to let {login.user} write, rename and remove there: every file is moved to "
            f"{PROCESSING}/ and then to archive/ by renaming it."
        )
        try:
            with advising(advice), answering(str(login), f"trying to write in {login.folder}"):
                wire.open(written, "wb").close()
                claims = wire.look_at(login.path(PROCESSING)) is not None
                renamed = login.path(f"{PROCESSING}/{name}" if claims else name)
                wire.rename(written, renamed)
                left = [renamed]
                wire.remove(renamed)
                left = []
        finally:
            for path in left:
                with suppress(OrderdropError), answering(str(login), "tidying up"):
                    wire.remove(path)
        there = f"renamed into {PROCESSING}/" if claims else "renamed"
        return f"A temporary file was written, {there} and removed."

    def _still(self) -> Connection:
        if self._connection is None:
            raise AssertionError("a step before this one connects")
        return self._connection

    def _wire(self) -> Wire:
        if self._session is None:
            raise AssertionError("a step before this one logs in")
        return self._session.wire
