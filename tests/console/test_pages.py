"""What ops see and do: search, one batch, reruns, held batches, feeds, mappings, figures, and the API for programs."""

import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.console.site import MAPPING, PATIENCE_SECONDS, Browser, Site, until
from tests.integration.judge import Judge

from orderdrop.access.people import Role
from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.ledger import Batch, Drop
from orderdrop.pipeline.feeds.feed import poll


def _batch(site: Site, name: str, *rows: str, feed: str = "acme") -> str:
    (site.folder / feed / name).write_text("\n".join(["Order;SKU;Qty", *rows]) + "\n")
    (finished,) = poll(site.console.parts, site.console.feeds[feed])
    return finished.batch.id


def _bearer(site: Site, role: Role) -> httpx.Client:
    site.browser(role)
    user = site.console.store.user(role.value)
    assert user is not None
    token = site.console.doors.make_token(user, "test")
    return httpx.Client(
        base_url=site.url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_SECONDS
    )


def test_an_order_is_found_by_its_number_and_shows_its_rows_payload_and_attempts(site: Site) -> None:
    batch = _batch(site, "p1.csv", "P1-A;X;1", "P1-A;Y;2")
    ops = site.browser(Role.OPS)
    for text in ("P1-A", "P1-"):
        assert f"/batches/{batch}/orders/" in ops.get(f"/?q={text}").text
    assert "/orders/" not in ops.get("/?q=1-A").text
    (order,) = site.console.parts.ledger.orders(batch)
    page = ops.get(f"/batches/{batch}/orders/{order.id}").text
    assert "Rows 2-3 of p1.csv" in page
    assert "&#34;merchant_id&#34;: &#34;P1-A&#34;" in page
    assert "accepted" in page


def test_an_order_that_our_checks_rejected_is_found_with_its_row_and_what_is_wrong(site: Site) -> None:
    batch = _batch(site, "p1r.csv", "P1R-A;X;1", "P1R-B;X;two")
    ops = site.browser(Role.OPS)
    for text in ("P1R-B", "P1R-"):
        page = ops.get(f"/?q={text}").text
        rejected = page.partition("<h2>Rejected orders")[2].partition("</section>")[0]
        assert "P1R-B" in rejected
        assert "P1R-A" not in rejected
        assert f"/batches/{batch}" in rejected
        assert "Row 3, Qty" in rejected
        assert "<code>two</code>" in rejected
        assert "never became orders to send" in rejected
    assert "Rejected orders" not in ops.get("/?q=P1R-A").text


def test_a_file_is_found_by_a_part_of_its_name_and_a_list_is_narrowed(site: Site) -> None:
    good, bad = _batch(site, "p2-good.csv", "P2-A;X;1"), _batch(site, "p2-bad.csv", "P2-B;X;0")
    ops = site.browser(Role.OPS)
    assert good in ops.get("/?q=p2-GOOD").text
    assert bad not in ops.get("/?q=p2-good").text
    assert good not in ops.get("/?show=rejects&q=p2-").text
    assert bad in ops.get("/?show=rejects&q=p2-").text


def test_a_refused_order_is_rerun_after_the_mapping_was_mended(site: Site, judge: Judge) -> None:
    batch = _batch(site, "p3.csv", "P3-A;X;0")
    ops = site.browser(Role.OPS)
    page = ops.get(f"/batches/{batch}").text
    assert "Rerun rejected and held rows (1)" in page
    (site.folder / "small.yaml").write_text(MAPPING.replace("minimum: 1", "minimum: 0"))
    try:
        begun = ops.post(f"/batches/{batch}/rerun", only="held").headers["location"]
        ops.at_rest(begun)
    finally:
        (site.folder / "small.yaml").write_text(MAPPING)
    assert judge.posts(prefix="P3-") == {"P3-A": 1}
    assert begun != f"/batches/{batch}"
    assert begun in ops.get(f"/batches/{batch}").text
    deeds = [(deed.user, deed.action, deed.subject) for _, deed in site.console.store.deeds()]
    assert ("ops", "rerun", batch) in deeds


