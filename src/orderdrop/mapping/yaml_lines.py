"""YAML that remembers on which line everything stands, for mappings and settings alike.

Text first, here too: keys are what is written (a heading `007` keeps its zeros), and so is every value that is not
plainly a number, true, false or empty: dates, `0123`, `1E+05` and numbers of 19 digits and more stay text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from orderdrop.errors import Fault

Location = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TAG = "tag:yaml.org,2002:"
_NODES_MAX = 100_000  # aliases of aliases grow without end
_ADVICE = {  # the parser's own words -> what the author of the file should look for
    "mapping values are not allowed here": "there is a second `: ` in the line, or the line is indented too far; "
    "put text that holds `: ` in quotes",
    "found character '\\t' that cannot start any token": "there is a tab; indent with spaces",
    "found character": "text that begins with a special character must stand in quotes",
    "found unknown escape character": "a \\ in \"...\" begins a special character; put patterns in single quotes '...'",
    "could not find expected ':'": "a `:` is missing after the key, or a quote or bracket is not closed",
    "expected <block end>": "the line is indented differently from the lines it belongs to",
    "found unexpected end of stream": "a quote is opened here and never closed",
    "found undefined alias": "the *name refers to nothing; text that begins with * must stand in quotes",
    "found another document": "there is a second document after `---`; keep one to a file",
    "but found another document": "there is a second document after `---`; keep one to a file",
    "expected ',' or": "a bracket is not closed, or a comma is missing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A YAML file as plain values, with the line of every key and item.

    `files` names the file of what does not stand in `file` but in one that it extends.
    """

    file: str
    text: str
    data: dict[str, Any]
    lines: Mapping[Location, int]
    files: Mapping[Location, str] = field(default_factory=dict)

    def line(self, location: Sequence[str | int]) -> int | None:
        """The line of a location, or of the nearest node above it that is written down."""
        return self.lines.get(self._written(location))

    def file_of(self, location: Sequence[str | int]) -> str:
        """The file that the line stands in."""
        return self.files.get(self._written(location), self.file)

    def fault(self, location: Sequence[str | int], message: str) -> Fault:
        """A fault at a location of this document; in one line, and harmless to a terminal, whatever it quotes."""
        at = self._written(location)
        return Fault(
            message=_CONTROL.sub(" ", message), file=self.files.get(at, self.file), line=self.lines.get(at)
        )

    def _written(self, location: Sequence[str | int]) -> Location:
        for length in range(len(location), 0, -1):
            if tuple(location[:length]) in self.lines:
                return tuple(location[:length])
        return ()

    def at(self, location: Sequence[str | int]) -> Any:
        """What is written at a location, None where nothing is."""
        node: Any = self.data
        for part in location:
            try:
                node = node[part]
            except (KeyError, IndexError, TypeError):
                return None
        return node


def read(path: Path, *, called: str | None = None) -> Document | Fault:
    """Read one YAML file, which faults call by its path or as `called`.

    A fault when it is not there, not text, not YAML, or not a table of keys.
    """
    name = called or str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        return Fault(message=f"cannot be read: {error.strerror or error}", file=name)
    except UnicodeDecodeError:
        return Fault(message="is not UTF-8 text; save it as UTF-8", file=name)
    return parse(text, name)


def parse(text: str, file: str) -> Document | Fault:
    """Read YAML text that came from `file`."""
    found = _parsed(text, file)
    if isinstance(found, Fault):
        return found
    # whoever asks has the values to himself
    return replace(found, data=deepcopy(found.data))


