"""How functions become commands: the docstring is the help, its example stands at the end, below the options."""

import inspect
from collections.abc import Callable

import typer


def add(app: typer.Typer, function: Callable[..., None], name: str | None = None) -> None:
    """Make a function a command of a group. Its docstring must end in a line `Example: ...`."""
    words, example = _split(function)
    app.command(name, help=words, epilog=example)(function)


def add_group(
    app: typer.Typer, name: str, callback: Callable[..., None], *, runs_by_itself: bool = False
) -> typer.Typer:
    """Make a group of commands, with the callback's docstring as its help."""
    words, example = _split(callback)
    group = typer.Typer(
        help=words,
        epilog=example,
        no_args_is_help=not runs_by_itself,
        invoke_without_command=runs_by_itself,
        callback=callback,
    )
    app.add_typer(group, name=name)
    return group


def _split(function: Callable[..., None]) -> tuple[str, str]:
    words, found, example = inspect.cleandoc(function.__doc__ or "").rpartition("\n\nExample: ")
    if not found:
        raise AssertionError(f"the help of {function.__name__} ends without an example")
    return words, f"\b\nExample: {example}"  # \b: an example that was broken into lines could not be copied
