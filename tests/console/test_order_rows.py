"""The rows of an order on its page: the sender's own headings and text, with what is wrong at its cell."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.console.chromium import PHONE, chromium_or_skip, fits, sitting, violations
from tests.console.site import TWO_TABLES, Site, running
from tests.integration.judge import Judge

from orderdrop.access.people import Role
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.feeds.feed import poll
from orderdrop.pipeline.order_rows import BYTES_MAX, CELLS_SHOWN, ROWS_SHOWN
from orderdrop.pipeline.upkeep.purging import purge

FEED = '  pair: {source: pair, files: "orders_*.csv", mapping: two, account: local, settle: {looks: 1, age: 0s}}\n'
NOT_SHOWN = "The rows themselves are not shown: "


@pytest.fixture(scope="module")
def site(judge: Judge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("rows"), judge.base_url, FEED) as one:
        (one.folder / "two.yaml").write_text(TWO_TABLES)
        (one.folder / "pair").mkdir()
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium_or_skip()


def _came(site: Site, name: str, *lines: str, feed: str = "acme") -> tuple[Batch, str]:
    """The batch of a file, and the page of its first order."""
    (site.folder / feed / name).write_text("\n".join([*lines, ""]))
    (finished,) = poll(site.console.parts, site.console.feeds[feed])
    order = site.console.parts.ledger.orders(finished.batch.id)[0]
    return finished.batch, f"/batches/{finished.batch.id}/orders/{order.id}"


def _cells(page: str) -> list[str]:
    """What stands in the table of rows, without its tags; a cell that is marked begins with !."""
    (table,) = re.findall(r'<table class="sheet">(.*?)</table>', page, re.DOTALL)
    cells = re.findall(r"<t[hd]( [^>]*)?>(.*?)</t[hd]>", table, re.DOTALL)
    return [f"{'!' * ('bad' in kind)}{re.sub('<[^>]+>', '|', text)}" for kind, text in cells]


def test_the_rows_stand_as_the_sender_wrote_them_with_the_guilty_cell_marked(site: Site) -> None:
    _, at = _came(
        site, "w1.csv", "SKU;Order;Wünsche;Qty", "X;W1-A; <b>blue</b> ;001", "Y;W1-B;;1", "Z;W1-A;;0"
    )
    cells = _cells(site.browser(Role.MERCHANT).get(at).text)
    head, first, second = cells[:5], cells[5:10], cells[10:]
    assert head == ["Row", "SKU", "Order", "Wünsche", "Qty"]
    assert first == ["2", "X", "W1-A", " &lt;b&gt;blue&lt;/b&gt; ", "001"]
    assert second[:4] == ["4", "Z", "W1-A", ""]
    assert re.fullmatch(r"!0\|.+ 1.*\|", second[4]), second[4]


def test_the_rows_of_a_feed_that_is_not_theirs_are_not_shown_to_a_merchant(site: Site) -> None:
    _, at = _came(site, "w2.csv", "Order;SKU;Qty", "W2-A;secret-sku;1", feed="other")
    assert "secret-sku" in site.browser(Role.OPS).get(at).text
    answer = site.browser(Role.MERCHANT).get(at)
    assert (answer.status_code, "secret-sku" in answer.text) == (404, False)


def test_what_the_api_refused_is_marked_at_its_cell(site: Site, judge: Judge) -> None:
    judge.seed({"merchant_id": "W3-A", "line_items": [{"merchant_id": "X", "quantity": 9}]})
    _, at = _came(site, "w3.csv", "Order;SKU;Qty", "W3-A;X;1")
    marked = [cell for cell in _cells(site.browser(Role.OPS).get(at).text) if cell.startswith("!")]
    assert len(marked) == 1
    assert marked[0].startswith("!1|")


def test_each_table_of_a_drop_shows_its_own_rows(site: Site) -> None:
    (site.folder / "pair" / "lines_w4.csv").write_text("Order no,SKU,Qty\nW4-A,X,1\nW4-B,no,2\nW4-A,Y,3\n")
    _, at = _came(site, "orders_w4.csv", "Order,Mail", "W4-A,a@b.co", "W4-B,no@b.co", feed="pair")
    page = site.browser(Role.OPS).get(at).text
    first, second = re.findall(r'<table class="sheet">.*?</table>', page, re.DOTALL)
    assert _cells(first) == ["Row", "Order", "Mail", "2", "W4-A", "a@b.co"]
    assert _cells(second) == ["Row", "Order no", "SKU", "Qty", "2", "W4-A", "X", "1", "4", "W4-A", "Y", "3"]
    assert "Its rows of lines as they came" in page


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        pytest.param(3, ROWS_SHOWN, id="so-many-rows"),
        pytest.param(100, CELLS_SHOWN // 100, id="so-many-cells"),
    ],
)
def test_of_an_order_of_many_rows_the_first_are_shown_and_the_rest_is_counted(
    width: int, shown: int, site: Site
) -> None:
    count, more = ROWS_SHOWN + 7, range(width - 3)
    rows = [";".join([f"W5-{width}", f"X{at}", "1", *("." for _ in more)]) for at in range(count)]
    head = ";".join(["Order;SKU;Qty", *(f"c{at}" for at in more)])
    _, at = _came(site, f"w5-{width}.csv", head, *rows)
    page = site.browser(Role.OPS).get(at).text
    assert len(_cells(page)) == (shown + 1) * (width + 1)
    assert f"The first {shown} of its {count} rows are shown." in page


def _large(site: Site) -> str:
    rows = [f"W6-A;X{at};1;{'long ' * 5000}" for at in range(BYTES_MAX // 25_000 + 1)]
    return _came(site, "w6.csv", "Order;SKU;Qty;Remarks", *rows)[1]


def _missing(site: Site) -> str:
    batch, at = _came(site, "w7.csv", "Order;SKU;Qty", "W7-A;X;1")
    Path(batch.drop.kept_at).unlink()
    return at


def _purged(site: Site) -> str:
    _, at = _came(site, "w8.csv", "Order;SKU;Qty", "W8-A;X;1")
    purge(site.console.parts, timedelta(0))
    return at


def _broken(site: Site) -> str:
    batch, at = _came(site, "w9.csv", "Order;SKU;Qty", "W9-A;X;1")
    Path(batch.drop.kept_at).write_bytes(b"")
    return at


@pytest.mark.parametrize(
    ("coming", "why"),
    [
        pytest.param(_large, "the file is large. Look them up in it by their numbers.", id="large"),
        pytest.param(_missing, "the file is not kept any more.", id="missing"),
        pytest.param(_purged, "the personal data of this batch were removed on ", id="purged"),
        pytest.param(_broken, "the file cannot be read any more.", id="damaged-since"),
    ],
)
def test_where_the_file_is_not_read_the_numbers_of_the_rows_stay_with_a_sentence_why(
    coming: Callable[[Site], str], why: str, site: Site
) -> None:
    answer = site.browser(Role.OPS).get(coming(site))
    assert answer.status_code == 200
    assert f"{NOT_SHOWN}{why}" in answer.text
    assert re.search(r'<p class="lead">Rows? 2', answer.text)
    assert '<table class="sheet">' not in answer.text


def test_rows_that_came_from_the_file_that_was_corrected_count_with_its_size(site: Site) -> None:
    rows = [f"W10-B;X{at};1;{'long ' * 5000}" for at in range(BYTES_MAX // 25_000 + 1)]
    batch, _ = _came(site, "w10.csv", "Order;SKU;Qty;Remarks", "W10-A;X;0;", "W10-A;Y;1;", *rows)
    columns = "Order;SKU;Qty;Remarks;_row;_problem;_batch"
    _, at = _came(site, "w10-again.csv", columns, f"W10-A;X;1;;2;;{batch.id}")
    assert f"{NOT_SHOWN}the file is large." in site.browser(Role.OPS).get(at).text


def test_on_a_phone_a_wide_row_moves_in_its_own_box(site: Site, browser: Browser) -> None:
    head = ";".join(["Order;SKU;Qty", *(f"Column {at}" for at in range(20))])
    _, at = _came(
        site, "w11.csv", head, *(f"W11-A;{row};{';'.join(20 * ['some text'])}" for row in ("X;0", "Y;1"))
    )
    with sitting(browser, site, Role.OPS, viewport=PHONE) as page:
        page.goto(at)
        fits(page)
        box = page.get_by_role("group", name="Rows")
        expect(box.get_by_text("Column 19")).to_be_attached()
        assert box.evaluate("(one) => one.scrollWidth > one.clientWidth")
        assert violations(page) == []
