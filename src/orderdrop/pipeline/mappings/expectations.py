"""What is expected of an example against what it became: by order and field, by row and cell."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from orderdrop.core.shape import Shape
from orderdrop.pipeline.mappings.examples import ORDERS, REFUSED, REJECTS

_OWN = re.compile(r"\b_row\b\W?(.)\W?_problems\b")
_NOT_COMPARED = frozenset({"_batch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlike:
    """One thing that is not as expected: an order, a row or the file; `place` is the field or cell, None: the whole of it.

    `expected` or `became` is None where there is nothing. Fields of parts are led to by the parts' keys.
    """

    kind: str
    name: str
    place: str | None
    expected: Any
    became: Any


def compare(expected: Mapping[str, bytes], became: Mapping[str, bytes], shape: Shape) -> list[Unlike]:
    """Every difference, orders first; the files are those of `examples`."""
    refused = (_text(expected.get(REFUSED, b"")).strip(), _text(became.get(REFUSED, b"")).strip())
    found = list(_orders(_payloads(expected), _payloads(became), shape))
    found += _rows(_rejects(expected), _rejects(became))
    if refused[0] != refused[1]:
        found.append(
            Unlike(
                kind="file",
                name="",
                place="refused" if all(refused) else None,
                expected=refused[0] or None,
                became=refused[1] or None,
            )
        )
    return found


def counts(files: Mapping[str, bytes]) -> tuple[int, int]:
    """How many orders a set of files speaks of, and how many rows that go back."""
    return len(_payloads(files)), len(_rejects(files))


def _payloads(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return list(json.loads(files[ORDERS])) if ORDERS in files else []


def _orders(expected: list[dict[str, Any]], became: list[dict[str, Any]], shape: Shape) -> Iterator[Unlike]:
    old, new = (_by_key(payloads, shape.key) for payloads in (expected, became))
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in old or key not in new:
            yield Unlike(kind="order", name=key, place=None, expected=old.get(key), became=new.get(key))
            continue
        for place, one, two in _unlike_values(old[key], new[key], shape, "", ""):
            yield Unlike(kind="order", name=key, place=place, expected=one, became=two)


def _by_key(payloads: list[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    return {str(payload.get(key, f"number {at}")): payload for at, payload in enumerate(payloads, start=1)}


def _unlike_values(
    one: Any, two: Any, shape: Shape, place: str, shown: str
) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, dict) and isinstance(two, dict):
        for name in dict.fromkeys([*one, *two]):
            below = f"{place}.{name}".lstrip(".")
            yield from _unlike_values(
                one.get(name), two.get(name), shape, below, f"{shown}.{name}".lstrip(".")
            )
    elif isinstance(one, list) and isinstance(two, list):
        node = shape.lists.get(place)
        olds, news = (_elements(items, node.key if node else None) for items in (one, two))
        for name in dict.fromkeys([*olds, *news]):
            yield from _unlike_values(olds.get(name), news.get(name), shape, place, f"{shown}[{name}]")
    elif one != two or type(one) is not type(two):
        yield shown, one, two


def _elements(items: list[Any], key: str | None) -> dict[str, Any]:
    """The parts by their key; by their position where a part has none, or two have the same."""
    names = [
        str(item[key]) if key is not None and isinstance(item, dict) and item.get(key) is not None else None
        for item in items
    ]
    return {
        name if name is not None and names.count(name) == 1 else str(at): item
        for at, (name, item) in enumerate(zip(names, items, strict=True), start=1)
    }


def _rejects(files: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    """The rows of a reject report by their number; a report without headings has its cells by position."""
    text = _text(files.get(REJECTS, b""))
    own = _OWN.search(text)
    if own is None:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in text else ",")
        return {
            f"number {at}": dict(zip(map(str, range(1, len(cells) + 1)), cells, strict=True))
            for at, cells in enumerate(lines, start=1)
        }
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=own[1]))
    head = next(at for at, cells in enumerate(table) if "_problems" in cells)
    names = [
        name if name not in table[head][:at] else f"{name} ({at + 1})" for at, name in enumerate(table[head])
    ]
    rows = [
        {
            name or f"cell {at}": cell
            for at, (name, cell) in enumerate(zip_longest(names, cells, fillvalue=""))
        }
        for cells in table[head + 1 :]
    ]
    return {row.get("_row") or f"number {at}": row for at, row in enumerate(rows, start=1)}


def _rows(expected: dict[str, dict[str, str]], became: dict[str, dict[str, str]]) -> Iterator[Unlike]:
    for row in sorted({*expected, *became}, key=lambda name: (len(name), name)):
        one, two = expected.get(row), became.get(row)
        if one is None or two is None:
            yield Unlike(kind="row", name=row, place=None, expected=_said(one), became=_said(two))
            continue
        for name in dict.fromkeys([*one, *two]):
            if name not in _NOT_COMPARED and one.get(name, "") != two.get(name, ""):
                yield Unlike(kind="row", name=row, place=name, expected=one.get(name), became=two.get(name))


def _said(row: dict[str, str] | None) -> str | None:
    return None if row is None else row.get("_problems", "")


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
