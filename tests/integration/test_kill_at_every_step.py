"""Promise 2: `kill -9` at any recorded step, then start again: every good order accepted and held once.

Every case is one feed of its own with one drop of its own. A process polls it and kills itself at a step; a new
process, told nothing, polls again. The judge is the stand-in's journal and store, never our own ledger alone.
"""

import csv
import io
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.integration.dying import poll_in_a_process
from tests.integration.judge import Judge
from tests.integration.sshd import Sshd

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.progress import Step
from orderdrop.ledger.ledger import AttemptOutcome, Batch, Ledger
from orderdrop.ledger.open import open_ledger

ONE_OPENS = threading.Lock()  # Alembic runs in one thread of a process at a time
AT_ONCE = 5  # processes that work, mostly wait, and die beside each other
RECORDED = {OrderFate.ACCEPTED, OrderFate.REFUSED, OrderFate.PENDING}
STEPS = {step.value for step in Step} - {
    Step.WAITING,
    Step.CHANGED,
    Step.PUT_OFF,
    Step.ACCOUNT_STOPPED,
    Step.ACCOUNT_WORKS,
}

MAPPING = """\
mapping: small
destination: shipup
file: {delimiter: ";"}
columns:
  Order: {to: merchant_id, required: true}
  Email: {to: email, type: email}
  SKU: {to: line_items.merchant_id, required: true}
  Item: {to: line_items.name}
  Qty: {to: line_items.quantity, type: integer, minimum: 1}
on_bad_row: hold_order
"""
SETTINGS = """\
ledger: sqlite:///var/orderdrop.db
workdir: var
mappings: .
accounts:
  local: {{destination: shipup, base_url: "{base_url}", key: any, rate: unlimited, endpoint: {endpoint}}}
feeds:
  night:
    source: {source}
{login}
    files: "*.csv"
    mapping: small
    account: local
    settle: {{looks: 1, age: 0s}}
    reply: true
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One feed with one drop. Its order ids begin with `prefix`, all of one length, so that reports can be compared."""

    home: Path
    prefix: str
    good: int
    inbox: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inbox", self.home / "inbox")

    @property
    def settings(self) -> Path:
        return self.home / "orderdrop.yaml"

    @property
    def good_keys(self) -> set[str]:
        return {f"{self.prefix}-{number:03d}" for number in range(self.good)}

    @property
    def refused_key(self) -> str:
        return f"{self.prefix}-REF"

    def set_up(self, judge: Judge, endpoint: str, sshd: Sshd | None) -> None:
        """Write settings, mapping and drop, and have the API hold what makes it refuse one order."""
        self.inbox.mkdir(parents=True)
        source, login = str(self.inbox), ""
        if sshd is not None:
            source = f"sftp://{sshd.user}@{sshd.host}:{sshd.port}{self.inbox}"
            login = f"    private_key: {sshd.client_key}\n    known_hosts: {sshd.known_hosts}"
        self.settings.write_text(
            SETTINGS.format(base_url=judge.base_url, endpoint=endpoint, source=source, login=login)
        )
        (self.home / "small.yaml").write_text(MAPPING)
        judge.seed({"merchant_id": self.refused_key, "line_items": [{"merchant_id": "X", "quantity": 1}]})
        (self.inbox / "orders.csv").write_text("\n".join(self._rows()) + "\n")

    def _rows(self) -> Iterator[str]:
        yield "Order;Email;SKU;Item;Qty"
        for key in sorted(self.good_keys):
            yield f"{key};anna@example.com;A;Tea;1"
        yield ";;;;"
        yield f"{self.refused_key};rosa@example.com;X;Pot;2"
        yield f"{self.prefix}-BAD;bert@example.com;A;Tea;two"
        yield f"{self.prefix}-BAD;bert@example.com;B;Cup;1"
        yield f"{self.prefix}-000;anna@example.com;B;Cup;2"

    def ledger(self) -> Ledger:
        with ONE_OPENS:
            return open_ledger(f"sqlite:///{self.home}/var/orderdrop.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is left once a case is at rest, without what may differ from run to run."""

    books: dict[str, Any]
    problems: list[dict[str, Any]]
    rejects_csv: list[list[str]]
    rejects_xlsx: list[list[Any]]
    files: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger had on record at the moment of death, and where the journal stood."""

    answered: set[str]
    attempted: set[str]
    calls: int


def known_at_death(case: Case, judge: Judge) -> Known:
    ledger = case.ledger()
    try:
        orders = [order for batch in ledger.batches() for order in ledger.orders(batch.id)]
        attempted = {order.key for order in orders if ledger.attempts(order.id)}
        answered = {order.key for order in orders if order.fate in RECORDED}
    finally:
        ledger.close()
    return Known(answered=answered, attempted=attempted, calls=judge.last_call())


def only_batch(ledger: Ledger) -> Batch:
    (batch,) = ledger.batches()
    return batch


def ending_of(case: Case) -> Ending:
    """Read what came of a case, from the files that its sender finds and from the ledger."""
    files = sorted(str(path.relative_to(case.inbox)) for path in case.inbox.rglob("*") if path.is_file())
    day = next(name.split("/")[1] for name in files)
    reply = case.inbox / "archive" / day
    receipt = json.loads((reply / "orders.csv.receipt.json").read_text())
    batch, plain = receipt["batch"], replace_all(case.prefix)
    sheet = openpyxl.load_workbook(reply / "orders.csv.rejects.xlsx").worksheets[0]
    text = (reply / "orders.csv.rejects.csv").read_text(encoding="utf-8-sig")
    return Ending(
        books={"status": receipt["status"], "rows": receipt["rows"], "orders": receipt["orders"]},
        problems=json.loads(plain(json.dumps(receipt["problems"]))),
        rejects_csv=list(csv.reader(io.StringIO(plain(text.replace(batch, "BATCH"))), delimiter=";")),
        rejects_xlsx=[
            [plain(str(cell).replace(batch, "BATCH")) for cell in row]
            for row in sheet.iter_rows(values_only=True)
        ],
        files=[name.replace(day, "DAY") for name in files],
    )


def replace_all(prefix: str) -> Any:
    return lambda text: text.replace(prefix, "PREFIX")


SOURCES = [
    pytest.param("folder", id="folder"),
    pytest.param("sftp", id="sftp", marks=pytest.mark.sshd),
]


@pytest.mark.timeout(300)  # some hundred processes: a minute where the machine has other work
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("endpoint", "good"),
    [
        pytest.param("single", 6, id="single-orders"),
        pytest.param("batch", 102, id="two-batches-with-jobs"),
    ],
)
def test_killed_at_any_step_and_started_again_it_ends_as_if_nothing_had_happened(
    source: str,
    endpoint: str,
    good: int,
    judge: Judge,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    sshd = request.getfixturevalue("shared_sshd") if source == "sftp" else None

    def case_of(number: int) -> Case:
        case = Case(
            home=tmp_path / f"{number:02d}", prefix=f"{source[0]}{endpoint[0]}{number:02d}", good=good
        )
        case.set_up(judge, endpoint, sshd)
        return case

    calm = case_of(0)
    died, steps = poll_in_a_process(calm.settings, "night", die_at=None)
    assert not died
    assert set(steps) == STEPS
    expected = ending_of(calm)
    assert_books(expected, good)

    def disturbed(number: int, die_at: tuple[str, int]) -> bool:
        case = case_of(number)
        died, _ = poll_in_a_process(case.settings, "night", die_at=die_at)
        known = known_at_death(case, judge)
        died_again, _ = poll_in_a_process(case.settings, "night", die_at=None)
        assert not died_again
        assert_nothing_lost_nothing_doubled(case, judge, known)
        assert ending_of(case) == expected
        return died

    points = deaths(steps, every_time=source == "folder")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        died_at = list(pool.map(disturbed, range(1, len(points) + 1), points))
    assert {point[0] for point, died in zip(points, died_at, strict=True) if died} == STEPS


def deaths(steps: list[str], *, every_time: bool) -> list[tuple[str, int]]:
    """When to die: at the first of each kind of step, or at every step there was."""
    times: Counter[str] = Counter()
    found = []
    for step in steps:
        times[step] += 1
        if every_time or times[step] == 1:
            found.append((step, times[step]))
    return found


def assert_books(ending: Ending, good: int) -> None:
    """The undisturbed run is itself what it should be."""
    rows, orders = ending.books["rows"], ending.books["orders"]
    assert ending.books["status"] == BatchStatus.REJECTS
    assert sum(count for fate, count in rows.items() if fate != "read") == rows["read"] == good + 5
    assert (rows["accepted"], rows["refused"], rows["rejected"], rows["held"], rows["ignored"]) == (
        good + 1, 1, 1, 1, 1,
    )  # fmt: skip
    assert (orders["accepted"], orders["refused"], orders["held"]) == (good, 1, 1)
    assert ending.files == [
        f"archive/DAY/orders.csv{suffix}"
        for suffix in ("", ".receipt.html", ".receipt.json", ".rejects.csv", ".rejects.xlsx")
    ]


def assert_nothing_lost_nothing_doubled(case: Case, judge: Judge, known: Known) -> None:
    """By the judge: all good orders are held; after the death none was posted whose answer was on record."""
    held = judge.held(f"{case.prefix}-")
    assert set(held) == case.good_keys | {case.refused_key}
    items = {key: len(order["line_items"]["data"]) for key, order in held.items()}
    assert items == {key: 2 if key == f"{case.prefix}-000" else 1 for key in held}

    before = judge.posts(prefix=f"{case.prefix}-")
    again = judge.posts(after=known.calls, prefix=f"{case.prefix}-")
    assert not known.answered & set(again)
    assert all(times == 1 for times in again.values())
    # seeding posted the refused order once
    posted_twice = {key for key, times in before.items() if times > (2 if key == case.refused_key else 1)}
    assert posted_twice <= known.attempted - known.answered

    ledger = case.ledger()
    try:
        batch = only_batch(ledger)
        assert not ledger.unfinished()
        assert ledger.counts(batch.id).rows.balanced
        for order in ledger.orders(batch.id, (OrderFate.ACCEPTED, OrderFate.REFUSED)):
            *lost, last = [attempt.outcome for attempt in ledger.attempts(order.id)]
            assert last in (AttemptOutcome.ACCEPTED, AttemptOutcome.REFUSED)
            assert set(lost) <= {AttemptOutcome.UNKNOWN}
    finally:
        ledger.close()
