"""Reruns, excluded orders, discarded batches and corrections: the real parts and the stand-in over a real socket."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.integration.death import Died, dies_at
from tests.integration.judge import Judge

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.progress import Step
from orderdrop.errors import UsageError
from orderdrop.pipeline.batches import rerun as reruns
from orderdrop.pipeline.batches.batch import work
from orderdrop.pipeline.batches.imports import import_file
from orderdrop.pipeline.batches.releasing import discard, release
from orderdrop.pipeline.batches.rerun import Only
from orderdrop.pipeline.feeds.resuming import finish_left
from orderdrop.pipeline.history import receipt
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preview import preview
from orderdrop.pipeline.upkeep.auditing import audit
from orderdrop.reports.receipt import Receipt

HEADINGS = "Order;SKU;Qty;Changed"
MAPPING = """\
mapping: small
destination: shipup
file: {{delimiter: ";"}}
columns:
  Order: {{to: merchant_id, required: true}}
  SKU: {{to: line_items.merchant_id, required: true}}
  Qty: {{to: line_items.quantity, type: integer, minimum: {minimum}}}
  Changed: {{to: ordered_at, type: datetime, format: "%Y-%m-%d"}}
on_bad_row: {on_bad_row}
{more}
"""
SETTINGS = """\
workdir: var
mappings: .
accounts:
  local: {{destination: shipup, base_url: "{base_url}", key: any, rate: unlimited, endpoint: single}}
