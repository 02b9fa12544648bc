"""Paths of a payload lead back to cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.core.lineage import ABSENT, Lineage, indexed_lists, locate, place_of
from orderdrop.core.problems import Cell

# Rows 2 and 3 ship parcel 0 in two trackers, row 5 is parcel 1, row 9 an item that is in no parcel.
LINEAGE = Lineage(
    levels=("parcels", "parcels.trackers", "items"),
    rows=(2, 3, 5, 9),
    positions=((0, 0, ABSENT), (0, 1, ABSENT), (1, 0, ABSENT), (ABSENT, ABSENT, 0)),
)
SOURCES = {
    "email": ("Email",),
    "parcels.trackers.carrier": ("Carrier",),
    "items.name": ("Title", "Variant"),
    "parcels.status": (),
}


@pytest.mark.parametrize(
    ("path", "cells"),
    [
        pytest.param(
            "email", [(2, "Email"), (3, "Email"), (5, "Email"), (9, "Email")], id="a-field-of-the-order"
        ),
        pytest.param("parcels.0.trackers.1.carrier", [(3, "Carrier")], id="one-element-of-one-element"),
        pytest.param(
            "parcels.1.trackers.0.carrier", [(5, "Carrier")], id="same-position-under-another-parent"
        ),
        pytest.param("items.0.name", [(9, "Title"), (9, "Variant")], id="a-value-made-from-two-columns"),
        pytest.param("parcels.0", [(2, None), (3, None)], id="a-node-is-its-rows"),
        pytest.param("parcels.0.status", [(2, None), (3, None)], id="a-constant-is-no-ones-cell"),
        pytest.param(
            "parcels.0.no_such.thing", [(2, None), (3, None)], id="an-unknown-name-stays-at-the-node"
        ),
        pytest.param(
            "parcels.7.status", [(2, None), (3, None), (5, None), (9, None)], id="a-position-no-row-has"
        ),
        pytest.param(None, [(2, None), (3, None), (5, None), (9, None)], id="no-path-is-the-whole-order"),
        pytest.param("", [(2, None), (3, None), (5, None), (9, None)], id="an-empty-path-too"),
    ],
)
def test_a_path_leads_to_the_cells_that_caused_it(
    path: str | None, cells: list[tuple[int, str | None]]
) -> None:
    assert locate(path, LINEAGE, SOURCES) == tuple(Cell(row=row, column=column) for row, column in cells)


@pytest.mark.parametrize(
    ("path", "lists", "place"),
    [
        pytest.param("email", [], "email", id="no-list"),
        pytest.param("a.0.b.2.c", [("a", 0), ("a.b", 2)], "a.b.c", id="two-lists"),
        pytest.param("a.12", [("a", 12)], "a", id="ends-at-an-element"),
        pytest.param("0.a", [], "a", id="a-leading-number-is-no-position"),
    ],
)
def test_a_path_is_a_place_and_its_positions(path: str, lists: list[tuple[str, int]], place: str) -> None:
    assert (indexed_lists(path), place_of(path)) == (lists, place)


@given(
    st.lists(st.tuples(st.integers(ABSENT, 3), st.integers(ABSENT, 3)), min_size=1, max_size=8),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_every_path_leads_to_rows_of_the_order(
    positions: list[tuple[int, int]], outer: int, inner: int
) -> None:
    lineage = Lineage(
        levels=("a", "a.b"), rows=tuple(range(2, 2 + len(positions))), positions=tuple(positions)
    )
    rows = lineage.rows_at(f"a.{outer}.b.{inner}.c")
    there = tuple(row for row, at in zip(lineage.rows, positions, strict=True) if at == (outer, inner))
    assert rows == (there or lineage.rows)


# Rows 2 and 3 put an item each into the only parcel, row 4 one that is in none.
SHARED = Lineage(
    levels=("parcels", "parcels.items", "items"),
    rows=(2, 3, 4),
    positions=((0, 0, ABSENT), (0, 1, ABSENT), (ABSENT, ABSENT, 0)),
)


@pytest.mark.parametrize(
    ("paths", "sources", "cells"),
    [
        pytest.param(
            ("items.1.sku", "parcels.0.items.1.sku"),
            {"parcels.items.sku": ("SKU",)},
            [(3, "SKU")],
            id="copied-out-of-a-parcel",
        ),
        pytest.param(
            ("items.0.sku", "parcels.0.items.0.sku"),
            {"items.sku": ("SKU",), "parcels.items.sku": ("SKU",)},
            [(4, "SKU")],
            id="the-first-that-rows-made",
        ),
        pytest.param(
            ("parcels.0.post_code", "address.post_code"),
            {"address.post_code": ("Zip",)},
            [(2, "Zip"), (3, "Zip"), (4, "Zip")],
            id="moved-from-a-place-without-lists",
        ),
        pytest.param(
            ("items.9.sku", "parcels.0.items.7.sku"),
            {"items.sku": ("SKU",)},
            [(2, "SKU"), (3, "SKU"), (4, "SKU")],
            id="none-of-them-made-by-a-row",
        ),
        pytest.param(
            ("parcels.0.status", "items.0.status"), {}, [(2, None), (3, None)], id="none-of-them-filled"
        ),
    ],
)
def test_a_copied_value_leads_to_the_cells_of_its_original(
    paths: tuple[str, ...], sources: dict[str, tuple[str, ...]], cells: list[tuple[int, str | None]]
) -> None:
    found = locate(paths[0], SHARED, sources, paths[1:])
    assert found == tuple(Cell(row=row, column=column) for row, column in cells)
