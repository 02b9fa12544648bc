"""The page of one order: what it offers fits what the order is."""

from tests.console.site import Site

from orderdrop.access.people import Role
from orderdrop.pipeline.feeds.feed import poll


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
