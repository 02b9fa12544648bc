"""Our own reject report, come back corrected: recognised, and its text as the sender wrote it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.arrays import ArrowExtensionArray

from orderdrop.core.headings import is_own_report
from orderdrop.core.neutral import RESTORE_PATTERN, restore
from orderdrop.frames import Table, TextFrame


def peek_at_correction(table: Table) -> tuple[Table, str | None]:
    """Recognise our own reject report that comes back: the batch it corrects, and its text as the sender wrote it.

    Any other table is given back as it is, with None. Raises FileRefused where the reading of the first rows does.
    """
    if not is_own_report(table.headings):
        return table, None
    first = next(table.frames, None)
    if first is None:
        return table, None
    named = next((str(name) for name in first.cells["_batch"] if name), None)
    headings = tuple(map(restore, table.headings))
    return replace(table, headings=headings, frames=_restored(chain([first], table.frames), headings)), named


def _restored(frames: Iterable[TextFrame], headings: tuple[str, ...]) -> Iterator[TextFrame]:
    """Take back the apostrophes that our own reject report put before text that looks like a formula."""
    for frame in frames:
        columns = {
            name: ArrowExtensionArray(
                pc.replace_substring_regex(pa.array(frame.cells[name], pa.string()), RESTORE_PATTERN, r"\1")
            )
            for name in frame.cells.columns
        }
        # the arrays as they are, beside their rows: a Series here would be matched by label and shift every cell
        cells = pd.DataFrame(columns, index=frame.cells.index, copy=False)
        if len(set(headings)) == len(headings):  # else the reader has named twins apart
            cells.columns = pd.Index(headings)
        broken = {row: tuple(map(restore, texts)) for row, texts in frame.broken.items()}
        yield replace(frame, cells=cells, broken=broken)
