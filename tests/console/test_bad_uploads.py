"""What goes wrong with uploads: each a clear page, nothing doubled, nothing lost, nothing written where it should not be."""

import errno
import html
import io
import socket
import threading
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import FilePayload, expect
from tests.console.chromium import chromium_or_skip, sitting
from tests.console.site import PASSWORD, Browser, Site
from tests.integration.judge import Judge

from orderdrop.access.people import Role
from orderdrop.errors import TryAgainLater
from orderdrop.pipeline.uploads.uploads import DRAFTS_MAX, Uploads
from orderdrop.web.receiving import keeping

GOOD = "Order;SKU;Qty\n{0}-A;X;1\n{0}-B;Y;2\n"
BAD = "Order;SKU;Qty\n{0}-A;X;none\n{0}-B;Y;2\n"
HUGE = 2_000_000_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    yield from chromium_or_skip()


def _upload(browser: Browser, name: str, content: str | bytes) -> httpx.Response:
    browser.get("/upload")
    return _send_form(browser.client, browser.key, name, content)


def _send_form(client: httpx.Client, key: str, name: str, content: str | bytes) -> httpx.Response:
    data = content.encode() if isinstance(content, str) else content
    return client.post(f"/upload?form_key={key}", data={"feed": "acme"}, files={"file": (name, data)})


