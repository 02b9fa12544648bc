import importlib
import pkgutil
import socket
import struct

import paramiko
import pytest

from orderdrop.errors import ExitCode, SourceUnavailable, TrustError
from orderdrop.pickup.sftp.faults import Refusal, answering

DISTRUST = {
    "AuthFailure",
    "AuthenticationException",
    "BadAuthenticationType",
    "BadHostKeyException",
    "IncompatiblePeer",
    "InvalidHostKey",
    "MessageOrderError",
    "PartialAuthentication",
    "PasswordRequiredException",
    "UnableToAuthenticate",
    "UnknownKeyType",
}


def _subclasses(root: type[Exception]) -> set[type[Exception]]:
    return {root}.union(*(_subclasses(child) for child in root.__subclasses__()))


def paramiko_errors() -> list[type[Exception]]:
    """Every exception class that any module of paramiko defines."""
    for module in pkgutil.iter_modules(paramiko.__path__, "paramiko."):
        if module.name not in {"paramiko._winapi", "paramiko.win_pageant", "paramiko.win_openssh"}:
            importlib.import_module(module.name)
    found = [kind for kind in _subclasses(Exception) if kind.__module__.split(".")[0] == "paramiko"]
    return sorted(found, key=lambda kind: kind.__name__)


def test_paramiko_still_has_errors_to_walk() -> None:
    assert {"SSHException", "SFTPError", "NoValidConnectionsError", *DISTRUST} <= {
        kind.__name__ for kind in paramiko_errors()
    }


@pytest.mark.parametrize("kind", paramiko_errors(), ids=lambda kind: kind.__name__)
def test_every_error_of_paramiko_becomes_ours(kind: type[Exception]) -> None:
    expected = TrustError if kind.__name__ in DISTRUST else SourceUnavailable
    with pytest.raises(expected) as caught, answering("sftp://acme@host:22", "listing"):
        raise _complete(kind)
    assert type(caught.value) is expected
    assert "sftp://acme@host:22" in caught.value.message
    assert "listing" in caught.value.message
    assert caught.value.next_step


def system_errors() -> list[type[Exception]]:
    kinds = [kind for kind in _subclasses(OSError) if kind.__module__ in {"builtins", "socket"}]
    return sorted(kinds, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", system_errors(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_network_is_worth_another_try(kind: type[Exception]) -> None:
    with pytest.raises(SourceUnavailable) as caught, answering("server", "listing"):
        raise kind(5, "words")
    assert caught.value.exit_code is ExitCode.UNFINISHED


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(
            ConnectionRefusedError(111, "Connection refused"),
            "refused the connection (no server listens on that port) while listing",
            id="refused",
        ),
        pytest.param(
            socket.gaierror(-2, "Name or service not known"),
            "has a name that nobody knows (DNS) while listing",
            id="DNS",
        ),
        pytest.param(TimeoutError(), "did not answer in time while listing", id="silence"),
        pytest.param(EOFError(), "closed the connection while listing", id="end"),
        pytest.param(ConnectionResetError(104, "reset"), "closed the connection while listing", id="reset"),
        pytest.param(
            OSError(113, "No route to host"),
            "could not be reached (No route to host) while listing",
            id="no route",
        ),
        pytest.param(
            paramiko.SSHException("Error reading SSH protocol banner"),
            "broke the conversation off (Error reading SSH protocol banner)",
            id="no SSH server",
        ),
        pytest.param(
            Refusal(13, "Permission denied"), "refused while listing: Permission denied", id="rights"
        ),
        pytest.param(
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "broke the conversation off", id="nonsense"
        ),
        pytest.param(struct.error("unpack"), "broke the conversation off (unpack)", id="short packet"),
    ],
)
def test_the_message_says_what_happened(error: Exception, words: str) -> None:
    with pytest.raises(SourceUnavailable) as caught, answering("server", "listing"):
        raise error
    assert words in caught.value.message


def test_a_fault_of_our_own_is_not_blamed_on_the_server() -> None:
    with pytest.raises(KeyError), answering("server", "listing"):
        raise KeyError("ours")


@pytest.mark.parametrize("error", [SourceUnavailable("first"), TrustError("first")])
def test_what_was_said_already_is_not_said_again(error: Exception) -> None:
    with pytest.raises(type(error), match=r"^first$"), answering("server", "listing"):
        raise error


def _complete(kind: type[Exception]) -> Exception:
    """An instance with what its own text needs."""
    arguments = {
        "AuthFailure": (["password"],),
        "BadAuthenticationType": ("no", ["publickey"]),
        "BadHostKeyException": ("host", _Key(), _Key()),
        "ChannelException": (1, "refused"),
        "InvalidHostKey": ("line", ValueError("bad")),
        "NoValidConnectionsError": ({("127.0.0.1", 22): OSError()},),
        "PartialAuthentication": (["password"],),
        "ProxyCommandFailure": ("command", "error"),
        "UnknownKeyType": ("type", b""),
    }
    return kind(*arguments.get(kind.__name__, ()))


class _Key:
    def get_base64(self) -> str:
        return "AAAA"
