"""Commands that send: import one file, poll feeds now, serve."""

from pathlib import Path
from typing import Annotated

import typer

from orderdrop import wiring
from orderdrop.cli import render
from orderdrop.cli.exits import exit_code
from orderdrop.cli.serving import serve_until_stopped
from orderdrop.cli.session import serving, working
from orderdrop.errors import ExitCode, OrderdropError, UsageError
from orderdrop.logs import log_step
from orderdrop.pipeline.batch import Finished, release
from orderdrop.pipeline.feed import poll
from orderdrop.pipeline.imports import import_file

Json = Annotated[bool, typer.Option("--json", help="Print the receipt as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("import")(import_)
    app.command()(run)
    app.command()(serve)


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The CSV or Excel file.")],
    mapping: Annotated[str, typer.Option("--mapping", help="A mapping by name, or its file.")],
    account: Annotated[str, typer.Option("--account", help="An account of the settings.")],
    force: Annotated[
        bool, typer.Option("--force", help="Send again although the same content was imported before.")
    ] = False,
    json: Json = False,
) -> None:
    """Import one file now and print its receipt.

    The same content is answered with its first receipt and not sent again, unless --force is given.

    Example: orderdrop import shipments.csv --mapping acme-shipments --account shop-eu
    """
    with working(context.obj, quiet=json) as session:
        finished = import_file(session.parts, file, mapping, account, force=force)
    _show([finished], json=json, single=True)
    raise typer.Exit(exit_code([finished.batch.status]))


def run(
    context: typer.Context,
    feed: Annotated[str | None, typer.Argument(help="A feed of the settings.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Poll every feed.")] = False,
    json: Json = False,
) -> None:
    """Poll a feed now: take every settled file to its receipt, and finish what a dead run left.

    Example: orderdrop run acme-nightly
    """
    if (feed is None) == (not every):
        raise UsageError("Name a feed, or say --all.", next_step="Example: orderdrop run acme-nightly")
    done: list[Finished] = []
    failed: OrderdropError | None = None
    with working(context.obj, quiet=json) as session:
        for name in [feed] if feed is not None else list(session.settings.feeds):
            try:
                done += poll(session.parts, wiring.feed_plan(session.settings, name))
            except OrderdropError as error:
                if not every:
                    raise
                render.complain(f"{name}: {error}")
                failed = failed or error
    _show(done, json=json, single=False)
    if not done and not failed:
        render.talk("No settled files are waiting.")
    code = exit_code([finished.batch.status for finished in done])
    raise typer.Exit(max(code, failed.exit_code if failed else ExitCode.ACCEPTED))


def serve(context: typer.Context) -> None:
    """Poll every feed at its times until SIGTERM or Ctrl-C; logs one JSON event a line on stderr.

    Example: orderdrop --config /etc/orderdrop.yaml serve
    """
    with serving(context.obj, log_step) as session:
        serve_until_stopped(session)
    raise typer.Exit(ExitCode.STOPPED)


def release_(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="A batch that is held.")],
    json: Json = False,
) -> None:
    """Send a batch that was held as a whole.

    Example: orderdrop batches release b-20261122-193000-7k3fq2
    """
    with working(context.obj, quiet=json) as session:
        finished = release(session.parts, batch)
    _show([finished], json=json, single=True)
    raise typer.Exit(exit_code([finished.batch.status]))


def _show(done: list[Finished], *, json: bool, single: bool) -> None:
    for finished in done:
        if finished.repeated:
            render.talk(
                f"The same content came before: nothing was sent, this is the receipt of batch {finished.batch.id}. "
                "`orderdrop import --force` sends it again."
            )
    if json:
        render.as_json(done[0].receipt if single else [finished.receipt for finished in done])
        return
    for finished in done:
        render.receipt(finished.receipt)
