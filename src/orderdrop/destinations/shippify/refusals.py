"""What a refused creation says, delivery by delivery; every shape that is known of Shippify's errors, and any other.

The body of a 400 is not documented. What is known: `code` and `message` in every error, and that Shippify checks files
with the library schema-inspector, whose findings are objects with a path such as `@.deliveries[0].pickup.contact`, or
one text with a line for each. So a finding is led to its delivery by an explicit `index`, else by the path; what names
neither stays unplaced.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from orderdrop.destinations.base import PathProblem
from orderdrop.destinations.shippify.payloads import REQUEST_LEVEL

NO_REASON: Final = "Shippify gave no reason"
_LONGEST_MESSAGE = 500
_PATHS = ("property", "path", "field", "dataPath", "instancePath", "param", "attr", "location")
_SENTENCES = ("message", "msg", "detail", "description", "reason", "error")
_INDEXES = ("index", "position")
_NESTED = (
    "errors",
    "error",
    "details",
    "messages",
    "message",
    "data",
    "payload",
    "deliveries",
    "failed",
    "result",
)
_LINE = re.compile(
    r"\s*(?:Property\s+)?(?P<path>[@$][^\s:]*|deliveries\s*[.\[][^\s:]*)\s*:?\s+(?P<message>\S.*)"
)
_STEP = re.compile(r"\[\s*(\d{1,9})\s*\]|\[\s*['\"]([^'\"\]]*)['\"]\s*\]|([^.\[\]@$/]+)")
_FRAGMENT = re.compile(r"(?:is|must|should|has|was|cannot|does|needs)\b")
_ENTRIES = 10_000  # findings looked at; a hundred deliveries have fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that an error says: the delivery by its position, and the path in it, where they are known."""

    message: str
    index: int | None = None
    path: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Blame:
    """Who is at fault: problems by position in the request, and what could not be placed."""

    placed: dict[int, list[PathProblem]] = field(default_factory=dict)
    unplaced: list[PathProblem] = field(default_factory=list)

    def of(self, position: int) -> tuple[PathProblem, ...]:
        """The problems of one delivery, empty where none was named."""
        return tuple(dict.fromkeys(self.placed.get(position, ())))

    def alone(self) -> tuple[PathProblem, ...]:
        """The problems of a delivery that was alone in its request, at least one.

        What says no more than "invalid" is left out where something says more.
        """
        found = [problem for position in sorted(self.placed) for problem in self.placed[position]]
        return tuple(dict.fromkeys(found or self.unplaced)) or (PathProblem(path=None, message=NO_REASON),)


def blame(said: Any, payloads: Sequence[Mapping[str, Any]]) -> Blame:
    """Sort everything that a body says by delivery; never raises, whatever it is.

    `said` is the parsed body, or its text where it is no JSON. `payloads` are the deliveries as they were sent.
    """
    found = Blame()
    for finding in _findings(said):
        everywhere = finding.index is None and finding.path[:1] and finding.path[0] in REQUEST_LEVEL
        index = 0 if len(payloads) == 1 and finding.index is None and finding.path else finding.index
        if everywhere:
            for position in range(len(payloads)):
                found.placed.setdefault(position, []).append(_problem(finding, payloads[position]))
        elif index is not None and 0 <= index < len(payloads):
            found.placed.setdefault(index, []).append(_problem(finding, payloads[index]))
        else:
            found.unplaced.append(PathProblem(path=None, message=_sentence(finding)))
    return found


