"""Who logs in where, and the dialling: connect, check the host key, only then show a password or a key."""

import contextlib
import logging
import posixpath
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from paramiko import (
    Agent,
    AuthenticationException,
    BadAuthenticationType,
    Channel,
    PKey,
    SSHException,
    Transport,
)
from paramiko.message import Message
from paramiko.pkey import UnknownKeyType

from orderdrop.errors import OrderdropError, SourceUnavailable, TrustError
from orderdrop.pickup.sftp.faults import answering
from orderdrop.pickup.sftp.hostkeys import check_host_key, known_keys, preferred
from orderdrop.pickup.sftp.wire import Wire

_MOST_AGENT_KEYS = 5
"""OpenSSH's server hangs up after six tries (MaxAuthTries), and some servers lock the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpLogin:
    """One feed's account on one server: exactly one of `password`, `private_key` and `agent`; secrets stay out of repr.

    `folder` is the path as the server understands it: absolute, or relative to where the login lands.
    """

    host: str
    port: int = 22
    user: str
    folder: str = "."
    known_hosts: Path
    password: str | None = field(default=None, repr=False)
    private_key: Path | None = None
    passphrase: str | None = field(default=None, repr=False)
    agent: bool = False
    connect_timeout_seconds: float = 15
    io_timeout_seconds: float = 60
    keepalive_seconds: int = 15

    def __post_init__(self) -> None:
        if sum((self.password is not None, self.private_key is not None, self.agent)) != 1:
            raise ValueError("give exactly one of password, private_key and agent")

    def __str__(self) -> str:
        return f"sftp://{self.user}@{self.host}:{self.port}"

    def path(self, place: str) -> str:
        """A place of the inbox as the server calls it."""
        return posixpath.join(self.folder, place)


class Connection(Transport):
    """Remembers the words with which a server says goodbye; paramiko only logs them."""

    goodbye: str | None = None

    def _parse_disconnect(self, message: Message) -> None:
        message.get_int()
        self.goodbye = message.get_binary().decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Session:
    """An open connection with its one SFTP channel."""

    transport: Transport
    channel: Channel
    wire: Wire

    @property
    def alive(self) -> bool:
        """Whether it stands, as far as anyone can tell without asking the server."""
        return self.transport.is_active() and not self.channel.closed

    def close(self) -> None:
        """Hang up."""
        self.transport.close()


def dial(login: SftpLogin) -> Session:
    """Open a session or raise: TrustError for keys and logins, SourceUnavailable for everything else.

    No password or signature leaves before the host key was found in known_hosts. The whole of it takes at most three
    times `connect_timeout_seconds`, whatever the server does.
    """
    known = known_keys(login.known_hosts, login.host, login.port)
    connection = connect(login)
    try:
        check_host_key(greet(connection, login, known), known, login.known_hosts, login.host, login.port)
        log_in(connection, login)
        return open_sftp(connection, login)
    except BaseException:
        hang_up(connection)
        raise


def connect(login: SftpLogin) -> Connection:
    """A connection over which nothing has been said yet."""
    _quiet_paramiko()
    with answering(str(login), "connecting"):
        wire_socket = socket.create_connection(
            (login.host, login.port), timeout=login.connect_timeout_seconds
        )
        _give_up_unacknowledged(wire_socket, login.io_timeout_seconds)
        return Connection(wire_socket)


def greet(connection: Connection, login: SftpLogin, known: list[PKey]) -> PKey:
    """Agree on how to talk; the host key that the server showed, of a known kind where it has one."""
    with answering(str(login), "greeting it"), _deadline(connection, login.connect_timeout_seconds):
        _greet(connection, login, known)
    return connection.get_remote_server_key()


def log_in(connection: Connection, login: SftpLogin) -> None:
    """Show who we are, to a server whose host key was compared."""
    with answering(str(login), "logging in"), _deadline(connection, login.connect_timeout_seconds):
        _log_in(connection, login)


def open_sftp(connection: Connection, login: SftpLogin) -> Session:
    """The SFTP channel of a connection that is logged in."""
    with answering(str(login), "opening SFTP"), _deadline(connection, login.connect_timeout_seconds):
        channel = connection.open_session(timeout=login.connect_timeout_seconds)
        channel.settimeout(login.io_timeout_seconds)
        channel.invoke_subsystem("sftp")
        return Session(connection, channel, Wire(channel))


def hang_up(connection: Connection) -> None:
    """Close a connection, however far it got."""
    connection.close()
    connection.sock.close()  # which it leaves open until it has been greeted


def _greet(transport: Transport, login: SftpLogin, known: list[PKey]) -> None:
    transport.banner_timeout = transport.handshake_timeout = login.connect_timeout_seconds
    transport.auth_timeout = transport.channel_timeout = login.connect_timeout_seconds
    transport.set_keepalive(login.keepalive_seconds)
    options = transport.get_security_options()
    options.key_types = preferred(known, tuple(options.key_types))
    transport.start_client(timeout=login.connect_timeout_seconds)
    if not transport.initial_kex_done:
        raise TimeoutError


def _log_in(transport: Connection, login: SftpLogin) -> None:
    try:
        if login.password is not None:
            missing = transport.auth_password(login.user, login.password)
        elif login.private_key is not None:
            missing = transport.auth_publickey(login.user, _load_key(login.private_key, login.passphrase))
        else:
            missing = _try_agent(transport, login)
    except BadAuthenticationType as error:
        raise TrustError(
            f"{login} does not take a {method_of(login)}; it takes {', '.join(error.allowed_types)}.",
            next_step="Change how this feed logs in.",
        ) from error
    except AuthenticationException as error:
        # a server that says goodbye has judged the login; one that is merely gone has not
        if transport.goodbye is None and (not transport.is_active() or "timeout" in str(error)):
            raise SourceUnavailable(
                f"{login} hung up or fell silent while we logged in.",
                next_step="The next poll tries again; if it stays so, ask its owner whether the account is locked.",
            ) from error
        raise TrustError(
            f"{login} did not accept our {method_of(login)}{f' ({transport.goodbye})' if transport.goodbye else ''}.",
            next_step=f"Check user {login.user!r} and its {method_of(login)}; ask the server's owner whether the account is open. "
            "Every poll tries again: pause the feed until then if the server locks out who fails often.",
        ) from error
    if missing:
        raise TrustError(
            f"{login} accepted our {method_of(login)} but wants {' and '.join(missing)} as well.",
            next_step="Ask the server's owner for an account with one factor.",
        )


def _try_agent(transport: Transport, login: SftpLogin) -> list[str]:
    agent = Agent()
    try:
        refused: AuthenticationException = AuthenticationException("the agent holds no key")
        for key in agent.get_keys()[:_MOST_AGENT_KEYS]:
            try:
                return transport.auth_publickey(login.user, key)
            except AuthenticationException as error:
                refused = error
                if not transport.is_active():
                    break
        raise refused
    finally:
        agent.close()


def _load_key(path: Path, passphrase: str | None) -> PKey:
    try:
        secret = None if passphrase is None else passphrase.encode()
        return PKey.from_path(path, secret)  # type: ignore[arg-type]  # typed as str, but cryptography takes only bytes
    except OSError as error:
        raise TrustError(
            f"The private key {path} could not be read: {error.strerror or error}.",
            next_step="Correct `private_key` or the rights of that file.",
        ) from error
    except (SSHException, UnknownKeyType, UnsupportedAlgorithm, ValueError, TypeError) as error:
        hint = (
            "Check that its passphrase is set and right" if passphrase else "If it has a passphrase, set it"
        )
        raise TrustError(
            f"The file {path} could not be used as a private key.",
            next_step=f"{hint}; `ssh-keygen -y -f {path}` shows whether the file itself is sound.",
        ) from error


def method_of(login: SftpLogin) -> str:
    """How a login shows who it is, in words."""
    return (
        "password"
        if login.password is not None
        else "key"
        if login.private_key is not None
        else "agent's keys"
    )


@contextlib.contextmanager
def _deadline(transport: Transport, seconds: float) -> Iterator[None]:
    # paramiko waits without limit for the answer to "start the sftp subsystem" and for SFTP's first packet
    rang = threading.Event()

    def hang_up() -> None:
        rang.set()
        transport.close()

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if rang.is_set():
            raise TimeoutError from error
        if transport.is_active() or isinstance(error, (OrderdropError, SSHException, OSError, EOFError)):
            raise
        # its reader thread hands over whatever the server's nonsense made it die of
        raise SSHException(str(error) or type(error).__name__) from error
    finally:
        timer.cancel()


def _give_up_unacknowledged(connection: socket.socket, seconds: float) -> None:
    # without it a write into a black hole ends only with the kernel's own retries, after a quarter of an hour
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        connection.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))


def _quiet_paramiko() -> None:
    # it logs each lost connection with a traceback, and Python prints such logs to the terminal when nobody listens
    logger = logging.getLogger("paramiko")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL)
