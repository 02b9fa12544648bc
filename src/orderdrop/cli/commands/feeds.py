"""Commands for feeds: how they stand, pausing, resuming, and trying the way to their sources.

What a command needs is imported when it runs: `--help` answers at once.
"""

import getpass
import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from orderdrop.cli import render
from orderdrop.cli.options import AsJson
from orderdrop.cli.registering import add, add_group

if TYPE_CHECKING:
    from orderdrop.cli.session import Session

Name = Annotated[str, typer.Argument(help="A feed of the settings.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    feeds = add_group(app, "feeds", _list_by_default, runs_by_itself=True)
    add(feeds, list_, "list")
    add(feeds, pause)
    add(feeds, resume)
    add(feeds, try_out, "test")


def _list_by_default(context: typer.Context) -> None:
    """Every feed: how it stands, its last and next poll, what came last.

    Example: orderdrop feeds
    """
    if context.invoked_subcommand is None:
        list_(context)


def list_(context: typer.Context, json: AsJson = False) -> None:
    """List every feed: how it stands, its last and next poll, what came last.

    Example: orderdrop feeds list --json
    """
    from orderdrop.cli.render_feeds import feed_texts
    from orderdrop.cli.session import looking
    from orderdrop.pipeline.feeds.polling import facts_of, feed_line

    with looking(context.obj) as session:
        lines = [feed_line(session.parts, plan) for plan in session.feed_plans().values()]
    if json:
        render.as_json([facts_of(line) for line in lines])
    elif lines:
        render.texts(feed_texts(lines))
    else:
        render.talk("The settings have no feeds.")


def pause(
    context: typer.Context,
    feed: Name,
    reason: Annotated[str, typer.Option("--reason", help="What the next one who looks must know.")],
) -> None:
    """Take no more files of a feed, in no process, until it is resumed; what was begun is brought to its end.

    Example: orderdrop feeds pause acme-nightly --reason "Acme sends last year's orders, they look into it"
    """
    from orderdrop.cli.session import looking
    from orderdrop.pipeline.feeds import polling

    with looking(context.obj) as session:
        name = _known(session, feed)
        before = session.parts.ledger.feed_state(name).paused_at
        state = polling.pause(session.parts, name, who(), reason)
        if before is None:
            _audit(session, "pause", name, state.pause_reason)
    told = "paused" if before is None else f"paused already, by {state.paused_by}: {state.pause_reason}"
    render.talk(f"Feed {name} is {told}. `orderdrop feeds resume {name}` lets it go on.")


def resume(context: typer.Context, feed: Name) -> None:
    """Let a paused feed be polled again at its times.

    Example: orderdrop feeds resume acme-nightly
    """
    from orderdrop.cli.session import looking
    from orderdrop.pipeline.feeds import polling

    with looking(context.obj) as session:
        name = _known(session, feed)
        was_paused = session.parts.ledger.feed_state(name).paused_at is not None
        polling.resume(session.parts, name)
        if was_paused:
            _audit(session, "resume", name, "")
        in_settings = session.settings.feeds[name].paused
    if in_settings:
        render.talk(
            f"The settings pause feed {name}: take `paused: true` out and start `orderdrop serve` again."
        )
    else:
        render.talk(f"Feed {name} is polled again." if was_paused else f"Feed {name} was not paused.")


def try_out(context: typer.Context, feed: Name, json: AsJson = False) -> None:
    """Try the way to a feed's source step by step, up to a file that is written, renamed and removed; nothing is claimed.

    Example: orderdrop feeds test acme-nightly
    """
    from orderdrop import wiring
    from orderdrop.cli.render_feeds import step_text
    from orderdrop.cli.session import settings_of

    taken = []
    for step in wiring.feed_steps(settings_of(context.obj), feed):
        taken.append(step)
        if not json:
            render.texts([step_text(step)])
    if json:
        render.as_json([step.facts() for step in taken])
    raise typer.Exit(max((step.error.exit_code for step in taken if step.error is not None), default=0))


def _known(session: "Session", feed: str) -> str:
    """The feed's name. Raises SettingsError naming those there are."""
    from orderdrop import wiring

    return wiring.feed_plan(session.settings, feed).name


def who(getuser: Callable[[], str] = getpass.getuser) -> str:
    """Who gives this command, as the audit trail and the next one who looks know them."""
    try:
        user = getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        user = f"uid-{os.getuid()}"
    return f"{user}@{socket.gethostname()}"


def _audit(session: "Session", action: str, feed: str, detail: str) -> None:
    from orderdrop import wiring
    from orderdrop.access.people import Deed
    from orderdrop.access.sql import SqlAccess

    at = session.parts.clock()
    deed = Deed(at=at, user=who(), action=action, subject=feed, detail=detail, address="command line")
    SqlAccess(wiring.database_of(session.parts.ledger)).add_deed(deed)
