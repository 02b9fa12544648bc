"""What the documentation takes from the code: printed into the pages by cog, and checked by `make check`."""

import inspect
import os
import re
import subprocess
import sys
from datetime import time
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from orderdrop.mapping.yaml_text import in_brackets

ROOT = Path(__file__).parents[1]


def keys(model: type[BaseModel], *, examples: bool = False) -> None:
    """Print a model's keys as a table: name, what it takes, default, meaning; with its example where wanted."""
    print(
        "| key | takes | left out | what it does |",
        "example |" if examples else "",
        sep=" " if examples else "",
    )
    print("|---" * (5 if examples else 4) + "|")
    for name, info in model.model_fields.items():
        default = "required" if info.is_required() else _default(info)
        example = f" {_cell(example_of(name, info))} |" if examples else ""
        print(
            f"| `{name}` | {_takes(info.annotation)} | {default} | {_cell(info.description or '')} |{example}"
        )


def example_of(name: str, info: FieldInfo) -> str:
    """A key with its first example, as one writes it in YAML; nothing where the model gives none."""
    return f"`{name}: {in_brackets(info.examples[0])}`" if info.examples else ""


def members(enum: type[StrEnum]) -> None:
    """Print an enum's members with the comments that stand behind them."""
    comments = dict(re.findall(r'^    [A-Z_]+ = "([a-z_]+)"  # (.+)$', inspect.getsource(enum), re.MULTILINE))
    print("| name | meaning |")
    print("|---|---|")
    for member in enum:
        comment = comments.get(member.value, "")
        comment = comment.partition(" - ")[2] if comment.startswith("noqa") else comment
        print(f"| `{member.value}` | {_cell(comment)} |")


def run(*command: str, folder: str | None = None, lines: int | None = None) -> None:
    """Print what a command of orderdrop prints on stdout, as a console block."""
    environment = {**os.environ, "COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}
    environment.pop("ORDERDROP_CONFIG", None)
    ran = subprocess.run(
        [sys.executable, "-m", "orderdrop", *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder or ROOT,
        env=environment,
    )
    shown = [line.rstrip() for line in ran.stdout.strip("\n").splitlines()]
    print("```console")
    print("$ orderdrop", *(repr(word) if " " in word else word for word in command))
    print("\n".join(shown if lines is None else [*shown[:lines], "..."]))
    print("```")


def _takes(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    if origin in (Union, UnionType):
        parts = [_takes(part) for part in get_args(annotation) if part is not type(None)]
        return " or ".join(dict.fromkeys(parts))
    if origin is dict:
        return "a table of names"
    if origin in (tuple, list):
        return f"{_takes(get_args(annotation)[0])}, or a list of them"
    if origin is not None and get_args(annotation):
        return _takes(get_args(annotation)[0])
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return " or ".join(f"`{member.value}`" for member in annotation)
    words = {str: "text", int: "a whole number", float: "a number", bool: "`true` or `false`"}
    if annotation in words:
        return words[annotation]
    name = getattr(annotation, "__name__", str(annotation))
    return {
        "SecretStr": "a secret, by `${NAME}`",
        "Path": "a path",
        "timedelta": "a time such as `30s`",
        "ByteSize": "a size such as `500MB`",
        "AnyUrl": "a URL",
        "time": "a time of the day such as `22:30`",
    }.get(
        name,
        "a table of keys" if isinstance(annotation, type) and issubclass(annotation, BaseModel) else name,
    )


def _default(info: FieldInfo) -> str:
    if info.default_factory is not None:
        return ""
    value = info.default
    if value is None or value in ((), "", False):
        return "" if value is not False else "`false`"
    if isinstance(value, StrEnum):
        return f"`{value.value}`"
    if isinstance(value, time):
        return f"`{value:%H:%M}`"
    total = getattr(value, "total_seconds", None)
    return f"`{total():g}s`" if total else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def reject_report(sample: str, columns: tuple[str, ...]) -> None:
    """Print some columns of a sample's golden reject report, with what is said about each row."""
    import csv

    golden = ROOT / "samples" / sample / "rejects.csv"
    rows = list(csv.DictReader(golden.read_text(encoding="cp1252").splitlines(), delimiter=";"))
    print("| row |", " | ".join(columns), "| what is wrong |")
    print("|---|" + "---|" * (len(columns) + 1))
    for row in rows:
        print(
            f"| {row['_row']} |",
            " | ".join(_cell(row[column]) for column in columns),
            "|",
            _cell(row["_problems"]),
            "|",
        )


def commands() -> None:
    """Print the help of every command, as a terminal shows it."""

    from typer._click.core import Command, Context
    from typer.main import get_command

    from orderdrop.cli.app import app

    def walk(group: Command, path: tuple[str, ...]) -> None:
        print(f"\n## {' '.join(('orderdrop', *path))}\n")
        context = Context(
            group, info_name=" ".join(("orderdrop", *path)), max_content_width=100, terminal_width=100
        )
        print("```text")
        print("\n".join(line.rstrip() for line in group.get_help(context).splitlines()))
        print("```")
        for name, sub in getattr(group, "commands", {}).items():
            walk(sub, (*path, name))

    walk(get_command(app), ())
