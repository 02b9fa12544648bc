"""What blank cells erase: a field of a node on which none of the node's rows has a value.

A filled row outweighs a blank one. Rows that cancel their order erase nothing, nor do rows of an order of which a row is
bad: it may have been the one with the value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from orderdrop.core.rows import TABLE_ROWS
from orderdrop.orders.block import Mask
from orderdrop.orders.chunk import Chunk
from orderdrop.orders.commands import not_cancelled
from orderdrop.orders.numbering import Nodes
from orderdrop.orders.placing import Placement
from orderdrop.orders.plan import Plan


class _Null:
    """Stands for JSON's null until a payload is whole: until then None means that there is nothing to send."""


NULL: Final = _Null()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """How a place is erased: what is sent (None: null), and the tables of the drop whose blank cells mean it."""

    sent: str | None
    tables: frozenset[int] = frozenset({0})


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """One field of a level: what is sent, and the rows whose blank cells erase it."""

    sent: Any
    rows: Mask

    def fill(self, values: Sequence[Any] | None, nodes: Nodes) -> list[Any]:
        """One value per node, with what erases where there is none and a row of the node says so."""
        said = np.zeros(nodes.count, dtype=np.bool_)
        said[nodes.of_row[self.rows & (nodes.of_row >= 0)]] = True
        told = [None] * nodes.count if values is None else list(values)
        return [
            self.sent if value is None and erase else value
            for value, erase in zip(told, said.tolist(), strict=True)
        ]


def erasing_fields(
    plan: Plan, chunk: Chunk, placement: Placement, erasures: Mapping[str, Erasure], spoilt: Mask
) -> list[dict[int, Erasing]]:
    """Per level the fields, by number, that blank cells may erase; `spoilt` are the rows of orders with a bad row."""
    if not erasures:
        return [{} for _ in plan.levels]
    may = not_cancelled(chunk) & ~spoilt
    tables = chunk.rows // TABLE_ROWS
    found: list[dict[int, Erasing]] = []
    for index, level in enumerate(plan.levels):
        fields: dict[int, Erasing] = {}
        for number, field in enumerate(level.fields):
            for feed, lands in placement.feeds_at(index, field):
                erasure = erasures.get(feed.column)
                if erasure is None or not feed.headings or field.leaf.place == level.key:
                    continue
                rows = lands & may & np.isin(tables, list(erasure.tables))
                before = fields.get(number)
                sent = NULL if erasure.sent is None else erasure.sent
                fields[number] = Erasing(sent=sent, rows=rows if before is None else rows | before.rows)
        found.append(fields)
    return found


def only(erasing: list[dict[int, Erasing]], rows: Mask) -> list[dict[int, Erasing]]:
    """The same, for some of the rows."""
    return [
        {number: Erasing(sent=one.sent, rows=one.rows[rows]) for number, one in level.items()}
        for level in erasing
    ]
