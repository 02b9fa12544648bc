"""The page of one order: what it offers fits what the order is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from tests.console.chromium import PHONE, chromium_or_skip, sitting
from tests.console.site import Site
from tests.integration.judge import Judge

from orderdrop.access.people import Role
from orderdrop.pipeline.feeds.feed import poll


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium_or_skip()


def test_an_order_is_taken_out_once_and_its_page_says_so(site: Site) -> None:
    (site.folder / "acme" / "o1.csv").write_text("Order;SKU;Qty\nO1-A;X;0\nO1-A;Y;1\n")
    (finished,) = poll(site.console.parts, site.console.feeds["acme"])
    (order,) = site.console.parts.ledger.orders(finished.batch.id)
    at, ops = f"/batches/{finished.batch.id}/orders/{order.id}", site.browser(Role.OPS)
    assert "Take this order out for good" in ops.get(at).text
    ops.post(f"{at}/exclude", reason="cancelled by phone")
    page = ops.get(at).text
    assert "cancelled by phone (ops)" in page
    assert "Take this order out for good" not in page


def test_what_the_api_answered_is_read_on_a_phone_without_moving_the_page(
    site: Site, browser: Browser, judge: Judge
) -> None:
    judge.seed({"merchant_id": "O2-A", "line_items": [{"merchant_id": "X", "quantity": 9}]})
    (site.folder / "acme" / "o2.csv").write_text("Order;SKU;Qty\nO2-A;X;1\n")
    (finished,) = poll(site.console.parts, site.console.feeds["acme"])
    (order,) = site.console.parts.ledger.orders(finished.batch.id)
    with sitting(browser, site, Role.OPS, viewport=PHONE) as page:
        page.goto(f"/batches/{finished.batch.id}/orders/{order.id}")
        answer = page.get_by_role("group", name="Attempts").get_by_text("must not change")
        expect(answer).to_be_visible()
        place = answer.bounding_box()
    assert place is not None
    assert place["x"] + place["width"] <= PHONE["width"]
