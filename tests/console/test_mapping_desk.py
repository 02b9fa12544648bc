"""The desk on which ops write mappings, in a real browser: with and without scripts, by keyboard, on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect
from tests.console.chromium import PHONE, chromium_or_skip, fits, sitting
from tests.console.site import MAPPING, PASSWORD, Site
from tests.integration.judge import Judge

from orderdrop.access.people import Role
from orderdrop.pipeline.feeds.feed import poll
from orderdrop.web.pages.mappings import desk

SHEET = b"Order no;SKU;Pieces;Ordered;Colour\nD1-A;S-1;2;03/04/2026;red\nD1-B;S-1;1;05/06/2026;blue\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium_or_skip()


@pytest.fixture(autouse=True)
def _tidy(site: Site) -> Iterator[None]:
    yield
    drafts = desk(site.console)
    for draft in drafts.of("ops"):
        drafts.forget(draft.id)
    (site.folder / "new-shop.yaml").unlink(missing_ok=True)
    (site.folder / "small.yaml").write_text(MAPPING)


def _suggest(page: Page) -> None:
    page.goto("/mappings")
    page.get_by_role("link", name="New mapping from a file").click()
    page.get_by_label("CSV or Excel file").set_input_files(
        FilePayload(name="new shop.csv", mimeType="text/csv", buffer=SHEET)
    )
    page.get_by_label("Where do the orders go?").select_option("shipup")
    page.get_by_role("button", name="Suggest a mapping").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which column goes where?")


def _text(page: Page) -> str:
    return page.get_by_label("The mapping as YAML").input_value()


def test_ops_suggest_a_mapping_correct_a_column_answer_a_question_try_it_and_save_it(
    site: Site, browser: Browser, judge: Judge
) -> None:
    with sitting(browser, site, Role.OPS) as page:
        _suggest(page)
        page.get_by_label("03/04/2026 is the 3 April 2026").check()
        chosen = page.locator("select").and_(page.get_by_label("Colour goes to"))
        expect(chosen).to_have_value("")
        chosen.select_option("order_number")
        page.get_by_label("Order no goes also to").select_option("")
        page.get_by_role("button", name="Write the mapping").click()
        expect(page.get_by_text("It can be used")).to_be_visible()
        assert "as you chose" in _text(page)
        assert '"%d/%m/%Y"' in _text(page)
        page.get_by_role("button", name="Try it").click()
        expect(page.get_by_text("2 rows would become 2 orders")).to_be_visible()
        expect(page.locator("details pre").first).to_contain_text('"order_number": "red"')
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved. It holds from the next file on")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text("new-shop")
    assert (site.folder / "new-shop.yaml").is_file()
    assert not judge.posts(prefix="D1-")


def test_ops_mend_a_mapping_on_the_file_that_came_back_save_it_and_rerun_what_was_refused(
    site: Site, browser: Browser, judge: Judge
) -> None:
    (site.folder / "acme" / "back.csv").write_text("Order;SKU;Qty\nD2-A;X;0\nD2-B;Y;1\n")
    list(poll(site.console.parts, site.console.feeds["acme"]))
    with sitting(browser, site, Role.OPS) as page:
        page.goto("/mappings/small")
        page.get_by_role("button", name="Edit, or try it on a file").click()
        text = page.get_by_label("The mapping as YAML")
        text.fill(MAPPING.replace("minimum", "minimun"))
        expect(page.get_by_text("1 fault: it cannot be used yet.")).to_be_visible()
        expect(page.locator("#notes")).to_contain_text("did you mean minimum?")
        expect(page.locator(".gutter .fault")).to_have_text("7")
        page.get_by_role("button", name="Go to line 7").click()
        assert text.evaluate("(one) => one.value.slice(one.selectionStart, one.selectionEnd)").startswith(
            "  Qty:"
        )
        expect(page.locator("#here")).to_contain_text("A column: to type required")
        page.get_by_role("button", name="Use minimum").click()
        expect(page.get_by_text("It can be used")).to_be_visible()
        assert _text(page) == MAPPING
        text.fill(MAPPING.replace("minimum: 1", "minimum: 0"))
        expect(page.get_by_text("is at least 0")).to_be_visible()
        page.get_by_label("A file that is here").select_option(index=0)
        page.get_by_role("button", name="Try it").click()
        expect(page.get_by_text("back.csv: 1 row would become 1 order;")).to_be_visible()
        page.get_by_role("button", name="Save as a new version").click()
        expect(page.get_by_text("2 of 2 rows")).to_be_visible()
        page.get_by_role("button", name="Rerun it").click()
        expect(page.get_by_text("Every good row is with the destination.")).to_be_visible()
    assert judge.posts(prefix="D2-") == {"D2-A": 1, "D2-B": 1}


def test_what_is_typed_before_the_script_came_is_checked_too(site: Site, browser: Browser) -> None:
    with sitting(browser, site, Role.OPS) as page:
        held: list[Route] = []
        page.route("**/static/mapping.js", lambda route: held.append(route))
        page.goto("/mappings/small")
        with page.expect_request("**/static/mapping.js"):
            page.get_by_role("button", name="Edit, or try it on a file").click(no_wait_after=True)
        page.get_by_label("The mapping as YAML").fill(MAPPING.replace("minimum", "minimun"))
        held[-1].continue_()
        expect(page.get_by_text("1 fault: it cannot be used yet.")).to_be_visible()


def test_a_place_that_somebody_types_before_the_script_came_is_not_taken_out_of_their_hands(
    site: Site, browser: Browser
) -> None:
    with sitting(browser, site, Role.OPS) as page:
        held: list[Route] = []
        page.route("**/static/mapping.js", lambda route: held.append(route))
        with page.expect_request("**/static/mapping.js"):
            _suggest(page)
        page.get_by_label("Colour goes to").press_sequentially("custom_variables")
        held[-1].continue_()
        expect(page.locator("select").and_(page.get_by_label("SKU goes to"))).to_be_visible()
        expect(page.get_by_label("Colour goes to")).to_be_focused()
        page.keyboard.type(".colour")
        page.get_by_role("button", name="Write the mapping").click()
        expect(page.get_by_label("The mapping as YAML")).to_have_value(re.compile("custom_variables.colour"))


def test_what_is_typed_is_kept_when_the_tab_closes_and_when_the_session_ends(
    site: Site, browser: Browser
) -> None:
    with sitting(browser, site, Role.OPS, quiet=True) as page:
        page.goto("/mappings/small")
        page.get_by_role("button", name="Edit, or try it on a file").click()
        text = page.get_by_label("The mapping as YAML")
        with page.expect_response("**/check?*"):
            text.fill(f"# mine\n{MAPPING}")
        page.goto("/mappings")
        page.get_by_role("link", name="small").first.click()
        expect(text).to_have_value(f"# mine\n{MAPPING}")
        page.context.clear_cookies()
        text.fill(f"# mine, too\n{MAPPING}")
        expect(page.get_by_text("You are not logged in any more.")).to_be_visible()
        other = page.context.new_page()
        other.goto("/login")
        other.get_by_label("Name").fill("ops")
        other.get_by_label("Password").fill(PASSWORD)
        other.get_by_role("button", name="Log in").click()
        other.wait_for_url("**/")
        other.close()
        page.bring_to_front()
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(page.get_by_text("You are not logged in any more.")).to_be_hidden()
        page.get_by_role("button", name="Save as a new version").click()
        expect(page.get_by_text("Saved. It holds")).to_be_visible()
    assert (site.folder / "small.yaml").read_text() == f"# mine, too\n{MAPPING}"


def test_without_scripts_a_mapping_is_suggested_checked_tried_and_saved(site: Site, browser: Browser) -> None:
    with sitting(browser, site, Role.OPS, java_script_enabled=False) as page:
        _suggest(page)
        page.get_by_label("is the 4 March 2026").check()
        page.get_by_label("Colour goes to").fill("custom_variables.colour")
        page.get_by_role("button", name="Write the mapping").click()
        expect(page.get_by_text("It can be used")).to_be_visible()
        text = page.get_by_label("The mapping as YAML")
        text.fill(_text(page).replace("custom_variables.colour", "custom_variable.colour"))
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_text("1 fault: it cannot be used yet.")).to_be_visible()
        page.get_by_text("Places of shipup").click()
        expect(page.get_by_text("custom_variables.NAME", exact=True)).to_be_visible()
        text.fill(_text(page).replace("custom_variable.colour", "custom_variables.colour"))
        page.get_by_role("button", name="Try it").click()
        expect(page.get_by_text("2 rows would become 2 orders")).to_be_visible()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("By no feed yet.")).to_be_visible()


def test_on_a_phone_everything_of_a_mapping_is_within_the_screen(site: Site, browser: Browser) -> None:
    with sitting(browser, site, Role.OPS, viewport=PHONE, has_touch=True) as page:
        _suggest(page)
        fits(page)
        page.get_by_role("button", name="Write the mapping").tap()
        expect(page.get_by_text("It can be used")).to_be_visible()
        expect(page.get_by_text("1 question is not answered yet")).to_be_visible()
        fits(page)
        page.get_by_role("button", name="Try it").tap()
        expect(page.get_by_text("new shop.csv cannot be read under it")).to_be_visible()
        fits(page)


def test_a_line_that_is_begun_keeps_the_indentation_and_can_be_taken_back(
    site: Site, browser: Browser
) -> None:
    with sitting(browser, site, Role.OPS) as page:
        page.goto("/mappings/small")
        page.get_by_role("button", name="Edit, or try it on a file").click()
        expect(page.locator("html.scripts")).to_be_visible()  # before them a line begins where it begins
        text = page.get_by_label("The mapping as YAML")
        text.focus()
        page.keyboard.press("Control+End")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        page.keyboard.type("Note: ignore")
        assert _text(page) == f"{MAPPING}  Note: ignore\n"
        expect(page.locator(".gutter span")).to_have_count(9)
        expect(page.locator("#notes")).to_contain_text("Note is passed over.")
        for _ in range(20):
            page.keyboard.press("Control+z")
        assert _text(page) == MAPPING
