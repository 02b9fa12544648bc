"""Commands that look back: batches, rejects, orders.

What a command needs is imported when it runs: `--help` answers at once.
"""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from orderdrop.cli import render
from orderdrop.cli.commands import reading, reruns
from orderdrop.cli.commands.work import release_
from orderdrop.cli.options import AsJson
from orderdrop.cli.outputs import writing
from orderdrop.cli.registering import add, add_group
from orderdrop.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    batches = add_group(app, "batches", _list_by_default, runs_by_itself=True)
    add(batches, list_, "list")
    add(batches, show, "show")
    add(batches, release_, "release")
    add(app, rejects)
    orders = add_group(app, "orders", _orders)
    add(orders, find, "find")
    reading.register_orders(orders)
    reruns.register(app, batches, orders)


def _orders() -> None:
    """Single orders across all batches.

    Example: orderdrop orders find AC-10442
    """


def _list_by_default(context: typer.Context) -> None:
    """What arrived and what came of it.

    Example: orderdrop batches list --limit 10
    """
    if context.invoked_subcommand is None:
        list_(context)


def list_(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    feed: Annotated[str | None, typer.Option(help="Only of this feed.")] = None,
    json: AsJson = False,
) -> None:
    """List batches, newest first.

    Example: orderdrop batches list --limit 10
    """
    from orderdrop.cli.session import looking
    from orderdrop.pipeline.history import summary

    with looking(context.obj) as session:
        ledger = session.parts.ledger
        listed = [(batch, summary(session.parts, batch)) for batch in ledger.batches(limit=limit, feed=feed)]
    if json:
        render.as_json(
            [{key: value for key, value in shown.items() if key != "problems"} for _, shown in listed]
        )
    else:
        render.batches(listed)


def show(
    context: typer.Context, batch: Annotated[str, typer.Argument(help="The batch.")], json: AsJson = False
) -> None:
    """Print the receipt of a batch.

    Example: orderdrop batches show b-20261122-193000-7k3fq2 --json
    """
    from orderdrop.cli.render_waits import entry
    from orderdrop.cli.session import looking
    from orderdrop.pipeline.batches.waiting import in_words, waits
    from orderdrop.pipeline.history import chain, named, receipt

    with looking(context.obj) as session:
        known = named(session.parts.ledger, batch)
        parts_of_it = chain(session.parts, known)
        shown = receipt(session.parts, known)
        mine = [one for one in waits(session.parts) if known.waits_since and one.account == known.account]
        if mine:
            shown["waits"] = entry(mine[0])
        if len(parts_of_it) > 1:
            shown["chain"] = [one.id for one in parts_of_it]
    if json:
        render.as_json(shown)
    else:
        render.receipt(shown)
        render.chain(parts_of_it, known)
        render.lines(map(in_words, mine))


def rejects(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="The batch.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Where to; the ending says how: .xlsx, .csv or .json.")
    ],
) -> None:
    """Write the reject report of a batch: the sender's rows that came back, with what is wrong.

    Example: orderdrop rejects b-20261122-193000-7k3fq2 -o rejects.xlsx
    """
    kind = {".csv": "rejects_csv", ".xlsx": "rejects_xlsx", ".json": "rejects_json"}.get(
        output.suffix.lower()
    )
    if kind is None:
        raise UsageError(
            f"{output} does not say which form is wanted.", next_step="End the name in .xlsx, .csv or .json."
        )
    from orderdrop.cli.session import looking
    from orderdrop.pipeline.history import named, report_folder
    from orderdrop.pipeline.upkeep.purging import refuse_purged
    from orderdrop.reports.places import report_paths

    with looking(context.obj) as session:
        known = named(session.parts.ledger, batch)
        refuse_purged(known)
        path = report_paths(report_folder(session.parts, known), known.drop.name)[kind]
        if not path.is_file():
            from orderdrop.pipeline.batches.batch import report

            report(session.parts, known)
        if not path.is_file():
            render.talk("No rows of this batch came back: there is nothing to write.")
            return
        with writing(output):
            shutil.copyfile(path, output)
    render.talk(f"Wrote {output}.")


def find(
    context: typer.Context,
    text: Annotated[
        str, typer.Argument(help="An order's key, or any text of it: a tracking number, an email.")
    ],
    json: AsJson = False,
) -> None:
    """Find an order across all batches: its file, rows, attempts and answers.

    One that our checks rejected is found by its whole key, with what is wrong.

    Example: orderdrop orders find AC-10442
    """
    from orderdrop.cli.session import looking

    with looking(context.obj) as session:
        ledger = session.parts.ledger
        found = [(hit, ledger.attempts(hit.order.id)) for hit in ledger.find_orders(text)]
        rejected = ledger.rejected_orders(text)
    if json:
        built = [render.found_entry(hit, attempts) for hit, attempts in found]
        render.as_json(built + list(map(render.rejected_entry, rejected)))
    else:
        render.found_orders(found)
        render.rejected_orders(rejected)
    if not found and not rejected:
        render.talk(
            f"No order has {text!r} in its key, reference or payload, and no rejected row has it as its order's key."
        )
        raise typer.Exit(1)
