"""Rows of one node that contradict each other.

Everything is found with whole columns; Python looks at single rows only where there is something to tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow.compute as pc

from orderdrop.core.problems import Cell, Code, Problem
from orderdrop.orders.block import Column, Numbers, at_rows, column_in, filled
from orderdrop.orders.chunk import Chunk
from orderdrop.orders.numbering import Nodes, first_rows
from orderdrop.orders.placing import Placement
from orderdrop.orders.plan import Field, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Rows of one node that state different values for one field, as indexes.

    `stating` are the rows that have a value, `silent` the node's other rows; `differing` is the first that contradicts
    the first.
    """

    level: int
    field: Field
    stating: Numbers
    silent: Numbers
    differing: int


def disagreements(
    plan: Plan, nodes: Sequence[Nodes], columns: Sequence[Sequence[Column | None]], rows: Numbers
) -> Iterator[Disagreement]:
    """Every field of every node on which the node's rows do not agree; a blank agrees with everything.

    Nodes and columns speak of `rows`, indexes into the chunk, and so do the answers.
    """
    for index, level in enumerate(plan.levels):
        for field, column in zip(level.fields, columns[index], strict=True):
            if column is not None and field.leaf.place != level.key:
                yield from _in_column(index, field, nodes[index], column, rows)


def disagreement_problem(
    plan: Plan, chunk: Chunk, placement: Placement, found: Disagreement, *, whole_node: bool
) -> Problem:
    """Name two rows and their values; the cells are all that state the field, those two first.

    With `whole_node` the node's silent rows are among the cells, for they go down with it.
    """
    rows = chunk.rows
    first, second = int(found.stating[0]), found.differing
    others = [at for at in found.stating.tolist() if at not in (first, second)]
    stated = {at: _cell(placement, chunk, found.level, found.field, at) for at in (first, second, *others)}
    cells = [Cell(row=int(rows[at]), column=name) for at in stated for name in stated[at][0] or (None,)]
    if whole_node:
        cells += [Cell(row=int(rows[at])) for at in found.silent]
    heading = next(iter(stated[second][0]), found.field.leaf.place)
    node = _name(plan, chunk, placement, found)
    return Problem(
        code=Code.ROWS_DISAGREE,
        message=f"Rows {rows[first]} and {rows[second]} have the same {node} but differ in {heading}: "
        f'"{stated[first][1]}" and "{stated[second][1]}". Give both rows the right one.',
        cells=tuple(cells),
        value=stated[first][1],
        order=chunk.names[chunk.order[first]],
        path=found.field.leaf.place,
    )


def _in_column(
    index: int, field: Field, nodes: Nodes, column: Column, rows: Numbers
) -> Iterator[Disagreement]:
    having = filled(column) & (nodes.of_row >= 0)
    first = first_rows(nodes, having)
    stating = np.flatnonzero(having)
    others = stating[first[nodes.of_row[stating]] != stating]
    if not len(others):
        return
    unequal = pc.not_equal(at_rows(column, others), at_rows(column, first[nodes.of_row[others]]))
    differing = others[np.asarray(unequal, dtype=np.bool_)]
    split, earliest = np.unique(nodes.of_row[differing], return_index=True)
    ranked = np.argsort(nodes.of_row, kind="stable") if len(split) else differing
    starts = np.searchsorted(nodes.of_row[ranked], split, side="left")
    ends = np.searchsorted(nodes.of_row[ranked], split, side="right")
    for start, end, at in zip(starts, ends, earliest, strict=True):
        members = ranked[start:end]
        yield Disagreement(
            level=index,
            field=field,
            stating=rows[members[having[members]]],
            silent=rows[members[~having[members]]],
            differing=int(rows[differing[at]]),
        )


def _cell(
    placement: Placement, chunk: Chunk, level: int, field: Field, at: int
) -> tuple[tuple[str, ...], str]:
    """The headings and the text of the cell with which a row states a field."""
    for feed, mask in placement.feeds_at(level, field):
        value = column_in(chunk.table, feed.column)[at]
        if mask[at] and value.is_valid:
            return feed.headings, _shown(value.as_py())
    return (), ""


def _name(plan: Plan, chunk: Chunk, placement: Placement, found: Disagreement) -> str:
    """How a clerk finds the node: the heading and text of its key, such as `Tracking no 1Z99`."""
    level = plan.levels[found.level]
    field = next((field for field in level.fields if field.leaf.place == level.key), None)
    if field is None:
        return level.place
    headings, text = _cell(placement, chunk, found.level, field, int(found.stating[0]))
    return f"{headings[0] if headings else field.leaf.place} {text}"


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
