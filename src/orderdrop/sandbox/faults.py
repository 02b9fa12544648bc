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
from orderdrop.sandbox.kinds import KINDS, FaultKind

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


def read_fault(asked: Any, kinds: Mapping[str, FaultKind] = KINDS) -> Fault:
    """Return the fault that a control request describes, of one of these kinds; raises `FaultError`."""
    if not isinstance(asked, dict):
        raise FaultError("A fault is a JSON object with at least a kind.")
    kind = asked.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        raise FaultError(f"There is no fault of kind {kind!r}. Kinds: {', '.join(kinds)}.")
    if unknown := sorted(set(asked) - OPTIONS):
        raise FaultError(f"Unknown option {unknown[0]!r}. Options: {', '.join(sorted(OPTIONS))}.")
    known = kinds[kind]
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
