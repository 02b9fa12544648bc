"""The promises of nesting, for any rows: the books balance, every value leads home, and the slow way agrees."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from tests.unit.orders.reference import Reference
from tests.unit.orders.warehouse import SHAPE, Row, frame_of, headings_of, nest, together

from orderdrop.core.lineage import ABSENT, locate
from orderdrop.core.orders import Draft
from orderdrop.core.problems import Code
from orderdrop.mapping.model import OnBadRow, OnDuplicateRow
from orderdrop.orders import Nested, sources_after_fallback

_OPEN = ("extra.colour", "parcels.trackers.extra.seal")
_PLACES = (*(place for place in SHAPE.leaves if place != SHAPE.key), *_OPEN)
_KEYS = frozenset(f"{node.place}.{node.key}" for node in SHAPE.lists.values() if node.key)


@dataclass(frozen=True)
class Drop:
    """Some rows, the columns they came in, and which of these are constants."""

    rows: list[Row]
    columns: tuple[str, ...]
    constants: tuple[str, ...]

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        return headings_of(self.columns, self.constants)


@st.composite
def drops(draw: st.DrawFn, most_rows: int = 12, most_constants: int = 2) -> Drop:
    """Few values, so that rows meet in the same orders, nodes and quarrels; copies are picked from one pool of rows."""
    some = draw(st.lists(st.sampled_from(_PLACES), unique=True, min_size=1, max_size=6))
    keyed = draw(st.integers(0, 9)) > 0
    columns = tuple(dict.fromkeys((SHAPE.key, *_keys_over(some if keyed else []), *some)))
    free = [column for column in columns if column != SHAPE.key]
    constants = tuple(draw(st.lists(st.sampled_from(free), unique=True, max_size=most_constants)))
    fixed = {column: _values(column)[0] for column in constants}
    row = st.fixed_dictionaries(
        {column: st.sampled_from(_values(column)) for column in columns if column not in fixed}
    )
    rows_bad = st.sampled_from([False] * 5 + [True])
    pool = draw(st.lists(st.tuples(row, rows_bad), min_size=2, max_size=most_rows))
    picks = draw(
        st.one_of(st.permutations(range(len(pool))), st.lists(st.integers(0, len(pool) - 1), min_size=1))
    )
    rows = [
        Row(number=number, values=pool[pick][0] | fixed, bad=pool[pick][1], fingerprint=pick)
        for number, pick in enumerate(picks, 2)
    ]
    return Drop(rows=rows, columns=columns, constants=constants)


def _keys_over(places: Sequence[str]) -> list[str]:
    over = [above for place in places for above in SHAPE.lists_over(place)]
    return [f"{place}.{SHAPE.lists[place].key}" for place in over if SHAPE.lists[place].key]


def _values(column: str) -> list[Any]:
    """What a column may say; the first value is the one that a constant has."""
    if column == SHAPE.key:
        return ["A", "A", "A", "A", "B", "B", "C", None]
    if column in _KEYS:
        return ["x", "x", "x", "y", "y", "y", "z", None]
    if column.endswith(("quantity", "shipped")):
        return [1, 1, 1, None, 2]
    return ["p", "p", "p", "p", None, None, "q"]


def _nest(
    drop: Drop, bad: OnBadRow, duplicate: OnDuplicateRow, cuts: Sequence[int] = (), **options: Any
) -> Iterator[Nested]:
    edges = [0, *sorted(cuts), len(drop.rows)]
    frames = [frame_of(drop.rows[a:b], drop.columns) for a, b in pairwise(edges)]
    return nest(
        frames,
        SHAPE,
        on_bad_row=bad,
        on_duplicate_row=duplicate,
        sources=drop.sources,
        **({"spill_folder": None} | options),
    )


policies = (st.sampled_from(OnBadRow), st.sampled_from(OnDuplicateRow))


@settings(max_examples=300, deadline=None)
@given(drops(), *policies, st.integers(1, 3))
def test_nesting_does_what_the_plain_way_does(
    drop: Drop, bad: OnBadRow, duplicate: OnDuplicateRow, chunk_orders: int
) -> None:
    expected = Reference(SHAPE, drop.columns, drop.sources, bad, duplicate).nest(drop.rows)
    found = together(_nest(drop, bad, duplicate, chunk_orders=chunk_orders))

    assert [
        (draft.key, draft.payload, _positions(draft), draft.held) for draft in found.drafts
    ] == expected.drafts
    assert set(found.rejected) == expected.rejected
    assert set(found.ignored) == expected.ignored
    told = {
        (one.code, frozenset(cell.row for cell in one.cells), one.path)
        for one in found.problems
        if one.blocks
    }
    # one cell that fills two places is told once: its twin has the same rows
    for one in expected.told - told:
        assert one[0] is Code.ROWS_DISAGREE
        assert any(one[:2] == other[:2] for other in told)
    assert told <= expected.told
    event(f"problems: {sorted({one[0].value for one in told})}")


@settings(max_examples=200, deadline=None)
@given(drops(), *policies)
def test_every_row_ends_in_exactly_one_place(drop: Drop, bad: OnBadRow, duplicate: OnDuplicateRow) -> None:
    found = together(_nest(drop, bad, duplicate))
    ends = [row for draft in found.drafts for row in draft.lineage.rows]
    ends += [*found.rejected, *found.ignored]
    assert sorted(ends) == [row.number for row in drop.rows]


@settings(max_examples=200, deadline=None)
@given(drops(), *policies)
def test_every_row_that_nesting_rejects_is_named_by_a_problem(
    drop: Drop, bad: OnBadRow, duplicate: OnDuplicateRow
) -> None:
    found = together(_nest(drop, bad, duplicate))
    named = {cell.row for problem in found.problems for cell in problem.cells}
    known = {row.number for row in drop.rows if row.bad}
    assert set(found.rejected) <= named | known
    assert all(problem.blocks or problem.code is Code.ROWS_MERGED for problem in found.problems)


@settings(max_examples=200, deadline=None)
@given(drops(), *policies)
def test_a_row_that_made_no_item_of_its_own_is_told(
    drop: Drop, bad: OnBadRow, duplicate: OnDuplicateRow
) -> None:
    found = together(_nest(drop, bad, duplicate))
    told = {one.cells[0].row for one in found.problems if one.code is Code.ROWS_MERGED}
    items = {
        place for place in SHAPE.lists if not any(other.startswith(f"{place}.") for other in SHAPE.lists)
    }
    stated = {place for place, headings in drop.sources.items() if headings}
    for draft in found.drafts:
        seen: set[tuple[tuple[str, int], ...]] = set()
        for row, at in zip(draft.lineage.rows, draft.lineage.positions, strict=True):
            places = tuple(
                (level, index) for level, index in zip(draft.lineage.levels, at, strict=True) if index >= 0
            )
            named = any(level in items and SHAPE.lists[level].key for level, _ in places)
            if (
                named
                and places in seen
                and all(f"{item}.{SHAPE.lists[item].key}" in stated for item in items)
            ):
                assert row in told
            seen.add(places)


@settings(max_examples=200, deadline=None)
@given(drops(most_constants=0), *policies)
def test_every_value_of_a_payload_leads_back_to_a_cell_that_says_it(
    drop: Drop, bad: OnBadRow, duplicate: OnDuplicateRow
) -> None:
    rows = {row.number: row for row in drop.rows}
    sources = sources_after_fallback(SHAPE, drop.sources)
    places = {heading: place for place, headings in drop.sources.items() for heading in headings}
    for draft in together(_nest(drop, bad, duplicate)).drafts:
        for path, value in _leaves(draft.payload):
            cells = locate(path, draft.lineage, sources)
            assert {cell.row for cell in cells} <= set(draft.lineage.rows)
            assert value in [rows[cell.row].values[places[cell.column or ""]] for cell in cells]


@settings(max_examples=100, deadline=None)
@given(drops(most_rows=16), *policies, st.lists(st.integers(0, 16), max_size=4), st.integers(1, 6))
def test_what_was_spilled_gives_the_orders_that_fit_in_memory(
    drop: Drop, bad: OnBadRow, duplicate: OnDuplicateRow, cuts: list[int], in_memory_rows: int
) -> None:
    cuts = [cut for cut in cuts if cut <= len(drop.rows)]
    whole = together(_nest(drop, bad, duplicate))
    with TemporaryDirectory() as folder:
        parts = together(
            _nest(drop, bad, duplicate, cuts, spill_folder=Path(folder), in_memory_rows=in_memory_rows)
        )
        assert list(Path(folder).iterdir()) == []
    assert sorted(parts.drafts, key=_key) == sorted(whole.drafts, key=_key)
    assert sorted(parts.problems, key=repr) == sorted(whole.problems, key=repr)
    assert sorted(parts.rejected) == sorted(whole.rejected)
    assert sorted(parts.ignored) == sorted(whole.ignored)


def _key(draft: Draft) -> str:
    return draft.key


def _positions(draft: Draft) -> dict[int, dict[str, int]]:
    lineage = draft.lineage
    return {
        row: {level: at for level, at in zip(lineage.levels, positions, strict=True) if at != ABSENT}
        for row, positions in zip(lineage.rows, lineage.positions, strict=True)
    }


def _leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict | list):
        for name, below in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(below, f"{path}.{name}" if path else str(name))
    else:
        yield path, node
