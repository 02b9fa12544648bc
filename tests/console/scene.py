"""A console that has seen some weeks: what pictures are taken of, and what accessibility is checked on."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.console.site import MAPPING, Browser, Site
from tests.integration.judge import Judge

from orderdrop.access.people import Role
from orderdrop.pipeline.batches.batch import work
from orderdrop.pipeline.batches.imports import begin
from orderdrop.pipeline.drops import keep_local

_WEEKS, _SATURDAY = 5, 5
_LONG_NAME = "orders-of-today-with-a-rather-long-name-as-exports-of-shops-have-them.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where to look: a batch with rejects, one of its orders, one that the API refused, a draft with marked cells,
    a mapping on somebody's desk, and one with faults there."""

    batch: str
    order: str
    refused: str
    draft: str
    desk: str
    faults: str

    def pages(self) -> dict[str, str]:
        """Every kind of page for somebody who is logged in, by name."""
        return {
            "batches": "/",
            "nothing-found": "/?q=nothing-like-it",
            "orders-found": "/?q=AC-2026-0-",
            "overview": "/overview",
            "batch": self.batch,
            "order": self.order,
            "refused": self.refused,
            "upload": "/upload",
            "draft": self.draft,
            "mapping-new": "/mappings/drafts/new",
            "mapping-columns": f"{self.desk}/columns",
            "mapping-desk": f"{self.desk}?on=file",
            "mapping-faults": self.faults,
            "feeds": "/feeds",
            "feed": "/feeds/acme",
            "mappings": "/mappings",
            "mapping": "/mappings/small",
            "people": "/people",
            "tokens": "/tokens",
            "nowhere": "/nowhere",
        }


def play(site: Site, judge: Judge) -> Scene:
    """Have weeks go by: a feed of working days with some missing, one of Mondays; refusals of both kinds."""
    judge.seed({"merchant_id": "AC-2026-0-3", "line_items": [{"merchant_id": "SKU-3", "quantity": 9}]})
    now = site.console.now()
    for back in range(7 * _WEEKS, 0, -1):
        day = now - timedelta(days=back)
        if day.weekday() < _SATURDAY and back not in (3, 5, 12):
            _arrives(site, "acme", day, _rows(back, 4 + back % 3, bad=back % 4), f"orders_{day:%Y%m%d}.csv")
        if day.weekday() == 0:
            _arrives(site, "other", day, _rows(100 + back, 2, bad=0), f"weekly_{day:%Y%m%d}.csv")
    batch = _arrives(site, "acme", now, _rows(0, 16, bad=3), _LONG_NAME)
    orders = site.console.parts.ledger.orders(batch)
    refused = next(one for one in orders if one.fate.value == "refused")
    accepted = next(one for one in orders if one.fate.value == "accepted")
    return Scene(
        batch=f"/batches/{batch}",
        order=f"/batches/{batch}/orders/{accepted.id}",
        refused=f"/batches/{batch}/orders/{refused.id}",
        draft=_draft(site.browser(Role.ADMIN)),
        desk=_desk(site.browser(Role.ADMIN)),
        faults=_faults(site.browser(Role.ADMIN)),
    )


def _rows(seed: int, count: int, bad: int) -> list[str]:
    """Rows of orders of one row each; the last `bad` of them cannot be sent."""
    wrong = ("many", "", "0")
    return [
        f"AC-2026-{seed}-{number};SKU-{number};{wrong[number % 3] if number >= count - bad else 1 + number % 4}"
        for number in range(count)
    ]


def _arrives(site: Site, feed: str, at: datetime, rows: list[str], name: str) -> str:
    parts = replace(site.console.parts, clock=lambda: at)
    file = site.folder / "arriving"
    file.write_text("\n".join(["Order;SKU;Qty", *rows, ""]))
    drop = keep_local(parts, file, name=name, feed=feed)
    batch, _ = begin(parts, drop, parts.mapping("small"), "local")
    work(parts, batch.id)
    return batch.id


def _desk(browser: Browser) -> str:
    """A mapping that was suggested: with a question, and with a line that something is to be said about."""
    browser.get("/mappings/drafts/new")
    rows = [f"WO-{n};SKU-{n};{n};0{n}/04/2026;anna@example.org;Lost and found" for n in range(1, 8)]
    content = "\n".join(["Order no;SKU;Pieces;Ordered;Email;Carrier", *rows, ""]).encode()
    answer = browser.client.post(
        f"/mappings/drafts/new?form_key={browser.key}",
        data={"destination": "shipup"},
        files={"file": ("warehouse-of-the-new-merchant.csv", content)},
    )
    return str(answer.headers["location"]).removesuffix("/columns")


def _faults(browser: Browser) -> str:
    """A mapping that cannot be used as it is written."""
    browser.get("/mappings/small")
    there = str(browser.post("/mappings/small/edit").headers["location"])
    text = MAPPING.replace("minimum", "minimun").replace("line_items.quantity", "line_items.quantty")
    browser.client.post(
        f"{there}/check?form_key={browser.key}", data={"text": text}, files={"file": ("", b"")}
    )
    return there


def _draft(browser: Browser) -> str:
    browser.get("/upload")
    content = "\n".join(["Order;SKU;Qty", *_rows(200, 9, bad=4), ""]).encode()
    answer = browser.client.post(
        f"/upload?form_key={browser.key}",
        data={"feed": "acme"},
        files={"file": ("spring-orders.csv", content)},
    )
    return str(answer.headers["location"])
