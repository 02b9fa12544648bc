"""A feed over many polls: the real parts and the stand-in over a real socket, and an inbox that fails when told to."""

import csv
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.death import Died, dies_at
from tests.integration.judge import Judge

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.progress import Event, Step
from orderdrop.errors import Busy, OrderdropError, SetupError, SourceUnavailable, Stopped
from orderdrop.pickup.folder import FolderInbox
from orderdrop.pickup.inbox import Claim, Fetched
from orderdrop.pipeline.batches.imports import import_file
from orderdrop.pipeline.feeds.feed import poll
from orderdrop.pipeline.feeds.resuming import finish_left, release_and_reply
from orderdrop.pipeline.parts import FeedPlan, Parts
from orderdrop.reports.receipt import Receipt

HEADINGS = "Order;SKU;Qty"
MAPPING = """\
mapping: small
destination: shipup
file: {delimiter: ";"}
columns:
  Order: {to: merchant_id, required: true}
  SKU: {to: line_items.merchant_id, required: true}
  Qty: {to: line_items.quantity, type: integer, minimum: 1}
hold_batch_when: {bad_rows_over: 80%}
"""
SETTINGS = """\
workdir: var
mappings: .
accounts:
  local: {{destination: shipup, base_url: "{base_url}", key: any, rate: unlimited, endpoint: {endpoint}}}
feeds:
  night: {{source: inbox, files: "*.csv", mapping: small, account: local, settle: {{looks: 1, age: 0s}}, reply: true}}
"""


class Trouble(FolderInbox):
    """A folder that fails when a call comes about a file it was told of, as often as it was told."""

    plans: dict[tuple[str, str], list[Exception]]

    def __init__(self, folder: Path, plans: dict[tuple[str, str], list[Exception]], most: int) -> None:
        super().__init__(folder, "*.csv", most=most)
        self.plans = plans

    def fetch(self, claim: Claim, into: Path) -> Fetched:
        self._fail("fetch", claim.name)
        return super().fetch(claim, into)

    def archive(self, claim: Claim, folder: str) -> str:
        self._fail("archive", claim.name)
        return super().archive(claim, folder)

    def reply(self, beside: str, suffix: str, content: Path) -> str:
        self._fail("reply", suffix)
        return super().reply(beside, suffix, content)

    def _fail(self, call: str, name: str) -> None:
        planned = self.plans.get((call, name))
        if planned:
            raise planned.pop()


@dataclass
class World:
    """One feed, and what is wrong with it. `watch` may raise Died."""

    folder: Path
    judge: Judge
    prefix: str
    plans: dict[tuple[str, str], list[Exception]] = field(default_factory=dict)
    most: int = 1_000
    ahead: timedelta = timedelta()
    watch: Callable[[Event], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)
    done_file: str | None = None

    def __post_init__(self) -> None:
        self.inbox.mkdir()
        (self.folder / "small.yaml").write_text(MAPPING)
        self.endpoint("single")

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def endpoint(self, kind: str) -> None:
        text = SETTINGS.format(base_url=self.judge.base_url, endpoint=kind)
        (self.folder / "orderdrop.yaml").write_text(text)

    def parts(self) -> tuple[Parts, FeedPlan]:
        settings = setup.load(self.folder / "orderdrop.yaml", {}, self.folder)
        parts = wiring.build(
            settings,
            watcher=_Watcher(self),
            stop=self.stop,
            clock=lambda: datetime.now(UTC) + self.ahead,
        )
        plan = wiring.feed_plan(settings, "night")
        plan = replace(
            plan,
            open_inbox=lambda: Trouble(self.inbox, self.plans, self.most),
            settle=replace(plan.settle, done_file=self.done_file),
        )
        return parts, plan

    def poll(self) -> list[Receipt]:
        """What came to rest; errors are raised."""
        parts, plan = self.parts()
        try:
            return [finished.receipt for finished in poll(parts, plan)]
        finally:
            parts.close()

    def polled_with_errors(self) -> tuple[list[str], OrderdropError | None]:
        """The names of the drops that came to rest, and the error in the end."""
        parts, plan = self.parts()
        names = []
        try:
            for finished in poll(parts, plan):
                names.append(finished.batch.drop.name)  # noqa: PERF401 - what came before an error counts
        except OrderdropError as error:
            return names, error
        finally:
            parts.close()
        return names, None

    def drop(self, name: str, *orders: str) -> None:
        rows = [order if ";" in order else f"{self.prefix}-{order};A;1" for order in orders]
        (self.inbox / name).write_text("\n".join([HEADINGS, *rows]) + "\n")

    def posts(self) -> dict[str, int]:
        counted = self.judge.posts(prefix=f"{self.prefix}-")
        return {key.removeprefix(f"{self.prefix}-"): count for key, count in counted.items()}

    def failed(self) -> list[str]:
        return sorted(path.name for path in self.inbox.glob("failed/*.csv"))

    def archived(self, suffix: str = ".csv") -> list[str]:
        return sorted(path.name for path in self.inbox.glob("archive/*/*") if path.name.endswith(suffix))


