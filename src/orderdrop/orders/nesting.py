"""Rows become orders: grouped by natural keys, nested, each with the rows that made it.

Every row of the frames ends in exactly one of a draft's lineage, `rejected` or `ignored`: the books balance from here.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from itertools import starmap
from pathlib import Path

import numpy as np
import pyarrow as pa

from orderdrop.core.orders import Draft
from orderdrop.core.problems import Cell, Problem
from orderdrop.core.shape import Shape
from orderdrop.frames import COMMAND, TypedFrame
from orderdrop.mapping.model import OnBadRow, OnDuplicateRow
from orderdrop.orders.agreement import disagreement_problem, disagreements
from orderdrop.orders.block import BAD, ROW, Column, Mask, Numbers, column_in, filled, places_in, table_of
from orderdrop.orders.building import build_lineages, build_payloads
from orderdrop.orders.chunk import Chunk, chunks
from orderdrop.orders.commands import asked_for, disagreeing, not_cancelled
from orderdrop.orders.erasing import Erasing, Erasure, erasing_fields, only
from orderdrop.orders.keys import key_problems, order_key_problem
from orderdrop.orders.numbering import Nodes, number_nodes
from orderdrop.orders.placing import Placement, key_codes, place_rows
from orderdrop.orders.plan import Plan, make_plan
from orderdrop.orders.repeats import merged_problems, repeat_problems, repeats_of
from orderdrop.orders.spill import Part, blocks_of, in_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested:
    """What became of some rows: orders, problems, and the physical rows that are in no order.

    `rejected` rows are bad, by the checks or by `problems`; `ignored` rows repeat another under keep_one.
    """

    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    rejected: tuple[int, ...] = ()
    ignored: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a bad row and a repeated row mean for their orders."""

    on_bad_row: OnBadRow
    on_duplicate_row: OnDuplicateRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Nesting:
    """How rows become orders; may be sent to another process.

    `sources` are the headings behind each place; a place with none is a constant and states nothing: it neither makes
    a list element nor misses a key. Under hold_order a bad row's siblings become a held draft; under send_rest they
    are sent without it, and rows that contradict each other are rejected with every row of the node they spoil.
    `erases` are the places whose blank cells erase, see `erasing`.

    A file of more than `in_memory_rows` rows goes through `spill_folder` (None: never); at most `chunk_orders` orders
    are made at a time.
    """

    shape: Shape
    policy: Policy
    sources: Mapping[str, tuple[str, ...]]
    erases: Mapping[str, Erasure] = field(default_factory=dict)
    spill_folder: Path | None = None
    in_memory_rows: int = 400_000
    chunk_orders: int = 5_000

    def parts(self, frames: Iterable[TypedFrame]) -> AbstractContextManager[list[Part]]:
        """Take all frames as they come; gives parts with whole orders, wherever in the file an order's rows are.

        What was spilled is deleted with the context. Raises TryAgainLater when the spill folder cannot be written.
        """
        tables = (table_of(frame) for frame in frames if len(frame.rows))
        return in_parts(
            tables, key=self.shape.key, folder=self.spill_folder, in_memory_rows=self.in_memory_rows
        )

    def nested(self, part: Part) -> Iterator[Nested]:
        """The orders of a part, in the order of their first rows. Uses the part up."""
        key = self.shape.key
        blocks = blocks_of(part, key=key, folder=self.spill_folder, in_memory_rows=self.in_memory_rows)
        with closing(blocks):
            for block in blocks:
                plan = make_plan(self.shape, places_in(block), self.sources)
                yield from _without_order(block, key, self.sources.get(key, ()))
                for chunk in chunks(block, key, self.chunk_orders):
                    yield _nest_chunk(plan, chunk, self.policy, self.sources.get(COMMAND, ()), self.erases)
                del block  # or the next part would be read while this one is still held


def _without_order(block: pa.Table, key: str, headings: tuple[str, ...]) -> Iterator[Nested]:
    unnamed = ~filled(column_in(block, key))
    if unnamed.any():
        rows = np.asarray(column_in(block, ROW))[unnamed].tolist()
        bad = np.asarray(column_in(block, BAD))[unnamed].tolist()
        told = (row for row, known in zip(rows, bad, strict=True) if not known)
        yield Nested(
            problems=tuple(order_key_problem(row, key, headings) for row in told), rejected=tuple(rows)
        )


