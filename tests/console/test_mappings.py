"""Mappings in the console: read, suggested from a file, changed, tried and saved by ops; told from everybody else."""

import html
import re
from collections.abc import Iterator

import httpx
import pytest
from tests.console.site import MAPPING, Browser, Site
from tests.integration.judge import Judge

from orderdrop.access.people import Role
from orderdrop.pipeline.batches.batch import work
from orderdrop.pipeline.batches.imports import begin
from orderdrop.pipeline.drops import keep_local
from orderdrop.web.pages.mappings import desk

SHEET = "Order no;SKU;Pieces;Ordered;Colour\nM-1;S-1;2;03/04/2026;red\nM-2;S-1;x;05/06/2026;blue\n"


@pytest.fixture
def ops(site: Site) -> Iterator[Browser]:
    """Somebody of ops; the folder is as it was afterwards."""
    yield site.browser(Role.OPS)
    drafts = desk(site.console)
    for draft in drafts.of("ops"):
        drafts.forget(draft.id)
    for path in site.folder.glob("*.yaml"):
        if path.name != "orderdrop.yaml":
            path.unlink()
    (site.folder / "small.yaml").write_text(MAPPING)


def _suggested(ops: Browser, content: str = SHEET, name: str = "new shop.csv", **fields: str) -> str:
    """The address of a draft that was suggested from a file."""
    ops.get("/mappings/drafts/new")
    answer = ops.client.post(
        f"/mappings/drafts/new?form_key={ops.key}",
        data={"destination": "shipup", **fields},
        files={"file": (name, content.encode())},
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/columns")


def _edited(ops: Browser, name: str = "small") -> str:
    ops.get(f"/mappings/{name}")
    return str(ops.post(f"/mappings/{name}/edit").headers["location"])


def _post(ops: Browser, address: str, text: str, file: bytes | None = None, **fields: str) -> httpx.Response:
    """What the form of the text sends: always with parts, with a file or without."""
    files = {"file": ("tried.csv", file)} if file is not None else {"file": ("", b"")}
    return ops.client.post(f"{address}?form_key={ops.key}", data={"text": text, **fields}, files=files)


def _chosen(page: str) -> dict[str, list[str]]:
    """What the page of columns would send if nothing were changed."""
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", page.partition('id="columns"')[2]):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or (re.search(r'type="(checkbox|radio)"', tag) and " checked" not in tag):
            continue
        fields.setdefault(name[1], []).append(value[1] if value else "")
    return fields


def test_a_mapping_is_suggested_corrected_written_and_saved(site: Site, ops: Browser) -> None:
    draft = _suggested(ops)
    page = ops.get(f"{draft}/columns").text
    assert "1 question waits" in page
    assert "03/04/2026 is the 3 April 2026" in page
    assert "03/04/2026 is the 4 March 2026" in page
    assert "<code>red</code>" in page
    fields = {**_chosen(page), "c3.reading": ["1"], "c4.to": ["custom_variables.colour"]}
    answer = ops.client.post(f"{draft}/columns?form_key={ops.key}", data=fields)
    assert answer.headers["location"] == draft
    text = ops.get(draft).text
    assert "It can be used" in text
    assert "custom_variables.colour" in text
    assert "%m/%d/%Y" in text
    saved = _post(ops, f"{draft}/save", _text_of(text))
    assert saved.headers["location"] == "/mappings/new-shop?saved=1"
    told = ops.get("/mappings/new-shop?saved=1").text
    assert "Saved. It holds from the next file on" in told
    assert "mapping: new-shop" in told.partition("By no feed yet")[2]
    assert "custom_variables.colour" in (site.folder / "new-shop.yaml").read_text()
    assert ops.get(draft).status_code == 404


def _text_of(page: str) -> str:
    """The text that the page has in its field."""
    return html.unescape(page.partition("<textarea")[2].partition(">\n")[2].partition("</textarea>")[0])


def test_what_is_wrong_is_told_with_its_line_and_the_nearest_name_and_the_text_stays(ops: Browser) -> None:
    draft = _edited(ops)
    wrong = MAPPING.replace("line_items.quantity", "line_items.quantty")
    assert _post(ops, f"{draft}/check", wrong).headers["location"] == draft
    page = ops.get(draft).text
    assert "did you mean <code>line_items.quantity</code>?" in page
    assert '<span class="line" data-line="7">7</span>' in page
    assert "line_items.quantty" in _text_of(page)
    refused = _post(ops, f"{draft}/save", wrong)
    assert refused.status_code == 422
    assert "It was not saved" in refused.text
    assert _text_of(refused.text) == wrong


def test_a_script_gets_only_what_there_is_to_say(ops: Browser) -> None:
    draft = _edited(ops)
    answer = ops.client.post(
        f"{draft}/check", data={"text": MAPPING}, files={"file": ("", b"")}, headers={"X-Form-Key": ops.key}
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "goes to <code>line_items.quantity</code>" in answer.text


def test_the_help_names_every_key_and_every_place_and_the_page_stays_light(ops: Browser) -> None:
    page = ops.get(_edited(ops))
    for told in (
        "hold_batch_when",
        "skip_rows_where",
        "unknown_orders",
        "shipping_address.country_code",
        "max_length",
    ):
        assert f"<code>{told}</code>" in page.text
    assert len(page.content) < 60_000


def test_a_text_is_tried_on_a_file_before_it_is_saved_and_nothing_is_sent(
    site: Site, ops: Browser, judge: Judge
) -> None:
    draft = _edited(ops)
    mended = MAPPING.replace("minimum: 1", "minimum: 5")
    answer = _post(ops, f"{draft}/try", mended, b"Order;SKU;Qty\nM9-A;X;7\nM9-B;Y;4\n")
    assert answer.headers["location"] == f"{draft}?on=file#tried"
    page = ops.get(f"{draft}?on=file").text
    assert "tried.csv: 1 of 2 rows would pass, 1 has a problem. Nothing was sent." in page
    assert '<td class="bad">4<p class="why">' in page
    assert "M9-A" in page.partition("The first orders that it makes")[2]
    assert (site.folder / "small.yaml").read_text() == MAPPING
    assert not judge.posts(prefix="M9-")


def test_a_text_is_tried_on_what_the_feed_brought_lately(site: Site, ops: Browser) -> None:
    batch = _arrived(site, "lately.csv", "M8-A;X;0")
    draft = _edited(ops)
    assert "lately.csv" in ops.get(draft).text
    answer = _post(ops, f"{draft}/try", MAPPING.replace("minimum: 1", "minimum: 0"), on=batch)
    page = ops.get(answer.headers["location"].partition("#")[0]).text
    assert "lately.csv: 1 row would become 1 order. Nothing was sent." in page
    broken = ops.get(_post(ops, f"{draft}/try", "mapping: [", on=batch).headers["location"].partition("#")[0])
    assert "It has faults. Correct them, then try it again." in broken.text


def _arrived(site: Site, name: str, *rows: str) -> str:
    file = site.folder / "arriving"
    file.write_text("\n".join(["Order;SKU;Qty", *rows, ""]))
    parts = site.console.parts
    batch, _ = begin(parts, keep_local(parts, file, name=name, feed="acme"), parts.mapping("small"), "local")
    work(parts, batch.id)
    return batch.id


def test_after_saving_the_last_file_that_came_back_says_how_many_rows_would_pass_and_is_rerun(
    site: Site, ops: Browser, judge: Judge
) -> None:
    batch = _arrived(site, "came-back.csv", "M7-A;X;0", "M7-B;Y;1")
    draft = _edited(ops)
    saved = _post(ops, f"{draft}/save", f"# zero is fine\n{MAPPING.replace('minimum: 1', 'minimum: 0')}")
    page = ops.get(saved.headers["location"]).text
    assert "<b>2 of 2 rows</b> of the last file that came back would pass now" in page
    assert f"/batches/{batch}" in page
    assert "minimum 1 -&gt; 0" in page
    assert (site.folder / "small.yaml").read_text().startswith("# zero is fine\n")
    begun = ops.post(f"/batches/{batch}/rerun", only="all").headers["location"]
    assert f"Rerun of all orders of batch {batch}" in ops.at_rest(begun)
    assert judge.posts(prefix="M7-") == {"M7-A": 1, "M7-B": 1}
    assert "last file that came back" not in ops.get("/mappings/small").text


def test_what_another_saved_meanwhile_is_shown_and_overwritten_only_on_purpose(
    site: Site, ops: Browser
) -> None:
    draft = _edited(ops)
    (site.folder / "small.yaml").write_text(MAPPING.replace("minimum: 1", "minimum: 3"))
    mine = MAPPING.replace("minimum: 1", "minimum: 2")
    answer = _post(ops, f"{draft}/save", mine)
    assert answer.status_code == 409
    assert "The file of the mapping was changed since you began" in answer.text
    assert "minimum 1 -&gt; 3" in answer.text
    assert _text_of(answer.text) == mine
    over = re.search(r'name="over" value="([0-9a-f]+)"', answer.text)
    assert over is not None
    (site.folder / "small.yaml").write_text(MAPPING.replace("minimum: 1", "minimum: 4"))
    again = _post(ops, f"{draft}/save", mine, over=over[1])
    assert "minimum 1 -&gt; 4" in again.text
    over = re.search(r'name="over" value="([0-9a-f]+)"', again.text)
    assert over is not None
    assert _post(ops, f"{draft}/save", mine, over=over[1]).status_code == 303
    assert (site.folder / "small.yaml").read_text() == mine


def test_what_cannot_be_written_is_told_and_can_be_downloaded(ops: Browser) -> None:
    draft = _suggested(ops)
    text = MAPPING.replace("mapping: small", f"mapping: {'long' * 70}")  # longer than any file's name
    answer = _post(ops, f"{draft}/save", text)
    assert answer.status_code == 409
    assert "long.yaml cannot be written (File name too long). Your text is kept here." in answer.text
    assert f'href="{draft}/text"' in answer.text
    kept = ops.client.get(f"{draft}/text")
    assert kept.text == text
    assert kept.headers["content-disposition"] == 'attachment; filename="mapping.yaml"'


def test_who_saved_meanwhile_is_named(site: Site, ops: Browser) -> None:
    draft = _edited(ops)
    admin = site.browser(Role.ADMIN)
    _post(admin, f"{_edited(admin)}/save", MAPPING.replace("minimum: 1", "minimum: 3"))
    told = ops.get(draft).text
    assert "admin saved the mapping now, after you began: nothing of yours is saved yet" in told
    assert "<code>Qty</code>: minimum 1 -&gt; 3" in told


def test_who_saved_what_is_in_the_audit_trail(site: Site, ops: Browser) -> None:
    draft = _edited(ops)
    _post(ops, f"{draft}/save", MAPPING.replace("minimum: 1", "minimum: 2"))
    deed = next(deed for _, deed in site.console.store.deeds() if deed.action == "mapping saved")
    assert (deed.user, deed.subject) == ("ops", "small")
    assert re.fullmatch("[0-9a-f]{8} -> [0-9a-f]{8}", deed.detail)


def test_an_older_version_is_brought_back(site: Site, ops: Browser) -> None:
    draft = _edited(ops)
    _post(ops, f"{draft}/save", MAPPING.replace("minimum: 1", "minimum: 2"))
    page = ops.get("/mappings/small").text
    version = next(
        one for one in re.findall(r'name="version" value="([0-9a-f]+)"', page)
        if site.console.parts.ledger.mapping_text(one) == MAPPING
    )  # fmt: skip
    draft = str(ops.post("/mappings/small/edit", version=version).headers["location"])
    assert _text_of(ops.get(draft).text) == MAPPING
    assert ops.post("/mappings/small/edit", version="f00").status_code == 404


@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        pytest.param("<?php echo 1;", {}, "This did not work", id="a-script"),
        pytest.param(SHEET, {"destination": "nowhere"}, "Choose a destination", id="no-destination"),
        pytest.param(SHEET, {"encoding": "klingon"}, "There is no such encoding", id="no-encoding"),
        pytest.param("x" * 2_100_000, {}, "larger than 2 MB", id="too-large"),
    ],
)
def test_what_nothing_can_be_suggested_for_is_told_and_leaves_nothing(
    content: str, fields: dict[str, str], said: str, site: Site, ops: Browser
) -> None:
    ops.get("/mappings/drafts/new")
    before = len(list((site.console.folder / "mappings").iterdir()))
    answer = ops.client.post(
        f"/mappings/drafts/new?form_key={ops.key}",
        data={"destination": "shipup", **fields},
        files={"file": ("x.csv", content.encode())},
    )
    assert answer.status_code == (413 if len(content) > 2_000_000 else 409)
    assert said in answer.text
    assert len(list((site.console.folder / "mappings").iterdir())) == before


