"""Two drops with one order: sent in the order in which they arrived, never both at once, whoever is faster."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.death import Died, dies_at
from tests.integration.judge import Judge

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.progress import Event, Step
from orderdrop.errors import Busy
from orderdrop.pipeline import drops
from orderdrop.pipeline.batches.batch import Finished, open_batch, work
from orderdrop.pipeline.batches.releasing import release
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import Parts

MAPPING = """\
mapping: small
destination: shipup
columns:
  Order: {to: merchant_id, required: true}
  SKU: {to: line_items.merchant_id, required: true}
  Mail: {to: email, type: email}
hold_batch_when: {bad_rows_over: 10%}
"""
SETTINGS = """\
workdir: var
mappings: .
accounts:
  local: {{destination: shipup, base_url: "{base_url}", key: any, rate: unlimited, endpoint: single}}
  other: {{destination: shipup, base_url: "{base_url}", key: any, rate: unlimited, endpoint: single}}
"""


class World:
    """One ledger that several processes share, each with parts of its own."""

    def __init__(self, folder: Path, judge: Judge, prefix: str) -> None:
        self.folder, self.judge, self.prefix = folder, judge, prefix
        (folder / "orderdrop.yaml").write_text(SETTINGS.format(base_url=judge.base_url))
        (folder / "small.yaml").write_text(MAPPING)
        self.opened: list[Parts] = []

    def process(self, watch: Callable[[Event], None] = lambda _: None, *, ahead: float = 0.0) -> Parts:
        settings = setup.load(self.folder / "orderdrop.yaml", {}, self.folder)
        clock = lambda: datetime.now(UTC) + timedelta(seconds=ahead)  # noqa: E731 - short
        parts = wiring.build(settings, watcher=lambda event: watch(event), clock=clock)
        self.opened.append(parts)
        return parts

    def arrive(self, parts: Parts, name: str, *mails: str, account: str = "local") -> str:
        """Register a drop with orders 0, 1, ...; gives the batch. A mail is told apart by its first letter; "" is no order."""
        path = self.folder / name
        rows = [
            f"{self.prefix}-{number},A,{mail}{'' if mail == 'x' else '@example.com'}"
            for number, mail in enumerate(mails)
            if mail
        ]
        path.write_text("\n".join(["Order,SKU,Mail", *rows]) + "\n")
        batch = open_batch(parts, drops.keep_local(parts, path), parts.mapping("small"), account)
        return batch.id

    def sent(self) -> int:
        return sum(self.judge.posts(prefix=f"{self.prefix}-").values())

    def mail(self, number: int) -> str:
        """What the stand-in holds of an order."""
        key = f"{self.prefix}-{number}"
        return str(self.judge.held(key)[key]["email"]).removesuffix("@example.com")


@pytest.fixture
def world(judge: Judge, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    made = World(tmp_path, judge, f"T{abs(hash(request.node.name)) % 10**9}")
    yield made
    for parts in made.opened:
        parts.close()


@pytest.mark.parametrize("step", [Step.PREPARING, Step.PREPARED, Step.ATTEMPTS_RECORDED])
def test_a_newer_drop_first_brings_home_an_older_one_that_nobody_works_on(world: World, step: Step) -> None:
    dead = world.process(dies_at(step))
    older = world.arrive(dead, "a.csv", "old", "old")
    with pytest.raises(Died):
        work(dead, older)
    alive = world.process()
    newer = world.arrive(alive, "b.csv", "new")
    work(alive, newer)
    assert world.mail(0) == "new"
    assert alive.ledger.batch(older).status is BatchStatus.ACCEPTED  # type: ignore[union-attr]


def test_a_newer_drop_waits_while_the_older_one_is_being_sent(world: World) -> None:
    first_left, may_go_on, waits = threading.Event(), threading.Event(), threading.Event()

    def slowly(event: Event) -> None:
        if event.step is Step.ATTEMPTS_RECORDED:
            first_left.set()
            may_go_on.wait(20)

    slow = world.process(slowly)
    fast = world.process(lambda event: waits.set() if event.step is Step.WAITING else None)
    older, newer = world.arrive(slow, "a.csv", "old"), world.arrive(fast, "b.csv", "new")
    done: list[Finished] = []
    threads = [
        threading.Thread(target=lambda parts, id_: done.append(work(parts, id_)), args=args)
        for args in ((slow, older), (fast, newer))
    ]
    threads[0].start()
    assert first_left.wait(20)
    threads[1].start()
    assert waits.wait(20)
    assert world.sent() == 0
    may_go_on.set()
    for thread in threads:
        thread.join(20)
    assert [finished.batch.id for finished in done] == [older, newer]
    assert world.mail(0) == "new"
    assert world.sent() == 2


def test_drops_without_a_common_order_and_those_of_other_accounts_do_not_wait(world: World) -> None:
    dead = world.process(dies_at(Step.ATTEMPTS_RECORDED))
    older = world.arrive(dead, "a.csv", "old")
    with pytest.raises(Died):
        work(dead, older)
    alive = world.process()
    work(alive, world.arrive(alive, "b.csv", "", "new"))
    work(alive, world.arrive(alive, "c.csv", "new", account="other"))
    assert alive.ledger.batch(older).status is BatchStatus.SENDING  # type: ignore[union-attr]


def test_an_older_drop_that_cannot_be_read_any_more_keeps_nobody_back(world: World) -> None:
    parts = world.process()
    older = world.arrive(parts, "a.csv", "old")
    Path(parts.ledger.batch(older).drop.kept_at).unlink()  # type: ignore[union-attr]
    finished = work(parts, world.arrive(parts, "b.csv", "new"))
    assert finished.batch.status is BatchStatus.ACCEPTED


def test_a_held_drop_that_is_released_late_does_not_undo_a_newer_one(world: World) -> None:
    parts = world.process()
    older = world.arrive(parts, "a.csv", "old", "old", "x")
    assert work(parts, older).batch.status is BatchStatus.HELD
    work(parts, world.arrive(parts, "b.csv", "new"))
    released = release(parts, older)
    assert [order.fate for order in parts.ledger.orders(older)] == [OrderFate.HELD, OrderFate.ACCEPTED]
    assert [problem["code"] for problem in released.receipt["problems"]] == ["not_an_email", "stale"]
    assert world.mail(0) == "new"


def test_a_held_drop_is_not_released_while_its_orders_are_being_sent(world: World) -> None:
    parts = world.process()
    older = world.arrive(parts, "a.csv", "old", "old", "x")
    work(parts, older)
    dead = world.process(dies_at(Step.ATTEMPTS_RECORDED))
    newer = world.arrive(dead, "b.csv", "new")
    with pytest.raises(Died):
        work(dead, newer)
    with pytest.raises(Busy, match=newer):
        release(parts, older)
    assert parts.ledger.batch(older).status is BatchStatus.HELD  # type: ignore[union-attr]
    work(parts, newer)
    release(parts, older)
    assert world.mail(0) == "new"


def test_an_order_whose_earlier_version_is_not_answered_waits_for_a_rerun(world: World) -> None:
    parts = world.process()
    older = work(parts, world.arrive(parts, "a.csv", "old")).batch.id
    parts.ledger.set_fates(older, [OrderFate.ACCEPTED], OrderFate.PENDING)
    newer = world.arrive(parts, "b.csv", "new", "new")
    finished = work(parts, newer)
    assert [order.fate for order in parts.ledger.orders(newer)] == [OrderFate.UNSENT, OrderFate.ACCEPTED]
    assert "has not answered yet about an earlier version" in finished.receipt["problems"][0]["message"]


def test_who_lost_the_lease_sends_nothing_more_and_writes_nothing_over(world: World) -> None:
    """A process that stood still finds its work taken over: its late answer changes nothing."""
    frozen = world.process()
    batch_id = world.arrive(frozen, "a.csv", "a", "b", "c")
    other = world.process(ahead=60.0)

    slept = [0.0]

    def stands_still(event: Event) -> None:
        if event.step is Step.ATTEMPTS_RECORDED:
            slept[0] = 60.0
            with leased(other, f"batch:{batch_id}"):
                other.ledger.reopen(batch_id, other.clock())

    frozen = replace(frozen, watcher=stands_still, monotonic=lambda: time.monotonic() + slept[0])
    with pytest.raises(Busy, match="ran out"):
        work(frozen, batch_id)
    assert world.sent() == 0
    finished = work(world.process(), batch_id)
    assert finished.batch.status is BatchStatus.ACCEPTED
    assert finished.receipt["rows"]["accepted"] == 3
