"""Commands about the versions of a mapping: versions, diff.

What a command needs is imported when it runs: `--help` answers at once.
"""

from typing import Annotated

import typer

from orderdrop.cli import render, render_mappings
from orderdrop.cli.options import AsJson
from orderdrop.cli.registering import add
from orderdrop.errors import ExitCode


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group `mapping`."""
    add(group, versions)
    add(group, diff)


def versions(
    context: typer.Context,
    mapping: Annotated[str, typer.Argument(help="A mapping by name, also one whose file is gone.")],
    json: AsJson = False,
) -> None:
    """List the versions of a mapping that batches ran under: digest, first and last use, number of batches.

    Example: orderdrop mapping versions acme-shipments
    """
    from orderdrop.cli.session import looking
    from orderdrop.pipeline.mappings.versions import history

    with looking(context.obj) as session:
        found = history(session.parts, mapping)
    if json:
        render.as_json(render_mappings.versions_as_json(found))
    else:
        render_mappings.versions(found)


def diff(
    context: typer.Context,
    before: Annotated[
        str,
        typer.Argument(
            metavar="A", help="A mapping by name or file, NAME@DIGEST, or a batch that ran under it."
        ),
    ],
    after: Annotated[
        str | None, typer.Argument(metavar="B", help="The same; the mapping's file of today if left out.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Say in words what changed from one version of a mapping to another; exit code 1 if anything did.

    Example: orderdrop mapping diff acme-shipments@3f2a acme-shipments
    """
    from orderdrop.cli.session import looking, previewing
    from orderdrop.pipeline.mappings.versions import compare

    files = all(one is not None and one.endswith((".yaml", ".yml")) for one in (before, after))
    with (previewing if files else looking)(context.obj) as session:  # files need no ledger
        one, two, found = compare(session.parts, before, after)
    if json:
        render.as_json(render_mappings.differences_as_json(one, two, found))
    else:
        render_mappings.differences(one, two, found)
    raise typer.Exit(ExitCode.REJECTS if found else ExitCode.ACCEPTED)
