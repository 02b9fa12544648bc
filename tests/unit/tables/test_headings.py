import pytest

from orderdrop.tables.headings import Found, count_matches, find_heading_row

HEAD = ["Order", "Email", "SKU", "Qty"]
ROW = ["A-1", "a@example.com", "S-1", "2"]


@pytest.mark.parametrize(
    ("rows", "wanted", "found"),
    [
        pytest.param([HEAD, ROW], HEAD, Found(at=0, matched=4), id="first"),
        pytest.param(
            [["Acme GmbH"], [], ["Shipments of", "2026-03-01"], HEAD, ROW],
            HEAD,
            Found(at=3, matched=4),
            id="below-titles",
        ),
        pytest.param(
            [["Acme GmbH", "", "", ""], ["", "", "", ""], HEAD, ROW],
            (),
            Found(at=2),
            id="below-titles-by-shape",
        ),
        pytest.param([HEAD, ROW, HEAD, ROW], HEAD, Found(at=0, matched=4), id="repeated-further-down"),
        pytest.param(
            [[" order", "E-MAIL", "sku "], ROW], HEAD, Found(at=0, matched=2), id="capitals-and-blanks"
        ),
        pytest.param(
            [["Bestellung", "Menge"], ["Order", "2"]], HEAD, Found(at=0), id="one-hit-may-be-chance"
        ),
        pytest.param(
            [["Title"], ["Order"], ["A-1"]], ["Order"], Found(at=1, matched=1), id="only-one-wanted"
        ),
        pytest.param([["Order"], ["A-1"]], HEAD, Found(at=0, matched=1), id="one-hit-in-the-first-row"),
        pytest.param([[], ["", " "]], HEAD, None, id="nothing"),
        pytest.param([["a", "b"], ["1", ""], ["2", ""], ["3", ""]], (), Found(at=0), id="sparse-rows-below"),
        pytest.param([["Only a title"], ["and a note"]], (), Found(at=0), id="one-column"),
    ],
)
def test_the_heading_row_is_found(rows: list[list[str]], wanted: list[str], found: Found | None) -> None:
    assert find_heading_row(rows, wanted) == found


def test_a_heading_that_stands_twice_counts_once() -> None:
    assert count_matches(["SKU", "sku", "Qty"], {"sku", "email"}) == 1
