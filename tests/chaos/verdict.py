"""What came of a site in the end: the stand-in's store and journal, the ledger, the archive and the reports must agree."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.site import Site

from orderdrop.core.outcomes import OrderFate
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.pipeline.upkeep.auditing import audit
from orderdrop.reports.receipt import receipt_of

RECORDED = frozenset({OrderFate.ACCEPTED, OrderFate.REFUSED, OrderFate.PENDING})
REPORTS = (".receipt.html", ".receipt.json", ".rejects.csv", ".rejects.xlsx")


@dataclass(slots=True, kw_only=True)
class Verdict:
    """Sums over sites; `wrong` says what else does not agree, one sentence each."""

    orders: int = 0
    drops: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    needless: list[str] = field(default_factory=list)
    again: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.doubled or self.needless or self.wrong)

    def add(self, other: "Verdict") -> None:
        """Count another site in."""
        self.orders += other.orders
        self.drops += other.drops
        self.again += other.again
        self.lost += other.lost
        self.doubled += other.doubled
        self.needless += other.needless
        self.wrong += other.wrong


def answered(site: Site) -> set[str]:
    """The orders whose answers are on record at this moment."""
    ledger = site.ledger()
    try:
        return {
            order.key
            for batch in ledger.batches(limit=10_000)
            for order in ledger.orders(batch.id)
            if order.fate in RECORDED
        }
    finally:
        ledger.close()


def judge(site: Site) -> Verdict:
    """The verdict on a site at rest. What was posted without need is counted while it happens, not here."""
    verdict = Verdict(orders=len(site.good) + len(site.refused), drops=len(site.drops))
    stored = Counter(key for key, _ in site.stored())
    lines = dict(site.stored())
    verdict.lost += [f"{key}: the API does not hold it" for key in site.good if not stored[key]]
    verdict.doubled += [f"{key}: held {times} times" for key, times in stored.items() if times > 1]
    verdict.wrong += [
        f"{key}: {lines[key]} lines held, {wanted} dropped"
        for key, wanted in site.good.items()
        if key in lines and lines[key] != wanted
    ]
    verdict.wrong += [f"{key}: nobody dropped it" for key in stored if key not in {*site.good, *site.refused}]
    posts = Counter(key for call in site.calls() for key in call["orders"])
    verdict.again = sum(posts[key] - 1 for key in site.good if posts[key])
    ledger = site.ledger()
    try:
        verdict.wrong += _ledger(site, ledger)
        verdict.wrong += audit(ledger)
        for batch in ledger.batches(limit=10_000):
            verdict.wrong += _batch(site, ledger, batch)
            fates = {order.key: order.fate for order in ledger.orders(batch.id)}
            verdict.lost += [
                f"{key}: {fate} in the ledger"
                for key, fate in fates.items()
                if key in site.good and fate is not OrderFate.ACCEPTED
            ]
            verdict.wrong += [
                f"{key}: {fate}, not refused"
                for key, fate in fates.items()
                if key in site.refused and fate is not OrderFate.REFUSED
            ]
    finally:
        ledger.close()
    return verdict


def _ledger(site: Site, ledger: Ledger) -> list[str]:
    batches = Counter(batch.drop.name for batch in ledger.batches(limit=10_000))
    wrong = [f"{name}: {batches[name]} batches" for name in site.drops if batches[name] != 1]
    wrong += [f"{batch.drop.name}: unfinished" for batch in ledger.unfinished()]
    wrong += [f"{path.name}: left behind" for path in site.inbox.glob("*") if path.is_file()]
    return wrong + [f"{path.name}: left claimed" for path in site.inbox.glob("processing/*")]


def _batch(site: Site, ledger: Ledger, batch: Batch) -> list[str]:
    name, wrong = batch.drop.name, []
    if not ledger.counts(batch.id).rows.balanced:
        wrong.append(f"{name}: its books do not balance")
    archived = sorted(path for path in site.inbox.glob("archive/*/*") if path.name.startswith(name))
    if [path.name for path in archived] != [name, *(f"{name}{suffix}" for suffix in REPORTS)]:
        return [*wrong, f"{name}: in the archive lie {[path.name for path in archived]}"]
    if hashlib.sha256(archived[0].read_bytes()).hexdigest() != batch.drop.sha256:
        wrong.append(f"{name}: other bytes were archived than were read")
    told = json.loads(archived[2].read_text())
    if told != json.loads(json.dumps(receipt_of(ledger, batch, told["reports"]))):
        wrong.append(f"{name}: its receipt says something else than the ledger")
    rows = told["rows"]
    in_report = len(archived[3].read_text(encoding="utf-8-sig").splitlines()) - 1
    if in_report != rows["rejected"] + rows["held"] + rows["refused"]:
        wrong.append(f"{name}: {in_report} rows in the reject report")
    return wrong
