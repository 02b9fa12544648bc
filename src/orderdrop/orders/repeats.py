"""Rows that repeat an earlier row of their order cell by cell."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from orderdrop.core.problems import Cell, Code, Problem
from orderdrop.orders.chunk import Chunk


def repeats_of(chunk: Chunk) -> dict[int, int]:
    """The rows that repeat an earlier row of their order exactly: index of the copy -> index of the first."""
    prints = chunk.fingerprints
    pairs = chunk.order * (int(prints.max(initial=0)) + 1) + prints
    codes, distinct = pd.factorize(pairs)
    if len(distinct) == len(pairs):
        return {}
    first = np.zeros(len(distinct), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    copies = np.flatnonzero(first[codes] != np.arange(len(codes)))
    return dict(zip(copies.tolist(), first[codes[copies]].tolist(), strict=True))


def repeat_problems(chunk: Chunk, repeats: Mapping[int, int]) -> Iterator[Problem]:
    """One problem per copy; it names the row that came first."""
    rows = chunk.rows
    for copy, first in repeats.items():
        yield Problem(
            code=Code.DUPLICATE_ROW,
            message=f"This row is the same as row {rows[first]}. Delete one of the two.",
            cells=(Cell(row=int(rows[copy])),),
            order=chunk.names[chunk.order[copy]],
        )
