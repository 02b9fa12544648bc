"""The command that suggests a mapping for a file."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orderdrop.cli import render
from orderdrop.cli.outputs import writing
from orderdrop.cli.registering import add
from orderdrop.errors import FileRefused, UsageError

if TYPE_CHECKING:
    from orderdrop.mapping.model import FileOptions


def register(group: typer.Typer) -> None:
    """Add the command to the group of mappings."""
    add(group, suggest)


def suggest(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file of the feed: CSV or a workbook.")],
    destination: Annotated[
        str, typer.Option("--destination", help="Where orders go: shipup, parcellab, shippify.")
    ],
    name: Annotated[
        str | None, typer.Option("--name", help="The mapping's name; after the file if left out.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it there instead of printing it.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="The file's encoding, where it cannot be found out.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print every column with its reasons as JSON.")
    ] = False,
) -> None:
    """Suggest a mapping for a file, from its headings, its values and the mappings that there are.

    Each line says how sure it is and why; `# ?` is for you. What is corrected and saved teaches the next suggestion.

    Example: orderdrop mapping suggest shipments.csv --destination shipup -o mappings/acme-shipments.yaml
    """
    from orderdrop import wiring
    from orderdrop.cli import render_suggestion
    from orderdrop.cli.session import settings_of
    from orderdrop.destinations import registry
    from orderdrop.mapping.suggest.write import as_yaml
    from orderdrop.pipeline.mappings.suggesting import earlier_mappings, suggest_mapping

    _can_be_done(file, destination, output, registry.names())
    called = _name(name, output, file)
    settings = settings_of(context.obj, need_secrets=False)
    earlier = earlier_mappings(
        settings.mappings, lambda path: wiring.load_mapping(settings, str(path)), registry.find
    )
    try:
        suggestion = suggest_mapping(file, registry.find(destination), earlier, called, _options(encoding))
    except FileRefused as refused:
        if encoding is None and "`encoding:`" in str(refused):
            render.talk("There is no mapping yet: say it with --encoding.")
        raise
    text = as_yaml(suggestion)
    if output is not None:
        with writing(output):
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(text, encoding="utf-8")
    if json:
        render.as_json(suggestion.as_json(text))
    elif output is None:
        render.lines(text.splitlines())
    render_suggestion.summary(suggestion, file, output)


def _can_be_done(file: Path, destination: str, output: Path | None, known: tuple[str, ...]) -> None:
    from orderdrop.pipeline.drops import must_be_there

    must_be_there(file)
    if destination not in known:
        raise UsageError(
            f"There is no destination {destination}.", next_step=f"Name one of {', '.join(known)}."
        )
    if output is not None and output.suffix not in (".yaml", ".yml"):
        raise UsageError(f"A mapping's file ends in .yaml; {output} does not.", next_step="Rename it.")
    if output is not None and output.exists():
        raise UsageError(
            f"{output} is there already.", next_step="Choose another name, or move it out of the way first."
        )


def _name(name: str | None, output: Path | None, file: Path) -> str:
    """The mapping's name: as told, as the file it goes to, or after the file that it reads."""
    if output is not None and name is not None and output.stem != name:
        raise UsageError(
            f"A mapping's file is called like the mapping: {name}.yaml, not {output.name}.",
            next_step="Give both the same name, or leave --name out.",
        )
    from orderdrop.pipeline.mappings.suggesting import name_after

    told = name or (output.stem if output is not None else None)
    if told is None:
        return name_after(file.name)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", told):
        raise UsageError(
            f"{told} is no name for a mapping.", next_step="Use lower case letters, digits, - and _."
        )
    return told


def _options(encoding: str | None) -> "FileOptions":
    from pydantic import ValidationError

    from orderdrop.mapping.model import FileOptions

    try:
        return FileOptions(encoding=encoding)
    except ValidationError:
        raise UsageError(
            f"There is no encoding {encoding}.", next_step="Try utf-8, cp1252 or utf-16."
        ) from None
