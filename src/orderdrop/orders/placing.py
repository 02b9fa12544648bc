"""Where each row's values go: into the list that the mapping names, or into the one that its elements fall back to.

A row gives a list an element when its key cell is filled and so are the keys of the lists above. An element that is
named while a list above it is not falls back: a line item without a tracking number stays with its fulfillment, and
without a fulfillment with its order. Fields of the unnamed tracker itself are then left out, because unshipped lines
often carry the planned carrier. Whatever else has nowhere to go (a tracking number without its fulfillment) is a
missing key.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orderdrop.orders.block import Column, Mask, Numbers, codes_of, column_in, filled
from orderdrop.orders.plan import Feed, Field, Plan
from orderdrop.orders.wire import on_the_wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """`lands[target][origin]` are the rows whose element of level `origin` goes to level `target`;
    `missing` are the rows that lack the key of a level which they give values, by level.
    """

    lands: tuple[dict[int, Mask], ...]
    missing: dict[int, Mask]

    def feeds_at(self, level: int, field: Field) -> list[tuple[Feed, Mask]]:
        """The columns that fill a field in this place, each with the rows in which it does; the first value counts."""
        lands = self.lands[level]
        found = [(feed, lands[feed.origin]) for feed in field.feeds if feed.origin in lands]
        constants = [feed for feed in field.feeds if feed.origin == level and not feed.headings]
        if constants and lands:  # a constant holds for the elements that fell back here, too
            everywhere = np.logical_or.reduce(list(lands.values()))
            found += [(feed, everywhere) for feed in constants]
        return found

    def values(self, table: pa.Table, level: int, field: Field) -> Column | None:
        """A field's values as they travel, one per row; None where no row can have one.

        Says nothing about rows that have no element at this level.
        """
        feeds = self.feeds_at(level, field)
        if not feeds:
            return None
        columns = [on_the_wire(column_in(table, feed.column), field.leaf.wire) for feed, _ in feeds]
        if len(columns) == 1 and len(self.lands[level]) == 1:
            return columns[0]
        held = [
            pc.if_else(pa.array(mask), column, pa.scalar(None, column.type))
            for column, (_, mask) in zip(columns, feeds, strict=True)
        ]
        return pc.coalesce(*_alike(held))


def place_rows(plan: Plan, table: pa.Table) -> Placement:
    """Decide for every row and list where the row's element goes, and which keys are missing."""
    size = table.num_rows
    named = [_named(plan, table, level) for level in range(len(plan.levels))]
    here: list[Mask] = []
    for index, level in enumerate(plan.levels):
        here.append(named[index] if level.parent < 0 else named[index] & here[level.parent])
    lands: list[dict[int, Mask]] = [{index: mask} if mask.any() else {} for index, mask in enumerate(here)]
    moved = [np.zeros(size, dtype=np.bool_) for _ in plan.levels]
    roomy = [np.zeros(size, dtype=np.bool_) for _ in plan.levels]
    taken = [mask.copy() for mask in here]
    for index, level in enumerate(plan.levels):
        homeless = named[index] & ~here[index]
        for target in level.fallbacks:
            room = here[plan.levels[target].parent] & ~taken[target]
            roomy[index] |= room
            arrived = homeless & room & ~moved[index]
            if arrived.any():
                lands[target][index] = arrived
                taken[target] |= arrived
                moved[index] |= arrived
    return Placement(lands=tuple(lands), missing=_missing(plan, table, named, here, moved, roomy))


def key_codes(plan: Plan, table: pa.Table, placement: Placement, orders: Numbers) -> list[Numbers]:
    """Per level a code for the element each row belongs to, -1 where it has none; rows of one element share it."""
    found = [orders]
    for index, level in enumerate(plan.levels[1:], 1):
        present = _any(list(placement.lands[index].values()), table.num_rows)
        if level.key is None:
            codes = np.arange(table.num_rows, dtype=np.int64)
        else:
            column = _at(plan, table, placement, index, level.key)
            codes = np.full(table.num_rows, -1, dtype=np.int64) if column is None else codes_of(column)
        for place in level.further_keys:
            if (column := _at(plan, table, placement, index, place)) is not None:
                further = codes_of(column) + 1  # 0 where a row leaves it blank
                codes = np.where(codes >= 0, codes * (further.max(initial=0) + 1) + further, -1)
        found.append(np.where(present, codes, -1))
    return found


def _at(plan: Plan, table: pa.Table, placement: Placement, level: int, place: str) -> Column | None:
    field = next((entry for entry in plan.levels[level].fields if entry.leaf.place == place), None)
    return placement.values(table, level, field) if field else None


def _named(plan: Plan, table: pa.Table, index: int) -> Mask:
    """The rows that name an element of a level, whatever becomes of the levels above."""
    level = plan.levels[index]
    if index == 0:
        return np.ones(table.num_rows, dtype=np.bool_)
    if level.key is not None:
        return filled(column_in(table, level.key))
    family = [other for other in range(len(plan.levels)) if other == index or index in plan.ancestors(other)]
    stated = [feed for other in family for feed in plan.stated(other)]
    if stated:
        return _any([filled(column_in(table, feed.column)) for feed in stated], table.num_rows)
    constant = any(feed.origin == index for field in level.fields for feed in field.feeds)
    return np.full(table.num_rows, constant, dtype=np.bool_)


def _missing(
    plan: Plan, table: pa.Table, named: list[Mask], here: list[Mask], moved: list[Mask], roomy: list[Mask]
) -> dict[int, Mask]:
    found: dict[int, Mask] = {}
    for index, lost in _lost(plan, table, named, here, moved):
        nowhere = lost & ~roomy[index]
        wanting = [(index, lost), *((above, nowhere) for above in plan.ancestors(index))]
        for level, rows in wanting:
            unnamed = rows & ~named[level]
            if unnamed.any():
                found[level] = found.get(level, False) | unnamed
    return found


def _lost(
    plan: Plan, table: pa.Table, named: list[Mask], here: list[Mask], moved: list[Mask]
) -> Iterator[tuple[int, Mask]]:
    """Per level the rows that state values for it which have nowhere to go.

    An element without a name is let go where something below it fell back; one with a name is never.
    """
    for index in range(1, len(plan.levels)):
        stated = [filled(column_in(table, feed.column)) for feed in plan.stated(index)]
        if stated:
            below = [moved[other] for other in range(len(plan.levels)) if index in plan.ancestors(other)]
            let_go = ~named[index] & _any(below, table.num_rows)
            lost = _any(stated, table.num_rows) & ~here[index] & ~moved[index] & ~let_go
            if lost.any():
                yield index, lost


def _any(masks: list[Mask], size: int) -> Mask:
    return np.logical_or.reduce(masks) if masks else np.zeros(size, dtype=np.bool_)


def _alike(columns: list[Column]) -> list[Column]:
    """Columns of one type: text where the columns of one field were typed differently."""
    same = all(column.type == columns[0].type for column in columns)
    return columns if same else [column.cast(pa.string()) for column in columns]
