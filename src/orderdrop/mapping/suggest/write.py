"""A suggestion as YAML: grouped, aligned, with the reasons behind each line."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orderdrop.mapping.suggest.suggestion import Line, Suggestion

_PLAIN = re.compile(r"[^\W\d][\w./()&+°º'-]*(?: [\w./()&+°º'-]+)*", re.UNICODE)
_SAFE_VALUE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+)*")
_WORDS_OF_YAML = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", "ignore"))
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")
_UNTOUCHED = "# teaches later suggestions once it is changed; as suggested: "
_WIDEST_HEADING = 36
_COMMENT_AT = 100
_GROUPS = {
    "order": "The order",
    "customer": "Who ordered",
    "ship": "Where it goes",
    "bill": "Who pays",
    "shipment": "What is sent",
    "parcel": "What is sent",
    "line": "What is in it",
    "other": "The order",
}
_LEFT_OUT = "Understood, but there is no place for it"
_PASSED_OVER = "Passed over before"
_UNKNOWN = "Not understood: say where it goes, or leave it"


def as_yaml(suggestion: Suggestion, *, corrected: bool = False) -> str:
    """The mapping's text, complete; every line carries how sure it is and why.

    `corrected`: a person had a say in it, so it teaches later suggestions as it is.
    """
    lines = [*_head(suggestion), "", *_file(suggestion), *_columns(suggestion), *_tail(suggestion)]
    text = "\n".join(lines) + "\n"
    return text if corrected else f"{text}{_UNTOUCHED}{_digest(text)}\n"


def is_untouched(text: str) -> bool:
    """Whether a mapping is a suggestion that nobody has changed: it teaches nothing that is not known already."""
    body, found, mark = text.rpartition(_UNTOUCHED)
    return bool(found) and _digest(body) == mark.strip()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _head(suggestion: Suggestion) -> Iterator[str]:
    used, all_of_them = len(suggestion.used), len(suggestion.lines)
    yield "# yaml-language-server: $schema=mapping.schema.json"
    yield f"# Suggested from {_one_line(suggestion.source)}, after a look at {suggestion.looked_at}: {used} of {all_of_them} columns go somewhere."
    yield "# Behind each line stands how sure it is and why; `# ?` waits for you. Correct it, then: orderdrop preview"
    yield f"mapping: {suggestion.name}"
    yield f"destination: {suggestion.destination}"
    yield f"description: {_scalar(f'Suggested from {_one_line(suggestion.source)}')}"


def _file(suggestion: Suggestion) -> Iterator[str]:
    if suggestion.file_keys:
        yield "file:"
        for key, value in suggestion.file_keys.items():
            yield f"  {key}: {_value(value)}"
        yield ""


def _columns(suggestion: Suggestion) -> Iterator[str]:
    groups: dict[str, list[Line]] = {}
    for title in dict.fromkeys([*_GROUPS.values(), _LEFT_OUT, _PASSED_OVER, _UNKNOWN]):
        groups[title] = []
    for line in suggestion.lines:
        groups[_group(line)].append(line)
    keys = [_key(line.heading) for line in suggestion.lines]
    width = min(_WIDEST_HEADING, max(map(len, keys), default=0))
    yield "columns:"
    for n, (title, lines) in enumerate((title, lines) for title, lines in groups.items() if lines):
        if n:
            yield ""
        yield f"  # {title}"
        entries = [f"  {_key(line.heading) + ':':<{width + 1}} {_entry(line)}" for line in lines]
        at = min(_COMMENT_AT, max(map(len, entries)))
        yield from (
            f"{entry:<{at}}  # {_comment(line)}".rstrip() for entry, line in zip(entries, lines, strict=True)
        )


def _group(line: Line) -> str:
    if line.is_used:
        return _GROUPS.get((line.meaning or "order").partition(".")[0], "The order")
    if line.meaning is not None:
        return _LEFT_OUT
    return _PASSED_OVER if line.sure is not None else _UNKNOWN


def _entry(line: Line) -> str:
    if not line.places:
        return "ignore"
    to = line.places[0] if len(line.places) == 1 else list(line.places)
    return _value({"to": to, **line.keys})


def _comment(line: Line) -> str:
    parts = [line.why, *line.notes] if line.is_used or line.says is None else [line.says]
    if line.used_in:
        parts.insert(0, f"part of {' and '.join(line.used_in)}")
    told = "; ".join(_one_line(part) for part in parts if part)
    asked = f"? {_one_line(line.question)}" if line.question else ""
    if line.sure is None and not line.question:
        return f"? {told}" if told else "?"
    sure = f"{line.sure}%: {told}" if line.sure is not None and line.is_used else told
    return "; ".join(filter(None, (asked, sure))) if line.question else sure


def _tail(suggestion: Suggestion) -> Iterator[str]:
    if suggestion.derived:
        yield ""
        yield "derived:"
        for place, template in suggestion.derived.items():
            yield f"  {place}: {json.dumps(template, ensure_ascii=False)}"
    if suggestion.hints:
        yield ""
        yield f"# {suggestion.destination} wants these too, and no column looks like them:"
        yield "# constants:"
        width = max(map(len, suggestion.hints))
        for place, hint in suggestion.hints.items():
            yield f"#   {place + ':':<{width + 1}}  # {_one_line(hint)}"
    yield ""
    yield "on_bad_row: hold_order"


def _key(heading: str) -> str:
    return (
        heading
        if _PLAIN.fullmatch(heading) and heading.casefold() not in _WORDS_OF_YAML
        else _quoted(heading)
    )


def _value(value: Any) -> str:
    """A value in one line of flow style."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return text if _SAFE_VALUE.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML else _quoted(text)


def _quoted(text: str) -> str:
    """In double quotes, which can hold any character that YAML allows, escaped where it is not plain."""
    shown = json.dumps(text, ensure_ascii=False)
    return _CONTROL.sub(lambda found: "".join(f"\\u{ord(letter):04x}" for letter in found[0]), shown)


def _one_line(text: str) -> str:
    return _CONTROL.sub(" ", text)