class _Watcher:
    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self, event: Event) -> None:
        self._world.watch(event)


@pytest.fixture
def world(judge: Judge, tmp_path: Path, request: pytest.FixtureRequest) -> World:
    return World(folder=tmp_path, judge=judge, prefix=f"{abs(hash(request.node.nodeid)) % 10**8:08d}")


def gone() -> list[Exception]:
    return [SourceUnavailable("The line broke.")]


def test_a_drop_whose_fetch_failed_is_fetched_at_the_next_poll_under_its_own_name(world: World) -> None:
    world.plans[("fetch", "orders.csv")] = gone()
    world.drop("orders.csv", "1")
    names, error = world.polled_with_errors()
    assert (names, str(error)) == ([], "The line broke.")
    world.drop("orders.csv", "2")  # the same name again, while the first still waits
    names, error = world.polled_with_errors()
    assert (names, error) == (["orders.csv", "orders.csv"], None)
    assert world.posts() == {"1": 1, "2": 1}
    assert world.archived() == ["orders (2).csv", "orders.csv"]


def test_a_repeat_that_fails_half_way_does_not_make_its_content_forgotten(world: World) -> None:
    world.drop("orders.csv", "1")
    world.poll()
    world.plans[("archive", "again.csv")] = gone()
    world.drop("again.csv", "1")
    assert world.polled_with_errors()[0] == []
    assert world.polled_with_errors() == (["orders.csv"], None)
    world.drop("third.csv", "1")
    (receipt,) = world.poll()
    assert receipt["drop"]["name"] == "orders.csv"
    assert world.posts() == {"1": 1}
    assert world.archived() == ["again.csv", "orders.csv", "third.csv"]
    assert "third.csv.receipt.json" in world.archived(".json")


def test_the_same_name_on_two_days_is_two_drops(world: World) -> None:
    world.drop("orders.csv", "1")
    world.poll()
    world.ahead = timedelta(days=1)
    world.drop("orders.csv", "2")
    world.poll()
    assert world.posts() == {"1": 1, "2": 1}
    days = [path.parent.name for path in sorted(world.inbox.glob("archive/*/orders.csv"))]
    assert len(set(days)) == 2


def test_what_a_bounded_look_leaves_comes_with_the_next_polls(world: World) -> None:
    world.most = 2
    for number in range(5):
        world.drop(f"orders{number}.csv", str(number))
    came = [len(world.poll()) for _ in range(4)]
    assert came == [2, 2, 1, 0]
    assert world.posts() == {str(number): 1 for number in range(5)}


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(SourceUnavailable("It may not be read."), id="a-file-that-may-not-be-read"),
        pytest.param(ZeroDivisionError("a fault of ours"), id="a-fault-in-orderdrop"),
    ],
)
def test_a_drop_that_fails_keeps_back_none_of_the_others(error: Exception, world: World) -> None:
    told: list[tuple[str, object]] = []
    world.watch = lambda event: (
        told.append((event.name, event.facts["why"])) if event.step is Step.PUT_OFF else None
    )
    for number in range(3):
        world.drop(f"orders{number}.csv", str(number))
    world.plans[("fetch", "orders0.csv")] = [error]
    with pytest.raises(type(error)):
        world.poll()
    assert world.posts() == {"1": 1, "2": 1}
    assert [name for name, _ in told] == ["orders0.csv"]
    assert [receipt["drop"]["name"] for receipt in world.poll()] == ["orders0.csv"]
    assert world.posts() == {"0": 1, "1": 1, "2": 1}


