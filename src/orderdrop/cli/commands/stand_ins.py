"""Commands around the stand-ins: the demo, and the sandbox for merchants' own tests."""

from pathlib import Path
from typing import Annotated

import typer

from orderdrop.cli import render
from orderdrop.cli.registering import add
from orderdrop.errors import SetupError


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    add(app, demo)
    add(app, sandbox)


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where to work; made anew.")] = Path(
        "orderdrop-demo"
    ),
) -> None:
    """Run the whole job on local stand-ins, with nothing to set up, and leave a folder to look into.

    Example: orderdrop demo
    """
    with _needs_sandbox():
        from orderdrop.cli.commands.demo import run_demo
    run_demo(folder)


def sandbox(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port on loopback; 0 lets the system choose.")
    ] = 8808,
    key: Annotated[str | None, typer.Option("--key", help="The only key to accept; any if left out.")] = None,
) -> None:
    """Serve the stand-in APIs on loopback until stopped; prints one line `ready ...` once they answer.

    Example: orderdrop sandbox --port 8808
    """
    with _needs_sandbox():
        from orderdrop.sandbox.server import SandboxSettings, SandboxStartError, serve
    try:
        serve(
            port=port,
            settings=SandboxSettings().with_key(key),
            announce=lambda at: render.lines([at.ready_line]),
        )
    except SandboxStartError as error:
        raise SetupError(str(error)) from None


class _needs_sandbox:  # noqa: N801 - reads as a verb in a with statement
    """Turns a missing extra into words."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ModuleNotFoundError):
            raise SetupError(
                f"The stand-ins need {error.name}, which is not installed.",
                next_step="Install `orderdrop[sandbox]`.",
            ) from None
