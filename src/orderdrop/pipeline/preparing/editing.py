"""Cells that a person corrected before a file was sent: kept beside the drop's copy, and laid over it at every reading.

The file itself stays as it came. Rows that the reader could not take apart cannot be corrected this way.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import orjson
import pandas as pd
import pyarrow as pa
from pandas.arrays import ArrowExtensionArray

from orderdrop.core.identity import digest
from orderdrop.frames import Table, TextFrame
from orderdrop.pickup.sets import kept_beside

Edits = Mapping[int, Mapping[str, str]]
"""By row of the drop: heading to new text."""

_NAME = "@edits"  # no table can be called so


def keep_edits(kept: Path, edits: Edits) -> str:
    """Lay corrections beside a drop's copy; gives what names them, "" where there are none."""
    if not edits:
        return ""
    text = orjson.dumps({str(row): dict(cells) for row, cells in sorted(edits.items())})
    kept_beside(kept, _NAME).write_bytes(text)
    return digest(text)


def edits_of(kept: Path) -> Edits:
    """The corrections beside a drop's copy."""
    place = kept_beside(kept, _NAME)
    return (
        {int(row): cells for row, cells in orjson.loads(place.read_bytes()).items()}
        if place.is_file()
        else {}
    )


def edited(table: Table, edits: Edits) -> Table:
    """A table with corrections laid over it; its rows must be numbered as those of the drop."""
    return replace(table, frames=_edited(table.frames, edits)) if edits else table


def _edited(frames: Iterable[TextFrame], edits: Edits) -> Iterator[TextFrame]:
    for frame in frames:
        here = {row: at for at, row in enumerate(frame.cells.index.tolist()) if row in edits}
        yield replace(frame, cells=_corrected(frame, edits, here)) if here else frame


def _corrected(frame: TextFrame, edits: Edits, here: Mapping[int, int]) -> pd.DataFrame:
    cells = frame.cells.copy(deep=False)
    for name in {name for row in here for name in edits[row]} & set(cells.columns):
        texts = cells[name].tolist()
        for row, at in here.items():
            texts[at] = edits[row].get(str(name), texts[at])
        cells[name] = ArrowExtensionArray(pa.array(texts, pa.string()))
    return cells
