"""Tables opened for a test, and what is in them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.workbooks import HEADINGS

from orderdrop.core.problems import Code
from orderdrop.errors import FileRefused
from orderdrop.frames import Table
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.limits import Limits
from orderdrop.tables.open import open_table


def opened(path: Path, wanted: Sequence[str] = HEADINGS, **options: Any) -> Table:
    """A table by the mapping's options for a file; the headings of `workbooks` are wanted."""
    return open_table(path, FileOptions.model_validate(options), wanted=wanted)


def rows_of(table: Table) -> list[tuple[Any, ...]]:
    """Every good row as (row number, cell, ...)."""
    return [row for frame in table.frames for row in frame.cells.itertuples(name=None)]


def refusal(path: Path, options: FileOptions | None = None, limits: Limits | None = None) -> tuple[Code, str]:
    """Why a file is not read."""
    with pytest.raises(FileRefused) as caught:
        open_table(path, options or FileOptions(), limits=limits)
    return caught.value.problem.code, caught.value.problem.message
