"""YAML that remembers on which line everything stands, for mappings and settings alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean
from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarint import ScalarInt

from orderdrop.errors import Fault

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A YAML file as plain values, with the line of every key and item."""

    file: str
    text: str
    data: dict[str, Any]
    lines: Mapping[Location, int]

    def line(self, location: Sequence[str | int]) -> int | None:
        """The line of a location, or of the nearest node above it that is written down."""
        for length in range(len(location), -1, -1):
            found = self.lines.get(tuple(location[:length]))
            if found is not None:
                return found
        return None

    def fault(self, location: Sequence[str | int], message: str) -> Fault:
        """A fault at a location of this document."""
        return Fault(message=message, file=self.file, line=self.line(location))


def read(path: Path) -> Document | Fault:
    """Read one YAML file; a fault when it is not there, not text, not YAML, or not a table of keys."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        return Fault(message=f"cannot be read: {error.strerror or error}", file=name)
    except UnicodeDecodeError:
        return Fault(message="is not UTF-8 text; save it as UTF-8", file=name)
    return parse(text, name)


def parse(text: str, file: str) -> Document | Fault:
    """Read YAML text that came from `file`."""
    try:
        loaded = YAML(typ="rt", pure=True).load(text)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        return Fault(
            message=f"{str(error.problem).split(' with value')[0]}; keep one of them", file=file, line=line
        )
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Fault(
            message=f"is not YAML here: {error.problem}", file=file, line=mark.line + 1 if mark else None
        )
    except (YAMLError, ValueError) as error:
        return Fault(message=f"is not YAML: {error}", file=file)
    if not isinstance(loaded, CommentedMap):
        return Fault(message="holds no keys; it must be a table of `key: value` lines", file=file, line=1)
    lines: dict[Location, int] = {}
    return Document(file=file, text=text, data=_plain(loaded, (), lines), lines=lines)


def _plain(node: Any, at: Location, lines: dict[Location, int]) -> Any:
    if isinstance(node, CommentedMap):
        result: dict[str, Any] = {}
        for key, value in node.items():
            name = str(key)
            lines[(*at, name)] = node.lc.key(key)[0] + 1
            result[name] = _plain(value, (*at, name), lines)
        return result
    if isinstance(node, CommentedSeq):
        for index in range(len(node)):
            lines[(*at, index)] = node.lc.item(index)[0] + 1
        return [_plain(item, (*at, index), lines) for index, item in enumerate(node)]
    if isinstance(node, ScalarBoolean):
        return bool(node)
    if isinstance(node, ScalarFloat):
        return float(node)
    if isinstance(node, ScalarInt):
        return int(node)
    return str(node) if isinstance(node, str) else node
