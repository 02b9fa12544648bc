"""What changed from one version of a mapping to another: by meaning, not by text.

Order of keys, comments, short forms and defaults that are written out make no difference.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pydantic import ValidationError

from orderdrop.mapping.model import Column, FileOptions, JoinedTable
from orderdrop.mapping.model import Mapping as FileMapping
from orderdrop.mapping.yaml_text import in_brackets

_OF_THE_FILE = frozenset({"mapping", "extends", "examples"})
_IGNORE = "ignore"
_NOTHING: tuple[Any, ...] = (None, [], {}, "")
_NAMED_BY_THE_AUTHOR = frozenset({"values", "constants", "derived", "skip_rows_where"})
_DEFAULTS: dict[str, Any] = {
    name: info.get_default(call_default_factory=True)
    for model in (FileMapping, FileOptions, Column, JoinedTable)
    for name, info in model.model_fields.items()
    if not info.is_required()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One change: where in the mapping, what stood there and what stands there now (None: nothing), and in words."""

    where: tuple[str, ...]
    before: Any
    after: Any
    words: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every change of meaning between two mappings, given as the values of their files with all that they inherit."""
    old, new = meaning(before), meaning(after)
    names = dict.fromkeys(chain(old.get("join", {}), new.get("join", {})))
    found = [*_columns((), old.pop("columns", {}), new.pop("columns", {}))]
    for name in names:
        at = ("join", name)
        one, two = (data.get("join", {}).get(name, {}) for data in (old, new))
        if one and two:
            found += _columns(at, one.pop("columns", {}), two.pop("columns", {}))
    return [*found, *_keys((), old, new)]


def meaning(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a mapping says, in one form whatever way it was written; as it stands where it is no mapping of today."""
    own = {name: value for name, value in data.items() if name != "extends"}
    try:
        said = FileMapping.model_validate(own).model_dump(mode="json", exclude_defaults=True)
    except ValidationError:
        said = own
    return {name: _whole(value) for name, value in said.items() if name not in _OF_THE_FILE}


def _whole(value: Any) -> Any:
    """Numbers without a fraction as people write them: the model makes 1.0 of `minimum: 1`."""
    if isinstance(value, dict):
        return {name: _whole(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return list(map(_whole, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _columns(at: tuple[str, ...], old: dict[str, Any], new: dict[str, Any]) -> Iterator[Difference]:
    table = f" of table `{at[-1]}`" if at else ""
    gone = {heading: old[heading] for heading in old if heading not in new}
    come = {heading: new[heading] for heading in new if heading not in old}
    for heading, entry in list(gone.items()):
        same = next((other for other, theirs in come.items() if theirs == entry != _IGNORE), None)
        if same is not None:
            del gone[heading], come[same]
            words = f"column `{heading}`{table} is called `{same}` now"
            yield Difference(where=(*at, "columns", heading), before=heading, after=same, words=words)
    for heading in [*old, *come]:
        one, two = old.get(heading), new.get(heading)
        where = (*at, "columns", heading)
        if heading in gone:
            words = f"column `{heading}`{table} removed{_was(one)}"
        elif heading in come:
            words = f"column `{heading}`{table} added{_is(two)}"
        elif heading not in new or one == two:
            continue
        elif two == _IGNORE:
            words = f"column `{heading}`{table} is ignored now{_was(one)}"
        elif one == _IGNORE:
            words = f"column `{heading}`{table} is no longer ignored: added{_is(two)}"
        else:
            yield from _keys(where, one or {}, two or {})
            continue
        yield Difference(where=where, before=one, after=two, words=words)


def _is(entry: Any) -> str:
    if not isinstance(entry, dict):
        return f": {entry}d" if entry == _IGNORE else ""
    rest = {name: value for name, value in entry.items() if name != "to"}
    more = f" ({in_brackets(rest)[1:-1]})" if rest else ""
    return f" to {_places(entry)}{more}"


def _was(entry: Any) -> str:
    return f" (it went to {_places(entry)})" if isinstance(entry, dict) else " (it was ignored)"


def _places(entry: dict[str, Any]) -> str:
    to = entry.get("to", [])
    return " and ".join(to if isinstance(to, list) else [str(to)])


def _keys(at: tuple[str, ...], old: dict[str, Any], new: dict[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys(chain(old, new)):
        where = (*at, name)
        one, two = old.get(name), new.get(name)
        if isinstance(one, dict) or isinstance(two, dict):
            yield from _keys(where, one or {}, two or {})
        elif one != two:
            yield Difference(where=where, before=one, after=two, words=_words(where, one, two))


def _words(where: tuple[str, ...], before: Any, after: Any) -> str:
    *over, name = where
    if not (over and over[-1] in _NAMED_BY_THE_AUTHOR) and name in _DEFAULTS:
        before, after = (_DEFAULTS[name] if value is None else value for value in (before, after))
    if "columns" in (*over[:1], *over[2:3]):
        heading = over[1] if over[0] == "columns" else f"{over[3]}` of table `{over[1]}"
        return f"`{heading}`: {_of_a_column(over[-1], name, before, after)}"
    led_by = f"{' '.join(over)}: " if over else ""
    return f"{led_by}{f'`{name}`' if led_by and '.' in name else name} {_change(before, after)}"


def _of_a_column(over: str, name: str, before: Any, after: Any) -> str:
    if name == "required" and over != "values":
        return "must be filled now" if after else "need not be filled any more"
    if over != "values":
        return f"{name} {_change(before, after)}"
    text = f"`{name}`"
    if before is None:
        return f"{text} is translated to {in_brackets(after)} now"
    if after is None:
        return f"{text} is no longer translated (it became {in_brackets(before)})"
    return f"{text} is translated to {in_brackets(after)} instead of {in_brackets(before)}"


def _change(before: Any, after: Any) -> str:
    if before in _NOTHING:
        return f"{_shown(after)} added"
    if after in _NOTHING:
        return f"{_shown(before)} removed"
    return f"{_shown(before)} -> {_shown(after)}"


def _shown(value: Any) -> str:
    return in_brackets(value[0] if isinstance(value, list) and len(value) == 1 else value)