def test_saving_twice_changes_nothing_the_second_time(site: Site, ops: Browser) -> None:
    draft = _edited(ops)
    text = MAPPING.replace("minimum: 1", "minimum: 7")
    assert _post(ops, f"{draft}/save", text).status_code == 303
    again = _post(ops, f"{draft}/save", text)
    assert again.status_code == 404
    assert "Perhaps it was saved" in again.text
    unchanged = _post(ops, f"{_edited(ops)}/save", text)
    assert unchanged.status_code == 409
    assert "there is nothing to save" in unchanged.text


def test_a_version_says_who_saved_it_and_what_it_changed(ops: Browser) -> None:
    _post(ops, f"{_edited(ops)}/save", MAPPING.replace("minimum: 1", "minimum: 8"))
    _post(ops, f"{_edited(ops)}/save", MAPPING.replace("minimum: 1", "minimum: 9"))
    page = ops.get("/mappings/small").text
    today = page.partition(" today</td><td>")[2]
    assert today.startswith("ops, ")
    by_it = html.unescape(today.partition('href="')[2].partition('"')[0])
    assert "<code>Qty</code>: minimum 8 -&gt; 9" in ops.get(by_it).text


def test_what_stands_in_another_mapping_is_told_with_its_file(site: Site, ops: Browser) -> None:
    (site.folder / "heir.yaml").write_text("mapping: heir\nextends: small\ncolumns:\n  Note: ignore\n")
    page = ops.get(_edited(ops, "heir")).text
    assert '<span class="line other">small.yaml:7</span>' in page
    assert '<span class="line" data-line="4">4</span>' in page


