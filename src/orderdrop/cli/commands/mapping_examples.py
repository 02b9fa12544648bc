"""The command that runs a mapping's own examples.

What a command needs is imported when it runs: `--help` answers at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orderdrop.cli import render, render_examples
from orderdrop.cli.options import AsJson, FurtherFiles, MappingName
from orderdrop.cli.registering import add
from orderdrop.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from orderdrop.pipeline.parts import Parts


def register(group: typer.Typer) -> None:
    """Add the command to the group `mapping`."""
    add(group, run_examples, "test")


def run_examples(
    context: typer.Context,
    mapping: MappingName,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write down what came out as what is expected from now on.")
    ] = False,
    drop: Annotated[
        Path | None,
        typer.Option("--drop", help="With --accept: a sender's file that becomes one more example."),
    ] = None,
    further: FurtherFiles = None,
    json: AsJson = False,
) -> None:
    """Run a mapping's examples as a preview and say what is not as expected; nothing is sent.

    An example is a folder with a drop, the orders.json that it must become and the rejects.csv that must go back. The
    mapping names its examples, and those in the folder NAME.examples beside it belong to it.

    Example: orderdrop mapping test acme-shipments
    """
    from orderdrop import wiring
    from orderdrop.cli.session import settings_of
    from orderdrop.pipeline.mappings.example_runs import run

    if drop is not None and not accept:
        raise UsageError(
            "--drop begins a new example, whose expectation must be written down.",
            next_step=f"Say: orderdrop mapping test {mapping} --accept --drop {drop}",
        )
    settings = settings_of(context.obj, need_secrets=False)

    def fresh() -> "Parts":
        return wiring.build(settings, ledger=wiring.scratch_ledger())

    ran = run(fresh, mapping, accept=accept, drop=drop, further=further or ())
    if json:
        render.as_json(render_examples.as_json(ran))
    else:
        render_examples.ran(ran)
    raise typer.Exit(ExitCode.ACCEPTED if ran.passed or accept else ExitCode.REJECTS)
