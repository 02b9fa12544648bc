"""A small payload and small frames for the tests of the orders room."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from orderdrop.core.orders import Draft
from orderdrop.core.problems import Problem
from orderdrop.core.shape import Leaf, ListNode, Shape, Wire
from orderdrop.frames import TypedFrame
from orderdrop.mapping.model import OnBadRow, OnDuplicateRow
from orderdrop.orders import Nested, Nesting, Policy

_TEXTS = (
    "id",
    "email",
    "ship_to.city",
    "ship_to.zip",
    "parcels.number",
    "parcels.status",
    "parcels.ship_to.city",
    "parcels.trackers.number",
    "parcels.trackers.carrier",
    "parcels.trackers.lines.sku",
    "parcels.trackers.lines.name",
    "parcels.lines.sku",
    "parcels.lines.name",
    "lines.sku",
    "lines.name",
    "lines.gift",
    "remarks.text",
    "remarks.author",
    "parcels.stamps.kind",
)
_INTEGERS = (
    "parcels.trackers.lines.quantity",
    "parcels.trackers.lines.shipped",
    "parcels.lines.quantity",
    "lines.quantity",
)

SHAPE = Shape(
    destination="parcel office",
    key="id",
    leaves={
        **{place: Leaf(place=place, wire=Wire.TEXT) for place in _TEXTS},
        **{place: Leaf(place=place, wire=Wire.INTEGER) for place in _INTEGERS},
    },
    lists={
        node.place: node
        for node in (
            ListNode(place="lines", key="sku"),
            ListNode(place="remarks", key=None),
            ListNode(place="parcels", key="number"),
            ListNode(place="parcels.lines", key="sku", falls_back_to="lines"),
            ListNode(place="parcels.stamps", key=None),
            ListNode(place="parcels.trackers", key="number"),
            ListNode(place="parcels.trackers.lines", key="sku", falls_back_to="parcels.lines"),
        )
    },
    open_nodes=frozenset({"extra", "parcels.trackers.extra"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a drop after the checks."""

    number: int
    values: Mapping[str, Any]
    bad: bool = False
    fingerprint: int = 0


def rows_of(*values: Mapping[str, Any], bad: Sequence[int] = ()) -> list[Row]:
    """Rows from row 2 on, every one with a fingerprint of its own; `bad` are row numbers."""
    return [
        Row(number=number, values=row, bad=number in bad, fingerprint=number)
        for number, row in enumerate(values, 2)
    ]


def frame_of(rows: Sequence[Row], columns: Sequence[str]) -> TypedFrame:
    """The rows as one typed frame."""
    table = {
        column: pa.array(
            [row.values.get(column) for row in rows], pa.int64() if column in _INTEGERS else pa.string()
        )
        for column in columns
    }
    return TypedFrame(
        values=pa.table(table),
        rows=np.array([row.number for row in rows], dtype=np.int64),
        bad=np.array([row.bad for row in rows], dtype=np.bool_),
        fingerprint=np.array([row.fingerprint for row in rows], dtype=np.uint64),
    )


def columns_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """Every place that some row names."""
    return tuple(dict.fromkeys(place for row in rows for place in row.values))


def headings_of(columns: Sequence[str], constants: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    """Sources as a mapping gives them: every place has a heading but the constants."""
    return {column: () if column in constants else (column.upper(),) for column in columns}


def nest(
    frames: Iterable[TypedFrame],
    shape: Shape,
    *,
    on_bad_row: OnBadRow,
    on_duplicate_row: OnDuplicateRow,
    **options: Any,
) -> Iterator[Nested]:
    """All frames as orders, part by part."""
    policy = Policy(on_bad_row=on_bad_row, on_duplicate_row=on_duplicate_row)
    nesting = Nesting(shape=shape, policy=policy, **options)
    with nesting.parts(frames) as parts:
        for part in parts:
            yield from nesting.nested(part)


def nest_rows(
    rows: Sequence[Row],
    *,
    on_bad_row: OnBadRow = OnBadRow.HOLD_ORDER,
    on_duplicate_row: OnDuplicateRow = OnDuplicateRow.REJECT,
    constants: Sequence[str] = (),
    **options: Any,
) -> Nested:
    """All that comes of some rows, in one piece."""
    columns = columns_of(rows)
    options = {"spill_folder": None, "sources": headings_of(columns, constants)} | options
    pieces = nest(
        [frame_of(rows, columns)], SHAPE, on_bad_row=on_bad_row, on_duplicate_row=on_duplicate_row, **options
    )
    return together(pieces)


def together(pieces: Any) -> Nested:
    """Several pieces as one."""
    drafts: list[Draft] = []
    problems: list[Problem] = []
    rejected: list[int] = []
    ignored: list[int] = []
    for piece in pieces:
        drafts += piece.drafts
        problems += piece.problems
        rejected += piece.rejected
        ignored += piece.ignored
    return Nested(
        drafts=tuple(drafts), problems=tuple(problems), rejected=tuple(rejected), ignored=tuple(ignored)
    )
