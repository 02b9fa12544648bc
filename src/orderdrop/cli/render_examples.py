"""How the examples of a mapping are printed: what is not as expected, by order and field, by row and cell."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from orderdrop.cli import render
from orderdrop.core.neutral import printable

if TYPE_CHECKING:
    from orderdrop.pipeline.mappings.example_runs import ExampleRun, Ran
    from orderdrop.pipeline.mappings.expectations import Unlike

SHOWN_MAX = 12
"""How many orders and rows of one example are shown; the rest is counted."""
_NAMES_MAX = 8
_WIDTH = 100
_LONG = 40
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z])")


def ran(shown: "Ran") -> None:
    """Print every example with what is not as expected of it, and how to accept it."""
    console = render.out()
    for run in shown.runs:
        _run(console, run, accepted=shown.accepted)
    name = shown.loaded.mapping.mapping
    count = len(shown.runs)
    bad = sum(not run.passed for run in shown.runs)
    if shown.accepted:
        files = sum(len(run.written) for run in shown.runs)
        said = (
            f"{_files(files)} written: look at the difference before you commit it."
            if files
            else "Nothing changed."
        )
    elif bad:
        said = f"{bad} of {count} not as expected. If it is meant: orderdrop mapping test {name} --accept"
    else:
        said = f"All {count} as expected." if count > 1 else "As expected."
    console.print(Text(said, "bold"))


def _run(console: Console, run: "ExampleRun", *, accepted: bool) -> None:
    verdict = ("new", "yellow") if run.is_new else ("ok", "green") if run.passed else ("differs", "red")
    rows = f", {run.rows_back:,} rows back" if run.rows_back else ""
    orders = "1 order" if run.orders == 1 else f"{run.orders:,} orders"
    console.print(
        Text.assemble(
            (f"{verdict[0]:<8}", verdict[1]), (near(run.example.folder), "bold"), f"  {orders}{rows}"
        ),
    )
    if run.is_new and not accepted:
        console.print(Text("    nothing is expected of it yet"))
    alike: dict[tuple[Any, ...], list[Unlike]] = {}
    for one in run.unlike:
        alike.setdefault(_alike(one), []).append(one)
    groups = list(alike.values())
    for group in groups[:SHOWN_MAX]:
        _group(console, group)
    if len(groups) > SHOWN_MAX:
        console.print(Text(f"    and {len(groups) - SHOWN_MAX:,} more orders and rows", "dim"))
    for path in run.written:
        done = "written" if path.is_file() else "removed"
        console.print(Text(f"    {done}: {near(path)}"))


def _alike(one: "Unlike") -> tuple[Any, ...]:
    """What is told together: the fields of an order, the cells of a row, rows that come or go for one reason."""
    if one.place is None:
        return (
            one.kind,
            one.expected is None,
            one.became is None,
            *([one.became] if one.kind == "row" else []),
        )
    return one.kind, one.name


def _group(console: Console, group: "Sequence[Unlike]") -> None:
    first = group[0]
    names = ", ".join(printable(one.name) for one in group[:_NAMES_MAX])
    more = f" and {len(group) - _NAMES_MAX:,} more" if len(group) > _NAMES_MAX else ""
    if first.place is None:
        title = f"{first.kind}{'s' if len(group) > 1 else ''} {names}{more}".rstrip()
        console.print(Text.assemble((f"    {title}", "bold"), f"  {_whole(first, len(group))}"))
        return
    console.print(Text(f"    {first.kind} {printable(first.name)}".rstrip(), "bold"))
    for one in group:
        place = printable(str(one.place))
        gone, come = _sentences(one.expected, one.became)
        if gone or come:
            console.print(Text(f"      {place}"))
            for sign, colour, said in (("-", "red", gone), ("+", "green", come)):
                for sentence in said:
                    console.print(Text(f"        {sign} {printable(sentence)}", colour))
            continue
        change = ((_value(one.expected), "red"), " -> ", (_value(one.became), "green"))
        console.print(Text.assemble(f"      {place}: ", *change))


def _whole(one: "Unlike", count: int) -> str:
    done = {"order": "made", "row": "sent back", "file": "refused"}[one.kind]
    if one.became is None:
        return f"{'is' if count == 1 else 'are'} not {done} any more"
    why = f": {printable(str(one.became))}" if one.kind != "order" else ""
    return f"{'is' if count == 1 else 'are'} {done} and {'was' if count == 1 else 'were'} not expected{why}"


def _sentences(before: Any, after: Any) -> tuple[list[str], list[str]]:
    """Of two long texts, the sentences that only one of them has."""
    if not (isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > _LONG):
        return [], []
    one, two = (_SENTENCE_END.split(text) for text in (before, after))
    return [text for text in one if text not in two], [text for text in two if text not in one]


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    text = printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."


def near(path: Path) -> str:
    """A path as people in this folder would write it."""
    try:
        near = path.resolve().relative_to(Path.cwd())
    except ValueError:
        near = path
    return printable(str(near))


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def as_json(shown: "Ran") -> dict[str, Any]:
    """Every example for programs."""
    return {
        "mapping": shown.loaded.mapping.mapping,
        "digest": shown.loaded.digest,
        "passed": shown.passed,
        "accepted": shown.accepted,
        "examples": [
            {
                "folder": str(run.example.folder),
                "drop": run.example.drop.name,
                "passed": run.passed,
                "new": run.is_new,
                "orders": run.orders,
                "rows_back": run.rows_back,
                "differences": [
                    {
                        "kind": one.kind,
                        "name": one.name,
                        "place": one.place,
                        "expected": one.expected,
                        "became": one.became,
                    }
                    for one in run.unlike
                ],
                "written": [str(path) for path in run.written],
            }
            for run in shown.runs
        ],
    }
