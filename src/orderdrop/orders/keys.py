"""Rows that leave out the key of something they give values for: the order, or an element of a list."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from orderdrop.core.problems import Cell, Code, Owner, Problem
from orderdrop.orders.block import Mask, column_in
from orderdrop.orders.chunk import Chunk
from orderdrop.orders.plan import Plan


def order_key_problem(row: int, place: str, headings: Sequence[str]) -> Problem:
    """The problem of a row that names no order."""
    heading = headings[0] if headings else None
    return Problem(
        code=Code.KEY_MISSING,
        message=f"{heading} is blank, so the row belongs to no order. Fill in {heading}."
        if heading
        else f"No column of the mapping gives {place}, so the row belongs to no order. Add one to the mapping.",
        cells=(Cell(row=row, column=heading),),
        path=place,
        owner=Owner.SENDER if heading else Owner.OPS,
    )


def key_problems(plan: Plan, chunk: Chunk, missing: Mapping[int, Mask]) -> Iterator[Problem]:
    """One problem for each row and list whose key the row leaves blank while it has values for it."""
    rows = chunk.rows
    for index, mask in missing.items():
        level = plan.levels[index]
        place = level.key or level.place
        heading = next(
            (name for feed in plan.stated(index) if feed.column == place for name in feed.headings), None
        )
        family = [
            other for other in range(len(plan.levels)) if other == index or index in plan.ancestors(other)
        ]
        givers = [(feed, column_in(chunk.table, feed.column)) for at in family for feed in plan.stated(at)]
        for at in np.flatnonzero(mask).tolist():
            given = next(feed.headings[0] for feed, column in givers if column[at].is_valid)
            yield Problem(
                code=Code.KEY_MISSING,
                message=f"{heading} is blank, but {given} needs it. Fill in {heading}."
                if heading
                else f"{given} needs {place}, which no column of the mapping gives. Add one to the mapping.",
                cells=(Cell(row=int(rows[at]), column=heading),),
                order=chunk.names[chunk.order[at]],
                path=place,
                owner=Owner.SENDER if heading else Owner.OPS,
            )
