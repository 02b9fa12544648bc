"""Cells that are sent as they stand, though they may not be what was meant: told apart from those that must be corrected."""

import re

import pytest
from tests.console.site import Site

from orderdrop.access.people import Role

DOUBTFUL = "123456789012{0:03}0000"  # what is left of a long number that a spreadsheet program has rounded


def _draft(site: Site, *rows: str, headings: str = "Order;SKU;Qty") -> str:
    merchant = site.browser(Role.MERCHANT)
    merchant.get("/upload")
    content = "\n".join([headings, *rows, ""]).encode()
    answer = merchant.client.post(
        f"/upload?form_key={merchant.key}", data={"feed": "acme"}, files={"file": ("d.csv", content)}
    )
    return merchant.get(answer.headers["location"]).text


def _cells(page: str) -> dict[str, str]:
    """The marked cells of a page by name, each with its class."""
    found = re.findall(r'<td class="(bad[ \w]*)".*?aria-label="([^"]+)"', page)
    return {name: kind for kind, name in found}


@pytest.mark.parametrize(
    ("rows", "said", "marked"),
    [
        pytest.param(
            [f"{DOUBTFUL.format(1)};X;1", "D1-B;Y;none"],
            ("1 of 2 rows can be sent. 1 row has a problem", "Look at 1 row marked in yellow"),
            {"Order in row 2": "bad doubt", "Qty in row 3": "bad"},
            id="beside-a-bad-one",
        ),
        pytest.param(
            [f"{DOUBTFUL.format(2)};X;1", "D2-B;Y;1"],
            ("Everything can be sent: 2 rows are 2 orders.", "Look at 1 row"),
            {"Order in row 2": "bad doubt"},
            id="alone",
        ),
        pytest.param(
            [f"{DOUBTFUL.format(3)};X;none"],
            ("0 of 1 rows can be sent. 1 row has a problem",),
            {"Order in row 2": "bad doubt", "Qty in row 2": "bad"},
            id="in-a-bad-row-which-is-counted-once",
        ),
    ],
)
def test_a_doubtful_cell_is_told_apart_and_the_counts_agree(
    rows: list[str], said: tuple[str, ...], marked: dict[str, str], site: Site
) -> None:
    page = _draft(site, *rows)
    for words in said:
        assert words in page
    assert ("Look at" in page) == (len(said) > 1)
    assert _cells(page) == marked


@pytest.mark.parametrize(
    ("last", "name"),
    [
        pytest.param("D4-Z;Z;none", "Qty in row 252", id="a-bad-row-behind-many-doubtful-ones"),
        pytest.param(
            f"{DOUBTFUL.format(99)};Z;1", "Order in row 252", id="a-doubtful-row-behind-many-good-ones"
        ),
    ],
)
def test_what_matters_most_is_shown_wherever_it_stands(last: str, name: str, site: Site) -> None:
    order = DOUBTFUL if "none" in last else "D5-{0}"
    page = _draft(site, *(f"{order.format(number)};X;1" for number in range(250)), last)
    assert name in _cells(page)
    assert page.count('<th scope="row"') == 200


def test_a_row_that_is_doubtful_as_a_whole_is_told_apart_too(site: Site) -> None:
    page = _draft(site, "D6-A;X;1;red", "D6-A;X;1;blue", headings="Order;SKU;Qty;Note")
    assert "Everything can be sent: 2 rows are 1 order. Look at 2 rows marked in yellow" in page
    assert page.count('class="why wait">Rows 2 and 3 name the same item') == 2