def test_a_held_batch_is_released_or_given_up(site: Site, judge: Judge) -> None:
    held = MAPPING + "hold_batch_when: {bad_rows_over: 10%}\n"
    (site.folder / "small.yaml").write_text(held)
    try:
        one = _batch(site, "p4.csv", "P4-A;X;1", "P4-B;X;0")
        two = _batch(site, "p5.csv", "P5-A;X;1", "P5-B;X;0")
    finally:
        (site.folder / "small.yaml").write_text(MAPPING)
    ops = site.browser(Role.OPS)
    assert one in ops.get("/?show=person").text
    ops.get(f"/batches/{one}")
    ops.post(f"/batches/{one}/release")
    ops.at_rest(f"/batches/{one}")
    assert judge.posts(prefix="P4-") == {"P4-A": 1}
    ops.post(f"/batches/{two}/discard", reason="came twice")
    assert "came twice (ops)" in ops.get(f"/batches/{two}").text
    assert not judge.posts(prefix="P5-")


def test_an_order_is_taken_out_for_good_with_a_reason(site: Site) -> None:
    batch = _batch(site, "p6.csv", "P6-A;X;0", "P6-A;Y;1")
    (order,) = site.console.parts.ledger.orders(batch)
    ops = site.browser(Role.OPS)
    ops.get(f"/batches/{batch}/orders/{order.id}")
    ops.post(f"/batches/{batch}/orders/{order.id}/exclude", reason="sent by hand")
    (gone,) = site.console.parts.ledger.exclusions([batch])
    assert gone.reason == "sent by hand (ops)"


def test_a_mapping_is_explained_and_its_versions_compared(site: Site) -> None:
    _batch(site, "p8.csv", "P8-A;X;1")
    (site.folder / "small.yaml").write_text(MAPPING.replace("minimum: 1", "minimum: 5"))
    ops = site.browser(Role.OPS)
    try:
        page = ops.get("/mappings/small").text
        assert "goes to <code>line_items.quantity</code>" in page
        version = page.partition("/mappings/small?before=")[2].partition('"')[0]
        changed = ops.get(f"/mappings/small?before={version}").text
        assert "minimum" in changed.partition("What changed")[2].partition("In words")[0]
    finally:
        (site.folder / "small.yaml").write_text(MAPPING)
    (site.folder / "broken.yaml").write_text("mapping: broken\ncolumns: {}\ncolour: red\n")
    try:
        assert "unknown key <code>colour</code>" in ops.get("/mappings/broken").text
        assert "faults" in ops.get("/mappings").text
    finally:
        (site.folder / "broken.yaml").unlink()


