"""What orders ask for, and rows of one order that ask for different things."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from orderdrop.core.orders import Command
from orderdrop.core.problems import Cell, Code, Problem
from orderdrop.frames import COMMAND
from orderdrop.orders.block import Column, Mask, Numbers, at_rows, column_in, filled
from orderdrop.orders.chunk import Chunk
from orderdrop.orders.numbering import Nodes, first_rows

_ASKS = {"create": "creates it", "update": "updates it", "cancel": "cancels it"}


def commands_in(chunk: Chunk) -> Column | None:
    """What each row asks for; None where no column says so."""
    return column_in(chunk.table, COMMAND) if COMMAND in chunk.table.column_names else None


def disagreeing(chunk: Chunk, heard: Mask, headings: Sequence[str]) -> Iterator[tuple[Problem, Numbers]]:
    """One problem for each order whose rows ask for different things, with the rows, by position, that ask."""
    commands = commands_in(chunk)
    if commands is None:
        return
    codes = np.asarray(commands.dictionary_encode().indices.fill_null(-1), dtype=np.int64)
    asking = np.flatnonzero((codes >= 0) & heard)
    order = chunk.order[asking]
    starts = np.flatnonzero(np.diff(order, prepend=-1))
    first = asking[starts][np.searchsorted(order[starts], order)]
    differing = asking[codes[asking] != codes[first]]
    heading = headings[0] if headings else None
    for one, at in zip(*np.unique(chunk.order[differing], return_index=True), strict=True):
        rows = asking[order == one]
        before, after = int(rows[0]), int(differing[at])
        others = [int(row) for row in rows if row not in (before, after)]
        name = chunk.names[int(one)]
        said = [_ASKS[commands[at].as_py()] for at in (before, after)]
        yield (
            Problem(
                code=Code.ROWS_DISAGREE,
                message=f"Rows {chunk.rows[before]} and {chunk.rows[after]} belong to order {name} but ask for different things"
                f"{f' in {heading}' if heading else ''}: one {said[0]}, the other {said[1]}. All rows of an order must ask for the same.",
                cells=tuple(
                    Cell(row=int(chunk.rows[row]), column=heading) for row in (before, after, *others)
                ),
                order=name,
            ),
            rows,
        )


def asked_for(chunk: Chunk, good: Mask, orders: Nodes) -> list[Command | None]:
    """What each order asks for: what the first of its good rows says that says anything."""
    commands = commands_in(chunk)
    if commands is None:
        return [None] * orders.count
    told = commands.filter(pa.array(good))
    asking = at_rows(told, first_rows(orders, filled(told)))
    return [None if one is None else Command(one) for one in asking.to_pylist()]


def not_cancelled(chunk: Chunk) -> Mask:
    """The rows that do not cancel their order."""
    commands = commands_in(chunk)
    if commands is None:
        return np.ones(chunk.table.num_rows, dtype=np.bool_)
    texts = commands.fill_null("").to_numpy(zero_copy_only=False)
    return np.asarray(texts != Command.CANCEL.value, dtype=np.bool_)
