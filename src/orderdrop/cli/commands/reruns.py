"""Commands that go on where a batch ended: rerun it, discard it, take an order out.

What a command needs is imported when it runs: `--help` answers at once.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orderdrop.cli import render
from orderdrop.cli.options import ReceiptAsJson
from orderdrop.cli.registering import add
from orderdrop.errors import ExitCode, UsageError

_NAMED_MOST = 5
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept and shown.")]


class OnlyOption(StrEnum):
    """The values of --only."""

    refused = "refused"
    unsent = "unsent"
    held = "held"
    all = "all"


def register(app: typer.Typer, batches: typer.Typer, orders: typer.Typer) -> None:
    """Add the commands of this module."""
    add(app, rerun)
    add(batches, discard, "discard")
    add(orders, exclude, "exclude")


def rerun(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="The batch to rerun.")],
    only: Annotated[
        OnlyOption,
        typer.Option(help="Which of its orders; what was accepted and is unchanged is never sent again."),
    ] = OnlyOption.all,
    orders: Annotated[
        Path | None, typer.Option("--orders", help="A file of order numbers, one a line: only these.")
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option("--mapping", help="Another mapping, by name or file; else its own as it is today."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would pass; nothing is sent.")
    ] = False,
    json: ReceiptAsJson = False,
) -> None:
    """Work on a batch again: a new batch that names it, from the file that was kept.

    If the mapping has changed since, it is tried first: how many rows would now pass.

    Example: orderdrop rerun b-20261122-193000-7k3fq2 --only unsent
    """
    from orderdrop import wiring
    from orderdrop.cli.exits import exit_code
    from orderdrop.cli.session import working
    from orderdrop.pipeline.batches import rerun as reruns

    names = _names_in(orders) if orders is not None else None
    with working(context.obj, quiet=json) as session:
        parts = session.parts
        planned = reruns.plan(parts, batch, only=reruns.Only(only.value), orders=names, mapping=mapping)
        if planned.unknown:
            named, more = ", ".join(planned.unknown[:_NAMED_MOST]), len(planned.unknown) - _NAMED_MOST
            render.talk(f"Batch {batch} has no order {named}{f' and {more} more' if more > 0 else ''}.")
        if dry_run or planned.changed:
            shown = reruns.rehearse(parts, wiring.scratch_ledger(), planned)
            passing, of = reruns.would_pass(shown)
            if planned.changed:
                render.talk("The mapping has changed since this batch ran.")
            render.talk(f"Would now pass: {passing} of {of} rows.")
        if dry_run:
            if json:
                render.as_json({**shown, "would_pass": {"rows": passing, "of": of}})
            else:
                render.rehearsed(shown)
            raise typer.Exit(ExitCode.ACCEPTED if passing == of else ExitCode.REJECTS)
        finished = reruns.rerun(parts, planned)
    render.as_json(finished.receipt) if json else render.receipt(finished.receipt)
    raise typer.Exit(exit_code([finished.batch.status]))


def discard(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="A batch that is held.")],
    reason: Reason,
    json: ReceiptAsJson = False,
) -> None:
    """Give up a batch that was held as a whole: nothing of it is sent.

    Example: orderdrop batches discard b-20261122-193000-7k3fq2 --reason "the file of last week by mistake"
    """
    from orderdrop.cli.session import working
    from orderdrop.pipeline.batches import releasing

    with working(context.obj, quiet=json) as session:
        finished = releasing.discard(session.parts, batch, reason)
    render.as_json(finished.receipt) if json else render.receipt(finished.receipt)


def exclude(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="The order's number.")],
    batch: Annotated[str, typer.Option("--batch", help="The batch that it is to be taken out of.")],
    reason: Reason,
    json: ReceiptAsJson = False,
) -> None:
    """Take an order out of a batch for good: no release, rerun or correction of the batch sends it.

    Example: orderdrop orders exclude AC-10442 --batch b-20261122-193000-7k3fq2 --reason "cancelled by phone"
    """
    from orderdrop.cli.session import working
    from orderdrop.pipeline.batches import rerun as reruns

    with working(context.obj, quiet=json) as session:
        finished = reruns.exclude(session.parts, batch, text, reason)
    render.as_json(finished.receipt) if json else render.receipt(finished.receipt)


def _names_in(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}.",
            next_step="Give a text file with one order number a line.",
        ) from None
    names = [line.strip() for line in lines if line.strip()]
    if not names:
        raise UsageError(f"{file} names no orders.", next_step="Write one order number a line.")
    return names
