"""The loops that people walk, in a real browser: the merchant's, that of ops; by keyboard, on a phone, without scripts."""

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect
from tests.console.chromium import PHONE, chromium_or_skip, fits, sitting
from tests.console.site import MAPPING, PASSWORD, Site, until
from tests.integration.judge import Judge

from orderdrop.access.people import Role
from orderdrop.pipeline.feeds.feed import poll

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    yield from chromium_or_skip()


def _csv(*rows: str) -> bytes:
    return "\n".join(["Order;SKU;Qty", *rows, ""]).encode()


def _upload(page: Page, name: str, content: bytes) -> None:
    page.get_by_role("link", name="Upload").click()
    page.get_by_label("CSV or Excel file").set_input_files(
        FilePayload(name=name, mimeType="text/csv", buffer=content)
    )
    page.get_by_role("button", name="Read it").click()


def _choose(page: Page, name: str, content: bytes) -> None:
    _upload(page, name, content)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def _search(page: Page, text: str) -> None:
    page.get_by_role("searchbox").fill(text)
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(f"**/?q={text}&*")


def _everything_arrives(page: Page) -> None:
    """The page says so, and follows the batch no more."""
    expect(page.get_by_text("Every good row is with the destination.")).to_be_visible()
    expect(page.locator("#live")).to_have_count(0)


def _corrected(workbook: Path, was: str, becomes: int) -> bytes:
    """The reject workbook as a merchant mends and saves it."""
    book = openpyxl.load_workbook(workbook)
    (cell,) = [one for sheet in book for line in sheet for one in line if str(one.value) == was]
    cell.value = becomes
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_merchant_uploads_mends_two_cells_sends_and_brings_the_rest_back_in_the_workbook(
    site: Site, browser: Browser, judge: Judge, tmp_path: Path
) -> None:
    rows = ["W1-A;X;none", "W1-B;Y;two", "W1-C;Z;0", "W1-D;X;4"]
    with sitting(browser, site, Role.MERCHANT, accept_downloads=True) as page:
        _choose(page, "week.csv", _csv(*rows))
        expect(page.get_by_text("1 of 4 rows can be sent")).to_be_visible()
        marked = page.locator("td.bad")
        expect(marked).to_have_count(3)
        expect(marked.first).to_contain_text("a whole number is expected")
        page.get_by_label("Qty in row 2").fill("3")
        page.get_by_label("Qty in row 2").press("Enter")
        expect(marked).to_have_count(2)
        page.get_by_label("Qty in row 3").fill("2")
        page.get_by_label("Qty in row 3").press("Tab")
        expect(marked).to_have_count(1)
        assert not judge.posts(prefix="W1-")
        site.may_send.clear()
        try:
            page.get_by_role("button", name="Send 3 orders").click()
            expect(page.locator("#live")).to_contain_text("0 of 3 orders have an answer")
            expect(page.get_by_role("heading", level=1)).to_have_text("week.csv sending")
            expect(page.get_by_text("Orders are on their way.")).to_be_visible()
        finally:
            site.may_send.set()
        expect(page.get_by_text("Finished; some rows came back.")).to_be_visible()
        with page.expect_download() as coming:
            page.get_by_role("link", name="Rejects as workbook").click()
        kept = tmp_path / "rejects.xlsx"
        coming.value.save_as(kept)
        corrected = FilePayload(name="week.rejects.xlsx", mimeType=WORKBOOK, buffer=_corrected(kept, "0", 9))
        page.get_by_label("The corrected workbook or CSV").set_input_files(corrected)
        page.get_by_role("button", name="Read the corrected file").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("week.rejects.xlsx")
        expect(page.get_by_text("Everything is fine")).to_be_visible()
        page.get_by_role("button", name="Send 1 order").click()
        expect(page.get_by_text("Every good row is with the destination.")).to_be_visible()
    assert judge.posts(prefix="W1-") == {"W1-A": 1, "W1-B": 1, "W1-C": 1, "W1-D": 1}
    held = judge.held("W1-")
    assert [held[f"W1-{one}"]["line_items"]["data"][0]["quantity"] for one in "ABCD"] == [3, 2, 9, 4]


