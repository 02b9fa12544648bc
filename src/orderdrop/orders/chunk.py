"""Some whole orders at a time: their rows, side by side and in file order within each order."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from orderdrop.orders.block import (
    BAD,
    FINGERPRINT,
    ROW,
    Mask,
    Numbers,
    at_rows,
    codes_of,
    column_in,
    texts_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows of some whole orders, sorted by order; `order` numbers the orders from 0, `names` are their keys."""

    table: pa.Table
    order: Numbers
    names: list[str]

    @property
    def rows(self) -> Numbers:
        """The physical row numbers."""
        return np.asarray(column_in(self.table, ROW), dtype=np.int64)

    @property
    def bad(self) -> Mask:
        """The rows that the checks found bad."""
        return np.array(column_in(self.table, BAD), dtype=np.bool_)

    @property
    def fingerprints(self) -> Numbers:
        """A number per row, equal for rows with equal cells."""
        return codes_of(column_in(self.table, FINGERPRINT))


def chunks(block: pa.Table, key: str, orders: int) -> Iterator[Chunk]:
    """Cut the rows that name an order into chunks of at most so many orders, in the order of their first rows.

    A chunk ends early once it has ten rows for each order it may have, so that large orders do not add up.
    """
    codes = codes_of(column_in(block, key))
    named = np.flatnonzero(codes >= 0)
    ranked = named[np.argsort(codes[named], kind="stable")]
    ends = np.cumsum(np.bincount(codes[named]))
    start = done = 0
    while done < len(ends):
        most = int(np.searchsorted(ends, start + 10 * orders, side="right"))
        until = max(done + 1, min(done + orders, most))
        rows = ranked[start : int(ends[until - 1])]
        table = (
            block.slice(rows[0], len(rows)) if _neighbours(rows) else block.take(pa.array(rows, pa.int64()))
        )
        order = codes[rows] - done
        firsts = np.searchsorted(order, np.arange(until - done))
        names = texts_of(at_rows(column_in(table, key), firsts))
        yield Chunk(table=table, order=order, names=names)
        start, done = int(ends[until - 1]), until


def _neighbours(rows: Numbers) -> bool:
    return bool(rows[-1] - rows[0] + 1 == len(rows)) and bool((np.diff(rows) == 1).all())