def _findings(said: Any) -> Iterator[Finding]:
    """Walk a body breadth by depth without recursion; objects that say something are findings, the rest is wrapping."""
    waiting: list[tuple[Any, int | None]] = [(said, None)]
    looked_at = 0
    while waiting and looked_at < _ENTRIES:
        node, index = waiting.pop()
        looked_at += 1
        if isinstance(node, str):
            yield from _of_text(node, index)
        elif isinstance(node, list):
            waiting.extend((entry, index) for entry in reversed(node[:_ENTRIES]))
        elif isinstance(node, Mapping):
            below = _index_of(node)
            index = index if below is None else below
            path = _path_of(node)
            message = next((node[name] for name in _SENTENCES if _says(node.get(name))), None)
            if path is not None and message is not None:
                yield _finding(path, message, index)
                continue
            nested = [node[name] for name in _NESTED if name in node]
            waiting.extend((entry, index) for entry in reversed(nested))
            waiting.extend(reversed(_by_path(node, index)))


def _by_path(node: Mapping[str, Any], index: int | None) -> list[tuple[Any, int | None]]:
    """An object whose names are paths: {"deliveries[0].dropoff": "is missing"}; its entries as findings of their own."""
    entries: list[tuple[Any, int | None]] = []
    for name, value in node.items():
        if name in _NESTED or not isinstance(name, str):
            continue
        if name.isdecimal() and len(name) < 10:
            entries.append((value, int(name)))
        elif name.startswith(("@", "$", "deliveries")):
            texts = value if isinstance(value, list) else [value]
            entries += [({"property": name, "message": text}, index) for text in texts if _says(text)]
    return entries


def _of_text(text: str, index: int | None) -> Iterator[Finding]:
    for line in text.splitlines()[:_ENTRIES]:
        found = _LINE.fullmatch(line)
        if found:
            yield _finding(found["path"], found["message"], index)
        elif line.strip():
            yield Finding(message=line.strip(), index=index)


def _finding(path: str, message: Any, index: int | None) -> Finding:
    steps = tuple("".join(step) for step in _STEP.findall(path))
    if steps[:1] == ("deliveries",):
        steps = steps[1:]
        if steps[:1] and steps[0].isdecimal():
            index = int(steps[0]) if index is None and len(steps[0]) < 10 else index
            steps = steps[1:]
    return Finding(message=_text(message), index=index, path=steps)


def _index_of(node: Mapping[str, Any]) -> int | None:
    for name in _INDEXES:
        found = node.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
        if isinstance(found, str) and found.isdecimal() and len(found) < 10:
            return int(found)
    return None


def _path_of(node: Mapping[str, Any]) -> str | None:
    for name in _PATHS:
        found = node.get(name)
        if isinstance(found, str) and found.strip():
            return found
        if isinstance(found, list) and found and all(isinstance(part, str | int) for part in found):
            return ".".join(map(str, found))
    return None


def _says(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _problem(finding: Finding, payload: Mapping[str, Any]) -> PathProblem:
    value = _value_at(payload, finding.path)
    path = ".".join(_as_written(finding.path, payload)) or None
    return PathProblem(path=path, message=_sentence(finding), value=None if value is None else _text(value))


def _as_written(path: tuple[str, ...], payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The mapping's spelling: `extraData.0.value` is the extra of that name."""
    if path[:1] != ("extraData",):
        return path
    name = _value_at(payload, (*path[:2], "name")) if len(path) > 1 else None
    return ("extraData", name) if isinstance(name, str) and name else ("extraData",)


def _value_at(node: Any, path: Sequence[str]) -> Any:
    for part in path:
        if isinstance(node, Mapping):
            node = node.get(part)
        elif isinstance(node, list) and part.isdecimal() and len(part) < 10 and int(part) < len(node):
            node = node[int(part)]
        else:
            return None
    return None if isinstance(node, dict | list) or not path else node


def _sentence(finding: Finding) -> str:
    """The API's words; a fragment such as "is missing and not optional" gets its subject."""
    if finding.path and _FRAGMENT.match(finding.message):
        named = [part for part in finding.path if not part.isdecimal()]
        return f"{named[-1] if named else 'the delivery'} {finding.message}"
    return finding.message


def _text(said: Any) -> str:
    text = said if isinstance(said, str) else orjson.dumps(said, default=str).decode()
    text = " ".join(text.split()) or NO_REASON
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"
