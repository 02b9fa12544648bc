"""Rows that the reader refused, as far as they still name their order: its other rows must not go without them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from orderdrop.checks.arrow import ArrowArray, Ints, pa
from orderdrop.frames import TextFrame, TypedFrame

# what the reader writes for a byte that says nothing, and what others write for a character that was lost
_LOST = re.compile(r"\\x[0-9A-Fa-f]{2}|\ufffd")


def naming_cells(frame: TextFrame, headings: Sequence[str]) -> tuple[dict[str, ArrowArray], Ints]:
    """The refused rows of a frame with nothing in them but their sound cells under these headings, and their numbers.

    A row without such a cell is left out. A cell for which its row was refused, or that holds what no text has, is not sound.
    """
    columns = [str(name) for name in frame.cells.columns]
    guilty = {(cell.row, cell.column) for problem in frame.problems for cell in problem.cells}
    named: dict[int, dict[str, str]] = {}
    for row, cells in sorted(frame.broken.items()):
        under = dict(zip(columns, cells, strict=False))  # a row of another width has more or fewer
        sound = {
            heading: under[heading]
            for heading in headings
            if (row, heading) not in guilty and _is_sound(under.get(heading, ""))
        }
        if sound:
            named[row] = sound
    raw = {name: pa.array([cells.get(name, "") for cells in named.values()], pa.string()) for name in columns}
    return raw, np.array(list(named), dtype=np.int64)


def with_refused(typed: TypedFrame, key: str, names: Mapping[int, ArrowArray]) -> TypedFrame:
    """The frame with refused rows among its own, as bad rows that state nothing but the order that they belong to.

    `names` has a scalar of the key's type by physical row.
    """
    if not names:
        return typed
    rows = np.array(list(names), dtype=np.int64)
    told = pa.array([name.as_py() for name in names.values()], typed.values.schema.field(key).type)
    more = pa.table(
        {
            field.name: told if field.name == key else pa.nulls(len(rows), field.type)
            for field in typed.values.schema
        }
    )
    all_rows = np.concatenate([typed.rows, rows])
    order = np.argsort(all_rows)
    alone = np.array([hash(("refused", row)) for row in rows.tolist()], dtype=np.int64).view(np.uint64)
    return replace(
        typed,
        values=pa.concat_tables([typed.values, more]).take(pa.array(order)),
        rows=all_rows[order],
        bad=np.concatenate([typed.bad, np.ones(len(rows), dtype=np.bool_)])[order],
        fingerprint=np.concatenate([typed.fingerprint, alone])[order],  # a repeat of no other row
    )


def _is_sound(text: str) -> bool:
    bare = text.strip()
    return bool(bare) and bare.isprintable() and not _LOST.search(bare)
