"""Who gets in: nobody without a login but for health, nobody to what is not theirs, no form that was not meant."""

import re

import httpx
import pytest
from fastapi.routing import APIRoute
from tests.console.site import PASSWORD, Browser, Site

from orderdrop.access.people import Role
from orderdrop.pipeline.feeds.feed import poll
from orderdrop.web.app import TOPICS

OPEN = {"/healthz", "/readyz", "/login", "/welcome/{secret}"}


def _batch_of(site: Site, feed: str, *rows: str) -> str:
    name = f"{feed}-{abs(hash(rows)) % 10**9}.csv"
    (site.folder / feed / name).write_text("\n".join(["Order;SKU;Qty", *rows]) + "\n")
    (finished,) = poll(site.console.parts, site.console.feeds[feed])
    return finished.batch.id


def test_no_page_and_no_call_answers_without_a_login_but_health_and_the_door(site: Site) -> None:
    routes = [route for topic in TOPICS for route in topic.router.routes if isinstance(route, APIRoute)]
    assert len(routes) > 10
    with httpx.Client(base_url=site.url) as nobody:
        for route in routes:
            if route.path in OPEN:
                continue
            path = re.sub(r"\{\w+\}", "x", route.path)
            for method in route.methods or ():
                answer = nobody.request(method, path)
                if path.startswith(("/api/", "/metrics")):
                    assert answer.status_code == 401, (method, path)
                else:
                    assert (answer.status_code, answer.headers["location"][:6]) == (303, "/login"), (
                        method,
                        path,
                    )


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_answers_without_a_login_and_says_nothing_of_anybody(path: str, site: Site) -> None:
    answer = httpx.get(site.url + path)
    assert answer.status_code == 200
    assert "acme" not in answer.text


def test_every_page_keeps_to_itself(site: Site) -> None:
    for path in ("/login", "/", "/people", "/nowhere"):
        headers = site.browser(Role.ADMIN).get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_a_style_and_a_script_are_kept_for_minutes_and_asked_about_by_their_tag(site: Site) -> None:
    for path in ("/static/style.css", "/static/upload.js"):
        first = httpx.get(site.url + path)
        assert first.headers["cache-control"] == "max-age=300"
        again = httpx.get(site.url + path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_the_cookie_is_out_of_the_reach_of_scripts_and_other_sites(site: Site) -> None:
    site.browser(Role.OPS)
    answer = httpx.post(f"{site.url}/login", data={"name": "ops", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize(
    ("to", "there"),
    [
        pytest.param("/people", "/people", id="a-page-of-ours"),
        pytest.param("//evil.example", "/", id="another-host"),
        pytest.param("https://evil.example/", "/", id="another-site"),
        pytest.param("/\\evil.example", "/", id="what-browsers-take-for-another-host"),
        pytest.param("%2F%2Fevil.example", "/", id="another-host-in-disguise"),
        pytest.param("javascript:alert(1)", "/", id="a-script"),
    ],
)
def test_a_login_leads_back_to_a_page_of_ours_only(to: str, there: str, site: Site) -> None:
    site.browser(Role.OPS)
    answer = httpx.post(f"{site.url}/login", data={"name": "ops", "password": PASSWORD, "next": to})
    assert answer.headers["location"] == there


def test_a_form_without_the_key_of_its_session_changes_nothing(site: Site) -> None:
    admin = site.browser(Role.ADMIN)
    before = len(site.console.store.users())
    for key in ("", "0" * 64):
        answer = admin.client.post("/people", data={"form_key": key, "name": "eve", "role": "admin"})
        assert answer.status_code == 409
        assert "Nothing was done" in answer.text
    assert len(site.console.store.users()) == before


def test_a_program_comes_in_with_its_token_and_needs_no_form_key(site: Site) -> None:
    site.browser(Role.OPS)
    user = site.console.store.user("ops")
    assert user is not None
    bearer = {"Authorization": f"Bearer {site.console.doors.make_token(user, 'test')}"}
    assert httpx.get(f"{site.url}/", headers=bearer).status_code == 200
    assert httpx.get(f"{site.url}/", headers={"Authorization": "Bearer odt_wrong"}).status_code == 303


def test_a_merchant_sees_own_feeds_and_learns_of_no_other(site: Site) -> None:
    mine, theirs = _batch_of(site, "acme", "G1-A;X;1"), _batch_of(site, "other", "G1-B;X;1")
    merchant, ops = site.browser(Role.MERCHANT), site.browser(Role.OPS)
    assert merchant.get(f"/batches/{mine}").status_code == 200
    assert merchant.get(f"/batches/{theirs}").status_code == 404
    assert merchant.get(f"/batches/{theirs}/reports/receipt").status_code == 404
    assert theirs not in merchant.get("/").text
    assert "G1-B" not in merchant.get("/?q=G1-").text
    assert merchant.get("/?feed=other").status_code == 404
    assert theirs in ops.get("/").text


@pytest.mark.parametrize("action", ["rerun", "release", "discard"])
def test_a_merchant_may_not_do_what_ops_do(action: str, site: Site) -> None:
    mine = _batch_of(site, "acme", f"G2-{action};X;0")
    assert site.browser(Role.MERCHANT).post(f"/batches/{mine}/{action}").status_code == 403


def test_ops_may_not_say_who_comes_in(site: Site) -> None:
    assert site.browser(Role.OPS).get("/people").status_code == 403


def test_everything_from_outside_is_escaped(site: Site) -> None:
    batch = _batch_of(site, "acme", '<script>alert(1)</script>;"<img src=x onerror=alert(2)>";x')
    for path in (f"/batches/{batch}", "/?q=<script>alert(3)</script>"):
        page = site.browser(Role.OPS).get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_who_is_disabled_is_out_with_the_next_click(site: Site) -> None:
    site.browser(Role.ADMIN)
    site.console.doors.accept(
        site.console.doors.invite("leaver", Role.OPS, (), "test"), PASSWORD, "127.0.0.1"
    )
    browser = Browser(site.url)
    browser.post("/login", name="leaver", password=PASSWORD)
    assert browser.get("/").status_code == 200
    site.console.doors.disable("leaver", "admin")
    assert browser.get("/").status_code == 303
    browser.client.close()
