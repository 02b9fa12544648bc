"""The command `orderdrop`: its commands, and the one place where an error becomes a message and an exit code."""

import gc
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from orderdrop import version
from orderdrop.cli import render
from orderdrop.cli.commands import (
    checking,
    feeds,
    files,
    history,
    mappings,
    notices,
    purging,
    reading,
    stand_ins,
    work,
)
from orderdrop.errors import ExitCode, OrderdropError

_COLLECT_EVERY = 20_000  # objects: a few megabytes of cycles at most
_TYPERS_INTERRUPT = 130  # what typer makes of Ctrl-C

app = typer.Typer(
    name="orderdrop",
    help="Turn the files that warehouses and merchants drop into orders that a tracking API has accepted.",
    epilog="Exit codes: 0 all accepted, 1 finished with rejects, 2 usage, 3 set-up or mapping wrong, "
    "4 could not finish (safe to run again), 5 stopped on purpose.  Example: orderdrop demo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        render.lines([f"orderdrop {version()}"])
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            envvar="ORDERDROP_CONFIG",
            help="The settings file; orderdrop.yaml in this folder if left out.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - its callback prints and ends the command
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    context.obj = config


stand_ins.register(app)
work.register(app)
feeds.register(app)
files.register(app)
history.register(app)
mappings.register(app)
reading.register(app)
purging.register(app)
checking.register(app)
notices.register(app)


def main() -> None:
    """Run the command line; every error ends as a message with a next step and the exit code that errors.py names."""
    gc.set_threshold(_COLLECT_EVERY)  # the usual 700 costs a command a twentieth of its time
    # nothing here multiplies matrices; the threads for it cost every process that loads numpy a tenth of a second
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    code = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _unread()
    sys.exit(code)


def _run() -> int:
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as error:
        error.show() if hasattr(error, "show") else render.complain(error.format_message())
        return ExitCode.USAGE
    except OrderdropError as error:
        render.complain(str(error))
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return _interrupted()
    except (BrokenPipeError, SystemExit):  # typer makes the latter of the former, and of nothing else
        return _unread()
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        render.complain(
            f"This is a fault in orderdrop: {type(error).__name__} ({_first_line(error)}). What was sent is recorded; the same "
            "command can run again. Please report it with the output of `python -X dev -m orderdrop ...`."
        )
        return ExitCode.UNFINISHED
    return _interrupted() if code == _TYPERS_INTERRUPT else int(code or 0)


def _interrupted() -> int:
    render.complain("Stopped. What was sent is recorded; the same command goes on.")
    return ExitCode.STOPPED


def _unread() -> int:
    """Whoever read our output has seen enough; what we did is done."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.ACCEPTED


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "")[:200]
