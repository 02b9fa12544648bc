"""Faults on demand: what can go wrong, and the queue of what is planned to.

A fault says how a call ends for the client; whether the API has done its work by then is part of the
fault, because that difference is what a sender must survive.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from orderdrop.sandbox.calls import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """One way to go wrong. `commits`: the order is stored although the client may not learn of it."""

    commits: bool
    what: str
    lasting: bool = False
    path: str | None = None


KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {
        "429": FaultKind(commits=False, what="429 with Retry-After, whatever the rate was"),
        "500": FaultKind(commits=False, what="500 with a JSON error"),
        "503": FaultKind(commits=False, what="503, maintenance"),
        "502-html": FaultKind(commits=False, what="502 with the HTML page of a proxy"),
        "401": FaultKind(commits=False, what="401, key not valid"),
        "402": FaultKind(commits=False, what="402, trial over"),
        "403": FaultKind(commits=False, what="403, key lacks permission"),
        "hang": FaultKind(commits=False, what="no byte for `seconds` (60), then the connection is closed"),
        "drop-before": FaultKind(commits=False, what="connection closed without a byte, nothing stored"),
        "drop-after-commit": FaultKind(commits=True, what="connection closed without a byte, order stored"),
        "slow": FaultKind(commits=True, what="stored at once, answered after `seconds` (5)"),
        "trickle": FaultKind(commits=True, what="the answer's body arrives one byte every `seconds` (1)"),
        "empty-2xx": FaultKind(commits=True, what="success with an empty body"),
        "html-200": FaultKind(commits=False, what="200 with an HTML login page"),
        "redirect": FaultKind(commits=False, what="302 to /login"),
        "truncated": FaultKind(commits=True, what="half of the answer's body, then the connection is closed"),
        "endpoint-missing": FaultKind(
            commits=False,
            what="404 for batch_create (or `path`) until faults are cleared",
            lasting=True,
            path="/v2/orders/batch_create",
        ),
        "job-failed": FaultKind(
            commits=True,
            what="the batch is taken, but its job ends as failed and stores nothing",
            path="/v2/orders/batch_create",
        ),
    }
)

OPTIONS = frozenset({"kind", "next", "seconds", "retry_after", "match", "path", "method", "commit"})
_DEFAULT_SECONDS = MappingProxyType({"hang": 60.0, "slow": 5.0, "trickle": 1.0})


class FaultError(ValueError):
    """The fault asked for makes no sense; the text says which part."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """A planned fault: `left` more calls will meet it (None: until cleared).

    `match` is a piece of the body, `path` a glob below the prefix; both empty means any call.
    `retry_after` None leaves the header out. `commits` overrides what the kind does by itself.
    """

    kind: str
    left: int | None = 1
    seconds: float = 0.0
    retry_after: str | None = None
    match: bytes = b""
    path: str | None = None
    method: str | None = None
    commits: bool = False

    def meets(self, call: Call) -> bool:
        """Tell whether this call is one that the fault was planned for."""
        return (
            (self.path is None or fnmatchcase(call.path, self.path))
            and (self.method is None or call.method == self.method)
            and self.match in call.body
        )

    def as_json(self) -> dict[str, Any]:
        """Return the fault as the control API shows it."""
        return {
            "kind": self.kind,
            "next": self.left,
            "seconds": self.seconds,
            "retry_after": self.retry_after,
            "match": self.match.decode(errors="replace"),
            "path": self.path,
            "method": self.method,
            "commit": self.commits,
        }


def read_fault(asked: Any) -> Fault:
    """Return the fault that a control request describes; raises `FaultError`."""
    if not isinstance(asked, dict):
        raise FaultError("A fault is a JSON object with at least a kind.")
    kind = asked.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise FaultError(f"There is no fault of kind {kind!r}. Kinds: {', '.join(KINDS)}.")
    if unknown := sorted(set(asked) - OPTIONS):
        raise FaultError(f"Unknown option {unknown[0]!r}. Options: {', '.join(sorted(OPTIONS))}.")
    known = KINDS[kind]
    return Fault(
        kind=kind,
        left=None if known.lasting else _count(asked.get("next", 1)),
        seconds=_seconds(asked.get("seconds", _DEFAULT_SECONDS.get(kind, 0.0))),
        retry_after=_retry_after(kind, asked),
        match=(_text(asked, "match") or "").encode(),
        path=_text(asked, "path") or known.path,
        method=_text(asked, "method"),
        commits=bool(asked.get("commit", known.commits)),
    )


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise FaultError(f"next is {value!r}, but counts calls: a whole number from 1.")
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise FaultError(f"seconds is {value!r}, but must be a number from 0.")
    return float(value)


def _retry_after(kind: str, asked: dict[str, Any]) -> str | None:
    if "retry_after" not in asked:
        return "1" if kind == "429" else None
    value = asked["retry_after"]
    return None if value is None else str(value)


def _text(asked: dict[str, Any], name: str) -> str | None:
    value = asked.get(name)
    if value is not None and not isinstance(value, str):
        raise FaultError(f"{name} is {value!r}, but must be text.")
    return value


class Faults:
    """The planned faults, met in the order in which they were planned."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        """Add a fault behind those already planned."""
        self._planned.append(fault)

    def clear(self) -> None:
        """Forget all planned faults, lasting ones too."""
        self._planned.clear()

    def meet(self, call: Call) -> Fault | None:
        """Return the first fault planned for this call and count it as met."""
        for fault in self._planned:
            if fault.meets(call):
                if fault.left is not None:
                    fault.left -= 1
                    if fault.left == 0:
                        self._planned.remove(fault)
                return fault
        return None

    def as_json(self) -> list[dict[str, Any]]:
        """Return what is still planned."""
        return [fault.as_json() for fault in self._planned]
