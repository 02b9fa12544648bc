"""A file that is dragged over the page, and one that is too large for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.console.chromium import chromium_or_skip, sitting
from tests.console.site import Site

from orderdrop.access.people import Role


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium_or_skip()


def test_a_file_that_is_dragged_away_again_leaves_no_mark(site: Site, browser: Browser) -> None:
    with sitting(browser, site, Role.MERCHANT) as page:
        page.goto("/upload")
        form = page.locator("#upload")
        dragged = page.evaluate_handle("new DataTransfer()")
        form.dispatch_event("dragover", {"dataTransfer": dragged})
        expect(form).to_contain_class("over")
        form.dispatch_event("dragleave", {"dataTransfer": dragged})
        expect(form).not_to_contain_class("over")


def test_a_file_that_is_too_large_is_told_the_limit_and_what_to_do(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * 2_000_001)
    with sitting(browser, site, Role.MERCHANT) as page:
        page.goto("/upload")
        page.set_input_files("input[type=file]", large)
        page.get_by_role("button", name="Read it").click()
        expect(page.locator("#told")).to_contain_text("too large: more than 2 MB")
        expect(page.locator("#told")).to_contain_text("smaller files")
