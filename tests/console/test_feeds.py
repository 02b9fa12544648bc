"""The pages of feeds: how they stand, polling, pausing, and the way to a source tried step by step on real OpenSSH."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect
from tests.console.chromium import chromium_or_skip, sitting, violations
from tests.console.site import Site, running, until
from tests.integration.judge import Judge
from tests.integration.sshd import Sshd, running_sshd
from tests.loopback import closed_port

from orderdrop.access.people import Role
from orderdrop.errors import Paused
from orderdrop.pipeline.feeds.polling import poll_feed, resume

FAR = """\
  far:
    source: "sftp://{user}@{host}:{port}{folder}"
    private_key: "{key}"
    known_hosts: "{known_hosts}"
    files: "*.csv"
    mapping: small
    account: local
  shut: {{source: "sftp://{user}@{host}:{shut}/in", agent: true, known_hosts: "{known_hosts}", mapping: small, account: local}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("far")) as one:
        yield one


@pytest.fixture(scope="module")
def site(judge: Judge, server: Sshd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with closed_port() as shut:
        more = FAR.format(
            user=server.user,
            host=server.host,
            port=server.port,
            folder=server.folder,
            key=server.client_key,
            known_hosts=server.known_hosts,
            shut=shut,
        )
        with running(tmp_path_factory.mktemp("feeds"), judge.base_url, more) as one:
            yield one


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    yield from chromium_or_skip()


@pytest.fixture(autouse=True)
def _resumed(site: Site) -> Iterator[None]:
    yield
    for feed in site.console.feeds:
        resume(site.console.parts, feed)


def _drop(site: Site, feed: str, name: str) -> Path:
    path = site.folder / feed / name
    path.write_text(f"Order;SKU;Qty\n{name};X;1\n")
    return path


def _deeds(site: Site) -> list[tuple[str, str, str, str]]:
    return [(one.user, one.action, one.subject, one.detail) for _, one in site.console.store.deeds(limit=5)]


def test_a_pause_is_shown_with_who_why_and_since_when_obeyed_and_audited(site: Site) -> None:
    ops = site.browser(Role.OPS)
    ops.get("/feeds/acme")
    ops.post("/feeds/acme/pause", reason="Acme <moves> its server")
    page = ops.get("/feeds/acme").text
    assert re.search(r"Paused since 20\S+ \S+ UTC by ops: Acme &lt;moves&gt; its server\.", page)
    assert "Poll now" not in page
    assert "Acme &lt;moves&gt; its server" in ops.get("/feeds").text
    deeds = _deeds(site)
    assert deeds[0] == ("ops", "pause", "acme", "Acme <moves> its server")
    _drop(site, "acme", "paused.csv")
    with pytest.raises(Paused):
        list(poll_feed(site.console.parts, site.console.feeds["acme"]))
    ops.post("/feeds/acme/pause", reason="again")
    assert _deeds(site) == deeds, "a second pause is none"
    ops.post("/feeds/acme/resume")
    assert _deeds(site)[0][1:3] == ("resume", "acme")
    assert len(list(poll_feed(site.console.parts, site.console.feeds["acme"]))) == 1
    assert "paused.csv" in ops.get("/feeds/acme").text


def test_a_pause_without_a_reason_is_asked_for_one(site: Site) -> None:
    ops = site.browser(Role.OPS)
    ops.get("/feeds/acme")
    answer = ops.post("/feeds/acme/pause", reason="  ")
    assert answer.status_code == 409
    assert "A pause needs a reason." in answer.text
    assert site.console.parts.ledger.feed_state("acme").paused_at is None


@pytest.mark.parametrize("action", ["poll", "pause", "resume", "test"])
def test_a_merchant_sees_how_the_feed_stands_and_can_neither_change_nor_try_it(
    action: str, site: Site
) -> None:
    merchant = site.browser(Role.MERCHANT)
    page = merchant.get("/feeds/acme").text
    assert "Newest batches" in page
    assert "Source" not in page
    assert f"/feeds/acme/{action}" not in page
    assert merchant.post(f"/feeds/acme/{action}", reason="x").status_code == 403
    assert merchant.get("/feeds/other").status_code == 404
    assert "other" not in merchant.get("/feeds").text


def test_polling_now_brings_what_waits_and_is_noted(site: Site) -> None:
    ops = site.browser(Role.OPS)
    _drop(site, "other", "now.csv")
    ops.get("/feeds/other")
    assert ops.post("/feeds/other/poll").headers["location"] == "/feeds/other"
    until(lambda: not site.console.jobs.standing("feed:other").under_way)
    page = ops.get("/feeds/other").text
    assert "now.csv" in page
    assert "never" not in page


def _steps(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<li class="[a-z-]+"><div><b>([^<]+)</b> <span[^>]*>([^<]+)<', page)


def test_every_step_to_a_server_is_shown_with_what_it_found(site: Site, server: Sshd) -> None:
    ops = site.browser(Role.OPS)
    ops.get("/feeds/far")
    page = ops.post("/feeds/far/test").text
    names = ["DNS", "TCP", "Host key", "Login", "List", "Write"]
    assert _steps(page) == [(name, "passed") for name in names]
    assert "SHA256:" in page
    assert list(server.root.iterdir()) == []
    assert _deeds(site)[0] == ("ops", "test", "far", "")


def test_a_step_that_fails_says_what_to_do_and_the_rest_is_shown_as_not_tried(site: Site) -> None:
    ops = site.browser(Role.OPS)
    ops.get("/feeds/shut")
    page = html.unescape(ops.post("/feeds/shut/test").text)
    assert [result for _, result in _steps(page)] == ["passed", "failed", *["not tried"] * 4]
    assert "no server listens on that port" in page
    assert "What to do:" in page


def test_an_unknown_server_is_shown_with_the_line_to_add(site: Site, server: Sshd) -> None:
    ops = site.browser(Role.OPS)
    file = server.known_hosts
    known = file.read_text()
    file.write_text("")
    try:
        ops.get("/feeds/far")
        page = html.unescape(ops.post("/feeds/far/test").text)
    finally:
        file.write_text(known)
    line = page.partition('<pre tabindex="0">')[2].partition("</pre>")[0]
    assert line in known
    assert "Only if it is the same, add this line" in page


def test_programs_pause_resume_and_try_feeds_with_a_token(site: Site) -> None:
    site.browser(Role.OPS)
    user = site.console.store.user("ops")
    assert user is not None
    headers = {"Authorization": f"Bearer {site.console.doors.make_token(user, 'feeds')}"}
    with httpx.Client(base_url=f"{site.url}/api/v1", headers=headers) as program:
        paused = program.post("/feeds/acme/pause", params={"reason": "by a program"}).json()
        assert (paused["standing"], paused["pause_reason"]) == ("paused", "by a program")
        assert {one["feed"]: one["standing"] for one in program.get("/feeds").json()}["acme"] == "paused"
        assert program.post("/feeds/acme/resume").json()["paused_at"] is None
        assert [one["result"] for one in program.post("/feeds/acme/test").json()] == ["passed"] * 4
        assert program.post("/feeds/nowhere/pause", params={"reason": "x"}).status_code == 404
        assert program.post("/feeds/acme/pause").status_code == 422


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pausing_and_trying_work_by_keyboard_and_axe_finds_nothing_grave(
    theme: str, site: Site, chromium: Chromium
) -> None:
    with sitting(chromium, site, Role.OPS, color_scheme=theme, java_script_enabled=True) as page:
        page.get_by_role("link", name="Feeds").click()
        page.get_by_role("link", name="shut").click()
        page.get_by_label("Reason for the pause").fill("their server moves")
        page.get_by_label("Reason for the pause").press("Enter")
        expect(page.get_by_text("by ops: their server moves")).to_be_visible()
        page.get_by_role("button", name="Test the connection").press("Enter")
        expect(page.get_by_text("What to do:")).to_be_visible()
        assert violations(page) == []
        page.get_by_role("button", name="Resume").press("Enter")
        expect(page.get_by_label("Reason for the pause")).to_be_visible()
