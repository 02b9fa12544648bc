"""Commands about notices: what people were told, whether the channels work, and a look for those who poll without `serve`.

What a command needs is imported when it runs: `--help` answers at once.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from orderdrop.cli import render
from orderdrop.cli.options import AsJson
from orderdrop.cli.registering import add, add_group
from orderdrop.errors import SetupError, TryAgainLater, UsageError

if TYPE_CHECKING:
    from orderdrop.pipeline.telling.noticing import Telling
    from orderdrop.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    notices = add_group(app, "notices", _list_by_default, runs_by_itself=True)
    add(notices, list_, "list")
    add(notices, try_, "test")
    add(notices, send)


def _list_by_default(context: typer.Context) -> None:
    """What people were told lately, and what is still on its way.

    Example: orderdrop notices test
    """
    if context.invoked_subcommand is None:
        list_(context)


def list_(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
    json: AsJson = False,
) -> None:
    """List what people were told, newest first, channel by channel: sent, waiting, or given up.

    Example: orderdrop notices list --limit 50
    """
    from orderdrop.cli import render_notices
    from orderdrop.cli.session import looking

    with looking(context.obj) as session:
        shown = session.parts.ledger.sendings(limit=limit)
    if json:
        render.as_json([render_notices.entry(sending) for sending in shown])
    else:
        render_notices.sendings(shown)


def try_(
    context: typer.Context,
    channel: Annotated[list[str] | None, typer.Option(help="Only this one.")] = None,
) -> None:
    """Send a test message on every channel now, and say which did not take it and why.

    Example: orderdrop notices test --channel slack
    """
    import socket
    from datetime import UTC, datetime

    from orderdrop.cli.session import settings_of
    from orderdrop.notices.wording import trial

    recipients = _telling(settings_of(context.obj)).recipients
    names = [one.name for one in recipients]
    for name in channel or ():
        if name not in names:
            raise UsageError(
                f"There is no channel {name} under `notices:`.", next_step=f"Name one of {', '.join(names)}."
            )
    message = trial(socket.gethostname(), datetime.now(UTC))
    failed = []
    for one in recipients:
        if channel and one.name not in channel:
            continue
        why = one.channel.send(message)
        render.lines([f"{one.name}: {'it was taken' if why is None else why}"])
        failed += [one.name] if why is not None else []
    if failed:
        raise TryAgainLater(
            f"{', '.join(failed)} did not take the message.",
            next_step="Compare the URL with https://appriseit.com/services/, and try again.",
        )


def send(context: typer.Context) -> None:
    """Look once for what people should know, and send what is due; `orderdrop serve` does this by itself.

    For those who poll with `orderdrop run` at times of their own: let it follow.

    Example: orderdrop run --all; orderdrop notices send
    """
    from orderdrop.cli.session import working
    from orderdrop.pipeline.telling.noticing import look
    from orderdrop.pipeline.telling.survey import Survey

    with working(context.obj, quiet=True) as session:
        telling, parts = _telling(session.settings), session.parts
        survey = Survey(parts=parts, watched=telling.watched, began_at=parts.clock())
        looked = look(parts, telling, survey, insists=True)
    render.lines(f"{sending.channel}: {sending.notice.message.title}" for sending in looked.sent)
    failed = {sending.channel: sending.said for sending in looked.failed}
    if failed:
        raise TryAgainLater(
            " ".join(f"{channel} was not reached: {why}" for channel, why in failed.items()),
            next_step="What was to be sent is kept, and goes with the next look.",
        )


def _telling(settings: "Settings") -> "Telling":
    from orderdrop.wiring.notices import telling_of

    telling = telling_of(settings)
    if telling is None:
        raise SetupError(
            "Nobody is told anything: the settings have no `notices:`.",
            next_step='Write `notices: {channels: {ops: {url: "${OPS_URL}"}}}` in orderdrop.yaml.',
        )
    return telling