def test_figures_are_those_of_the_ledger(site: Site) -> None:
    _batch(site, "p9.csv", "P9-A;X;1", "P9-B;X;0")
    with _bearer(site, Role.OPS) as client:
        text = client.get("/metrics").text
    found = {
        (sample.name, tuple(sorted(sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    counts = site.console.browsing.figures()
    assert (
        found["orderdrop_batches", ("rejects",)]
        == counts.batches[next(s for s in counts.batches if s == "rejects")]
    )
    assert found["orderdrop_orders", ("accepted", "local")] == counts.orders["local", "accepted"]
    assert found["orderdrop_rows", ("local", "rejected")] == counts.rows["local", "rejected"] > 0
    assert found["orderdrop_drops_total", ("acme",)] == counts.drops["acme"] > 0
    assert found["orderdrop_queue_age_seconds", ("local",)] == 0
    assert found["orderdrop_last_drop_timestamp_seconds", ("acme",)] > 0
    assert found["orderdrop_last_success_timestamp_seconds", ("acme",)] > 0
    assert found["orderdrop_api_answer_seconds_count", ("201", "local")] > 0
    assert found["orderdrop_api_answer_seconds_bucket", ("+Inf", "201", "local")] > 0


def test_a_program_uploads_follows_and_reruns(site: Site, judge: Judge) -> None:
    with _bearer(site, Role.OPS) as client:
        content = b"Order;SKU;Qty\nP10-A;X;1\nP10-B;X;0\n"
        sent = client.post("/api/v1/uploads?feed=acme&name=p10.csv", content=content)
        assert sent.status_code == 202
        batch = sent.json()["batch"]
        until(lambda: client.get(f"/api/v1/batches/{batch}").json()["status"] == "rejects")
        receipt = client.get(f"/api/v1/batches/{batch}").json()
        assert (receipt["rows"]["accepted"], receipt["rows"]["rejected"]) == (1, 1)
        assert receipt["drop"]["feed"] == "acme"
        again = client.post("/api/v1/uploads?feed=acme&name=p10.csv", content=content)
        assert (again.status_code, again.json()["repeated"]) == (200, True)
        found = client.get("/api/v1/orders?q=P10-").json()
        assert [(one["order"], one["fate"]) for one in found] == [
            ("P10-A", "accepted"),
            ("P10-B", "rejected"),
        ]
        assert batch in {
            one["batch"] for one in client.get("/api/v1/batches?status=rejects&limit=200").json()
        }
        begun = client.post(f"/api/v1/batches/{batch}/rerun?only=held").json()
        assert begun["parent"] == batch
        until(lambda: client.get(f"/api/v1/batches/{begun['batch']}").json()["status"] == "rejects")
    assert judge.posts(prefix="P10-") == {"P10-A": 1}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/api/v1/batches/b-none", 404, id="no-such-batch"),
        pytest.param("/api/v1/batches?limit=100000", 422, id="too-many"),
        pytest.param("/api/v1/batches?feed=other", 404, id="another-merchants-feed"),
        pytest.param("/api/v1/nowhere", 404, id="no-such-address"),
    ],
)
def test_a_program_is_told_in_json_what_does_not_work(path: str, status: int, site: Site) -> None:
    with _bearer(site, Role.MERCHANT) as client:
        answer = client.get(path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "detail"}


def test_the_api_describes_itself(site: Site) -> None:
    with _bearer(site, Role.OPS) as client:
        described = client.get("/api/v1/openapi.json").json()
    assert {"/api/v1/batches", "/api/v1/uploads", "/api/v1/orders"} <= described["paths"].keys()


def test_an_admin_invites_and_shuts_out(site: Site) -> None:
    admin = site.browser(Role.ADMIN)
    admin.get("/people")
    page = admin.post("/people", name="zoe", role="merchant", feeds="acme").text
    link = page.partition("<code>")[2].partition("</code>")[0]
    browser = Browser(site.url)
    assert "Welcome, zoe" in browser.client.get(link).text
    short = browser.client.post(link, data={"password": "short", "again": "short"})
    assert "at least 12" in short.text
    browser.client.post(link, data={"password": "zoes own password", "again": "zoes own password"})
    assert browser.get("/").status_code == 200
    admin.post("/people/zoe/disable")
    assert browser.get("/").status_code == 303
    browser.client.close()


def test_the_overview_shows_arrivals_and_problems_of_own_feeds_only(site: Site) -> None:
    _batch(site, "p11.csv", "P11-A;X;none")
    _batch(site, "p12.csv", "P12-A;X;1", feed="other")
    ops, merchant = (
        site.browser(Role.OPS).get("/overview").text,
        site.browser(Role.MERCHANT).get("/overview").text,
    )
    for page in (ops, merchant):
        assert "Files of acme by day" in page
        assert "not_an_integer" in page
    assert "Files of other by day" in ops
    assert "other" not in merchant


def test_an_overview_of_many_feeds_comes_in_pages_that_stay_light(site: Site) -> None:
    for number in range(40):
        _arrived(site, f"feed-{number:02d}")
    ops = site.browser(Role.OPS)
    first = ops.get("/overview").text
    names, pages = set(re.findall(r"Files of (feed-\d\d) by day", first)), 1
    page = first
    while following := re.search(r'href="(/overview\?from=\d+)">The next ones', page):
        page = ops.get(following[1]).text
        names |= set(re.findall(r"Files of (feed-\d\d) by day", page))
        pages += 1
    assert len(first.encode()) < 100_000
    assert pages == 4
    assert names == {f"feed-{number:02d}" for number in range(40)}


def _arrived(site: Site, feed: str) -> None:
    """A batch of a feed in the ledger; no file was ever there."""
    now, ledger = site.console.now(), site.console.parts.ledger
    drop = Drop(
        id=f"d-{feed}",
        feed=feed,
        name="orders.csv",
        sha256=feed,
        size=1,
        arrived_at=now,
        kept_at="nowhere",
        place=None,
    )
    ledger.open_batch(
        Batch(
            id=f"b-{feed}", drop=drop, mapping="small", mapping_digest="m", destination="shipup", account="local",
            status=BatchStatus.ACCEPTED, created_at=now, finished_at=now, feed_done=True,
        )
    )  # fmt: skip
