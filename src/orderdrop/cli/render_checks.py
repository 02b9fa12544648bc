"""How a mapping is explained: a sentence a line, led by where it stands; the warnings last."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orderdrop.cli import render
from orderdrop.cli.render_examples import near
from orderdrop.core.neutral import printable
from orderdrop.errors import Fault

if TYPE_CHECKING:
    from orderdrop.mapping.explain import Sentence
    from orderdrop.mapping.load import LoadedMapping
    from orderdrop.mapping.seen import Seen


def checked(
    loaded: "LoadedMapping", sentences: "Sequence[Sentence]", warnings: Sequence[Fault], seen: "Seen | None"
) -> None:
    """Print the sentences and the warnings; a line of a base is led by the base's name."""
    console = render.out()
    extends = f", which extends {', '.join(Path(base).stem for base in loaded.bases)}" if loaded.bases else ""
    console.print(Text(f"{near(Path(loaded.file))}{extends}", "dim"))
    _lines(console, [(_place(loaded, one.file, one.line), _said(loaded, one), "") for one in sentences])
    console.print()
    if warnings:
        title = f"{len(warnings)} warning{'' if len(warnings) == 1 else 's'}"
        console.print(Text(f"{title}{_by(seen)}", "bold yellow"))
        _lines(
            console,
            [(_place(loaded, one.file, one.line), f"warning: {one.message}", "yellow") for one in warnings],
        )
    else:
        console.print(Text(f"No warnings{_by(seen)}.", "green"))
    if seen is None:
        render.talk(
            "With a file of the feed it says more: name one behind the mapping, or make an example of it."
        )


def _said(loaded: "LoadedMapping", one: "Sentence") -> str:
    also = ", ".join(_place(loaded, file, line) for file, line in one.also)
    return f"{one.text} (the rest: {also})" if also else one.text


def _by(seen: "Seen | None") -> str:
    if seen is None:
        return ""
    first = "the first " if seen.cut else ""
    files = ", ".join(map(printable, seen.files)) if len(seen.files) < 4 else f"{len(seen.files)} files"
    return f", seen in {first}{seen.rows:,} row{'' if seen.rows == 1 else 's'} of {files}"


def _lines(console: Console, lines: "list[tuple[str, str, str]]") -> None:
    """Each text behind its place; on a terminal it is wrapped beside it."""
    width = max(len(place) for place, _, _ in lines)
    if not console.is_terminal:
        for place, text, _ in lines:
            console.print(Text(f"  {place:>{width}}  {printable(text)}"))
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="dim", min_width=width + 2, no_wrap=True)
    table.add_column()
    for place, text, style in lines:
        table.add_row(place, Text(printable(text), style))
    console.print(table)


def _place(loaded: "LoadedMapping", file: str | None, line: int | None) -> str:
    if line is None:
        return "-"
    return str(line) if file in (None, loaded.file) else f"{Path(str(file)).stem}:{line}"


def as_json(
    loaded: "LoadedMapping", sentences: "Sequence[Sentence]", warnings: Sequence[Fault], seen: "Seen | None"
) -> dict[str, Any]:
    """The same for programs."""
    return {
        "mapping": loaded.mapping.mapping,
        "digest": loaded.digest,
        "extends": [Path(base).stem for base in loaded.bases],
        "lines": [
            {
                "file": one.file,
                "line": one.line,
                "text": one.text,
                "also": [{"file": file, "line": line} for file, line in one.also],
            }
            for one in sentences
        ],
        "warnings": [{"file": one.file, "line": one.line, "text": one.message} for one in warnings],
        "evidence": None if seen is None else {"files": seen.files, "rows": seen.rows, "cut": seen.cut},
    }
