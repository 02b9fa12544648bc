"""Uploads: read before they are sent, corrected in the page, sent once, and never more than is taken."""

import html
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

import httpx
import pytest
from tests.console.site import MAPPING, PASSWORD, Browser, Site
from tests.integration.judge import Judge

from orderdrop.access.people import Role

GOOD = "Order;SKU;Qty\n{0}-A;X;1\n{0}-B;Y;2\n"
BAD = "Order;SKU;Qty\n{0}-A;X;none\n{0}-B;Y;2\n"


def _upload(browser: Browser, name: str, content: str | bytes, feed: str = "acme") -> httpx.Response:
    browser.get("/upload")
    data = content.encode() if isinstance(content, str) else content
    return browser.client.post(
        f"/upload?form_key={browser.key}", data={"feed": feed}, files={"file": (name, data)}
    )


def test_a_good_file_is_shown_and_sent_with_a_click(site: Site, judge: Judge) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, "orders.csv", GOOD.format("U1")).headers["location"]
    assert "Everything is fine: 2 rows are 2 orders" in merchant.get(to).text
    assert not judge.posts(prefix="U1-")
    batch = merchant.post(f"{to}/send").headers["location"]
    assert "Every good row is with the destination." in merchant.at_rest(batch)
    assert judge.posts(prefix="U1-") == {"U1-A": 1, "U1-B": 1}


def test_a_marked_cell_is_corrected_in_the_page_checked_and_sent_as_corrected(
    site: Site, judge: Judge
) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, "orders.csv", BAD.format("U2")).headers["location"]
    shown = merchant.get(to).text
    assert 'value="none"' in shown
    assert "a whole number is expected" in shown
    still = merchant.post(f"{to}/cells", row="2", heading="Qty", text="many")
    assert still.status_code == 303
    assert 'value="many"' in merchant.get(to).text
    merchant.post(f"{to}/cells", row="2", heading="Qty", text="7")
    assert "Everything is fine" in merchant.get(to).text
    batch = merchant.post(f"{to}/send").headers["location"]
    assert "Every good row is with the destination." in merchant.at_rest(batch)
    assert judge.held("U2-A")["U2-A"]["line_items"]["data"][0]["quantity"] == 7


def test_what_is_bad_comes_back_while_the_rest_is_sent_and_the_corrected_report_goes_through(
    site: Site, judge: Judge
) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, "orders.csv", BAD.format("U3")).headers["location"]
    batch = merchant.post(f"{to}/send").headers["location"]
    assert "Rejects as workbook" in merchant.at_rest(batch)
    rejects = merchant.client.get(f"{batch}/reports/rejects_csv").text
    corrected = rejects.replace("none", "3")
    again = _upload(merchant, "orders.csv.rejects.csv", corrected).headers["location"]
    batch = merchant.post(f"{again}/send").headers["location"]
    assert "Every good row is with the destination." in merchant.at_rest(batch)
    assert judge.posts(prefix="U3-") == {"U3-A": 1, "U3-B": 1}


def test_a_second_click_and_a_second_upload_of_the_same_file_send_nothing_twice(
    site: Site, judge: Judge
) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, "orders.csv", GOOD.format("U4")).headers["location"]
    first = merchant.post(f"{to}/send").headers["location"]
    assert merchant.post(f"{to}/send").headers["location"] == first
    assert merchant.get(to).headers["location"] == first
    other = _upload(merchant, "again.csv", GOOD.format("U4")).headers["location"]
    assert merchant.post(f"{other}/send").headers["location"] == f"{first}?repeated=1"
    merchant.at_rest(first)
    assert judge.posts(prefix="U4-") == {"U4-A": 1, "U4-B": 1}