def test_a_source_that_is_gone_ends_the_poll_at_once(world: World) -> None:
    for number in range(3):
        world.drop(f"orders{number}.csv", str(number))

    def vanish(event: Event) -> None:
        if event.step is Step.CLAIMED:
            world.inbox.rename(world.folder / "away")

    world.watch = vanish
    names, error = world.polled_with_errors()
    assert names == []
    assert isinstance(error, SourceUnavailable)
    (world.folder / "away").rename(world.inbox)
    world.watch = lambda _: None
    assert world.polled_with_errors() == (["orders0.csv", "orders1.csv", "orders2.csv"], None)


@pytest.mark.parametrize(
    "call", [("archive", "orders.csv"), ("reply", ".rejects.csv"), ("reply", ".receipt.html")]
)
def test_a_line_lost_between_the_last_answer_and_the_archive_sends_nothing_again(
    call: tuple[str, str], world: World
) -> None:
    world.plans[call] = gone()
    world.drop("orders.csv", "1", "2", f"{world.prefix}-3;A;two")
    assert world.polled_with_errors()[0] == []
    assert world.posts() == {"1": 1, "2": 1}
    (receipt,) = world.poll()
    assert receipt["orders"]["accepted"] == 2
    assert world.posts() == {"1": 1, "2": 1}
    assert world.archived() == ["orders.csv", "orders.csv.rejects.csv"]
    assert world.archived("json") + world.archived("html") == [
        "orders.csv.receipt.json",
        "orders.csv.receipt.html",
    ]
    assert world.poll() == []


def test_a_restart_after_midnight_finds_what_was_archived_before(world: World) -> None:
    world.drop("orders.csv", "1")
    world.watch = dies_at(Step.ARCHIVED)
    with pytest.raises(Died):
        world.poll()
    world.watch, world.ahead = (lambda _: None), timedelta(days=1)
    (receipt,) = world.poll()
    assert receipt["status"] == "accepted"
    folders = {path.parent for path in world.inbox.glob("archive/*/*")}
    assert len(folders) == 1
    assert world.archived("json") == ["orders.csv.receipt.json"]


def test_a_file_that_was_edited_before_it_was_registered_is_taken_as_it_is_now(world: World) -> None:
    world.drop("orders.csv", "1")
    world.watch = dies_at(Step.FETCHED)
    with pytest.raises(Died):
        world.poll()
    (claimed,) = (world.inbox / "processing").iterdir()
    claimed.write_text(claimed.read_text().replace("-1;", "-2;"))
    world.watch = lambda _: None
    (receipt,) = world.poll()
    assert world.posts() == {"2": 1}
    assert receipt["drop"]["size"] == len(next((world.inbox / "archive").glob("*/orders.csv")).read_bytes())


def test_a_file_that_was_edited_after_it_was_registered_changes_nothing_of_its_batch_and_is_a_drop_of_its_own(
    world: World,
) -> None:
    world.drop("orders.csv", "1", "2", "3")
    world.watch = dies_at(Step.OUTCOMES_RECORDED)
    with pytest.raises(Died):
        world.poll()
    (claimed,) = (world.inbox / "processing").iterdir()
    claimed.write_text(f"{HEADINGS}\n{world.prefix}-9;A;1\n")
    world.watch = lambda _: None
    first, edited = world.poll()
    assert (first["status"], first["orders"]["accepted"]) == ("accepted", 3)
    assert (edited["status"], edited["orders"]["accepted"]) == ("accepted", 1)
    assert set(world.posts()) == {"1", "2", "3", "9"}


