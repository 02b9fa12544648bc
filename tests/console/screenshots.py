"""Pictures of the console: `python -m tests.console.screenshots` writes docs/console-*.png, `--all FOLDER` every page."""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Browser
from tests.console.chromium import DESKTOP, PHONE, chromium, sitting
from tests.console.scene import Scene, play
from tests.console.site import Site, running
from tests.integration.judge import judging

from orderdrop.access.people import Role

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = {"draft": "light", "overview": "light", "batch": "dark", "mapping-columns": "light"}
"""Which pages the documentation shows, and in which theme."""


def main() -> None:
    """Play the scene and take the pictures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--all", type=Path, metavar="FOLDER", help="every page, in both themes and at two sizes"
    )
    folder: Path | None = asked.parse_args().all
    with (
        tempfile.TemporaryDirectory() as place,
        judging() as judge,
        running(Path(place), judge.base_url) as site,
        chromium() as browser,
    ):
        scene = play(site, judge)
        if folder is None:
            for name, theme in SHOWN.items():
                _take(browser, site, {name: scene.pages()[name]}, theme, DESKTOP, DOCS, "console-{name}")
        else:
            _every(browser, site, scene, folder)


def _every(browser: Browser, site: Site, scene: Scene, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for theme in ("light", "dark"):
        for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            form = f"{{name}}-{theme}-{size}"
            _take(browser, site, scene.pages(), theme, viewport, folder, form, full=True)


def _take(
    browser: Browser,
    site: Site,
    pages: dict[str, str],
    theme: str,
    viewport: dict[str, int],
    folder: Path,
    form: str,
    *,
    full: bool = False,
) -> None:
    with sitting(browser, site, Role.ADMIN, viewport=viewport, color_scheme=theme, quiet=True) as page:
        for name, path in pages.items():
            page.goto(path)
            page.screenshot(path=folder / f"{form.format(name=name)}.png", full_page=full)


if __name__ == "__main__":
    main()
