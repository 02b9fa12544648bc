"""The command that looks whether the ledger is in order.

What a command needs is imported when it runs: `--help` answers at once.
"""

import typer

from orderdrop.cli import render
from orderdrop.cli.registering import add, add_group
from orderdrop.core.neutral import printable
from orderdrop.errors import ExitCode


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    add(add_group(app, "ledger", _ledger), check)


def _ledger() -> None:
    """The ledger itself.

    Example: orderdrop ledger check
    """


def check(context: typer.Context) -> None:
    """Look whether the ledger is in order: no damage, books that balance, facts that bear each other out.

    Prints what is wrong, one a line, and ends with code 1; changes nothing. Reads all there is, so it takes a while.

    Example: orderdrop ledger check
    """
    from orderdrop.cli.session import looking
    from orderdrop.pipeline.auditing import audit

    found = 0
    with looking(context.obj) as session:
        for wrong in audit(session.parts.ledger):
            found += 1
            render.lines([printable(wrong)])
    if found:
        render.talk(
            "Somebody wrote into the ledger, or its disk did. Stop what sends from it, then restore the backup from before; "
            "`orderdrop orders find` shows what is known of an order."
        )
        raise typer.Exit(ExitCode.REJECTS)
    render.talk("The ledger is in order.")
