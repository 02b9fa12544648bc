"""Commands that look at a file and send nothing: preview, read.

What a command needs is imported when it runs: `--help` answers at once.
"""

import sys
from typing import Annotated, Any

import typer

from orderdrop.cli import render
from orderdrop.cli.options import DropFile, FurtherFiles, MappingOption
from orderdrop.cli.registering import add
from orderdrop.core.problems import Problem
from orderdrop.errors import ExitCode

TOLD = 20
"""So many refused rows are told one by one where a file is only looked at."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    add(app, preview)
    add(app, read)


def preview(
    context: typer.Context,
    file: DropFile,
    mapping: MappingOption,
    account: Annotated[
        str | None,
        typer.Option(
            "--account", help="Also say which orders are new to this account, and how long it takes there."
        ),
    ] = None,
    further: FurtherFiles = None,
    limit: Annotated[int, typer.Option(min=0, help="How many orders to show.")] = 3,
    every: Annotated[bool, typer.Option("--all", help="Show every order.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the receipt and the payloads as JSON.")] = False,
) -> None:
    """Show the orders and problems that a file would give, and how long sending would take; nothing is sent.

    Example: orderdrop preview shipments.csv --mapping acme-shipments --account shop-eu
    """
    from orderdrop import wiring
    from orderdrop.cli import render_preview
    from orderdrop.cli.session import previewing
    from orderdrop.pipeline.preview import preview as preview_file

    with previewing(context.obj) as session:
        settings = session.settings
        links = account is not None and wiring.account_of(settings, account).links
        known = wiring.open_settled_ledger(settings) if account else None
        try:
            shown = preview_file(
                session.parts,
                file,
                mapping,
                accepted_by=known,
                further=further or (),
                account=account or "",
                carrier_for=lambda destination: wiring.unused_carrier(settings, destination, account),
                links=links,
            )
        finally:
            if known is not None:
                known.close()
    if json:
        render.as_json(shown)
    else:
        shape = wiring.find_shape(shown["destination"])
        render_preview.previewed(shown, shape.key if shape else "", None if every else limit)
    raise typer.Exit(_predicted(shown))


def _predicted(shown: dict[str, Any]) -> ExitCode:
    """The exit code that a run would end with if the API accepts everything."""
    blocked = shown["status"] != "sending" or shown["rows"]["rejected"] or shown["rows"]["held"]
    return ExitCode.REJECTS if blocked else ExitCode.ACCEPTED


def read(
    context: typer.Context,
    file: DropFile,
    mapping: Annotated[str | None, typer.Option("--mapping", help="Read it as this mapping says.")] = None,
) -> None:
    """Print the table as plain CSV as the reader sees it, and the verdict on stderr.

    Example: orderdrop read shipments.csv
    """
    from orderdrop import wiring
    from orderdrop.cli.session import settings_of
    from orderdrop.mapping.model import FileOptions
    from orderdrop.pipeline.drops import must_be_there
    from orderdrop.tables.open import open_table
    from orderdrop.tables.plain import describe, write_plain

    options = FileOptions()
    wanted: tuple[str, ...] = ()
    if mapping is not None:
        chosen = wiring.load_mapping(settings_of(context.obj, need_secrets=False), mapping).mapping
        options, wanted = chosen.file, chosen.headings()
    must_be_there(file)
    table = open_table(file, options, wanted=wanted)
    for line in describe(table.verdict):
        render.talk(line)
    refused: list[str] = []  # the first few are told, all are counted

    def refuse(problem: Problem) -> None:
        if len(refused) < TOLD:
            refused.append(problem.message)

    written = write_plain(table, sys.stdout, on_problem=refuse)
    for line in (*table.told_later(), *refused):
        render.talk(line)
    render.talk(
        f"rows: {written.written:,} read, {written.blank:,} passed over, {written.refused:,} refused"
        + (f" (the first {TOLD} are told)" if written.refused > TOLD else "")
    )
