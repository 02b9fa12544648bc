"""Commands that ask the systems what they hold: orders fetch, view and link, and reconcile.

What a command needs is imported when it runs: `--help` answers at once.
"""

from typing import Annotated

import typer

from orderdrop.cli import render, render_orders
from orderdrop.cli.options import AsJson
from orderdrop.cli.registering import add
from orderdrop.cli.times import bounds, more_of
from orderdrop.errors import ExitCode, UsageError

Account = Annotated[str, typer.Option("--account", help="The account to ask.")]
MaybeAccount = Annotated[
    str | None, typer.Option("--account", help="The account to ask; the ledger's if left out.")
]
More = Annotated[
    list[str] | None,
    typer.Option(
        "--more", help="What only this system asks for, by its own name: account=1617", metavar="KEY=VALUE"
    ),
]
Expand = Annotated[
    list[str] | None, typer.Option(help="What to tell whole; what a person wants to see if left out.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module that stand alone."""
    add(app, reconcile)


def register_orders(orders: typer.Typer) -> None:
    """Add the commands about single orders to their group."""
    add(orders, fetch)
    add(orders, view)
    add(orders, link)


def fetch(
    context: typer.Context,
    account: Account,
    number: Annotated[str | None, typer.Option("--number", help="By order number.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="By the customer's email.")] = None,
    tracking: Annotated[str | None, typer.Option("--tracking", help="By tracking number.")] = None,
    courier: Annotated[str | None, typer.Option("--courier", help="The carrier of that number.")] = None,
    id: Annotated[str | None, typer.Option("--id", help="By the system's own id.")] = None,  # noqa: A002 - the option's name
    created_from: Annotated[str | None, typer.Option(help="Created at or after.")] = None,
    created_to: Annotated[str | None, typer.Option(help="Created at or before.")] = None,
    created_after: Annotated[str | None, typer.Option(help="Created after.")] = None,
    created_before: Annotated[str | None, typer.Option(help="Created before.")] = None,
    ordered_from: Annotated[str | None, typer.Option(help="Ordered at or after.")] = None,
    ordered_to: Annotated[str | None, typer.Option(help="Ordered at or before.")] = None,
    ordered_after: Annotated[str | None, typer.Option(help="Ordered after.")] = None,
    ordered_before: Annotated[str | None, typer.Option(help="Ordered before.")] = None,
    above: Annotated[int | None, typer.Option(help="Only with a larger id than this.")] = None,
    below: Annotated[int | None, typer.Option(help="Only with a smaller id than this.")] = None,
    ordering: Annotated[str | None, typer.Option(help="By which field; - before it: newest first.")] = None,
    more: More = None,
    expand: Expand = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many.")] = None,
    table: Annotated[bool, typer.Option("--table", help="A line for each parcel; the usual.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Each order as the system tells it, a line each.")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="A row for each parcel.")] = False,
) -> None:
    """Fetch orders from a system by a question that it answers; all of them if none is asked. They come as pages come in.

    Times are written 2026-11-22 or 2026-11-22T19:30, in UTC unless they say otherwise; a day alone is meant whole.

    Example: orderdrop orders fetch --account shop-eu --ordered-from 2026-11-01 --csv
    """
    layout = _layout(table=table, jsonl=jsonl, csv=csv)
    from orderdrop.cli.session import asking
    from orderdrop.destinations.readback import Question
    from orderdrop.pipeline.reading import fetch as fetch_orders

    question = Question(
        id=id,
        order_number=number,
        email=email,
        tracking_number=tracking,
        courier=courier,
        created=bounds(gte=created_from, lte=created_to, gt=created_after, lt=created_before),
        ordered=bounds(gte=ordered_from, lte=ordered_to, gt=ordered_after, lt=ordered_before),
        above=above,
        below=below,
        ordering=ordering,
        expand=tuple(expand) if expand else None,
        more=more_of(more or []),
    )
    with asking(context.obj) as session:
        found = fetch_orders(session.parts, account, question)
        printed = render_orders.fetched(found, limit, layout)
    if not printed:
        render.talk("No orders.")
        raise typer.Exit(ExitCode.REJECTS)


def _layout(**asked: bool) -> str:
    """The layout that was asked for, by its option's name; a table if none was. Raises UsageError for several."""
    named = [name for name, given in asked.items() if given]
    if len(named) > 1:
        raise UsageError(
            f"{' and '.join(f'--{name}' for name in named)} do not go together.",
            next_step="Name one of them.",
        )
    return named[0] if named else "table"


def view(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="An order's number, or an email, or a tracking number.")],
    account: MaybeAccount = None,
    more: More = None,
    json: AsJson = False,
) -> None:
    """Show one order as its system holds it now, for when a customer asks where the parcel is.

    Example: orderdrop orders view AC-10442 --account shop-eu
    """
    from orderdrop.cli.session import asking
    from orderdrop.pipeline.reading import view as view_order

    with asking(context.obj) as session:
        shown = view_order(session.parts, text, account, more_of(more or []))
    if json:
        render_orders.view_as_json(shown)
    else:
        render_orders.view(shown)


def link(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="An order's key, or the system's id of it.")],
    account: MaybeAccount = None,
) -> None:
    """Print the tracking link of an order. Whoever has it sees the recipient: it goes into no log.

    Example: orderdrop orders link PO-00012 --account loja
    """
    from orderdrop.cli.session import asking
    from orderdrop.pipeline.reading import link as ask_for_link

    with asking(context.obj) as session:
        render.lines([ask_for_link(session.parts, text, account).url])


def reconcile(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="The batch.")],
    json: AsJson = False,
) -> None:
    """Compare what was accepted of a batch with what the system holds now, field by field; ends with 1 if anything differs.

    Example: orderdrop reconcile b-20261122-193000-7k3fq2
    """
    from orderdrop.cli.session import working
    from orderdrop.pipeline.batches.reconcile import reconcile as compare

    with working(context.obj, quiet=json) as session:
        found = compare(session.parts, batch)
    if json:
        render.as_json(found.as_json())
    else:
        render_orders.reconciled(found.as_json())
    raise typer.Exit(ExitCode.ACCEPTED if found.is_same else ExitCode.REJECTS)