def test_clicks_at_once_on_the_button_that_uploads_make_one_draft(site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    merchant.get("/upload")
    cookies, address = merchant.client.cookies, f"{site.url}/upload?form_key={merchant.key}"

    def click(_: int) -> str:
        file = {"file": ("hasty.csv", GOOD.format("U10").encode())}
        answer = httpx.post(address, data={"feed": "acme"}, files=file, cookies=cookies, timeout=60)
        return answer.headers["location"]

    with ThreadPoolExecutor(4) as clicks:
        drafts = set(clicks.map(click, range(4)))
    assert len(drafts) == 1
    shown = merchant.get("/upload").text
    assert shown.count("hasty.csv") == 1
    assert drafts.pop() in shown


@pytest.mark.parametrize(
    ("name", "content", "corrected", "alike"),
    [
        pytest.param("same.csv", BAD.format("U11"), False, True, id="the-very-same"),
        pytest.param("same.csv", BAD.format("U12"), False, False, id="other-content"),
        pytest.param("renamed.csv", BAD.format("U11"), False, False, id="another-name"),
        pytest.param("same.csv", BAD.format("U11"), True, False, id="begun-afresh-after-a-correction"),
    ],
)
def test_a_file_that_comes_again_leads_to_its_draft_and_any_other_to_one_of_its_own(
    name: str, content: str, corrected: bool, alike: bool, site: Site
) -> None:
    merchant = site.browser(Role.MERCHANT)
    first = _upload(merchant, "same.csv", BAD.format("U11")).headers["location"]
    if corrected:
        merchant.post(f"{first}/cells", row="2", heading="Qty", text="7")
    second = _upload(merchant, name, content).headers["location"]
    assert (second == first) is alike
    for draft in (first, second):
        merchant.post(f"{draft}/forget")


def test_two_people_who_upload_the_same_file_have_a_draft_each(site: Site) -> None:
    theirs = {
        _upload(site.browser(role), "both.csv", GOOD.format("U13")).headers["location"]
        for role in (Role.MERCHANT, Role.OPS)
    }
    assert len(theirs) == 2


def test_a_closed_tab_loses_nothing(site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, "kept.csv", GOOD.format("U5")).headers["location"]
    assert to in merchant.get("/upload").text
    merchant.post(f"{to}/forget")
    assert to not in merchant.get("/upload").text
    assert merchant.get(to).status_code == 404


def test_the_bare_bytes_of_a_script_are_taken_like_a_form(site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    merchant.get("/upload")
    answer = merchant.client.post(
        "/upload?feed=acme&name=..%2F..%2Fb%C3%A9.csv",
        content=GOOD.format("U6").encode(),
        headers={"X-Form-Key": merchant.key, "Content-Type": "application/octet-stream"},
    )
    assert "<h1>bé.csv</h1>" in merchant.get(answer.json()["to"]).text


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        pytest.param("page.xlsx", b"<!doctype html><html><body></body></html>", "a web page (HTML)", id="a-page-called-xlsx"),
        pytest.param("other.csv", b"Colour;Size\nred;9\n", "None of the mapping", id="a-file-of-another-feed"),
    ],
)  # fmt: skip
def test_what_is_no_orders_file_is_told_and_cannot_be_sent(
    name: str, content: bytes, told: str, site: Site
) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, name, content).headers["location"]
    page = merchant.get(to).text
    assert told in page
    assert f"{to}/send" not in page


@pytest.mark.parametrize("feed", ["other", "nowhere", ""])
def test_a_merchant_uploads_to_own_feeds_only(feed: str, site: Site) -> None:
    answer = _upload(site.browser(Role.MERCHANT), "orders.csv", GOOD.format("U7"), feed=feed)
    assert answer.status_code in (404, 409)


def test_nobody_sees_the_upload_of_another(site: Site) -> None:
    ops, merchant = site.browser(Role.OPS), site.browser(Role.MERCHANT)
    to = _upload(ops, "orders.csv", GOOD.format("U8")).headers["location"]
    assert merchant.get(to).status_code == 404
    assert merchant.post(f"{to}/send").status_code == 404


