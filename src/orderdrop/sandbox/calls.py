"""What a stand-in API is asked and what it answers, without a word about sockets.

The front (`front.py`) reads a *call* off the wire, and writes the *answer* back or spoils it on purpose.
A stand-in API only has to be an `Api`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from orderdrop.sandbox.kinds import FaultKind

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, its body read whole; `path` is below the stand-in's prefix and starts with a slash.

    `raw_path` is the same as it was sent, with its percent signs: only there can an encoded slash be told from a
    plain one. Header names are lower case. `fault` names the planned misbehaviour that this call met, if any.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str]
    body: bytes = b""
    fault: str | None = None
    raw_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response; `orders` and `committed` say what the call did, for the journal."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    orders: tuple[str, ...] = ()
    committed: bool = False


class SettingError(ValueError):
    """A setting is unknown or has a value that it cannot have; the text names both."""


class MoveError(ValueError):
    """A parcel cannot be moved along as asked; the text says why."""


class Api(Protocol):
    """One stand-in API behind its prefix. All methods run on the event loop, one at a time."""

    @property
    def name(self) -> str:
        """The prefix without its slash, such as `shipup`."""

    @property
    def fault_kinds(self) -> Mapping[str, FaultKind]:
        """Every kind of fault that can be planned for this API."""

    def admit(self, call: Call) -> Answer | None:
        """Return the refusal for a bad key or too many requests, or None to let the call in."""

    def answer(self, call: Call) -> Answer:
        """Do what the call asks and return the answer of the real API."""

    def refusal(self, status: int, text: str) -> Answer:
        """Return an error answer in this API's own shape."""

    def orders_of(self, call: Call) -> tuple[str, ...]:
        """Return the ids of the orders that the call carries, for the journal; never raises."""

    def response_headers(self, call: Call) -> tuple[tuple[str, str], ...]:
        """Return the headers that this API puts on every response."""

    def contents(self, *, brief: bool) -> Any:
        """Return everything stored, ready for JSON."""

    def move(self, asked: Any) -> Any:
        """Let one stored parcel move on as a control request says, and return it as it is now; raises `MoveError`."""

    def reset(self) -> None:
        """Forget everything stored; settings stay."""

    def settings(self) -> dict[str, Any]:
        """Return the settings in force, without secrets, ready for JSON."""

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Change the named settings, all or none; raises `SettingError`."""


def json_answer(status: int, content: Any, **details: Any) -> Answer:
    """Return an answer whose body is `content` as JSON."""
    try:
        body = orjson.dumps(content)
    except TypeError:
        # An integer beyond 64 bits, which JSON allows and a client may have sent in a custom variable.
        body = json.dumps(content).encode()
    return Answer(status=status, body=body, **details)
