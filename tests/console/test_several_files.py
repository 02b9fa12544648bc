"""Orders that come in several files: chosen together or one after the other, marked in each table, sent as one."""

import io
import re
import zipfile
from collections.abc import Iterator

import httpx
import openpyxl
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import FilePayload, expect
from tests.console.chromium import PHONE, chromium_or_skip, sitting, violations
from tests.console.site import TWO_TABLES, Browser, Site, running
from tests.integration.judge import Judge

from orderdrop.access.people import Role

FEED = '  pair: {source: pair, files: "orders_*.csv", mapping: two, account: local}\n'


@pytest.fixture(scope="module")
def site(judge: Judge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("several"), judge.base_url, FEED) as one:
        (one.folder / "two.yaml").write_text(TWO_TABLES)
        yield one


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    yield from chromium_or_skip()


def _orders(key: str) -> tuple[str, bytes]:
    return f"orders_{key}.csv", f"Order,Mail\n{key}-A,a@b.co\n{key}-B,c@d.co\n".encode()


def _lines(key: str, quantity: str = "1") -> tuple[str, bytes]:
    text = f"Order no,SKU,Qty\n{key}-A,X,{quantity}\n{key}-B,Y,2\n"
    return f"lines_{key}.csv", text.encode()


def _upload(ops: Browser, *files: tuple[str, bytes], feed: str = "pair") -> httpx.Response:
    ops.get("/upload")
    return ops.client.post(
        f"/upload?form_key={ops.key}", data={"feed": feed}, files=[("file", one) for one in files]
    )


def _add(ops: Browser, to: str, file: tuple[str, bytes], table: str) -> httpx.Response:
    return ops.client.post(f"{to}/files?table={table}&form_key={ops.key}", files={"file": file})


def _sent(ops: Browser, to: str) -> str:
    """The page of its batch once it came to rest."""
    return ops.at_rest(ops.post(f"{to}/send").headers["location"])


@pytest.mark.parametrize("turned", [False, True], ids=["orders-first", "lines-first"])
def test_two_files_that_are_chosen_together_become_one_upload(turned: bool, site: Site, judge: Judge) -> None:
    key, ops = f"S1{turned:d}", site.browser(Role.OPS)
    files = (_orders(key), _lines(key))
    to = _upload(ops, *(reversed(files) if turned else files)).headers["location"]
    page = ops.get(to).text
    assert f"<h1>orders_{key}.csv, lines_{key}.csv</h1>" in page
    assert "Everything is fine: 4 rows are 2 orders" in page
    assert "The table lines as it is read" in page
    assert "Every good row is with the destination." in _sent(ops, to)
    assert judge.posts(prefix=f"{key}-") == {f"{key}-A": 1, f"{key}-B": 1}


@pytest.mark.parametrize(
    ("first", "missing", "then", "table"),
    [
        pytest.param(_orders("S2"), "lines_*.csv", _lines("S2"), "lines", id="the-lines"),
        pytest.param(_lines("S3"), "The first file", _orders("S3"), "", id="the-orders"),
    ],
)
def test_what_is_missing_is_said_and_can_be_added(
    first: tuple[str, bytes], missing: str, then: tuple[str, bytes], table: str, site: Site, judge: Judge
) -> None:
    ops = site.browser(Role.OPS)
    to = _upload(ops, first).headers["location"]
    page = ops.get(to).text
    assert "The orders of pair come in 2 files. This one is still missing:" in page
    assert missing in page
    assert f'action="{to}/send"' not in page
    assert first[0] in ops.get("/upload").text
    assert _add(ops, to, then, table).headers["location"] == to
    assert "Everything is fine" in ops.get(to).text
    assert "Every good row is with the destination." in _sent(ops, to)


def test_sending_without_what_is_missing_sends_nothing(site: Site, judge: Judge) -> None:
    ops = site.browser(Role.OPS)
    to = _upload(ops, _lines("S4")).headers["location"]
    assert "has not come" in ops.post(f"{to}/send").text
    to = _upload(ops, _orders("S4")).headers["location"]
    assert "has not come" in ops.post(f"{to}/send").text
    before = ops.get("/upload").text.count("/forget")
    user = site.console.store.user("ops")
    assert user is not None
    headers = {"Authorization": f"Bearer {site.console.doors.make_token(user, 'sets')}"}
    name, content = _orders("S4")
    answer = httpx.post(f"{site.url}/api/v1/uploads?feed=pair&name={name}", content=content, headers=headers)
    assert (answer.status_code, "has not come" in answer.text) == (409, True)
    assert ops.get("/upload").text.count("/forget") == before
    assert not judge.posts(prefix="S4-")