def test_a_form_with_a_file_but_without_the_key_is_not_taken(site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    answer = merchant.client.post("/upload", data={"feed": "acme"}, files={"file": ("a.csv", b"x")})
    assert answer.status_code == 409


def test_a_correction_that_a_login_came_between_is_not_lost(site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, "late.csv", BAD.format("U9")).headers["location"]
    merchant.get(to)
    late = Browser(site.url)
    sent_away = late.post(f"{to}/cells", row="2", heading="Qty", text="7 & 50%25")
    assert sent_away.status_code == 303
    form = late.get(sent_away.headers["location"]).text
    back = html.unescape(form.partition('name="next" value="')[2].partition('"')[0])
    returned = late.post("/login", name="merchant", password=PASSWORD, next=back)
    page = late.get(returned.headers["location"]).text
    assert 'value="7 &amp; 50%25"' in page
    assert "You typed this before you logged in again" in page
    assert 'value="none"' in merchant.get(to).text
    late.post(f"{to}/cells", row="2", heading="Qty", text="7")
    assert "Everything is fine" in late.get(to).text
    late.client.close()


def test_a_form_of_another_session_leads_back_to_its_page_with_what_was_typed(site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, "stale.csv", BAD.format("U10")).headers["location"]
    merchant.get(to)
    told = merchant.client.post(
        f"{to}/cells", data={"form_key": "0" * 64, "row": "2", "heading": "Qty", "text": "12"}
    )
    assert told.status_code == 409
    back = html.unescape(told.text.partition('class="button main" href="')[2].partition('"')[0])
    assert 'value="12"' in merchant.get(back).text
    assert 'value="none"' in merchant.get(to).text


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        pytest.param("{site}/batches/b-1?fate=refused", "%2Fbatches%2Fb-1%3Ffate%3Drefused", id="our-page"),
        pytest.param("https://evil.example/batches/b-1", None, id="another-site"),
        pytest.param("", None, id="unknown"),
    ],
)
def test_a_click_after_the_session_ended_leads_back_to_the_page_that_it_was_made_on(
    referer: str, back: str | None, site: Site
) -> None:
    headers = {"Referer": referer.format(site=site.url)}
    answer = httpx.post(f"{site.url}/batches/b-1/rerun", headers=headers)
    assert answer.headers["location"] == (f"/login?next={back}" if back else "/login")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(
            "Order;SKU;Qty;Colour\n{0}-A;X;1;red\n", True, id="a-column-that-the-mapping-does-not-name"
        ),
        pytest.param("Order;SKU;Qty\n{0}-A;X;1.000\n", True, id="a-number-that-the-mapping-must-settle"),
        pytest.param("Order;SKU;Qty\n{0}-A;X;none\n", False, id="a-cell-for-the-sender-to-mend"),
        pytest.param("Order;SKU;Qty\n{0}-A;X;the mapping\n", False, id="whatever-the-sender-wrote"),
        pytest.param("Order;SKU;Qty\n{0}-A;X;1\n", False, id="nothing"),
    ],
)
def test_a_merchant_reads_who_can_change_the_mapping_where_ops_must_mend_something(
    content: str, told: bool, site: Site
) -> None:
    for key, role in (("U20", Role.MERCHANT), ("U21", Role.OPS)):
        browser = site.browser(role)
        to = _upload(browser, "mend.csv", content.format(key)).headers["location"]
        for page in (browser.get(to).text, browser.at_rest(browser.post(f"{to}/send").headers["location"])):
            expected = told and role is Role.MERCHANT
            assert ("Only the people who run orderdrop can change the mapping" in page) is expected


def test_a_merchant_reads_who_can_mend_a_mapping_that_cannot_be_read(site: Site) -> None:
    merchant, mapping = site.browser(Role.MERCHANT), site.folder / "small.yaml"
    to = _upload(merchant, "early.csv", GOOD.format("U22")).headers["location"]
    try:
        mapping.write_text(MAPPING.replace("to:", "too:"))
        assert "Only the people who run orderdrop can change the mapping" in merchant.get(to).text
    finally:
        mapping.write_text(MAPPING)


