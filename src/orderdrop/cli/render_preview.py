"""How a preview is printed: the orders, the problems by cause, and at the end, where the eye is, what would happen."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from orderdrop.cli import render
from orderdrop.core.neutral import printable
from orderdrop.reports.page import where
from orderdrop.reports.receipt import Receipt

CAUSES_SHOWN = 12
_VALUES_SHOWN = 3
_VALUE_LENGTH = 40


def previewed(shown: Receipt, key: str, limit: int | None) -> None:
    """Print what a file would give; `key` is the place that names an order, `limit` how many are shown (None: all)."""
    console = render.out()
    payloads = shown["payloads"]
    for payload in payloads[:limit]:
        name = f"order {payload.get(key) or next(iter(payload.values()), '')}"
        if console.is_terminal:
            tree = Tree(_text(name, "bold"))
            _grow(tree, payload)
            console.print(tree)
        else:
            render.lines([printable(name), *_plain(payload, "  ")])
    left = len(payloads) - len(payloads[:limit])
    if left:
        more = f"and {_count(left, 'more order')}" if limit else _count(left, "order")
        console.print(Text(f"{more}: --all shows them", "dim"))
    if payloads:
        console.print()
    for line in _causes(shown["causes"]):
        console.print(line)
    for line in _summary(shown):
        console.print(line)


def _grow(tree: Tree, node: Mapping[str, Any]) -> None:
    for name, value in node.items():
        if isinstance(value, dict):
            _grow(tree.add(_text(name, "dim")), value)
        elif isinstance(value, list):
            for index, item in enumerate(value, start=1):
                branch = tree.add(_text(f"{name} {index}", "dim"))
                if isinstance(item, dict):
                    _grow(branch, item)
                else:
                    branch.add(_text(item))
        else:
            tree.add(Text.assemble(_text(f"{name}: ", "dim"), _text(_value(value))))


def _plain(node: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in node.items():
        for index, item in enumerate(value if isinstance(value, list) else [value], start=1):
            shown = printable(f"{name} {index}" if isinstance(value, list) else name)
            if isinstance(item, dict):
                yield f"{indent}{shown}"
                yield from _plain(item, f"{indent}  ")
            else:
                yield f"{indent}{shown}: {printable(_value(item))}"


def _value(value: Any) -> str:
    return "(erased)" if value is None else str(value)


def _causes(found: "list[dict[str, Any]]") -> Iterator[Text]:
    if not found:
        return
    count = sum(cause["count"] for cause in found)
    kinds = f" of {_count(len(found), 'kind')}" if len(found) < count else ""
    yield Text(f"{_count(count, 'problem')}{kinds}", "bold")
    width = len(f"{max(cause['count'] for cause in found):,} x ")
    for cause in found[:CAUSES_SHOWN]:
        yield from _cause(cause, width)
    if len(found) > CAUSES_SHOWN:
        yield Text(f"  and {_count(len(found) - CAUSES_SHOWN, 'more kind')}: --json has all", "dim")
    yield Text()


def _cause(cause: Mapping[str, Any], width: int) -> Iterator[Text]:
    """One problem is told as it stands; several of one cause as how many, and where and what the first are."""
    is_error = cause["severity"] == "error"
    colour = "red" if is_error else "yellow"
    warning = ("" if is_error else "  (warning)", "dim")
    if cause["count"] == 1:
        place = (f"  {_where(cause)}  ", colour)
        yield Text.assemble(place, _text(_led_by_column(cause, cause["example"])), warning)
        return
    times = f"{cause['count']:,} x "
    yield Text.assemble((f"  {times:>{width}}", colour), _text(_led_by_column(cause, cause["what"])), warning)
    if cause["cells"]:
        yield Text(f"  {'':>{width}}{_where(cause)}{_values(cause)}", "dim")


def _led_by_column(cause: Mapping[str, Any], said: str) -> str:
    column = cause["column"]
    return f"{column}: {said}" if column and column not in said else said


def _where(cause: Mapping[str, Any]) -> str:
    cells = [{**cell, "column": None} for cell in cause["cells"]]
    rows = where({"cells": cells})
    more = cause["count"] - len(cells)
    return f"{rows} and {more:,} more" if cells and more > 0 else rows


def _values(cause: Mapping[str, Any]) -> str:
    listed = cause["values"][:_VALUES_SHOWN]
    if not listed:
        return ""
    said = [
        f'"{_short(entry["value"])}"' + (f" {_times(entry['count'])}" if entry["count"] > 1 else "")
        for entry in listed
    ]
    more = cause["different_values"] - len(listed)
    return f": {', '.join(said)}" + (f" and {more:,} other values" if more else "")


def _short(value: str) -> str:
    text = printable(value)
    return text if len(text) <= _VALUE_LENGTH else f"{text[: _VALUE_LENGTH - 3]}..."


def _times(count: int) -> str:
    return f"{count:,} times" if count > 2 else "twice"


def _summary(shown: Receipt) -> Iterator[Text]:
    rows, orders = shown["rows"], shown["orders"]
    yield Text.assemble(
        _text(shown["drop"]["name"], "bold"),
        _text(f" under {shown['mapping']['name']}, for {shown['destination']}: "),
        ("nothing was sent", "bold"),
    )
    if shown["status"] == "failed":
        yield Text("  The file would be refused as a whole.", "red")
        return
    if shown["remarks"]:
        yield _text(f"  {shown['remarks']}", "yellow")
    yield _fact("rows", _books(rows["read"], "read", rows))
    yield _fact("orders", _books(orders["built"], "built", orders))
    changes = shown["changes"]
    if changes is not None:
        yield _fact("account", f"{shown['account']}: {_changes(changes)}")
    yield _fact("time", _time(shown))


def _fact(name: str, text: str) -> Text:
    return Text.assemble((f"  {name:<9}", "dim"), _text(text))


def _books(total: int, what: str, counts: Mapping[str, int]) -> str:
    names = {"unsent": "to send"}
    parts = [
        f"{counts[fate]:,} {names.get(fate, fate)}"
        for fate in ("unsent", "unchanged", "held", "rejected", "ignored")
        if counts.get(fate)
    ]
    return f"{total:,} {what}" + (f": {', '.join(parts)}" if parts else "")


def _changes(changes: Mapping[str, int]) -> str:
    names = {
        "create": "new",
        "update": "changed since they were accepted",
        "uncertain": "that may be there already, an answer is missing",
        "unchanged": "unchanged, not sent again",
        "held": "held",
    }
    parts = [f"{changes[name]:,} {said}" for name, said in names.items() if changes[name] or name == "create"]
    return ", ".join(parts)


def _time(shown: Receipt) -> str:
    told = shown["estimate"]
    if shown["status"] == "held":
        return "nothing is sent until a person releases the batch"
    if told is None or not told["orders"]:
        return "nothing to send"
    carried = _count(told["orders"], "order")
    requests = f"{_count(told['requests'], 'request')}"
    if told["questions"]:
        requests += f" and {told['questions']:,} more to ask for the answers"
    if told["seconds"] is None:
        return f"no limit is set: {carried} in {requests}, as fast as the API answers"
    rate = f"{told['requests_per_second']:.3g} a second"
    published = "" if shown["account"] else " (the destination's own pace; an account may have another)"
    return f"{_duration(told['seconds'])}: {carried} in {requests} at {rate}{published}"


def _duration(seconds: float) -> str:
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} min"
    hours, rest = divmod(round(minutes, -1), 60)
    return f"about {hours} h" + (f" {rest} min" if rest else "")


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _text(value: object, style: str = "") -> Text:
    return Text(printable(str(value)), style)