def test_accepted_and_refused_never_swap_under_parallel_parcels_with_failures(world: World) -> None:
    world.endpoint("batch")
    numbers = range(350)
    refused = {number for number in numbers if number % 7 == 3}
    bad = {number for number in numbers if number % 11 == 5} - refused
    world.judge.seed(
        *(
            {
                "merchant_id": f"{world.prefix}-{number:03d}",
                "line_items": [{"merchant_id": "A", "quantity": 9}],
            }
            for number in refused
        )
    )
    seeded = world.judge.last_call()
    rows = [f"{world.prefix}-{number:03d};A;{'two' if number in bad else 1}" for number in numbers]
    for kind in ("500", "drop-after-commit", "429", "502-html"):
        world.judge.plan(kind, match=world.prefix, retry_after="1")
    world.drop("orders.csv", *rows)
    (receipt,) = world.poll()
    good = len(numbers) - len(refused) - len(bad)
    assert (receipt["orders"]["accepted"], receipt["orders"]["refused"]) == (good, len(refused))
    assert receipt["rows"]["rejected"] == len(bad)
    by_api = {p["order"] for p in receipt["problems"] if p["raised_by"] == "api"}
    assert by_api == {f"{world.prefix}-{number:03d}" for number in refused}
    assert all(p["row"] == int(p["order"][-3:]) + 2 for p in receipt["problems"] if p["raised_by"] == "api")
    (report,) = world.inbox.glob("archive/*/*.rejects.csv")
    came_back = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    assert {int(row["Order"][-3:]) for row in came_back} == refused | bad
    assert {int(row["_row"]) - 2 for row in came_back} == refused | bad
    held = world.judge.held(f"{world.prefix}-")
    assert {int(key[-3:]) for key in held} == set(numbers) - bad
    assert not {int(key[-3:]) for key in world.judge.posts(after=seeded, prefix=world.prefix)} & bad


def test_working_on_a_file_again_spends_no_request_on_what_was_accepted(world: World) -> None:
    world.endpoint("batch")
    world.judge.seed(
        {"merchant_id": f"{world.prefix}-7", "line_items": [{"merchant_id": "A", "quantity": 9}]}
    )
    file = world.folder / "orders.csv"
    file.write_text("\n".join([HEADINGS, *(f"{world.prefix}-{number};A;1" for number in range(200))]) + "\n")
    parts, _ = world.parts()
    try:
        import_file(parts, file, "small", "local")
        before = world.judge.last_call()
        again = import_file(parts, file, "small", "local", force=True)
    finally:
        parts.close()
    assert (again.receipt["orders"]["unchanged"], again.receipt["orders"]["refused"]) == (199, 1)
    requests = [call for call in world.judge.calls(before) if call["method"] == "POST"]
    assert [call["orders"] for call in requests] == [[f"{world.prefix}-7"]]


def test_answers_that_were_pending_reach_the_sender_when_they_come(world: World) -> None:
    world.endpoint("batch")
    world.judge.change(job_delay_seconds=1.0)
    world.watch = lambda event: world.stop.set() if event.step is Step.OUTCOMES_RECORDED else None
    world.drop("orders.csv", "1", "2")
    try:
        (receipt,) = world.poll()
        assert receipt["status"] == "pending"
        assert replied(world)["status"] == "pending"
        world.watch, world.stop = (lambda _: None), threading.Event()
        (receipt,) = world.poll()
    finally:
        world.judge.change(job_delay_seconds=0.0)
    assert receipt["status"] == "accepted"
    assert replied(world) == receipt
    assert world.posts() == {"1": 1, "2": 1}
    assert world.poll() == []


def replied(world: World) -> Any:
    (file,) = world.inbox.glob("archive/*/*.receipt.json")
    return json.loads(file.read_text())


def test_a_stop_while_a_file_is_read_begins_it_again_at_the_next_start(world: World) -> None:
    world.watch = lambda event: world.stop.set() if event.step is Step.REGISTERED else None
    world.drop("orders.csv", "1")
    with pytest.raises(Stopped):
        world.poll()
    assert world.posts() == {}
    world.watch, world.stop = (lambda _: None), threading.Event()
    assert [receipt["status"] for receipt in world.poll()] == ["accepted"]
    assert world.posts() == {"1": 1}


