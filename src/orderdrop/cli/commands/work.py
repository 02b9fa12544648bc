"""Commands that send: import one file, poll feeds now, serve.

What a command needs is imported when it runs: `--help` answers at once.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from orderdrop.cli import render
from orderdrop.cli.options import DropFile, FurtherFiles, MappingOption, ReceiptAsJson
from orderdrop.cli.registering import add
from orderdrop.errors import ExitCode, OrderdropError, Paused, Stopped, TryAgainLater, UsageError

if TYPE_CHECKING:
    from orderdrop.cli.session import Session
    from orderdrop.pipeline.batches.batch import Finished


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    add(app, import_, "import")
    add(app, run)
    add(app, serve)
    add(app, health)


def import_(
    context: typer.Context,
    file: DropFile,
    mapping: MappingOption,
    account: Annotated[str, typer.Option("--account", help="An account of the settings.")],
    further: FurtherFiles = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Work on it again although the same content came before; what was accepted and is unchanged is not sent twice.",
        ),
    ] = False,
    json: ReceiptAsJson = False,
) -> None:
    """Import one file now and print its receipt.

    The same content is answered with its first receipt and not sent again, unless --force is given.

    Example: orderdrop import shipments.csv --mapping acme-shipments --account shop-eu
    """
    from orderdrop.cli.session import working
    from orderdrop.pipeline.batches.imports import import_file

    with working(context.obj, quiet=json) as session:
        finished = import_file(session.parts, file, mapping, account, further=further or (), force=force)
    _show([finished], json=json, single=True)
    raise typer.Exit(_code_of(finished))


def run(
    context: typer.Context,
    feed: Annotated[str | None, typer.Argument(help="A feed of the settings.")] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Poll every feed that is not paused, and finish imports that were left."),
    ] = False,
    paused: Annotated[
        bool, typer.Option("--paused", help="Poll it although somebody paused it; it stays paused.")
    ] = False,
    json: ReceiptAsJson = False,
) -> None:
    """Poll a feed now: send what waited for its account, finish what a dead run left, take every settled file to its receipt.

    A feed that `orderdrop feeds pause` paused is left alone, with code 4 where it was named.

    Example: orderdrop run acme-nightly
    """
    if (feed is None) == (not every):
        raise UsageError("Name a feed, or say --all.", next_step="Example: orderdrop run acme-nightly")
    from orderdrop.cli.exits import exit_code
    from orderdrop.cli.session import working
    from orderdrop.pipeline.batches.waiting import in_words, waits

    with working(context.obj, quiet=json, insists=False) as session:
        names = [feed] if feed is not None else list(session.settings.feeds)
        done, failed = _poll_each(session, names, every=every, although_paused=paused)
        waiting = waits(session.parts)
    _show(done, json=json, single=False)
    left_out = [error for _, error in failed if every and isinstance(error, Paused)]
    failed = [(name, error) for name, error in failed if error not in left_out]
    for pause in left_out:
        render.talk(str(pause))
    for name, error in failed:
        if not isinstance(error, OrderdropError):
            raise error
        render.complain(f"{name}: {error}" if every else str(error))
    if not done and not failed:
        render.talk("No settled files are waiting.")
    for one in waiting:
        render.talk(in_words(one))
    codes = [error.exit_code for _, error in failed if isinstance(error, OrderdropError)]
    raise typer.Exit(max([exit_code([finished.batch.status for finished in done]), *codes]))


def _poll_each(
    session: "Session", names: list[str], *, every: bool, although_paused: bool
) -> "tuple[list[Finished], list[tuple[str, Exception]]]":
    """Poll feed by feed; one that fails keeps back neither its own finished drops nor the other feeds.

    First what waits for an account goes on: of the feed, or of whatever came before where `every` feed is polled; then
    also imports and reruns that a dead process left, for no feed comes back to them.
    """
    jobs: list[tuple[str, Callable[[], Iterator[Finished]]]] = []
    if every:
        jobs.append(("imports", partial(_finish_left, session)))
        jobs += [
            (f"account {account}", partial(_go_on, session, account)) for account in session.settings.accounts
        ]
    for name in names:
        jobs += [] if every else [(name, partial(_go_on_with_feed, session, name))]
        jobs.append((name, partial(_poll, session, name, although_paused=although_paused)))
    done: list[Finished] = []
    failed: list[tuple[str, Exception]] = []
    for name, begin in jobs:
        try:
            for finished in begin():
                done.append(finished)  # noqa: PERF402 - what came before an error is kept
        except Stopped as error:
            return done, [*failed, (name, error)]
        except Exception as error:  # noqa: BLE001 - told by the caller once the receipts are shown
            if str(error) not in {str(one) for _, one in failed}:
                failed.append((name, error))
    return done, failed


def _finish_left(session: "Session") -> "Iterator[Finished]":
    from orderdrop.pipeline.feeds.resuming import finish_left

    return finish_left(session.parts, session.feed_plans())


def _go_on(session: "Session", account: str) -> "Iterator[Finished]":
    from orderdrop.pipeline.feeds.resuming import go_on

    return go_on(session.parts, account, session.feed_plans())


def _go_on_with_feed(session: "Session", name: str) -> "Iterator[Finished]":
    from orderdrop import wiring
    from orderdrop.pipeline.feeds.resuming import go_on

    plan = wiring.feed_plan(session.settings, name)
    return go_on(session.parts, plan.account, {name: plan}, feed=name)


def _poll(session: "Session", name: str, *, although_paused: bool) -> "Iterator[Finished]":
    from orderdrop import wiring
    from orderdrop.pipeline.feeds.polling import poll_feed

    plan = wiring.feed_plan(session.settings, name)
    return poll_feed(session.parts, plan, although_paused=although_paused)


def serve(
    context: typer.Context,
    no_scheduler: Annotated[
        bool, typer.Option("--no-scheduler", help="Only the console; another process polls the feeds.")
    ] = False,
) -> None:
    """Poll every feed at its times until SIGTERM or Ctrl-C; logs one JSON event a line on stderr.

    With `console:` in the settings people also get the console in their browser, from a second process that ends with this one.

    Example: orderdrop --config /etc/orderdrop.yaml serve
    """
    from orderdrop.cli.commands.serving import serve_until_stopped
    from orderdrop.cli.console import console_beside
    from orderdrop.cli.session import serving, wait_for
    from orderdrop.logs import log_step

    with (
        serving(context.obj, log_step) as session,
        console_beside(session, serving=not no_scheduler),
    ):
        if no_scheduler:
            wait_for(session.parts.stop)
        else:
            serve_until_stopped(session)
    raise typer.Exit(ExitCode.STOPPED)


def health(context: typer.Context) -> None:
    """Say whether `orderdrop serve` is at work on this host, which accounts it waits for, and what waits for a person.

    For health checks of containers and supervisors: the exit code speaks of `serve` alone.

    Example: orderdrop health
    """
    from orderdrop.cli.attention import attention
    from orderdrop.cli.commands.serving import heartbeat
    from orderdrop.cli.session import looking
    from orderdrop.core.neutral import printable
    from orderdrop.pipeline.batches.waiting import in_words, waits

    with looking(context.obj) as session:
        holder = session.parts.ledger.lease_holder(heartbeat(), session.parts.clock())
        told = [*map(in_words, waits(session.parts)), *map(printable, attention(session))]
    render.lines([*(["serving"] if holder is not None else []), *told])
    if holder is None:
        raise TryAgainLater(
            "No `orderdrop serve` of this host gave a sign of life in the last half minute.",
            next_step="Look at its log; start it again if it is gone.",
        )


def release_(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="A batch that is held.")],
    json: ReceiptAsJson = False,
) -> None:
    """Send a batch that was held as a whole.

    Example: orderdrop batches release b-20261122-193000-7k3fq2
    """
    from orderdrop.cli.session import working
    from orderdrop.pipeline.feeds.resuming import release_and_reply

    with working(context.obj, quiet=json) as session:
        finished = release_and_reply(session.parts, batch, session.feed_plans())
    _show([finished], json=json, single=True)
    raise typer.Exit(_code_of(finished))


def _code_of(finished: "Finished") -> ExitCode:
    from orderdrop.cli.exits import exit_code

    return exit_code([finished.batch.status])


def _show(done: "list[Finished]", *, json: bool, single: bool) -> None:
    for finished in done:
        if finished.repeated:
            render.talk(
                f"The same content came before: nothing was sent, this is the receipt of batch {finished.batch.id}. "
                "`orderdrop import --force` works on it again."
            )
    if json:
        render.as_json(done[0].receipt if single else [finished.receipt for finished in done])
        return
    for finished in done:
        render.receipt(finished.receipt)
