"""Plain values as YAML text, one entry a line: what a mapping that extends others is kept as.

`yaml_lines.parse` reads the same values again.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

_PLAIN = re.compile(r"[^\W\d_](?:[\w ./-]*\w)?")
_WORDS_OF_YAML = frozenset({"null", "true", "false"})
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def as_yaml(data: dict[str, Any]) -> str:
    """Tables of tables have a line for each entry, everything below them is written in brackets."""
    return "".join(f"{line}\n" for line in _lines(data))


def _lines(data: dict[str, Any]) -> Iterator[str]:
    for name, value in data.items():
        if isinstance(value, dict) and value:
            yield f"{_text(name)}:"
            yield from (f"  {_text(key)}: {in_brackets(entry)}" for key, entry in value.items())
        else:
            yield f"{_text(name)}: {in_brackets(value)}"


def in_brackets(value: Any) -> str:
    """One value in one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_text(key)}: {in_brackets(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(in_brackets, value))}]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")  # 1e-07 would be read as text
    return str(value) if isinstance(value, int) else _text(str(value))


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.isprintable() and text.casefold() not in _WORDS_OF_YAML:
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return letter if letter.isprintable() else f"\\U{ord(letter):08X}"