def test_ops_find_an_order_see_why_it_was_refused_mend_the_mapping_and_rerun(
    site: Site, browser: Browser, judge: Judge
) -> None:
    (site.folder / "acme" / "night.csv").write_bytes(_csv("W2-A;X;0", "W2-B;Y;1"))
    list(poll(site.console.parts, site.console.feeds["acme"]))
    with sitting(browser, site, Role.OPS) as page:
        _search(page, "night.csv")
        page.get_by_role("link", name="night.csv").first.click()
        expect(page.get_by_role("row", name="Qty")).to_contain_text("1 or more is expected")
        (site.folder / "small.yaml").write_text(MAPPING.replace("minimum: 1", "minimum: 0"))
        try:
            page.get_by_role("button", name="Rerun rejected and held rows (1)").click()
            _everything_arrives(page)
        finally:
            (site.folder / "small.yaml").write_text(MAPPING)
        page.get_by_role("link", name="Batches").first.click()
        _search(page, "W2-A")
        page.get_by_role("link", name="W2-A").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("accepted")
    assert judge.posts(prefix="W2-") == {"W2-A": 1, "W2-B": 1}


def test_an_order_that_the_api_refused_says_why_and_goes_through_under_a_mended_mapping(
    site: Site, browser: Browser, judge: Judge
) -> None:
    judge.seed({"merchant_id": "W3-A", "line_items": [{"merchant_id": "X", "quantity": 9}]})
    (site.folder / "acme" / "api.csv").write_bytes(_csv("W3-A;X;1"))
    list(poll(site.console.parts, site.console.feeds["acme"]))
    with sitting(browser, site, Role.OPS) as page:
        _search(page, "W3-A")
        page.get_by_role("link", name="W3-A").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("refused")
        expect(page.locator(".problems")).to_contain_text("row 2, Qty")
        expect(page.locator(".problems")).to_contain_text("the API")
        expect(page.get_by_role("cell", name="refused")).to_be_visible()
        page.get_by_role("link", name="api.csv").click()
        mended = MAPPING.replace("minimum: 1", "minimum: 1, values: {1: 9}")
        (site.folder / "small.yaml").write_text(mended)
        try:
            page.get_by_role("button", name="Rerun refused orders (1)").click()
            expect(page.get_by_text("Every good row is with the destination.")).to_be_visible()
        finally:
            (site.folder / "small.yaml").write_text(MAPPING)
    assert judge.posts(prefix="W3-")["W3-A"] == 3  # the seed's, the refused one, the mended one


