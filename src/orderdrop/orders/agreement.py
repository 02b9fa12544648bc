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
from orderdrop.core.rows import said
from orderdrop.orders.block import Column, Mask, Numbers, at_rows, column_in, filled
from orderdrop.orders.chunk import Chunk
from orderdrop.orders.numbering import Nodes, first_rows
from orderdrop.orders.placing import Placement
from orderdrop.orders.plan import Field, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One column that fills a field, and the rows in which it does."""

    headings: tuple[str, ...]
    column: Column
    speaks: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Rows of one node that state different values for one field; rows are indexes into the chunk.

    `stating` are the rows that have a value, `silent` the node's other rows; `differing` is the first that contradicts
    the first. `name` are the columns that name the node.
    """

    place: str
    voices: tuple[Voice, ...]
    key: str
    name: tuple[Voice, ...]
    stating: Numbers
    silent: Numbers
    differing: int


def disagreements(
    plan: Plan,
    chunk: Chunk,
    placement: Placement,
    nodes: Sequence[Nodes],
    columns: Sequence[Sequence[Column | None]],
    rows: Numbers,
) -> Iterator[Disagreement]:
    """Every field of every node on which the node's rows do not agree; a blank agrees with everything.

    Nodes and columns speak of `rows`, which are indexes into the chunk.
    """
    for index, level in enumerate(plan.levels):
        key = next((field for field in level.fields if field.leaf.place == level.key), None)
        for field, column in zip(level.fields, columns[index], strict=True):
            if column is None or key is None or field is key or field.leaf.many:
                continue
            split = list(_split_nodes(nodes[index], column))
            voices = _voices(chunk, placement, index, field) if split else ()
            name = _voices(chunk, placement, index, key) if split else ()
            for stating, silent, differing in split:
                yield Disagreement(
                    place=field.leaf.place,
                    voices=voices,
                    key=key.leaf.place,
                    name=name,
                    stating=rows[stating],
                    silent=rows[silent],
                    differing=int(rows[differing]),
                )


def disagreement_problem(chunk: Chunk, rows: Numbers, found: Disagreement, *, whole_node: bool) -> Problem:
    """Name two rows and their values; the cells are all that state the field, those two first.

    `rows` are the chunk's physical rows. With `whole_node` the node's silent rows are among the cells, for they go
    down with it.
    """
    first, second = int(found.stating[0]), found.differing
    others = found.stating[(found.stating != first) & (found.stating != second)]
    cells = [
        Cell(row=int(rows[at]), column=heading)
        for at in (first, second, *others.tolist())
        for heading in _headings(found.voices, at) or (None,)
    ]
    if whole_node:
        cells += [Cell(row=row) for row in rows[found.silent].tolist()]
    values = [_text(found.voices, at) for at in (first, second)]
    node = f"{next(iter(_headings(found.name, first)), found.key)} {_text(found.name, first)}"
    heading = next(iter(_headings(found.voices, second)), found.place)
    return Problem(
        code=Code.ROWS_DISAGREE,
        message=f"Rows {said(int(rows[first]))} and {said(int(rows[second]))} have the same {node} but differ in {heading}: "
        f'"{values[0]}" and "{values[1]}". Give both rows the right one.',
        cells=tuple(cells),
        value=values[0],
        order=chunk.names[chunk.order[first]],
        path=found.place,
    )


def _split_nodes(nodes: Nodes, column: Column) -> Iterator[tuple[Numbers, Numbers, int]]:
    """Per node whose rows differ: the rows that have a value, those that have none, the first that differs."""
    if _neighbours_agree(nodes, column):
        return
    having = filled(column) & (nodes.of_row >= 0)
    first = first_rows(nodes, having)
    stating = np.flatnonzero(having)
    others = stating[first[nodes.of_row[stating]] != stating]
    if not len(others):
        return
    unequal = pc.not_equal(at_rows(column, others), at_rows(column, first[nodes.of_row[others]]))
    differing = others[np.asarray(unequal, dtype=np.bool_)]
    split, earliest = np.unique(nodes.of_row[differing], return_index=True)
    if not len(split):
        return
    ranked = np.argsort(nodes.of_row, kind="stable")
    starts = np.searchsorted(nodes.of_row[ranked], split, side="left")
    ends = np.searchsorted(nodes.of_row[ranked], split, side="right")
    for start, end, at in zip(starts, ends, earliest, strict=True):
        members = ranked[start:end]
        yield members[having[members]], members[~having[members]], int(differing[at])


def _neighbours_agree(nodes: Nodes, column: Column) -> bool:
    """Whether the rows of every node stand together, and each has the same value as the one before it.

    Most columns are so, and this is found without picking out rows.
    """
    same_node = nodes.of_row[1:] == nodes.of_row[:-1]
    if column.null_count or len(column) - np.count_nonzero(same_node) > nodes.count:
        return False
    unequal = np.asarray(pc.not_equal(column[1:], column[:-1]), dtype=np.bool_)
    return not (unequal & same_node).any()


def _voices(chunk: Chunk, placement: Placement, level: int, field: Field) -> tuple[Voice, ...]:
    voices = []
    for feed, mask in placement.feeds_at(level, field):
        column = column_in(chunk.table, feed.column)
        voices.append(Voice(headings=feed.headings, column=column, speaks=mask & filled(column)))
    return tuple(voices)


def _headings(voices: tuple[Voice, ...], at: int) -> tuple[str, ...]:
    return next((voice.headings for voice in voices if voice.speaks[at]), ())


def _text(voices: tuple[Voice, ...], at: int) -> str:
    return next((_shown(voice.column[at].as_py()) for voice in voices if voice.speaks[at]), "")


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