def _nest_chunk(
    plan: Plan,
    chunk: Chunk,
    policy: Policy,
    commanded_by: tuple[str, ...],
    erases: Mapping[str, Erasure],
) -> Nested:
    placement = place_rows(plan, chunk.table)
    columns = [
        [placement.values(chunk.table, index, field) for field in level.fields]
        for index, level in enumerate(plan.levels)
    ]
    keys = key_codes(plan, chunk.table, placement, chunk.order)
    problems, bad, ignored = _judge(plan, chunk, placement, columns, keys, policy)
    for problem, rows in disagreeing(chunk, ~ignored, commanded_by):
        problems = (*problems, problem)
        bad[rows] = True
    good = ~(bad | ignored)
    hold = policy.on_bad_row is OnBadRow.HOLD_ORDER
    spoilt = np.bincount(chunk.order[bad], minlength=len(chunk.names)) > 0
    erasing = erasing_fields(plan, chunk, placement, erases, spoilt[chunk.order])
    return Nested(
        drafts=_drafts(plan, chunk, columns, erasing, keys, good, held=spoilt & hold) if good.any() else (),
        problems=problems,
        rejected=tuple(chunk.rows[bad].tolist()),
        ignored=tuple(chunk.rows[ignored].tolist()),
    )


def _judge(
    plan: Plan,
    chunk: Chunk,
    placement: Placement,
    columns: list[list[Column | None]],
    keys: list[Numbers],
    policy: Policy,
) -> tuple[tuple[Problem, ...], Mask, Mask]:
    """Everything that the rows get wrong together, the rows that are bad, and the rows to leave out."""
    bad = chunk.bad
    counts = not_cancelled(chunk)  # an order that is cancelled twice is cancelled
    repeats = {copy: first for copy, first in repeats_of(chunk).items() if counts[copy]}
    copy = np.zeros(len(bad), dtype=np.bool_)
    copy[list(repeats)] = True
    keep_one = policy.on_duplicate_row is OnDuplicateRow.KEEP_ONE
    problems = [] if keep_one else list(repeat_problems(chunk, repeats))
    # A key that a bad row lacks may be the cell that the checks could not read: they have told it already.
    missing = {level: mask & ~bad & ~copy for level, mask in placement.missing.items()}
    problems += key_problems(plan, chunk, missing)
    for mask in missing.values():
        bad |= mask
    ignored = copy & ~bad if keep_one else np.zeros(len(bad), dtype=np.bool_)
    bad |= copy & ~ignored
    hold = policy.on_bad_row is OnBadRow.HOLD_ORDER
    # All problems at once: a bad row of an order that is held anyway may contradict its siblings as well.
    heard = ~copy if hold else ~(bad | copy)
    nodes = number_nodes(plan, [codes[heard] for codes in keys])
    told: dict[tuple[str, tuple[Cell, ...]], Problem] = {}  # one cell that fills two places is one problem
    rows, columns = chunk.rows, _only(columns, heard)
    for found in disagreements(plan, chunk, placement, nodes, columns, np.flatnonzero(heard)):
        problem = disagreement_problem(chunk, rows, found, whole_node=not hold)
        told.setdefault((problem.message, problem.cells), problem)
        bad[found.stating] = True
        bad[found.silent] |= not hold
    merged = merged_problems(plan, chunk, keys, bad | copy)
    return (*problems, *told.values(), *merged), bad, ignored


def _drafts(
    plan: Plan,
    chunk: Chunk,
    columns: list[list[Column | None]],
    erasing: list[dict[int, Erasing]],
    keys: list[Numbers],
    good: Mask,
    held: Mask,
) -> tuple[Draft, ...]:
    nodes: tuple[Nodes, ...] = number_nodes(plan, [codes[good] for codes in keys])
    payloads = build_payloads(plan, nodes, _only(columns, good), only(erasing, good))
    lineages = build_lineages(plan, nodes, chunk.rows[good])
    orders = chunk.order[good][nodes[0].first_row]
    names = [chunk.names[order] for order in orders.tolist()]
    commands = asked_for(chunk, good, nodes[0])
    return tuple(starmap(Draft, zip(names, payloads, lineages, held[orders].tolist(), commands, strict=True)))


def _only(columns: list[list[Column | None]], rows: Mask) -> list[list[Column | None]]:
    if rows.all():
        return columns
    chosen = pa.array(rows)
    return [[column if column is None else column.filter(chosen) for column in level] for level in columns]
