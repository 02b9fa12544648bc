"""Files that a person named for what we write."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orderdrop.errors import UsageError


@contextmanager
def writing(to: Path) -> Iterator[None]:
    """Say in words that the place cannot be written. Raises UsageError."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{to} cannot be written: {error.strerror or error}.",
            next_step="Name another place, in a folder that is there and where you may write.",
        ) from None
