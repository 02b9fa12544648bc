"""Totals and footers at the end of a file: refused where nobody spoke of them, and data left alone."""

from pathlib import Path
from typing import Any

import pytest

from orderdrop.core.problems import Code
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.open import open_table

ABOVE = "Ref;Name;Qty\n1;Shirt;2\n2;Socks;3\n"


def read(path: Path, below: str, **options: Any) -> tuple[list[int], list[tuple[Code, int | None]]]:
    """The numbers of the rows that are data, and of those that were refused."""
    drop = path / "drop.csv"
    drop.write_text(ABOVE + below)
    rows, refused = [], []
    for frame in open_table(drop, FileOptions.model_validate({"delimiter": ";", **options})).frames:
        rows += frame.cells.index.tolist()
        refused += [(problem.code, problem.row) for problem in frame.problems]
    return rows, refused


@pytest.mark.parametrize(
    ("below", "row"),
    [
        pytest.param("Total;;5\n", 4, id="a-total"),
        pytest.param("SUMME:;;5\n", 4, id="in-capitals-with-a-colon"),
        pytest.param(";Total;5\n", 4, id="in-the-second-column"),
        pytest.param("3 rows exported;;\n", 4, id="a-count"),
        pytest.param("3;Cap;1\nTotal;;6\n\n", 5, id="with-a-blank-line-below"),
    ],
)
def test_a_total_that_nobody_spoke_of_is_refused(tmp_path: Path, below: str, row: int) -> None:
    rows, refused = read(tmp_path, below)
    assert rows == list(range(2, row))
    assert refused == [(Code.ROW_TOTAL, row)]


@pytest.mark.parametrize(
    "below",
    [
        pytest.param("Total;Total Eclipse;1\n", id="a-product-and-a-quantity-beside-it"),
        pytest.param("Total war;Shirt;1\n", id="a-name-that-begins-so"),
        pytest.param("Total;;5\n3;Cap;1\n4;Cap;1\n5;Cap;1\n", id="above-the-last-three-rows"),
    ],
)
def test_what_only_looks_like_a_total_is_data(tmp_path: Path, below: str) -> None:
    rows, refused = read(tmp_path, below)
    assert rows == list(range(2, 4 + below.count("\n")))
    assert refused == []


def test_a_total_that_the_mapping_passes_over_is_left_to_the_mapping(tmp_path: Path) -> None:
    assert read(tmp_path, "Total;;5\n", skip_rows_where={"Ref": "Total"}) == ([2, 3, 4], [])
