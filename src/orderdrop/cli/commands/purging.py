"""The command that removes personal data.

What a command needs is imported when it runs: `--help` answers at once.
"""

from datetime import timedelta
from typing import Annotated

import typer

from orderdrop.cli import render
from orderdrop.cli.registering import add
from orderdrop.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    add(app, purge)


def purge(
    context: typer.Context,
    older_than: Annotated[
        str | None,
        typer.Option(
            "--older-than", help="In days: 90d. What `retention:` in the settings says if left out."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only name the batches that it would be.")
    ] = False,
) -> None:
    """Remove the personal data of batches that were done so long ago: files, reports, payloads, answers.

    Keys, digests, counts and fates stay. Prints the batches. A batch that was purged cannot be rerun.

    Example: orderdrop purge --older-than 90d --dry-run
    """
    from orderdrop.cli.session import looking
    from orderdrop.pipeline.upkeep import purging

    with looking(context.obj) as session:
        age = _age(older_than, session.settings.retention)
        if dry_run:
            batches = purging.due(session.parts.ledger, session.parts.clock() - age)
            render.lines(batch.id for batch in batches)
            render.talk(f"{_count(len(batches))} would be purged.")
            return
        purged = purging.purge(session.parts, age, tell=lambda batch: render.lines([batch.id]))
    render.talk(f"Purged {_count(purged)}.")


def _age(said: str | None, retention: timedelta | None) -> timedelta:
    if said is None and retention is not None:
        return retention
    if said is None:
        raise UsageError(
            "It is not said how old is old.",
            next_step="Say --older-than 90d, or write `retention: 90d` into the settings.",
        )
    from orderdrop.settings import period

    try:
        return period(said)
    except ValueError:
        raise UsageError(
            f"{said!r} is no number of days.", next_step="Write --older-than 90d, at most 9999d."
        ) from None


def _count(number: int) -> str:
    return "1 batch" if number == 1 else f"{number:,} batches"
