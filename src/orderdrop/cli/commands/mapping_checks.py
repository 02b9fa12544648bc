"""The command that says what a mapping does, and what will hurt.

What a command needs is imported when it runs: `--help` answers at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orderdrop.cli import render, render_checks
from orderdrop.cli.options import AsJson, FurtherFiles, MappingName
from orderdrop.cli.registering import add

if TYPE_CHECKING:
    from orderdrop.mapping.load import LoadedMapping


def register(group: typer.Typer) -> None:
    """Add the command to the group `mapping`."""
    add(group, check)


def check(
    context: typer.Context,
    mapping: MappingName,
    file: Annotated[
        Path | None,
        typer.Argument(help="A file of the feed, to hold it against; its examples if left out."),
    ] = None,
    further: FurtherFiles = None,
    json: AsJson = False,
) -> None:
    """Say in words what each line of a mapping does, and warn of what will hurt.

    A file of the feed, or the mapping's own examples, show which headings are missing or not mapped, which columns
    stay blank, and which values do not fit.

    Example: orderdrop mapping check acme-shipments shipments.csv
    """
    from orderdrop import wiring
    from orderdrop.cli.session import settings_of
    from orderdrop.mapping.explain import explain
    from orderdrop.mapping.warn import warnings
    from orderdrop.pipeline.mappings.evidence import gather

    loaded = wiring.load_mapping(settings_of(context.obj, need_secrets=False), mapping)
    files = _evidence(loaded, file, further or [])
    seen = gather(loaded, files) if files else None
    sentences, found = explain(loaded), warnings(loaded, seen)
    if json:
        render.as_json(render_checks.as_json(loaded, sentences, found, seen))
    else:
        render_checks.checked(loaded, sentences, found, seen)


def _evidence(loaded: "LoadedMapping", file: Path | None, further: list[Path]) -> list[tuple[Path, ...]]:
    from orderdrop.pipeline.drops import must_be_there
    from orderdrop.pipeline.mappings.examples import examples_of

    if file is None:
        return [(example.drop, *example.further) for example in examples_of(loaded)]
    must_be_there(file, *further)
    return [(file, *further)]
