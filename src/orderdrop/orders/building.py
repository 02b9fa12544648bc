"""Nested dicts out of columns: level by level from the innermost, one pass over each column's list of values.

Whoever builds many pauses the cyclic collector: it would walk the growing heap of dicts again and again, and they hold no
cycles.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np

from orderdrop.core.lineage import Lineage
from orderdrop.orders.block import Column, Numbers, at_rows, filled
from orderdrop.orders.erasing import NULL, Erasing
from orderdrop.orders.numbering import Nodes, first_rows
from orderdrop.orders.plan import Plan, Skeleton
from orderdrop.orders.wire import json_values

Payload = dict[str, Any]


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the cyclic garbage collector away for a while; leaves it as it was."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def build_payloads(
    plan: Plan,
    nodes: Sequence[Nodes],
    columns: Sequence[Sequence[Column | None]],
    erasing: Sequence[Mapping[int, Erasing]] | None = None,
) -> list[Payload]:
    """One payload per order, in the order of the order level's nodes; `columns[level][field]` has a value per row.

    `erasing[level]` are the fields that blank cells erase, by number.
    """
    elements: list[list[Payload]] = [[] for _ in plan.levels]
    for index in reversed(range(len(plan.levels))):
        level = plan.levels[index]
        leaves: list[list[Any] | None] = []
        erased = erasing[index] if erasing is not None else {}
        for number, (entry, column) in enumerate(zip(level.fields, columns[index], strict=True)):
            if column is not None and entry.leaf.many:
                leaves.append(_gathered(json_values(column, entry.leaf.wire), nodes[index]))
                continue
            values = None if column is None else _node_values(column, nodes[index])
            told = None if values is None else json_values(values, entry.leaf.wire)
            leaves.append(erased[number].fill(told, nodes[index]) if number in erased else told)
        children = {
            other: _slices(elements[other], nodes[other].starts)
            for other in range(index + 1, len(plan.levels))
            if plan.levels[other].parent == index and elements[other]
        }
        elements[index] = _objects(level.skeleton, leaves, children, nodes[index].count)
    return elements[0]


def build_lineages(plan: Plan, nodes: Sequence[Nodes], rows: Numbers) -> list[Lineage]:
    """One lineage per order; rows must be sorted by order. A list that none of an order's rows has is no level of it."""
    orders = nodes[0]
    starts = np.append(orders.first_row, len(rows)).tolist()
    positions = [level.positions() for level in nodes[1:]]
    bits = np.zeros(len(rows), dtype=np.int64)
    for index, column in enumerate(positions):
        bits |= (column >= 0).astype(np.int64) << index
    used = np.bitwise_or.reduceat(bits, orders.first_row).tolist()
    row_list = rows.tolist()
    lists = [column.tolist() for column in positions]
    steps: dict[int, tuple[tuple[str, ...], list[tuple[int, ...]]]] = {}
    for pattern in set(used):
        chosen = [index for index in range(len(lists)) if pattern >> index & 1]
        places = tuple(plan.levels[index + 1].place for index in chosen)
        steps[pattern] = (
            places,
            list(zip(*(lists[index] for index in chosen), strict=True)) or [()] * len(rows),
        )
    seen: dict[Any, Any] = {}  # most orders have the same few positions: each is kept, and travels, once
    lineages = []
    for pattern, (a, b) in zip(used, pairwise(starts), strict=True):
        places, steps_of_rows = steps[pattern]
        at = tuple(steps_of_rows[a:b])
        lineages.append(
            Lineage(
                levels=places,
                rows=tuple(row_list[a:b]),
                positions=seen.setdefault(at, at),
            )
        )
    return lineages


def _node_values(column: Column, nodes: Nodes) -> Column | None:
    """Per node the first value among its rows, null where none has one; None where no node has one."""
    if column.null_count == 0:
        return at_rows(column, nodes.first_row)
    first = first_rows(nodes, filled(column))
    return at_rows(column, first) if (first >= 0).any() else None


def _gathered(values: Sequence[Any], nodes: Nodes) -> list[Any]:
    """Per node every value that its rows have, each once, in the order of the rows; null where there is none."""
    found: list[dict[Any, None]] = [{} for _ in range(nodes.count)]
    for node, value in zip(nodes.of_row.tolist(), values, strict=True):
        if node >= 0 and value is not None:
            several = value if isinstance(value, list) else [value]
            found[node] |= dict.fromkeys(one for one in several if one is not None)
    return [list(gathered) or None for gathered in found]


def _slices(elements: list[Payload], starts: Numbers) -> list[Any]:
    ends = starts.tolist()
    return [elements[a:b] or None for a, b in pairwise(ends)]


def _objects(
    skeleton: Skeleton, leaves: Sequence[list[Any] | None], lists: dict[int, list[Any]], count: int
) -> list[Payload]:
    """One dict per node with what it has, NULL as null; key order is the skeleton's, whatever is left out."""
    made: list[Payload] = [{} for _ in range(count)]
    for name, part in skeleton.items():
        values: list[Any] | None
        if isinstance(part, dict):
            values = [below or None for below in _objects(part, leaves, lists, count)]
        else:
            values = leaves[part] if part >= 0 else lists.get(~part)
        if values is None:
            continue
        for node, value in zip(made, values, strict=True):
            if value is not None:
                node[name] = None if value is NULL else value
    return made