def test_who_stood_still_for_longer_than_the_lease_sends_nothing_more(world: World) -> None:
    jump = 0.0

    def freeze(event: Event) -> None:
        nonlocal jump
        jump = 100.0 if event.step is Step.ATTEMPTS_RECORDED else jump

    world.watch = freeze
    world.drop("orders.csv", *map(str, range(60)))
    parts, plan = world.parts()
    try:
        with pytest.raises(Busy, match="ran out while this process stood still"):
            list(poll(replace(parts, monotonic=lambda: time.monotonic() + jump), plan))
    finally:
        parts.close()
    assert len(world.posts()) <= 12, "those that were handed over before it looked at the clock"
    world.watch = lambda _: None
    assert [receipt["orders"]["accepted"] for receipt in world.poll()] == [60]
    assert world.posts() == {str(number): 1 for number in range(60)}


def test_a_released_batch_is_answered_anew(world: World) -> None:
    world.drop("orders.csv", "1", *(";A;two" for _ in range(9)))
    (receipt,) = world.poll()
    assert receipt["status"] == replied(world)["status"] == "held"
    parts, plan = world.parts()
    try:
        released = release_and_reply(parts, receipt["batch"], {"night": plan})
    finally:
        parts.close()
    assert released.receipt["status"] == "rejects"
    assert replied(world) == released.receipt
    assert world.posts() == {"1": 1}


def test_a_done_file_counts_for_one_drop_only(world: World) -> None:
    world.done_file = "{name}.done"
    world.drop("orders.csv", "1")
    assert world.poll() == []
    (world.inbox / "orders.csv.done").touch()
    assert len(world.poll()) == 1
    assert not (world.inbox / "orders.csv.done").exists()
    world.drop("orders.csv", "2")
    assert world.poll() == []


def test_a_drop_that_no_mapping_fits_waits_in_failed_and_is_taken_when_one_does(world: World) -> None:
    world.drop("orders.csv", "1")
    (world.folder / "small.yaml").rename(world.folder / "away.yaml")
    names, error = world.polled_with_errors()
    assert names == ["orders.csv"]
    assert isinstance(error, SetupError)
    assert world.failed() == ["orders.csv"]
    assert world.polled_with_errors()[0] == [], "it is told once"
    (world.folder / "away.yaml").rename(world.folder / "small.yaml")
    (receipt,) = world.poll()
    assert (receipt["status"], world.posts()) == ("accepted", {"1": 1})
    assert (world.archived(), world.failed()) == (["orders.csv"], [])
    assert world.poll() == []


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(Step.CLAIMED, id="claimed-and-nothing-written-down"),
        pytest.param(Step.REPORTED, id="written-down-and-still-in-processing"),
        pytest.param(Step.FINISHED, id="moved-and-the-next-file-untouched"),
    ],
)
@pytest.mark.parametrize("mended", [True, False])
def test_who_dies_while_setting_drops_aside_loses_none_and_sends_each_once(
    step: Step, mended: bool, world: World
) -> None:
    world.drop("one.csv", "1")
    world.drop("two.csv", "2")
    (world.folder / "small.yaml").rename(world.folder / "away.yaml")
    world.watch = dies_at(step)
    with pytest.raises(Died):
        world.poll()
    world.watch = lambda _: None
    if not mended:
        assert isinstance(world.polled_with_errors()[1], SetupError)
        assert world.failed() == ["one.csv", "two.csv"]
    (world.folder / "away.yaml").rename(world.folder / "small.yaml")
    taken = [world.poll(), world.poll()]
    assert sorted(receipt["drop"]["name"] for receipts in taken for receipt in receipts) == [
        "one.csv",
        "two.csv",
    ]
    assert world.posts() == {"1": 1, "2": 1}
    assert (world.archived(), world.failed()) == (["one.csv", "two.csv"], [])