def test_a_file_that_is_no_text_is_told_on_its_page(site: Site, ops: Browser) -> None:
    (site.folder / "latin.yaml").write_bytes("mapping: latin\ndescription: Zürich\n".encode("latin-1"))
    page = ops.get("/mappings/latin")
    assert page.status_code == 200
    assert "is not UTF-8 text" in page.text


def test_whatever_a_file_holds_stays_text_on_every_page(ops: Browser) -> None:
    hostile = "<script>alert(1)</script>"
    sheet = (
        f'"Order no";"{hostile}";"SKU ""quoted"" {{{{x}}}}"\nX1;"{hostile}";S-1\nX2;"</textarea><b>";S-2\n'
    )
    draft = _suggested(ops, sheet, name=f"{hostile}.csv")
    for path in (f"{draft}/columns", draft, f"{draft}?on=file", "/mappings"):
        page = ops.get(path)
        assert page.status_code == 200
        assert hostile not in page.text
        assert "</textarea><b>" not in page.text


def test_a_form_of_columns_larger_than_any_is_not_taken(ops: Browser) -> None:
    draft = _suggested(ops)
    answer = ops.client.post(f"{draft}/columns?form_key={ops.key}", content=b"c0.to=" + b"x" * 3_100_000)
    assert answer.status_code == 409
    assert "more than the columns of any file" in answer.text