@pytest.mark.parametrize(
    ("path", "referer", "back"),
    [
        pytest.param("/upload", "/upload", "/upload?lost=file", id="the-form"),
        pytest.param(
            "/upload", "/batches/b-1?fate=held", "/batches/b-1?fate=held&lost=file", id="corrected-rejects"
        ),
        pytest.param(
            "/upload/u-1/files", "/upload/u-1", "/upload/u-1?lost=file", id="a-further-file-of-a-set"
        ),
        pytest.param("/upload", "/upload?lost=file", "/upload?lost=file", id="a-second-time"),
        pytest.param("/upload/u-1/send", "/upload/u-1?lost=file", "/upload/u-1", id="no-file-is-on-the-way"),
    ],
)
def test_a_login_that_came_before_a_file_leads_back_to_the_page_that_says_so(
    path: str, referer: str, back: str, site: Site
) -> None:
    answer = httpx.post(f"{site.url}{path}", headers={"Referer": f"{site.url}{referer}"})
    assert unquote(answer.headers["location"]) == f"/login?next={back}"


def test_who_comes_back_to_the_form_without_a_file_reads_that_it_must_be_chosen_again(site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    assert "Choose it again" in merchant.get("/upload?lost=file").text
    assert "Choose it again" not in merchant.get("/upload").text


def test_a_correction_can_be_corrected_again(site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, "again.csv", BAD.format("U11")).headers["location"]
    assert "Corrected here" not in merchant.get(to).text
    merchant.post(f"{to}/cells", row="2", heading="Qty", text="70")
    page = merchant.get(to).text
    assert "Corrected here (1)" in page
    assert 'Row 2, Qty <input name="text" value="70">' in page
    merchant.post(f"{to}/cells", row="2", heading="Qty", text="7")
    assert 'value="7"' in merchant.get(to).text


def test_a_file_that_would_be_held_says_so_and_is_only_handed_in_on_purpose(site: Site, judge: Judge) -> None:
    merchant = site.browser(Role.MERCHANT)
    (site.folder / "small.yaml").write_text(f"{MAPPING}hold_batch_when: {{bad_rows_over: 20%}}\n")
    try:
        to = _upload(merchant, "bad.csv", BAD.format("U12")).headers["location"]
        page = merchant.get(to).text
        assert "1 of 2 rows are bad, more than the mapping allows (20%). It would wait for a person." in page
        assert "orderdrop batches" not in page
        assert "Hand it in as it is" in page
        batch = merchant.post(f"{to}/send").headers["location"]
        assert "held" in merchant.at_rest(batch)
        assert "orderdrop batches" not in merchant.get(batch).text
        assert "bring them back here" in merchant.get(batch).text
    finally:
        (site.folder / "small.yaml").write_text(MAPPING)
    assert not judge.posts(prefix="U12-")


@pytest.mark.parametrize(("rows", "told"), [(1, "1 row is 1 order."), (2, "2 rows are 2 orders.")])
def test_one_is_said_as_one(rows: int, told: str, site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    text = "".join(f"U13-{rows}-{number};X;1\n" for number in range(rows))
    to = _upload(merchant, "few.csv", f"Order;SKU;Qty\n{text}").headers["location"]
    page = merchant.get(to).text
    assert f"Everything is fine: {told}" in page
    assert f">Send {told.rpartition(' are ')[2].rpartition(' is ')[2].rstrip('.')}<" in page


def test_rejects_are_brought_back_on_the_page_of_their_batch_by_whoever_may_use_its_feed(site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, "orders.csv", BAD.format("U14")).headers["location"]
    page = merchant.at_rest(merchant.post(f"{to}/send").headers["location"])
    assert '<input type="hidden" name="feed" value="acme">' in page
    good = _upload(merchant, "orders.csv", GOOD.format("U15")).headers["location"]
    assert "Read the corrected file" not in merchant.at_rest(
        merchant.post(f"{good}/send").headers["location"]
    )