def _tab_to(page: Page, name: str) -> None:
    """Walk by the Tab key alone until something of that name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "() => { const it = document.activeElement;"
            " return it.getAttribute('aria-label') || it.labels?.[0]?.innerText || it.innerText || '' }"
        )
        if name in told:
            return
    raise AssertionError(f"the Tab key does not reach {name}")


def test_everything_works_without_a_mouse(site: Site, browser: Browser, judge: Judge) -> None:
    with sitting(browser, site, Role.MERCHANT) as page:
        _tab_to(page, "Upload")
        page.keyboard.press("Enter")
        page.wait_for_url("**/upload")
        _tab_to(page, "CSV or Excel file")
        expect(page.get_by_label("CSV or Excel file")).to_be_focused()
        with page.expect_file_chooser() as choosing:
            page.keyboard.press("Space")
        choosing.value.set_files(
            FilePayload(name="keys.csv", mimeType="text/csv", buffer=_csv("W4-A;X;no", "W4-B;X;no"))
        )
        _tab_to(page, "Read it")
        page.keyboard.press("Enter")
        page.wait_for_url("**/upload/u-*")
        _tab_to(page, "Qty in row 2")
        page.keyboard.press("Control+A")
        page.keyboard.type("5")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Qty in row 2")).to_have_count(0)
        expect(page.get_by_label("Qty in row 3")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("6")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Send 2 orders")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Every good row is with the destination.")).to_be_visible()
    assert judge.posts(prefix="W4-") == {"W4-A": 1, "W4-B": 1}


def test_what_was_typed_last_is_checked_before_the_file_is_sent(
    site: Site, browser: Browser, judge: Judge
) -> None:
    with sitting(browser, site, Role.MERCHANT) as page:
        _choose(page, "hasty.csv", _csv("W5-A;X;no", "W5-B;X;1"))
        page.get_by_label("Qty in row 2").fill("8")
        page.get_by_role("button", name="Send 1 order").click()
        expect(page.get_by_text("Every good row is with the destination.")).to_be_visible()
    assert judge.held("W5-A")["W5-A"]["line_items"]["data"][0]["quantity"] == 8


def test_nothing_can_be_typed_or_sent_before_the_script_that_checks_it_is_there(
    site: Site, browser: Browser, judge: Judge
) -> None:
    with sitting(browser, site, Role.MERCHANT) as page:
        held: list[Route] = []
        page.route("**/static/draft.js", lambda route: held.append(route))
        with page.expect_request("**/static/draft.js"), page.expect_response("**/upload/u-*") as coming:
            _upload(page, "slow.csv", _csv("W11-A;X;no", "W11-B;X;1"))
        coming.value.finished()
        page.wait_for_timeout(100)  # the page would be shown by then
        assert page.get_by_role("button", name="Send 1 order").count() == 0
        held[-1].continue_()
        page.get_by_label("Qty in row 2").fill("8")
        page.get_by_role("button", name="Send 1 order").click()
        _everything_arrives(page)
    assert judge.held("W11-A")["W11-A"]["line_items"]["data"][0]["quantity"] == 8


def test_an_answer_does_not_take_away_the_button_that_is_being_pressed(
    site: Site, browser: Browser, judge: Judge
) -> None:
    with sitting(browser, site, Role.MERCHANT) as page:
        _choose(page, "press.csv", _csv("W12-A;X;no", "W12-B;X;1"))
        page.get_by_label("Qty in row 2").fill("8")
        page.get_by_role("button", name="Send 1 order").hover()
        with page.expect_response("**/cells") as coming:
            page.mouse.down()
        coming.value.finished()
        page.wait_for_timeout(100)  # the table would be shown anew by then
        page.mouse.up()
        _everything_arrives(page)
    assert judge.posts(prefix="W12-") == {"W12-A": 1, "W12-B": 1}


def test_of_a_cell_that_was_changed_twice_the_second_text_is_waited_for(
    site: Site, browser: Browser, judge: Judge
) -> None:
    with sitting(browser, site, Role.MERCHANT) as page:
        _choose(page, "twice.csv", _csv("W13-A;X;no", "W13-B;X;1"))
        held: list[Route] = []
        page.route("**/cells", lambda route: held.append(route))
        cell = page.get_by_label("Qty in row 2")
        cell.fill("8")
        with page.expect_request("**/cells"):
            cell.press("Enter")
        cell.fill("9")
        cell.press("Enter")
        with page.expect_request("**/cells"):
            held[0].continue_()
        page.get_by_role("button", name="Send 2 orders").click()
        held[1].continue_()
        _everything_arrives(page)
    assert judge.held("W13-A")["W13-A"]["line_items"]["data"][0]["quantity"] == 9


def test_what_was_corrected_is_corrected_again_and_sent_at_once(
    site: Site, browser: Browser, judge: Judge
) -> None:
    with sitting(browser, site, Role.MERCHANT) as page:
        _choose(page, "again.csv", _csv("W14-A;X;no", "W14-B;X;none"))
        for row in (2, 3):
            page.get_by_label(f"Qty in row {row}").fill("7")
            page.get_by_label(f"Qty in row {row}").press("Enter")
            expect(page.get_by_label(f"Qty in row {row}")).to_have_count(0)
        page.get_by_text("Corrected here (2)").click()
        page.get_by_label("Row 2, Qty").fill("3")
        page.get_by_label("Row 2, Qty").press("Tab")
        page.get_by_label("Row 3, Qty").fill("4")
        page.get_by_role("button", name="Send 2 orders").click()
        _everything_arrives(page)
    held = judge.held("W14-")
    assert [held[f"W14-{one}"]["line_items"]["data"][0]["quantity"] for one in "AB"] == [3, 4]


def test_a_click_that_leads_away_is_not_called_back_when_the_batch_comes_to_rest(
    site: Site, browser: Browser
) -> None:
    site.may_send.clear()
    try:
        with sitting(browser, site, Role.MERCHANT) as page:
            _choose(page, "away.csv", _csv("W15-A;X;1"))
            events: list[Route] = []
            away: list[Route] = []
            page.route("**/events", lambda route: events.append(route))
            with page.expect_request("**/events"):
                page.get_by_role("button", name="Send 1 order").click()
            page.route("**/upload", lambda route: away.append(route))
            with page.expect_request("**/upload"):
                page.get_by_role("link", name="Upload").click(no_wait_after=True)
            events[-1].fulfill(content_type="text/event-stream", body="event: done\ndata: {}\n\n")
            page.wait_for_timeout(100)  # the page would be loaded anew by then
            away[-1].continue_()
            expect(page.get_by_role("heading", level=1)).to_have_text("Upload a file")
    finally:
        site.may_send.set()


def test_what_is_typed_while_another_cell_is_checked_stays_and_is_not_taken_half_typed(
    site: Site, browser: Browser
) -> None:
    with sitting(browser, site, Role.MERCHANT) as page:
        _choose(page, "two.csv", _csv("W6-A;X;no", "W6-B;X;no"))
        held: list[Route] = []

        def keep(route: Route) -> None:
            held.append(route)

        page.route("**/cells", keep)
        page.get_by_label("Qty in row 2").fill("8")
        with page.expect_request("**/cells"):
            page.get_by_label("Qty in row 2").press("Tab")
        expect(page.get_by_label("Qty in row 3")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("1")
        held[0].continue_()
        page.unroute("**/cells", keep)
        expect(page.get_by_label("Qty in row 2")).to_have_count(0)
        expect(page.get_by_label("Qty in row 3")).to_be_focused()
        page.keyboard.type("2")
        expect(page.get_by_label("Qty in row 3")).to_have_value("12")
        page.keyboard.press("Tab")
        expect(page.get_by_text("Everything is fine")).to_be_visible()
        expect(page.get_by_role("cell", name="12", exact=True)).to_be_visible()


def test_what_is_typed_last_and_not_right_either_is_told_before_anything_is_sent(
    site: Site, browser: Browser, judge: Judge
) -> None:
    with sitting(browser, site, Role.MERCHANT) as page:
        _choose(page, "hasty.csv", _csv("W9-A;X;no", "W9-B;X;1"))
        page.get_by_label("Qty in row 2").fill("none")
        page.get_by_role("button", name="Send 1 order").click()
        expect(page.get_by_text("Nothing was sent yet")).to_be_visible()
        expect(page.get_by_label("Qty in row 2")).to_have_value("none")
    assert not judge.posts(prefix="W9-")


def test_a_session_that_ends_in_mid_correction_loses_nothing_of_what_was_typed(
    site: Site, browser: Browser, judge: Judge
) -> None:
    with sitting(browser, site, Role.MERCHANT, quiet=True) as page:
        _choose(page, "late.csv", _csv("W10-A;X;no", "W10-B;X;1"))
        page.context.clear_cookies()
        page.get_by_label("Qty in row 2").fill("8")
        page.get_by_label("Qty in row 2").press("Enter")
        page.get_by_label("Name").fill(Role.MERCHANT.value)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_label("Qty in row 2")).to_have_value("8")
        page.get_by_role("button", name="Send 1 order").click()
        expect(page.get_by_text("Every good row is with the destination.")).to_be_visible()
    assert judge.held("W10-A")["W10-A"]["line_items"]["data"][0]["quantity"] == 8


def test_without_scripts_a_file_is_uploaded_corrected_and_sent(
    site: Site, browser: Browser, judge: Judge
) -> None:
    with sitting(browser, site, Role.MERCHANT, java_script_enabled=False) as page:
        _choose(page, "plain.csv", _csv("W7-A;X;no", "W7-B;X;2"))
        page.get_by_label("Qty in row 2").fill("7")
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_text("Everything is fine")).to_be_visible()
        page.get_by_role("button", name="Send 2 orders").click()
        page.wait_for_url("**/batches/*")

        def arrived() -> bool:
            page.reload()
            return page.get_by_text("Every good row is with the destination.").is_visible()

        until(arrived)
    assert judge.posts(prefix="W7-") == {"W7-A": 1, "W7-B": 1}


def test_on_a_phone_no_page_scrolls_sideways_and_the_sheet_scrolls_in_its_frame(
    site: Site, browser: Browser, judge: Judge
) -> None:
    long_name = "a-rather-long-name-of-a-file-as-exports-have-them-" * 2 + ".csv"
    with sitting(browser, site, Role.ADMIN, viewport=PHONE, has_touch=True) as page:
        page.goto("/upload")
        page.get_by_label("Where does it belong?").select_option("acme")
        page.get_by_label("CSV or Excel file").set_input_files(
            FilePayload(name=long_name, mimeType="text/csv", buffer=_csv("W8-A;X;no", "W8-B;X;2"))
        )
        page.get_by_role("button", name="Read it").tap()
        page.wait_for_url("**/upload/u-*")
        fits(page)
        page.get_by_label("Qty in row 2").fill("7")
        page.get_by_label("Qty in row 2").press("Enter")
        expect(page.get_by_text("Everything is fine")).to_be_visible()
        page.get_by_role("button", name="Send 2 orders").tap()
        _everything_arrives(page)
        fits(page)
        page.get_by_role("link", name="W8-A").tap()
        expect(page.get_by_role("heading", level=1)).to_contain_text("W8-A")
        fits(page)
        for path in (
            "/",
            "/upload",
            "/feeds",
            "/mappings",
            "/mappings/small",
            "/people",
            "/tokens",
            "/overview",
        ):
            page.goto(path)
            fits(page)
    assert judge.posts(prefix="W8-") == {"W8-A": 1, "W8-B": 1}
