"""Following a batch at work when the session has ended meanwhile: the page says that it stands still."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect
from tests.console.chromium import chromium_or_skip, sitting
from tests.console.site import Site

from orderdrop.access.people import Role
from orderdrop.pipeline.batches.imports import begin
from orderdrop.pipeline.drops import keep_local


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium_or_skip()


def test_who_is_logged_out_while_a_batch_is_at_work_is_told_to_reload(site: Site, browser: Browser) -> None:
    parts, file = site.console.parts, site.folder / "follow.csv"
    file.write_text("Order;SKU;Qty\nF1-A;X;1\n")
    drop = keep_local(parts, file, name="follow.csv", feed="acme")
    batch, _ = begin(parts, drop, parts.mapping("small"), "local")

    def as_one_logged_out(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<h1>Log in</h1>")

    with sitting(browser, site, Role.OPS, quiet=True) as page:
        page.route("**/events", as_one_logged_out)
        page.goto(f"/batches/{batch.id}")
        expect(page.locator("#live")).to_contain_text("reload the page")
