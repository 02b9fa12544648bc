"""Every page in both themes, on a desk and on a phone: no violation that axe calls serious or worse, nothing too wide."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.console.chromium import DESKTOP, PHONE, chromium_or_skip, fits, sitting, violations
from tests.console.scene import Scene, play
from tests.console.site import Site
from tests.integration.judge import Judge

from orderdrop.access.people import Role

WEIGHT_MAX = 100_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium_or_skip()


@pytest.fixture(scope="module")
def scene(site: Site, judge: Judge) -> Scene:
    return play(site, judge)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [pytest.param(DESKTOP, id="desk"), pytest.param(PHONE, id="phone")])
def test_axe_finds_nothing_grave_and_no_page_is_wider_than_the_screen(
    theme: str, viewport: dict[str, int], site: Site, browser: Browser, scene: Scene
) -> None:
    found: list[str] = []
    with sitting(browser, site, Role.ADMIN, viewport=viewport, color_scheme=theme, quiet=True) as page:
        for path in scene.pages().values():
            page.goto(path)
            found += violations(page)
            fits(page)
        page.context.clear_cookies()
        for path in ("/login", "/welcome/unknown"):
            page.goto(path)
            found += violations(page)
    assert not found, "\n".join(found)


def test_every_page_is_light(site: Site, scene: Scene) -> None:
    admin = site.browser(Role.ADMIN)
    weights = {path: len(admin.get(path).content) for path in scene.pages().values()}
    style = len(admin.client.get("/static/style.css").content)
    assert {path: weight for path, weight in weights.items() if weight + style > WEIGHT_MAX} == {}