"""


@dataclass
class World:
    """One account with its files; `ahead` moves the clock."""

    folder: Path
    judge: Judge
    prefix: str
    ahead: timedelta = timedelta()
    opened: list[Parts] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "orderdrop.yaml").write_text(SETTINGS.format(base_url=self.judge.base_url))
        self.mapping()

    def mapping(self, minimum: int = 1, on_bad_row: str = "hold_order", more: str = "") -> None:
        text = MAPPING.format(minimum=minimum, on_bad_row=on_bad_row, more=more)
        (self.folder / "small.yaml").write_text(text)

    @property
    def parts(self) -> Parts:
        if not self.opened:
            settings = setup.load(self.folder / "orderdrop.yaml", {}, self.folder)
            self.opened.append(wiring.build(settings, clock=lambda: datetime.now(UTC) + self.ahead))
        return self.opened[0]

    def key(self, order: str) -> str:
        return f"{self.prefix}-{order}"

    def rows(self, *orders: str) -> list[str]:
        """Each order as `number`, `number:quantity`, `number:quantity:sku` or `number:quantity:sku:day`."""
        made = []
        for order in orders:
            number, quantity, sku, day = (*order.split(":"), *["1", "A", "2026-11-01"][order.count(":") :])
            made.append(f"{self.key(number)};{sku};{quantity};{day}")
        return made

    def load(self, name: str, *orders: str) -> Receipt:
        path = self.folder / name
        path.write_text("\n".join([HEADINGS, *self.rows(*orders)]) + "\n")
        return self.load_file(path)

    def load_file(self, path: Path) -> Receipt:
        return import_file(self.parts, path, "small", "local").receipt

    def rerun(self, batch: str, only: Only = Only.ALL, **options: Any) -> Receipt:
        return reruns.rerun(self.parts, reruns.plan(self.parts, batch, only=only, **options)).receipt

    def refuse(self, *orders: str) -> None:
        """Have the API refuse these orders with any quantity but 9: it holds them otherwise."""
        for order in orders:
            self.judge.seed(
                {"merchant_id": self.key(order), "line_items": [{"merchant_id": "A", "quantity": 9}]}
            )

    def posts(self) -> dict[str, int]:
        found = self.judge.posts(prefix=self.prefix + "-")
        return {key.removeprefix(self.prefix + "-"): count for key, count in found.items()}

    def items(self, order: str) -> dict[str, int]:
        """What the stand-in holds of an order: quantity by article."""
        items = self.judge.held(self.key(order))[self.key(order)]["line_items"]["data"]
        return {item["merchant_id"]: item["quantity"] for item in items}

    def fates(self, batch: str) -> dict[str, str]:
        return {
            order.key.removeprefix(self.prefix + "-"): order.fate.value
            for order in self.parts.ledger.orders(batch)
        }


@pytest.fixture
def world(judge: Judge, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    made = World(folder=tmp_path, judge=judge, prefix=f"R{abs(hash(request.node.name)) % 10**9}")
    yield made
    for parts in made.opened:
        parts.close()


def balanced(receipt: Receipt) -> bool:
    rows = dict(receipt["rows"])
    return bool(rows.pop("read") == sum(rows.values()))


def test_a_rerun_of_the_unsent_sends_just_these_and_names_its_parent(world: World) -> None:
    world.judge.plan("401", match=world.key("2"))
    first = world.load("orders.csv", "1", "2")
    assert first["status"] == "unfinished"
    before = world.posts()
    unsent = [key for key, fate in world.fates(first["batch"]).items() if fate == "unsent"]
    world.opened.pop().close()  # a new process: its breaker is closed
    again = world.rerun(first["batch"], Only.UNSENT)
    assert (again["parent"], again["status"]) == (first["batch"], "accepted")
    assert again["rows"]["read"] == again["rows"]["accepted"] == len(unsent)
    assert world.posts() == before | {key: before.get(key, 0) + 1 for key in unsent}
    assert world.parts.ledger.batch(first["batch"]).status is BatchStatus.UNFINISHED  # type: ignore[union-attr]


@pytest.mark.parametrize("left", [OrderFate.READY, OrderFate.SENDING])
def test_a_rerun_of_the_unsent_takes_what_the_books_call_so(left: OrderFate, world: World) -> None:
    world.judge.plan("401", match=world.key("2"))
    first = world.load("orders.csv", "1", "2")
    world.parts.ledger.set_fates(first["batch"], [OrderFate.UNSENT], left)
    before = world.parts.ledger.batch(first["batch"])
    assert before is not None
    assert receipt(world.parts, before)["orders"]["unsent"] == first["orders"]["unsent"]
    world.opened.pop().close()  # a new process: its breaker is closed
    again = world.rerun(first["batch"], Only.UNSENT)
    assert (again["status"], again["orders"]["accepted"]) == ("accepted", first["orders"]["unsent"])


def test_a_rerun_of_everything_spends_no_request_on_what_was_accepted(world: World) -> None:
    world.refuse("3")
    first = world.load("orders.csv", "1", "2", "3")
    assert (first["orders"]["accepted"], first["orders"]["refused"]) == (2, 1)
    before = world.posts()
    again = world.rerun(first["batch"])
    assert (again["orders"]["unchanged"], again["orders"]["refused"]) == (2, 1)
    assert balanced(again)
    assert again["rows"]["read"] == 3
    assert world.posts() == before | {"3": before["3"] + 1}


def test_a_rerun_under_a_changed_mapping_says_first_what_would_now_pass(world: World) -> None:
    world.mapping(minimum=5)
    first = world.load("orders.csv", "1:7", "2:3", "3:4", "4:1")
    assert first["rows"]["rejected"] == 3
    world.mapping(minimum=2)
    planned = reruns.plan(world.parts, first["batch"], only=Only.HELD)
    assert planned.changed
    assert reruns.would_pass(reruns.rehearse(world.parts, wiring.scratch_ledger(), planned)) == (2, 3)
    assert world.posts() == {"1": 1}
    again = world.rerun(first["batch"], Only.HELD)
    assert (again["rows"]["accepted"], again["rows"]["rejected"]) == (2, 1)
    assert again["mapping"]["digest"] != first["mapping"]["digest"]
    assert "another one than then" in again["remarks"]
    assert world.posts() == {"1": 1, "2": 1, "3": 1}


def test_an_order_is_taken_over_whole_so_that_no_part_of_it_is_sent_as_the_order(world: World) -> None:
    world.mapping(minimum=5, on_bad_row="send_rest")
    first = world.load("orders.csv", "1:7:A", "1:3:B", "2:8")
    assert (first["rows"]["accepted"], first["rows"]["rejected"]) == (2, 1)
    again = world.rerun(first["batch"], Only.HELD)
    assert again["rows"]["read"] == 2
    assert (again["rows"]["unchanged"], again["rows"]["rejected"]) == (1, 1)
    assert world.posts() == {"1": 1, "2": 1}


def test_a_rerun_takes_only_the_orders_that_are_named(world: World) -> None:
    world.refuse("1", "2", "3")
    first = world.load("orders.csv", "1", "2", "3")
    again = world.rerun(first["batch"], Only.REFUSED, orders=[world.key("2"), "no such order"])
    assert again["rows"]["read"] == 1
    assert world.fates(again["batch"]) == {"2": "refused"}


def test_a_rerun_says_which_of_the_named_orders_its_batch_does_not_have(world: World) -> None:
    first = world.load("orders.csv", "1", "2", "3:x")  # all rows of the third are bad
    named = [world.key("2"), "no such order", world.key("3")]
    assert reruns.plan(world.parts, first["batch"], orders=named).unknown == ("no such order",)
    with pytest.raises(UsageError, match="none of the orders that were named, such as AC-1l"):
        reruns.plan(world.parts, first["batch"], orders=["AC-1l", "no such order"])


def test_a_rerun_of_a_rerun_keeps_to_what_that_took_over(world: World) -> None:
    world.refuse("2")
    first = world.load("orders.csv", "1", "2")
    second = world.rerun(first["batch"], Only.REFUSED)
    third = world.rerun(second["batch"])
    assert (third["rows"]["read"], third["parent"]) == (1, second["batch"])


@pytest.mark.parametrize("step", [Step.REGISTERED, Step.PREPARED, Step.ATTEMPTS_RECORDED])
def test_a_rerun_that_dies_is_brought_home_and_keeps_to_its_orders(world: World, step: Step) -> None:
    world.mapping(minimum=5)
    first = world.load("orders.csv", "1:7", "2:3", "3:1")
    world.mapping(minimum=2)

    dying = replace(world.parts, watcher=dies_at(step))
    planned = reruns.plan(dying, first["batch"], only=Only.HELD)
    with pytest.raises(Died):
        reruns.rerun(dying, planned)
    (finished,) = finish_left(world.parts, {})
    assert (finished.receipt["rows"]["read"], finished.receipt["rows"]["accepted"]) == (2, 1)
    assert world.items("2") == {"A": 3}
    assert world.posts()["1"] == 1


def test_a_rerun_of_an_older_drop_does_not_undo_a_newer_one(world: World) -> None:
    world.mapping(minimum=5)
    old = world.load("old.csv", "1:3", "2:4")
    world.mapping(minimum=1)
    world.ahead = timedelta(minutes=1)
    world.load("new.csv", "1:8")
    world.ahead = timedelta(minutes=2)
    again = world.rerun(old["batch"], Only.HELD)
    assert world.fates(again["batch"]) == {"1": "held", "2": "accepted"}
    assert [problem["code"] for problem in again["problems"]] == ["stale"]
    assert world.items("1") == {"A": 8}
    assert world.posts() == {"1": 1, "2": 1}


def test_an_order_is_as_old_as_its_own_column_says(world: World) -> None:
    world.mapping(more="updated_at: Changed")
    world.load("first.csv", "1:5:A:2026-11-20")
    late = world.load("second.csv", "1:6:A:2026-11-19", "2:6:A:2026-11-19")
    assert world.fates(late["batch"]) == {"1": "held", "2": "accepted"}
    assert "2026-11-20 00:00:00" in late["problems"][0]["message"]
    assert world.items("1") == {"A": 5}


@pytest.mark.parametrize(
    ("only", "says"),
    [
        pytest.param(Only.REFUSED, "has no refused orders", id="nothing-refused"),
        pytest.param(Only.UNSENT, "has no unsent orders", id="nothing-unsent"),
    ],
)
def test_a_rerun_of_nothing_says_so(world: World, only: Only, says: str) -> None:
    first = world.load("orders.csv", "1")
    with pytest.raises(UsageError, match=says):
        world.rerun(first["batch"], only)


def test_a_rerun_of_a_file_that_was_refused_whole_takes_all_of_it(world: World) -> None:
    path = world.folder / "odd.csv"
    path.write_text("Order;Article;Qty;Changed\n" + "\n".join(world.rows("1", "2")) + "\n")
    first = world.load_file(path)
    assert first["status"] == "failed"
    text = (world.folder / "small.yaml").read_text()
    (world.folder / "small.yaml").write_text(
        text.replace("required: true}\n  Qty", "required: true, aliases: Article}\n  Qty")
    )
    again = world.rerun(first["batch"], Only.HELD)
    assert (again["status"], again["rows"]["accepted"]) == ("accepted", 2)


def test_an_order_that_was_taken_out_is_never_sent_and_says_why(world: World) -> None:
    world.refuse("1", "2")
    first = world.load("orders.csv", "1", "2")
    before = world.posts()
    told = reruns.exclude(world.parts, first["batch"], world.key("1"), "cancelled by phone").receipt
    assert any(p["code"] == "excluded" and "cancelled by phone" in p["message"] for p in told["problems"])
    again = world.rerun(first["batch"], Only.REFUSED)
    assert world.fates(again["batch"]) == {"1": "held", "2": "refused"}
    assert any("cancelled by phone" in problem["message"] for problem in again["problems"])
    assert world.posts() == before | {"2": before["2"] + 1}
    assert balanced(again)


def test_an_order_taken_out_of_a_held_batch_is_not_released_with_it(world: World) -> None:
    world.mapping(minimum=5, more="hold_batch_when: {bad_rows_over: 10%}")
    held = world.load("orders.csv", "1:7", "2:8", "3:1")
    assert held["status"] == "held"
    reruns.exclude(world.parts, held["batch"], world.key("1"), "a test order")
    release(world.parts, held["batch"])
    assert world.posts() == {"2": 1}


def test_what_the_destination_has_cannot_be_taken_out(world: World) -> None:
    first = world.load("orders.csv", "1")
    with pytest.raises(UsageError, match="is with the destination already"):
        reruns.exclude(world.parts, first["batch"], world.key("1"), "too late")
    with pytest.raises(UsageError, match="has no order"):
        reruns.exclude(world.parts, first["batch"], "AC-0", "no such")


def test_a_discarded_batch_sends_nothing_and_is_done(world: World) -> None:
    world.mapping(minimum=5, more="hold_batch_when: {bad_rows_over: 10%}")
    held = world.load("orders.csv", "1:7", "2:1")
    discarded = discard(world.parts, held["batch"], "last week's file")
    assert discarded.batch.given_up
    assert discarded.receipt["status"] == "rejects"
    assert "last week's file" in discarded.receipt["remarks"]
    assert world.posts() == {}
    with pytest.raises(UsageError, match="not held"):
        release(world.parts, held["batch"])


def report(receipt: Receipt) -> tuple[list[str], list[dict[str, str]]]:
    """The reject report as its sender opens it."""
    with Path(receipt["reports"]["rejects_csv"]).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter=";")
        rows = list(reader)
    return list(reader.fieldnames or ()), rows


def write(path: Path, headings: list[str], rows: list[dict[str, str]]) -> Path:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(headings)
        for row in rows:
            sheet.append([row[name] for name in headings])
        book.save(path)
        return path
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, headings, delimiter=";", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_of_a_corrected_report_only_what_was_corrected_is_sent(world: World, suffix: str) -> None:
    world.refuse("1", "2")
    first = world.load("orders.csv", "1:3", "2:4", "3:x", "4:5", "5:y")
    before = world.posts()
    headings, rows = report(first)
    rows[0]["Qty"] = "9"
    next(row for row in rows if row["SKU"] and row["Qty"] == "x")["Qty"] = "6"
    again = world.load_file(write(world.folder / f"back{suffix}", headings, rows))
    assert again["parent"] == first["batch"]
    assert world.fates(again["batch"])["2"] == "held"
    assert world.posts() == before | {"1": before["1"] + 1, "3": 1}
    told = [problem["message"] for problem in again["problems"]]
    assert any(f"Not changed since batch {first['batch']}" in message for message in told)
    assert balanced(again)
    assert "2 of them unchanged" in again["remarks"]


def test_rows_may_come_back_reordered_with_more_columns_and_without_their_good_siblings(world: World) -> None:
    first = world.load("orders.csv", "1:1:A", "1:x:B", "2:y:C", "1:2:D")
    headings, rows = report(first)
    bad = next(row for row in rows if row["SKU"] == "B")
    bad["Qty"] = "5"
    bad["Our remark"] = "checked"
    other = next(row for row in rows if row["SKU"] == "C")
    other["Our remark"] = ""
    again = world.load_file(
        write(world.folder / "back.csv", ["Our remark", *reversed(headings)], [other, bad])
    )
    assert world.fates(again["batch"]) == {"1": "accepted"}
    assert world.items("1") == {"A": 1, "B": 5, "D": 2}
    assert again["rows"]["read"] == 4
    assert (again["rows"]["accepted"], again["rows"]["rejected"]) == (3, 1)
    assert "taken from the original" in again["remarks"]
    assert balanced(again)


def test_a_correction_of_a_correction_still_knows_the_first_drop(world: World) -> None:
    first = world.load("orders.csv", "1:1:A", "1:x:B", "1:2:D")
    headings, rows = report(first)
    bad = [row for row in rows if row["SKU"] == "B"]
    second = world.load_file(write(world.folder / "second.csv", headings, bad))
    assert world.posts() == {}
    headings, rows = report(second)
    assert {row["SKU"] for row in rows} == {"A", "B", "D"}
    bad = [{**row, "Qty": "5"} for row in rows if row["SKU"] == "B"]
    third = world.load_file(write(world.folder / "third.csv", headings, bad))
    assert (third["parent"], third["status"]) == (second["batch"], "accepted")
    assert world.items("1") == {"A": 1, "B": 5, "D": 2}


def test_a_report_of_a_batch_that_nobody_knows_is_read_like_any_file(world: World) -> None:
    first = world.load("orders.csv", "1:x")
    headings, rows = report(first)
    row = {**rows[0], "Qty": "4", "_batch": "b-unknown"}
    again = world.load_file(write(world.folder / "back.csv", headings, [row]))
    assert (again["parent"], again["status"]) == (None, "accepted")
    assert "b-unknown, which is not known" in again["remarks"]


def test_a_correction_is_taken_although_the_original_is_not_kept_any_more(world: World) -> None:
    world.refuse("2")
    first = world.load("orders.csv", "1:x", "2:3")
    before = world.posts()
    headings, rows = report(first)
    rows[0]["Qty"] = "4"
    Path(world.parts.ledger.batch(first["batch"]).drop.kept_at).unlink()  # type: ignore[union-attr]
    again = world.load_file(write(world.folder / "back.csv", headings, rows))
    assert world.fates(again["batch"]) == {"1": "accepted", "2": "held"}
    assert world.posts() == before | {"1": 1}
    with pytest.raises(UsageError, match="not kept any more"):
        world.rerun(first["batch"])


def test_a_report_that_comes_back_as_it_was_sends_nothing(world: World) -> None:
    world.refuse("1")
    first = world.load("orders.csv", "1:3", "2:x")
    before = world.posts()
    headings, rows = report(first)
    again = world.load_file(write(world.folder / "back.csv", headings, rows))
    assert world.posts() == before
    assert (again["rows"]["held"], again["rows"]["rejected"]) == (1, 1)
    assert OrderFate.HELD.value == world.fates(again["batch"])["1"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_row_that_could_not_be_read_and_comes_back_as_it_was_is_not_sent(world: World, suffix: str) -> None:
    one, two, three, four = world.rows("1:1:A", "2:1:A", "3:1:A", "2:1:B")
    path = world.folder / "orders.csv"
    short, quoted = one.removesuffix(";2026-11-01"), two.replace(";A;", ';"A;')
    path.write_text("\n".join([HEADINGS, short, quoted, three.replace(";A;", ";A\0;"), four]) + "\n")
    first = world.load_file(path)
    assert (first["rows"]["rejected"], first["rows"]["held"]) == (3, 1)
    headings, rows = report(first)
    again = world.load_file(write(world.folder / f"back{suffix}", headings, rows))
    assert world.posts() == {}
    assert (again["rows"]["rejected"], again["rows"]["held"]) == (3, 1)
    assert "4 rows of it came back, 4 of them unchanged" in again["remarks"]
    told = [problem["message"] for problem in again["problems"]]
    assert all(message.startswith(f"Not changed since batch {first['batch']}") for message in told)
    assert (len(told), balanced(again)) == (3, True)

    headings, rows = report(again)
    rows[0]["Changed"] = "2026-11-01"  # the first is corrected, the second may go as it stands
    rows[1]["_batch"] = ""
    third = world.load_file(write(world.folder / f"third{suffix}", headings, rows))
    assert world.posts() == {"1": 1, "2": 1}
    assert world.items("2") == {'"A': 1, "B": 1}
    assert (third["rows"]["rejected"], third["rows"]["accepted"]) == (1, 3)
    (still,) = [problem["message"] for problem in third["problems"]]
    assert still == told[2].replace(first["batch"], again["batch"]), "what is said does not grow"


@pytest.mark.parametrize("only", [Only.ALL, Only.HELD])
def test_no_rerun_of_a_correction_sends_what_could_not_be_read_and_came_back_as_it_was(
    world: World, only: Only
) -> None:
    one, two, three, four = world.rows("1:1:A", "2:1:A", "3:1:A", "3:1:B")
    short = [row.removesuffix(";2026-11-01") for row in (one, two, three)]
    path = world.folder / "orders.csv"
    path.write_text("\n".join([HEADINGS, *short, four]) + "\n")
    headings, rows = report(world.load_file(path))
    rows[1]["Changed"] = "2026-11-01"
    moved = [rows[3], rows[1], rows[2], rows[0]]
    correction = world.load_file(write(world.folder / "back.csv", headings, moved))
    assert (correction["rows"]["accepted"], correction["rows"]["rejected"]) == (1, 2)
    small = (world.folder / "small.yaml").read_text()
    (world.folder / "small.yaml").write_text(small.replace("  SKU:", "  Stock:"))
    failed = world.rerun(correction["batch"], only)
    assert failed["status"] == "failed"
    (world.folder / "small.yaml").write_text(small)
    for batch in (correction["batch"], failed["batch"]):
        again = world.rerun(batch, only)
        assert (again["rows"]["rejected"], again["rows"]["held"], again["rows"]["accepted"]) == (2, 1, 0)
        assert balanced(again)
        told = [problem["message"] for problem in again["problems"]]
        assert told == [problem["message"] for problem in correction["problems"]]
    assert world.posts() == {"2": 1}


def test_a_correction_that_was_refused_whole_is_joined_with_its_batch_when_it_is_rerun(world: World) -> None:
    headings, rows = report(world.load("orders.csv", "11:1:A", "11:x:B", "12:1:A", "12:x:B"))
    first = rows[0]["_batch"]
    reruns.exclude(world.parts, first, world.key("12"), "not wanted")
    rows[1]["Qty"] = rows[3]["Qty"] = "2"
    small = (world.folder / "small.yaml").read_text()
    (world.folder / "small.yaml").write_text(small.replace("  SKU:", "  Stock:"))
    failed = world.load_file(write(world.folder / "back.csv", headings, [rows[1], rows[3]]))
    assert failed["status"] == "failed"
    (world.folder / "small.yaml").write_text(small)
    again = world.rerun(failed["batch"], Only.ALL)
    assert f"This continues batch {first}" in again["remarks"]
    assert balanced(again)
    assert world.items("11") == {"A": 1, "B": 2}
    assert world.posts() == {"11": 1}
    assert world.rerun(again["batch"], Only.ALL)["orders"]["unchanged"] == 1


def test_a_batch_of_which_only_the_books_are_left_is_not_rerun(world: World) -> None:
    first = world.load("orders.csv", "1:x")
    world.parts.ledger.purge([first["batch"]], world.parts.clock())
    with pytest.raises(UsageError, match="personal data"):
        world.rerun(first["batch"])


HOLDS = "hold_batch_when: {bad_rows_over: 10%}"


def test_a_held_batch_that_came_back_corrected_whole_waits_for_nobody(world: World) -> None:
    world.mapping(minimum=5, more=HOLDS)
    held = world.load("orders.csv", "1:7", "2:1")
    headings, rows = report(held)
    again = world.load_file(write(world.folder / "back.csv", headings, [rows[0], {**rows[1], "Qty": "6"}]))
    assert (again["status"], again["orders"]["accepted"]) == ("accepted", 2)
    before = world.parts.ledger.batch(held["batch"])
    assert before is not None
    assert (before.status, before.given_up) == (BatchStatus.REJECTS, True)
    assert f"All of it came back corrected as batch {again['batch']}" in before.remarks
    assert balanced(receipt(world.parts, before))
    with pytest.raises(UsageError, match="not held"):
        release(world.parts, held["batch"])
    assert world.posts() == {"1": 1, "2": 1}


def test_who_dies_before_the_held_batch_is_reported_on_reports_on_it_when_it_goes_on(world: World) -> None:
    world.mapping(minimum=5, more=HOLDS)
    held = world.load("orders.csv", "1:7", "2:1")
    headings, rows = report(held)
    back = write(world.folder / "back.csv", headings, [rows[0], {**rows[1], "Qty": "6"}])
    dying: Any = DiesAfter(world.parts.ledger, 2)  # the held batch was brought to rest
    with pytest.raises(Died):
        import_file(replace(world.parts, ledger=dying), back, "small", "local")
    before = world.parts.ledger.batch(held["batch"])
    assert before is not None
    assert before.status is BatchStatus.REJECTS
    world.load_file(back)
    told = json.loads(Path(str(held["reports"]["receipt"])).read_text())
    assert (told["status"], "All of it came back corrected" in told["remarks"]) == ("rejects", True)


def test_a_held_batch_of_which_only_a_part_came_back_still_waits(world: World) -> None:
    world.mapping(minimum=5, more=HOLDS)
    held = world.load("orders.csv", "1:7", "2:1", "3:8")
    headings, rows = report(held)
    world.load_file(write(world.folder / "back.csv", headings, [{**rows[1], "Qty": "6"}]))
    before = world.parts.ledger.batch(held["batch"])
    assert before is not None
    assert before.status is BatchStatus.HELD
    released = release(world.parts, held["batch"]).batch
    assert (released.status, released.given_up) == (BatchStatus.REJECTS, False)
    assert world.posts() == {"1": 1, "2": 1, "3": 1}


def test_a_correction_that_is_only_tried_leaves_the_held_batch_as_it_is(world: World) -> None:
    world.mapping(minimum=5, more=HOLDS)
    held = world.load("orders.csv", "1:7", "2:1")
    headings, rows = report(held)
    back = write(world.folder / "back.csv", headings, [rows[0], {**rows[1], "Qty": "6"}])
    scratch = replace(world.parts, ledger=wiring.scratch_ledger())
    shown = preview(scratch, back, "small", accepted_by=world.parts.ledger, account="local")
    assert shown["rows"]["unsent"] == 2
    before = world.parts.ledger.batch(held["batch"])
    assert before is not None
    assert before.status is BatchStatus.HELD


def test_a_report_of_a_batch_that_was_purged_says_that_the_original_is_gone(world: World) -> None:
    first = world.load("orders.csv", "1:x", "2:3")
    headings, rows = report(first)
    world.parts.ledger.purge([first["batch"]], world.parts.clock())
    again = world.load_file(write(world.folder / "back.csv", headings, [{**rows[0], "Qty": "4"}]))
    assert (again["parent"], again["status"]) == (None, "accepted")
    assert f"corrects batch {first['batch']}, whose personal data were removed on" in again["remarks"]
    assert world.posts() == {"1": 1, "2": 1}


class DiesAfter:
    """A ledger after whose n-th fact the process is gone."""

    def __init__(self, real: Any, writes: int) -> None:
        self._real, self._left = real, writes

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name not in ("set_fates", "take_up", "conclude", "reopen", "record_attempts", "record_outcomes"):
            return method

        def write(*arguments: Any, **named: Any) -> Any:
            done = method(*arguments, **named)
            self._left -= 1
            if self._left == 0:
                raise Died
            return done

        return write


@pytest.mark.parametrize("then", ["release", "discard"])
@pytest.mark.parametrize("writes", range(1, 7))
def test_a_release_that_dies_after_any_fact_can_be_gone_on_with(then: str, writes: int, world: World) -> None:
    world.mapping(minimum=5, more=HOLDS)
    held = world.load("orders.csv", "1:7", "2:1", "3:8")
    dying: Any = DiesAfter(world.parts.ledger, writes)
    with pytest.raises(Died):
        release(replace(world.parts, ledger=dying), held["batch"])
    left = world.parts.ledger.batch(held["batch"])
    assert left is not None
    if left.status is BatchStatus.HELD and then == "discard":
        discard(world.parts, held["batch"], "not wanted")
        assert world.posts() == {}
        assert world.fates(held["batch"]) == {"1": "held", "3": "held"}
        return
    if left.status is BatchStatus.HELD:
        release(world.parts, held["batch"])
    else:
        work(world.parts, held["batch"])
    assert world.fates(held["batch"]) == {"1": "accepted", "3": "accepted"}
    assert sum(world.posts().values()) <= 2 + 2, "what was under way was posted again"
    assert list(audit(world.parts.ledger)) == []
