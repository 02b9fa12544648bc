"""Rows of an earlier drop that a corrected report takes over, because they did not come back with it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.arrays import ArrowExtensionArray

from orderdrop.core.headings import OWN_COLUMNS
from orderdrop.core.rows import expand
from orderdrop.frames import Table, TextFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Rows of an earlier drop that belong to this one: where it is kept, how it was read, which rows, after which row
    of ours they stand."""

    path: str
    reading: str
    rows: str
    after: int


def with_joined(table: Table, joined: Joined | None, original: Callable[[], Table]) -> Table:
    """A corrected report followed by the rows that are taken from the original, numbered on from its last row."""
    if joined is None:
        return table
    return replace(table, frames=_followed(table.frames, joined, original))


def _followed(
    frames: Iterable[TextFrame], joined: Joined, original: Callable[[], Table]
) -> Iterator[TextFrame]:
    names: list[str] = []
    for frame in frames:
        names = [str(name) for name in frame.cells.columns]
        yield frame
    wanted, number = np.array(expand(joined.rows), dtype=np.int64), joined.after
    for frame in original().frames:
        cells = frame.cells[np.isin(frame.cells.index.to_numpy(dtype=np.int64), wanted)]
        if not len(cells):
            continue
        blank = pa.array([""] * len(cells), pa.string())
        columns = {
            name: ArrowExtensionArray(
                pa.array(cells[name], pa.string())
                if name in cells.columns and name not in OWN_COLUMNS
                else blank
            )
            for name in names
        }
        index = pd.Index(np.arange(number + 1, number + 1 + len(cells), dtype=np.int64))
        number += len(cells)
        yield TextFrame(cells=pd.DataFrame(columns, index=index, copy=False))