def test_columns_are_not_written_anew_over_a_text_of_ones_own_by_mistake(ops: Browser) -> None:
    draft = _suggested(ops)
    _post(ops, f"{draft}/check", MAPPING)
    page = ops.get(f"{draft}/columns").text
    assert "loses that" in page
    fields = _chosen(page)
    assert ops.client.post(f"{draft}/columns?form_key={ops.key}", data=fields).status_code == 409
    answer = ops.client.post(f"{draft}/columns?form_key={ops.key}", data={**fields, "anew": "on"})
    assert answer.status_code == 303
    assert "new-shop" in _text_of(ops.get(draft).text)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/mappings"), ("GET", "/mappings/small"), ("GET", "/mappings/small/text"), ("GET", "/mappings/drafts/new"),
        ("POST", "/mappings/small/edit"), ("POST", "/mappings/drafts/new"), ("GET", "DRAFT"), ("GET", "DRAFT/columns"),
        ("GET", "DRAFT/text"), ("POST", "DRAFT/check"), ("POST", "DRAFT/try"), ("POST", "DRAFT/save"), ("POST", "DRAFT/forget"),
    ],
)  # fmt: skip
def test_mappings_are_not_the_business_of_merchants(method: str, path: str, site: Site, ops: Browser) -> None:
    address = path.replace("DRAFT", _edited(ops))
    merchant = site.browser(Role.MERCHANT)
    merchant.get("/upload")
    answer = merchant.client.request(method, address, params={"form_key": merchant.key})
    assert answer.status_code == 403


def test_a_draft_is_its_owners_and_a_form_without_the_key_changes_nothing(site: Site, ops: Browser) -> None:
    draft = _edited(ops)
    admin = site.browser(Role.ADMIN)
    admin.get("/upload")
    assert admin.get(draft).status_code == 404
    assert admin.get("/mappings/drafts/..%2fx").status_code == 404
    ops.key = "wrong"
    assert _post(ops, f"{draft}/save", "mapping: x").status_code == 409
    assert _text_of(ops.get(draft).text) == MAPPING


@pytest.mark.parametrize("name", ["..%2Forderdrop", "%2e%2e", "orderdrop.yaml", "orderdrop", "nothing"])
def test_no_name_leads_to_another_file(name: str, ops: Browser) -> None:
    assert ops.get(f"/mappings/{name}").status_code == 404
    assert ops.get(f"/mappings/{name}/text").status_code == 404


def test_what_was_begun_is_listed_and_thrown_away(ops: Browser) -> None:
    draft = _suggested(ops)
    assert f'href="{draft}"' in ops.get("/mappings").text
    ops.post(f"{draft}/forget")
    assert f'href="{draft}"' not in ops.get("/mappings").text
