"""Debian's Chromium, driven by Playwright: the browser that people have, at the sizes and in the themes they have."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.console.site import PASSWORD, PATIENCE_SECONDS, Site

from orderdrop.access.people import Role

PLACE = Path(os.environ.get("ORDERDROP_CHROMIUM", "/usr/bin/chromium"))
GRAVE = {"serious", "critical"}
_PATIENCE_MILLISECONDS = 1000 * PATIENCE_SECONDS
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without windows."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(PLACE),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
            timeout=_PATIENCE_MILLISECONDS,
        )
        try:
            yield browser
        finally:
            browser.close()


def chromium_or_skip() -> Iterator[Browser]:
    """A browser; skips where there is none, or fails where this run needs one."""
    if not PLACE.exists():
        reason = f"There is no {PLACE} (Debian: apt-get install chromium)"
        if os.environ.get("ORDERDROP_TESTS_NEED_BROWSER") == "1":
            pytest.fail(f"{reason}, and ORDERDROP_TESTS_NEED_BROWSER=1 says that this run needs it")
        pytest.skip(reason)
    with chromium() as browser:
        yield browser


@contextmanager
def sitting(
    browser: Browser, site: Site, role: Role, *, quiet: bool = False, **options: Any
) -> Iterator[Page]:
    """Somebody of a role in front of a page, logged in through the form.

    A fault in a script of ours, or anything that the browser complains about, is a failure unless `quiet`.
    """
    site.browser(role)
    context = browser.new_context(base_url=site.url, **{"viewport": DESKTOP, **options})
    context.set_default_timeout(_PATIENCE_MILLISECONDS)
    expect.set_options(timeout=_PATIENCE_MILLISECONDS)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    try:
        page.goto("/login")
        page.get_by_label("Name").fill(role.value)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{site.url}/")
        yield page
        assert quiet or not faults
    finally:
        context.close()


def fits(page: Page) -> None:
    """The page that is shown is not wider than the screen. One that follows a batch is waited for: it is loaded anew."""
    page.wait_for_load_state()
    expect(page.locator("#live")).to_have_count(0)
    page.wait_for_load_state()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the screen"


def violations(page: Page) -> list[str]:
    """What axe finds that is grave on the page as it is shown, with every fold open."""
    page.wait_for_load_state()
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{page.url}: {one['id']} ({one['impact']}): {one['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        if one["impact"] in GRAVE or one["id"] in ("heading-order", "region", "landmark-unique")
        for node in one["nodes"]
    ]
