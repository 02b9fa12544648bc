"""Rows as one arrow table: the typed columns, and three columns that tell who each row is.

One table is one thing to keep, to spill and to read back.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from orderdrop.frames import TypedFrame

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
if TYPE_CHECKING:
    Column: TypeAlias = "pa.Array[Any]"
else:
    Column = pa.Array  # takes a parameter in its stubs only

# No place of a payload starts with "#", so these never hide a column.
ROW, BAD, FINGERPRINT = "#row", "#bad", "#fingerprint"


def table_of(frame: TypedFrame) -> pa.Table:
    """A frame's rows as one table."""
    table = frame.values
    for name, values in ((ROW, frame.rows), (BAD, frame.bad), (FINGERPRINT, frame.fingerprint)):
        table = table.append_column(name, pa.array(values))
    return table


def joined(tables: Iterable[pa.Table]) -> pa.Table:
    """All rows in the order given, each column in one piece."""
    parts = list(tables)
    whole = parts[0] if len(parts) == 1 else pa.concat_tables(parts, promote_options="permissive")
    return whole.combine_chunks()


def places_in(table: pa.Table) -> tuple[str, ...]:
    """The payload's places among the columns."""
    return tuple(name for name in table.column_names if not name.startswith("#"))


def column_in(table: pa.Table, name: str) -> Column:
    """One column as one array, whatever pieces it came in; nothing but nulls where the table has no such column."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    pieces = table.column(name).chunks
    if len(pieces) == 1:
        return pieces[0]
    return pa.concat_arrays(pieces) if pieces else pa.array([], table.schema.field(name).type)


def at_rows(column: Column, rows: Numbers) -> Column:
    """The values at some indexes, in their order; null where an index is negative."""
    blank = rows < 0
    return column.take(pa.array(rows, pa.int64(), mask=blank if blank.any() else None))


def filled(column: Column) -> Mask:
    """Where a column has a value."""
    if column.null_count == 0:
        return np.ones(len(column), dtype=np.bool_)
    return np.asarray(column.is_valid(), dtype=np.bool_)


def codes_of(column: Column) -> Numbers:
    """Numbers that are equal where the values are equal, -1 where there is none; new values count up as they appear."""
    encoded = column.dictionary_encode()
    return np.asarray(encoded.indices.fill_null(-1), dtype=np.int64)


def texts_of(column: Column) -> list[str]:
    """Values as text, for keys and messages; "" where there is none."""
    return ["" if value is None else value for value in column.cast(pa.string()).to_pylist()]