def test_a_stop_while_drops_are_set_aside_leaves_the_others_where_they_are(world: World) -> None:
    world.drop("one.csv", "1")
    world.drop("two.csv", "2")
    (world.folder / "small.yaml").rename(world.folder / "away.yaml")
    world.watch = lambda event: world.stop.set() if event.step is Step.FINISHED else None
    names, error = world.polled_with_errors()
    assert isinstance(error, Stopped)
    assert (names, world.failed(), (world.inbox / "two.csv").exists()) == (["one.csv"], ["one.csv"], True)


def test_two_nights_of_one_name_that_were_set_aside_are_taken_one_after_the_other(world: World) -> None:
    (world.folder / "small.yaml").rename(world.folder / "away.yaml")
    for night in ("1", "2"):
        world.drop("orders.csv", night)
        assert world.polled_with_errors()[0] == ["orders.csv"]
    assert len(world.failed()) == 2
    (world.folder / "away.yaml").rename(world.folder / "small.yaml")
    assert [receipt["orders"]["accepted"] for receipt in (*world.poll(), *world.poll())] == [1, 1]
    assert list(world.posts()) == ["1", "2"]


def test_a_done_file_is_kept_for_a_drop_that_was_set_aside(world: World) -> None:
    world.done_file = "{name}.done"
    world.drop("orders.csv", "1")
    (world.inbox / "orders.csv.done").touch()
    (world.folder / "small.yaml").rename(world.folder / "away.yaml")
    assert world.polled_with_errors()[0] == ["orders.csv"]
    (world.folder / "away.yaml").rename(world.folder / "small.yaml")
    assert len(world.poll()) == 1
    assert world.posts() == {"1": 1}


def test_a_drop_that_somebody_took_out_of_failed_is_let_go(world: World) -> None:
    world.drop("orders.csv", "1")
    (world.folder / "small.yaml").rename(world.folder / "away.yaml")
    world.polled_with_errors()
    (world.inbox / "failed" / "orders.csv").unlink()
    (world.folder / "away.yaml").rename(world.folder / "small.yaml")
    assert world.poll() == []
    world.drop("orders.csv", "2")
    assert len(world.poll()) == 1


def test_imports_that_were_left_are_finished_past_one_that_cannot_be(world: World) -> None:
    parts, _ = world.parts()
    watched = replace(parts, watcher=_DiesAt(Step.REGISTERED))
    for name in ("first", "second"):
        file = world.folder / f"{name}.csv"
        file.write_text(f"{HEADINGS}\n{world.prefix}-{name};A;1\n")
        with pytest.raises(Died):
            import_file(watched, file, "small", "local")
    first, second = reversed(parts.ledger.batches())
    Path(first.drop.kept_at).unlink()  # somebody tidied up
    finishing = finish_left(parts, {})
    assert next(finishing).batch.id == second.id
    with pytest.raises(FileNotFoundError):
        next(finishing)
    assert world.posts() == {"second": 1}
    fates = [order.fate for order in parts.ledger.orders(second.id)]
    assert fates == [OrderFate.ACCEPTED]
    after = parts.ledger.batch(second.id)
    assert after is not None
    assert after.status is BatchStatus.ACCEPTED
    parts.close()


class _DiesAt:
    def __init__(self, step: Step) -> None:
        self._watch = dies_at(step)

    def __call__(self, event: Event) -> None:
        self._watch(event)


def test_what_a_late_writer_appends_after_the_fetch_is_read_too(world: World) -> None:
    world.drop("orders.csv", "1")

    def append(event: Event) -> None:
        if event.step is Step.FETCHED:  # the file was still and old enough; its writer had only paused
            (claimed,) = (world.inbox / "processing").iterdir()
            with claimed.open("a") as late:
                late.write(f"{world.prefix}-2;A;1\n")
            world.watch = lambda _: None

    world.watch = append
    assert [receipt["orders"]["accepted"] for receipt in world.poll()] == [1]
    assert world.archived() == [], "nothing is archived unread"
    (second,) = world.poll()
    assert (second["orders"]["unchanged"], second["orders"]["accepted"]) == (1, 1)
    assert world.posts() == {"1": 1, "2": 1}
    assert len(world.archived()) == 1