def test_a_marked_cell_of_a_further_table_is_corrected_in_the_page(site: Site, judge: Judge) -> None:
    ops = site.browser(Role.OPS)
    to = _upload(ops, _orders("S5"), _lines("S5", "none")).headers["location"]
    page = ops.get(to).text
    assert "Rows of lines with a problem" in page
    assert 'aria-label="Qty in row 2 of lines"' in page
    row = re.findall(r'name="row" value="(\d+)"', page)[0]
    ops.post(f"{to}/cells", row=row, heading="Qty", text="3")
    assert "Everything is fine" in ops.get(to).text
    assert "Every good row is with the destination." in _sent(ops, to)
    assert judge.held("S5-A")["S5-A"]["line_items"]["data"][0]["quantity"] == 3


def test_both_tables_in_one_archive_are_whole(site: Site) -> None:
    ops, out = site.browser(Role.OPS), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (_orders("S6"), _lines("S6")):
            archive.writestr(name, content)
    to = _upload(ops, ("week.zip", out.getvalue())).headers["location"]
    assert "Everything is fine: 4 rows are 2 orders" in ops.get(to).text


def test_the_reject_workbook_of_a_set_is_uploaded_by_itself(site: Site, judge: Judge) -> None:
    ops = site.browser(Role.OPS)
    to = _upload(ops, _orders("S7"), _lines("S7", "none")).headers["location"]
    page = _sent(ops, to)
    address = re.findall(r'href="(/batches/[^"]+/reports/rejects_xlsx)"', page)[0]
    book = openpyxl.load_workbook(io.BytesIO(ops.client.get(address).content))
    (cell,) = [one for sheet in book for line in sheet for one in line if one.value == "none"]
    cell.value = "4"
    out = io.BytesIO()
    book.save(out)
    again = _upload(ops, ("rejects.xlsx", out.getvalue())).headers["location"]
    assert "Everything is fine" in ops.get(again).text
    assert "Every good row is with the destination." in _sent(ops, again)
    assert judge.posts(prefix="S7-") == {"S7-A": 1, "S7-B": 1}


@pytest.mark.parametrize(
    ("feed", "files", "told"),
    [
        pytest.param(
            "acme", [("a.csv", b"x"), ("b.csv", b"y")], "acme takes one file at a time", id="no-set"
        ),
        pytest.param(
            "pair",
            [_orders("S8"), _lines("S8"), ("more.csv", b"z")],
            "pair takes 2 files at a time",
            id="one-too-many",
        ),
    ],
)
def test_a_file_that_has_no_place_is_told_and_nothing_is_kept(
    feed: str, files: list[tuple[str, bytes]], told: str, site: Site
) -> None:
    ops = site.browser(Role.OPS)
    before = sorted((site.console.folder / "uploads").glob("*"))
    answer = _upload(ops, *files, feed=feed)
    assert answer.status_code == 409
    assert told in answer.text
    assert sorted((site.console.folder / "uploads").glob("*")) == before


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
def test_on_a_phone_the_missing_file_is_added_and_both_are_chosen_together(
    scripts: bool, site: Site, chromium: Chromium
) -> None:
    key = f"S9{scripts:d}"
    payloads = [
        FilePayload(name=name, mimeType="text/csv", buffer=content)
        for name, content in (_orders(key), _lines(key))
    ]
    with sitting(
        chromium, site, Role.ADMIN, viewport=PHONE, java_script_enabled=scripts, color_scheme="dark"
    ) as page:
        page.goto("/upload")
        page.get_by_label("Where does it belong?").select_option("pair")
        page.get_by_label("CSV or Excel file").set_input_files(payloads[:1])
        page.get_by_role("button", name="Read it").click()
        expect(page.get_by_text("This one is still missing")).to_be_visible()
        if scripts:
            assert violations(page) == []
        page.get_by_label("The file of the table lines").set_input_files(payloads[1:])
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_text("Everything is fine")).to_be_visible()
        page.get_by_role("button", name="Throw away").click()
        page.get_by_label("Where does it belong?").select_option("pair")
        page.get_by_label("CSV or Excel file").set_input_files(payloads)
        page.get_by_role("button", name="Read it").click()
        expect(page.get_by_text("Everything is fine")).to_be_visible()
