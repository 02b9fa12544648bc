"""Nodes get numbers: rows with the same keys on the whole way down are the same node.

The nodes of a level are numbered so that the children of one parent are neighbours, in the order in which their first
rows appear. A parent's list is then a slice, and a node's position in it a subtraction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderdrop.core.lineage import ABSENT
from orderdrop.orders.block import Mask, Numbers
from orderdrop.orders.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """One level's nodes: the number of each row's node (-1: none), each node's first row, each parent's slice.

    The children of parent p are nodes `starts[p]` up to `starts[p + 1]`; the order level has one parent.
    """

    of_row: Numbers
    first_row: Numbers
    starts: Numbers

    @property
    def count(self) -> int:
        """How many nodes the level has."""
        return len(self.first_row)

    def positions(self) -> Numbers:
        """The position of each row's node among its siblings, ABSENT where the row has none."""
        parents = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        within = np.arange(self.count) - self.starts[parents]
        found = np.full(len(self.of_row), ABSENT, dtype=np.int64)
        present = self.of_row >= 0
        found[present] = within[self.of_row[present]]
        return found


def number_nodes(plan: Plan, keys: Sequence[Numbers]) -> tuple[Nodes, ...]:
    """The nodes of every level; `keys[i]` has a code per row for the element of level i that the row belongs to."""
    done: list[Nodes] = []
    for level, codes in zip(plan.levels, keys, strict=True):
        if level.parent < 0:
            done.append(_children(np.zeros(len(codes), dtype=np.int64), 1, codes))
        else:
            parent = done[level.parent]
            done.append(_children(parent.of_row, parent.count, codes))
    return tuple(done)


def first_rows(nodes: Nodes, having: Mask | None = None) -> Numbers:
    """Each node's first row among those that have a value, -1 where none of its rows has one."""
    if having is None:
        return nodes.first_row
    rows = np.flatnonzero(having & (nodes.of_row >= 0))
    return _first_of_each(nodes.of_row[rows], rows, nodes.count)


def _children(parents: Numbers, parent_count: int, keys: Numbers) -> Nodes:
    rows = np.flatnonzero(keys >= 0)
    span = int(keys.max(initial=0)) + 1
    found, distinct = pd.factorize(parents[rows] * span + keys[rows])
    held_by = np.asarray(distinct) // span
    ranking = np.argsort(held_by, kind="stable")
    rank = np.empty(len(ranking), dtype=np.int64)
    rank[ranking] = np.arange(len(ranking))
    of_row = np.full(len(keys), -1, dtype=np.int64)
    of_row[rows] = rank[found]
    return Nodes(
        of_row=of_row,
        first_row=_first_of_each(of_row[rows], rows, len(ranking)),
        starts=np.searchsorted(held_by[ranking], np.arange(parent_count + 1)).astype(np.int64),
    )


def _first_of_each(nodes: Numbers, rows: Numbers, count: int) -> Numbers:
    first = np.full(count, -1, dtype=np.int64)
    first[nodes[::-1]] = rows[::-1]  # written from the end, so that the earliest row is what stays
    return first
