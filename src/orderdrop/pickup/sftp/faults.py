"""The one seam where paramiko's and the network's errors become ours: TrustError or SourceUnavailable."""

import errno
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from paramiko.ber import BERException
from paramiko.hostkeys import InvalidHostKey
from paramiko.packet import NeedRekeyException
from paramiko.pkey import UnknownKeyType
from paramiko.sftp import SFTPError
from paramiko.ssh_exception import (
    AuthenticationException,
    BadHostKeyException,
    IncompatiblePeer,
    MessageOrderError,
    SSHException,
)

from orderdrop.errors import SourceUnavailable, TrustError

_DISTRUST = (
    AuthenticationException,
    BadHostKeyException,
    IncompatiblePeer,
    MessageOrderError,
    InvalidHostKey,
    UnknownKeyType,
    InvalidSignature,
    UnsupportedAlgorithm,
)
_TROUBLE = (
    SSHException,
    SFTPError,
    EOFError,
    OSError,
    # what a server that talks nonsense makes of paramiko's parsers
    BERException,
    NeedRekeyException,
    UnicodeError,
    struct.error,
)


class Refusal(OSError):  # noqa: N818 - an answer, not a fault
    """The server answered a request with "no"; the connection is as good as before."""

    @property
    def gone(self) -> bool:
        """Nothing lies at that path."""
        return self.errno == errno.ENOENT

    @property
    def forbidden(self) -> bool:
        """Our user may not do that there."""
        return self.errno == errno.EACCES


@contextmanager
def answering(server: str, doing: str) -> Iterator[None]:
    """Turn every error of the vendor and the network into TrustError or SourceUnavailable that says what we did."""
    try:
        yield
    except _DISTRUST as error:
        raise TrustError(
            f"{server} was not accepted while {doing}: {_words(error)}.",
            next_step="Compare the account and keys of this feed with what the server's owner gave you.",
        ) from error
    except Refusal as error:
        raise SourceUnavailable(
            f"{server} refused while {doing}: {error.strerror or error}.",
            next_step="Correct the folder or its rights on the server; nothing is lost meanwhile.",
        ) from error
    except _TROUBLE as error:
        raise SourceUnavailable(
            f"{server} {_words(error)} while {doing}.",
            next_step="Nothing is lost; the next poll tries again.",
        ) from error


def _words(error: BaseException) -> str:
    match error:
        case ConnectionRefusedError():
            return "refused the connection (no server listens on that port)"
        case socket.gaierror():
            return "has a name that nobody knows (DNS)"
        case TimeoutError():
            return "did not answer in time"
        case EOFError() | ConnectionError():
            return "closed the connection"
        case AuthenticationException():
            return str(error).rstrip(".") or "login failed"
        case OSError() if error.strerror:
            return f"could not be reached ({error.strerror})"
        case _:
            return f"broke the conversation off ({str(error).rstrip(': ') or type(error).__name__})"