@lru_cache(maxsize=64)  # the same few mappings are read at every look at a feed or at a page
def _parsed(text: str, file: str) -> Document | Fault:
    try:
        root = YAML(typ="rt", pure=True).compose(text)
        if not isinstance(root, MappingNode):
            return Fault(message="holds no keys; it must be a table of `key: value` lines", file=file, line=1)
        lines: dict[Location, int] = {}
        data = _Reading(lines).value(root, ())
    except _Unfit as unfit:
        return Fault(message=_CONTROL.sub(" ", unfit.message), file=file, line=unfit.line)
    except MarkedYAMLError as error:
        return _not_yaml(error, file)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"holds a character that YAML does not allow (U+{error.character:04X}); delete it"
        return Fault(message=message, file=file, line=line)
    except RecursionError:
        return Fault(message="is nested too deeply; a few levels are all that it needs", file=file)
    except (YAMLError, ValueError) as error:
        return Fault(message=f"is not YAML: {str(error).splitlines()[0]}", file=file)
    return Document(file=file, text=text, data=data, lines=lines)


def _not_yaml(error: MarkedYAMLError, file: str) -> Fault:
    said = str(error.problem)
    advice = next((advice for start, advice in _ADVICE.items() if said.startswith(start)), said)
    never_closed = said.startswith("found unexpected end of stream")
    mark = (
        error.context_mark
        if never_closed and error.context_mark
        else error.problem_mark or error.context_mark
    )
    return Fault(message=f"is not YAML here: {advice}", file=file, line=mark.line + 1 if mark else None)


class _Unfit(Exception):  # noqa: N818 - caught below, where it becomes a fault
    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.message = message
        self.line: int = node.start_mark.line + 1


class _Reading:
    """Nodes on their way to plain values; notes the line of each."""

    def __init__(self, lines: dict[Location, int]) -> None:
        self._lines = lines
        self._open: set[int] = set()
        self._count = 0

    def value(self, node: Node, at: Location) -> Any:
        self._count += 1
        if id(node) in self._open:
            raise _Unfit("an alias stands inside its own anchor", node)
        if self._count > _NODES_MAX:
            raise _Unfit("aliases make this larger than any mapping can be", node)
        if isinstance(node, ScalarNode):
            return _scalar(node)
        self._open.add(id(node))
        try:
            if isinstance(node, SequenceNode):
                return [self._item(item, (*at, index)) for index, item in enumerate(node.value)]
            return {name: self.value(value, (*at, name)) for name, value in self._pairs(node, at)}
        finally:
            self._open.discard(id(node))

    def _item(self, node: Node, at: Location) -> Any:
        self._lines[at] = node.start_mark.line + 1
        return self.value(node, at)

    def _pairs(self, node: Node, at: Location) -> Iterator[tuple[str, Node]]:
        own: dict[str, Node] = {}
        merged: list[Node] = []
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                raise _Unfit("a key must be plain text; put it in quotes", key)
            if key.tag == f"{_TAG}merge":
                merged += value.value if isinstance(value, SequenceNode) else [value]
                continue
            name = _whole(key)
            if name in own:
                raise _Unfit(f"the key `{name}` stands twice; keep one of them", key)
            own[name] = value
            self._lines[(*at, name)] = key.start_mark.line + 1
        yield from own.items()
        yield from self._merged(merged, own, at)

    def _merged(
        self, nodes: Sequence[Node], own: Mapping[str, Node], at: Location
    ) -> Iterator[tuple[str, Node]]:
        told = set(own)
        for node in nodes:
            if not isinstance(node, MappingNode):
                raise _Unfit("`<<` takes a table, such as *name", node)
            if id(node) in self._open:
                raise _Unfit("an alias stands inside its own anchor", node)
            for name, value in self._pairs(node, at):
                if name not in told:
                    told.add(name)
                    yield name, value


def _scalar(node: ScalarNode) -> str | int | float | bool | None:
    text = _whole(node)
    kind = str(node.tag).removeprefix(_TAG)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "float" and _DECIMAL.fullmatch(text):
        return float(text)
    return text


def _whole(node: ScalarNode) -> str:
    text = str(node.value)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise _Unfit("holds half a character (a surrogate); write the character itself", node)
    return text