def _kept(site: Site) -> list[Path]:
    folder = site.console.folder / "uploads"
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/octet-stream"])
def test_an_upload_of_two_gigabytes_is_refused_before_it_is_read(kind: str, site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    merchant.get("/upload")
    before = _kept(site)
    cookies = "; ".join(f"{name}={value}" for name, value in merchant.client.cookies.items())
    host = merchant.client.base_url.netloc.decode()
    head = (
        f"POST /upload?feed=acme&name=big.csv&form_key={merchant.key} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {HUGE}\r\n\r\n"
    )
    address, _, port = host.partition(":")
    with socket.create_connection((address, int(port)), timeout=20) as connection:
        connection.sendall(head.encode() + b"x" * 10_000)
        answer = b""
        while b"</html>" not in answer:
            answer += connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    told = html.unescape(answer.decode())
    assert "The file is larger than 2 MB. Nothing of it was kept. Split it into smaller files" in told
    assert _kept(site) == before


def test_a_stream_without_an_end_takes_neither_memory_nor_disk(site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    merchant.get("/upload")
    before, piece = _kept(site), b"x" * 1_000_000
    most_kept = 0

    def endless() -> Iterator[bytes]:
        nonlocal most_kept
        for _ in range(60):
            most_kept = max(most_kept, sum(path.stat().st_size for path in _kept(site) if path not in before))
            yield piece

    tracemalloc.start()
    try:
        answer = merchant.client.post(
            "/upload?feed=acme&name=big.csv", content=endless(), headers={"X-Form-Key": merchant.key}
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code == 413
    assert most_kept <= 2_200_000
    assert peak < 20_000_000
    assert _kept(site) == before


def _bomb(inside: str) -> bytes:
    """An archive that is small and holds 200 MB of one file."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(inside, "w") as member,
    ):
        for _ in range(20):
            member.write(b"0" * 10_000_000)
    return out.getvalue()


def _nested() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(200):
            archive.writestr(f"{number}.zip", b"PK\x05\x06" + bytes(18))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        pytest.param(
            "orders.zip",
            lambda: _bomb("orders.csv"),
            "unpack to 191 MiB, which is more than is read",
            id="a-zip-bomb",
        ),
        pytest.param(
            "orders.xlsx",
            lambda: _bomb("xl/worksheets/sheet1.xml"),
            "unpack to 191 MiB",
            id="a-bomb-called-workbook",
        ),
        pytest.param("orders.zip", _nested, "inside a zip archive", id="archives-in-an-archive"),
        pytest.param(
            "shell.csv", lambda: b"<?php system($_GET['c']); ?>\n", "a program (a script)", id="a-php-script"
        ),
        pytest.param("run.csv", lambda: b"#!/bin/sh\nrm -r x\n", "a program (a script)", id="a-shell-script"),
        pytest.param("tool.csv", lambda: b"\x7fELF" + bytes(range(256)) * 20, "a program", id="a-program"),
    ],
)
def test_what_is_no_orders_file_is_told_on_its_page_and_cannot_be_sent(
    name: str, content: Callable[[], bytes], told: str, site: Site
) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, name, content()).headers["location"]
    page = merchant.get(to)
    assert page.status_code == 200
    assert "This file cannot be sent" in page.text
    assert f'action="{to}/send"' not in page.text
    assert "<?php" not in page.text
    assert page.text.count(told) == 1, "said once"
    sent = merchant.post(f"{to}/send").headers["location"]
    assert "failed" in merchant.at_rest(sent)


def test_every_column_that_a_file_lacks_is_told_once(site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    told = html.unescape(merchant.get(_upload(merchant, "short.csv", "Qty\n1\n").headers["location"]).text)
    assert "There is 1 further problem." in told
    assert [told.count(f'The file has no column "{column}".') for column in ("Order", "SKU")] == [1, 1]


@pytest.mark.parametrize("way", ["form", "script"])
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("../../../etc/cron.d/evil.csv", "evil.csv", id="up-and-away"),
        pytest.param("..\\..\\evil.csv", "evil.csv", id="with-backslashes"),
        pytest.param("/etc/passwd", "passwd", id="from-the-root"),
        pytest.param("..", "..", id="nothing-but-dots"),
        pytest.param("<img src=x onerror=alert(1)>.csv", "<img src=x onerror=alert(1)>.csv", id="a-tag"),
        pytest.param("a\u202evsc.exe", "a\\u202evsc.exe", id="turned-around"),
        pytest.param("x" * 300 + ".csv", "x" * 200, id="very-long"),
    ],
)
def test_a_name_from_outside_is_only_ever_shown(way: str, name: str, shown: str, site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    before = {path for path in site.folder.rglob("*") if "console" not in path.parts}
    if way == "form":
        to = _upload(merchant, name, GOOD.format("N")).headers["location"]
    else:
        merchant.get("/upload")
        headers = {"X-Form-Key": merchant.key, "Content-Type": "application/octet-stream"}
        to = merchant.client.post(
            f"/upload?feed=acme&name={quote(name, safe='')}", content=GOOD.format("N"), headers=headers
        ).json()["to"]
    page = merchant.get(to).text
    assert f"<h1>{html.escape(shown, quote=False)}</h1>" in page
    assert "onerror=alert(1)>" not in page
    merchant.post(f"{to}/forget")
    after = {path for path in site.folder.rglob("*") if "console" not in path.parts}
    assert {path for path in after - before if path.name not in ("drops", "spill")} == set()


def test_people_who_upload_and_send_the_same_file_at_once_are_led_to_one_batch(
    site: Site, judge: Judge
) -> None:
    people, gate = [site.browser(role) for role in Role], threading.Barrier(len(Role))
    for person in people:
        person.get("/upload")

    def one(person: Browser) -> tuple[str, str]:
        gate.wait()
        to = _send_form(person.client, person.key, "same.csv", GOOD.format("B1")).headers["location"]
        gate.wait()
        return to, person.post(f"{to}/send").headers["location"]

    with ThreadPoolExecutor(len(people)) as pool:
        drafts, led = zip(*pool.map(one, people), strict=True)
    assert len(set(drafts)) == len(people)
    assert len({to.partition("?")[0] for to in led}) == 1
    assert sorted("repeated" in to for to in led) == [False, True, True]
    repeated = next(to for to in led if "repeated" in to)
    assert "nothing was sent again" in people[0].at_rest(repeated)
    assert judge.posts(prefix="B1-") == {"B1-A": 1, "B1-B": 1}


def test_two_clicks_on_send_at_once_send_once(site: Site, judge: Judge) -> None:
    merchant, gate = site.browser(Role.MERCHANT), threading.Barrier(4)
    to = _upload(merchant, "clicks.csv", GOOD.format("B2")).headers["location"]

    def click(_: int) -> httpx.Response:
        with httpx.Client(base_url=site.url, cookies=merchant.client.cookies, timeout=60) as client:
            gate.wait()
            return client.post(f"{to}/send", data={"form_key": merchant.key})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, range(4)))
    assert {answer.status_code for answer in answers} == {303}
    (batch,) = {answer.headers["location"] for answer in answers}
    assert "Every good row is with the destination." in merchant.at_rest(batch)
    assert judge.posts(prefix="B2-") == {"B2-A": 1, "B2-B": 1}


def test_a_browser_that_goes_back_and_resends_ends_in_the_same_places(site: Site, judge: Judge) -> None:
    merchant = site.browser(Role.MERCHANT)
    to = _upload(merchant, "back.csv", BAD.format("B3")).headers["location"]
    for _ in range(2):
        merchant.post(f"{to}/cells", row="2", heading="Qty", text="3")
    assert "Everything is fine" in merchant.get(to).text
    batch = merchant.post(f"{to}/send").headers["location"]
    merchant.at_rest(batch)
    assert merchant.post(f"{to}/send").headers["location"] == batch
    assert merchant.get(to).headers["location"] == batch
    late = merchant.post(f"{to}/cells", row="2", heading="Qty", text="4")
    assert late.status_code == 409
    assert "this correction came too late" in late.text
    assert f'href="{to}?row=2' in late.text
    assert judge.posts(prefix="B3-") == {"B3-A": 1, "B3-B": 1}
    assert judge.held("B3-A")["B3-A"]["line_items"]["data"][0]["quantity"] == 3
    other = _upload(merchant, "gone.csv", GOOD.format("B4")).headers["location"]
    for _ in range(2):
        assert merchant.post(f"{other}/forget").headers["location"] == "/upload"


def test_the_same_content_again_is_told_to_have_been_sent(site: Site, judge: Judge) -> None:
    merchant = site.browser(Role.MERCHANT)
    for name in ("first.csv", "again.csv"):
        to = _upload(merchant, name, GOOD.format("B5")).headers["location"]
        page = merchant.at_rest(merchant.post(f"{to}/send").headers["location"])
    assert "The same content was sent before: nothing was sent again." in page
    assert judge.posts(prefix="B5-") == {"B5-A": 1, "B5-B": 1}


@pytest.mark.parametrize(
    ("content", "told"),
    [pytest.param(b"", "The file is empty.", id="empty"), pytest.param(None, "No file came", id="no-file")],
)
def test_a_form_that_brings_nothing_leads_back_to_it(content: bytes | None, told: str, site: Site) -> None:
    merchant = site.browser(Role.MERCHANT)
    merchant.get("/upload")
    files = {"file": ("a.csv", content)} if content is not None else {"other": ("a.csv", b"x")}
    answer = merchant.client.post(
        f"/upload?form_key={merchant.key}",
        data={"feed": "acme"},
        files=files,
        headers={"Referer": f"{site.url}/upload"},
    )
    assert answer.status_code == 409
    assert told in answer.text
    assert 'href="/upload">Back to the page' in answer.text


def test_nobody_fills_the_disk_with_files_that_are_not_sent(site: Site) -> None:
    ops = site.browser(Role.OPS)
    uploads = Uploads(site.console.parts, site.console.folder / "uploads")
    to = _upload(ops, "one.csv", GOOD.format("B7")).headers["location"]
    one = uploads.find(to.rpartition("/")[2])
    assert one is not None
    while len(uploads.of("ops")) < DRAFTS_MAX:
        name, place = uploads.place("ops")
        place.touch()
        uploads.put(replace(one, id=name))
    answer = _upload(ops, "more.csv", GOOD.format("B7"))
    assert answer.status_code == 409
    assert f"You have {DRAFTS_MAX} files here that were not sent." in answer.text
    ops.post(f"{to}/forget")
    assert _upload(ops, "more.csv", GOOD.format("B7")).status_code == 303


def test_a_disk_that_is_full_is_told_and_nothing_is_lost() -> None:
    with (
        pytest.raises(TryAgainLater, match=r"could not be kept here: No space left.*Nothing was sent"),
        keeping(),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_that_is_too_large_is_told_in_the_page_before_it_is_sent(
    site: Site, chromium: Chromium, tmp_path: Path
) -> None:
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.truncate(HUGE)
    with sitting(chromium, site, Role.MERCHANT) as page:
        page.goto("/upload")
        page.get_by_label("CSV or Excel file").set_input_files(big)
        page.get_by_role("button", name="Read it").click()
        expect(page.locator("#told")).to_contain_text("too large")


def test_a_session_that_ended_before_the_upload_leads_through_the_login_back_to_the_form(
    site: Site, chromium: Chromium
) -> None:
    with sitting(chromium, site, Role.MERCHANT, quiet=True) as page:
        page.goto("/upload")
        payload = FilePayload(name="late.csv", mimeType="text/csv", buffer=GOOD.format("B6").encode())
        page.get_by_label("CSV or Excel file").set_input_files(payload)
        page.context.clear_cookies()
        page.get_by_role("button", name="Read it").click()
        page.get_by_label("Name").fill(Role.MERCHANT.value)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="Upload a file")).to_be_visible()
        expect(page.get_by_text("Choose it again")).to_be_visible()
