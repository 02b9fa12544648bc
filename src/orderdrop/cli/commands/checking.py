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
    ledger = add_group(app, "ledger", _ledger)
    add(ledger, check)
    add(ledger, restored)


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
    from orderdrop.pipeline.upkeep.auditing import audit

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


def restored(context: typer.Context) -> None:
    """Say that an older backup of the ledger was put back; nothing is sent from it before that is said.

    What happened since the backup is not in it. Every order that it holds for not sent is from now on one that may have been
    sent: it is looked up first where sending it again would make two. Prints the batches that it does not know; their
    reports lie in `reports-lost` then.

    Example: orderdrop ledger restored
    """
    from orderdrop import wiring
    from orderdrop.cli.session import settings_of
    from orderdrop.pipeline.upkeep.restoring import ASIDE, take_note

    settings = settings_of(context.obj, need_secrets=False)
    parts = wiring.build(settings, ledger=wiring.open_settled_ledger(settings, restored=True))
    try:
        batches, orders = take_note(parts)
    finally:
        parts.close()
    render.lines(batches)
    render.talk(f"{orders:,} orders count as possibly sent; {len(batches):,} batches are not in the ledger.")
    if batches:
        render.talk(
            f"What these sent stands in {settings.workdir / ASIDE}, in `accepted.csv` of each. Do not drop their files again "
            "for Shippify: it would make second deliveries of orders that the ledger does not know."
        )
