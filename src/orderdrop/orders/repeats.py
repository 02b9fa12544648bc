"""Rows that repeat an earlier row of their order: cell by cell, or in everything that tells its elements apart."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from orderdrop.core.problems import Cell, Code, Problem, Severity
from orderdrop.core.rows import said
from orderdrop.orders.block import Mask, Numbers
from orderdrop.orders.chunk import Chunk
from orderdrop.orders.plan import Plan


def repeats_of(chunk: Chunk) -> dict[int, int]:
    """The rows that repeat an earlier row of their order exactly: index of the copy -> index of the first."""
    prints = chunk.fingerprints
    return _copies(chunk.order * (int(prints.max(initial=0)) + 1) + prints)


def _copies(names: Numbers) -> dict[int, int]:
    codes, distinct = pd.factorize(names)
    if len(distinct) == len(names):
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
            message=f"This row is the same as row {said(int(rows[first]))}. Delete one of the two.",
            cells=(Cell(row=int(rows[copy])),),
            order=chunk.names[chunk.order[copy]],
        )


def merged_problems(plan: Plan, chunk: Chunk, keys: Sequence[Numbers], judged: Mask) -> Iterator[Problem]:
    """One warning per row whose item an earlier row has named already, though a cell that is not sent tells them apart.

    `keys` are the codes of each row's elements by level; rows that are `judged` already are passed over. Only items count:
    several rows of one parcel are how parcels come.
    """
    items = [codes for codes, level in zip(keys, plan.levels, strict=True) if level.innermost]
    if not items:
        return
    at = np.flatnonzero(~judged & (np.maximum.reduce(items) >= 0))
    names = np.zeros(len(at), dtype=np.int64)
    for codes in keys:
        names = pd.factorize(names)[0] * (int(codes.max(initial=0)) + 2) + codes[at] + 1
    for copy, first in _copies(names).items():
        row, before = int(chunk.rows[at[copy]]), int(chunk.rows[at[first]])
        yield Problem(
            code=Code.ROWS_MERGED,
            message=f"Rows {said(before)} and {said(row)} name the same item, so they became one. If two were meant, put the sum into one "
            "row and delete the other.",
            cells=(Cell(row=row), Cell(row=before)),
            order=chunk.names[chunk.order[at[copy]]],
            severity=Severity.WARNING,
        )
