"""A feed that is paused: nothing is taken, in no process, until it is resumed; and what is known of a feed's polls."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.acceptance.site import until
from tests.integration.judge import Judge

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.cli.commands.serving import Chores, Watched, heartbeat, serve_until_stopped
from orderdrop.cli.session import Session
from orderdrop.errors import Busy, OrderdropError, Paused, SourceUnavailable, TrustError, UsageError
from orderdrop.pipeline.feeds.polling import Standing, feed_line, pause, poll_feed, resume
from orderdrop.pipeline.parts import FeedPlan, Parts

MAPPING = """\
mapping: small
destination: shipup
columns:
  Order: {to: merchant_id, required: true}
  SKU: {to: line_items.merchant_id, required: true}
"""
SETTINGS = """\
workdir: var
mappings: .
accounts:
  local: {{destination: shipup, base_url: "{base_url}", key: any, rate: unlimited, endpoint: single}}
feeds:
  night: {{source: inbox, files: "*.csv", mapping: small, account: local, every: 100ms, settle: {{looks: 1, age: 0s}}}}
"""


@pytest.fixture
def settings(judge: Judge, tmp_path: Path) -> setup.Settings:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "small.yaml").write_text(MAPPING)
    (tmp_path / "orderdrop.yaml").write_text(SETTINGS.format(base_url=judge.base_url))
    return setup.load(tmp_path / "orderdrop.yaml", {}, tmp_path)


@pytest.fixture
def parts(settings: setup.Settings) -> Iterator[Parts]:
    opened = wiring.build(settings)
    yield opened
    opened.close()


@pytest.fixture
def plan(settings: setup.Settings) -> FeedPlan:
    return wiring.feed_plan(settings, "night")


def drop(folder: Path, name: str) -> None:
    (folder / name).write_text(f"Order,SKU\n{name},X\n")
    (folder / name).rename(folder / "inbox" / name)


def waiting(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "inbox").glob("*.csv"))


def test_a_paused_feed_is_left_alone_until_it_is_resumed(
    parts: Parts, plan: FeedPlan, tmp_path: Path
) -> None:
    drop(tmp_path, "a.csv")
    pause(parts, "night", "ops", "  their server\nmoves ")
    with pytest.raises(Paused, match=r"by ops: their server moves.*orderdrop feeds resume night"):
        list(poll_feed(parts, plan))
    assert waiting(tmp_path) == ["a.csv"]
    resume(parts, "night")
    assert [one.batch.drop.name for one in poll_feed(parts, plan)] == ["a.csv"]


def test_a_person_may_poll_it_all_the_same_and_it_stays_paused(
    parts: Parts, plan: FeedPlan, tmp_path: Path
) -> None:
    drop(tmp_path, "a.csv")
    pause(parts, "night", "ops", "why not")
    assert len(list(poll_feed(parts, plan, although_paused=True))) == 1
    assert feed_line(parts, plan).standing is Standing.PAUSED


def test_a_pause_in_the_middle_of_a_poll_ends_it_after_the_drop_at_hand(
    settings: setup.Settings, parts: Parts, plan: FeedPlan, tmp_path: Path
) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        drop(tmp_path, name)
    elsewhere = wiring.build(settings)
    took = []
    for finished in poll_feed(parts, plan):
        took.append(finished.batch.drop.name)
        pause(elsewhere, "night", "ops", "enough")
    elsewhere.close()
    assert took == ["a.csv"]
    assert waiting(tmp_path) == ["b.csv", "c.csv"]
    assert parts.ledger.lease_holder("feed:night", parts.clock()) is None


def test_a_pause_needs_a_reason(parts: Parts) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        pause(parts, "night", "ops", " \n ")
    assert parts.ledger.feed_state("night").paused_at is None


def test_how_the_last_poll_went_is_known_to_whoever_asks(
    parts: Parts, plan: FeedPlan, tmp_path: Path
) -> None:
    new = feed_line(parts, plan)
    assert (new.standing, new.state.polled_at, new.last_drop) == (Standing.WAITING, None, None)
    drop(tmp_path, "a.csv")
    list(poll_feed(parts, plan))
    good = feed_line(parts, plan)
    assert good.newest is not None
    assert good.last_drop == good.newest.drop.arrived_at
    assert good.next_poll == (good.state.polled_at or parts.clock()) + timedelta(milliseconds=100)
    (tmp_path / "inbox").rename(tmp_path / "away")
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            list(poll_feed(parts, plan))
    bad = feed_line(parts, plan)
    assert bad.standing is Standing.FAILING
    assert "could not be listed" in bad.state.failed
    assert bad.state.failing_since is not None
    assert bad.state.polled_at is not None
    assert bad.state.failing_since < bad.state.polled_at
    (tmp_path / "away").rename(tmp_path / "inbox")
    list(poll_feed(parts, plan))
    assert feed_line(parts, plan).state.failed == ""


def test_a_poll_that_another_orderdrop_is_at_says_nothing_of_the_feed(
    settings: setup.Settings, parts: Parts, plan: FeedPlan
) -> None:
    elsewhere = wiring.build(settings)
    elsewhere.ledger.lease("feed:night", "another", parts.clock(), 30)
    with pytest.raises(Busy):
        list(poll_feed(parts, plan))
    elsewhere.close()
    line = feed_line(parts, plan)
    assert (line.standing, line.state.polled_at) == (Standing.POLLING, None)


def test_a_poll_that_is_long_overdue_is_told(settings: setup.Settings, parts: Parts, plan: FeedPlan) -> None:
    parts.ledger.change_feed("night", lambda state: state.polled(parts.clock() - timedelta(minutes=3)))
    assert feed_line(parts, plan).standing is Standing.LATE


def test_serve_obeys_a_pause_that_another_process_asks_for_and_its_end(
    settings: setup.Settings, parts: Parts, tmp_path: Path
) -> None:
    serving = wiring.build(settings)
    thread = threading.Thread(
        target=serve_until_stopped, args=(Session(settings=settings, parts=serving),), daemon=True
    )
    pause(parts, "night", "ops", "not yet")
    thread.start()
    try:
        drop(tmp_path, "a.csv")
        until(lambda: parts.ledger.lease_holder(heartbeat(), parts.clock()) is not None)
        time.sleep(0.5)  # five polls that are due
        assert waiting(tmp_path) == ["a.csv"]
        resume(parts, "night")
        until(lambda: waiting(tmp_path) == [])
    finally:
        serving.stop.set()
        thread.join(20)
        serving.close()
    assert not thread.is_alive()


class ShutsUs:
    """An inbox that counts who comes, and takes nothing from us into its archive until it is mended."""

    def __init__(self, plan: FeedPlan, says: OrderdropError) -> None:
        self._plan = plan
        self.says: OrderdropError | None = says
        self.logins = 0

    def open(self) -> Any:
        self.logins += 1
        self._inbox = self._plan.open_inbox()
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inbox, name)

    def archive(self, *claimed: Any) -> str:
        if self.says is not None:
            raise self.says
        return self._inbox.archive(*claimed)


@pytest.mark.parametrize(
    ("says", "logins"),
    [
        pytest.param(
            TrustError("The login was refused."), 4, id="less-and-less-often-lest-we-are-locked-out"
        ),
        pytest.param(SourceUnavailable("It did not answer."), 120, id="every-minute-for-it-may-be-back"),
    ],
)
def test_a_paused_feed_with_work_left_is_tried_as_often_as_its_server_bears(
    settings: setup.Settings, parts: Parts, plan: FeedPlan, tmp_path: Path, says: OrderdropError, logins: int
) -> None:
    minute = 0
    parts = replace(parts, monotonic=lambda: 60.0 * minute)
    inbox, log = ShutsUs(plan, says), structlog.get_logger()
    left = replace(plan, open_inbox=inbox.open)
    drop(tmp_path, "a.csv")
    with pytest.raises(type(says)):
        list(poll_feed(parts, left))
    pause(parts, "night", "ops", "they refuse us")
    chores = Chores(Session(settings=settings, parts=parts), {"night": left}, Watched(log), None, log)
    inbox.logins = 0
    for minute in range(120):  # noqa: B007 - the clock above reads it
        chores.finish_what_was_left()
    assert inbox.logins == logins
    inbox.says = None
    minute += 4 * 60
    chores.finish_what_was_left()
    assert parts.ledger.unfinished("night") == []


def test_a_feed_that_was_resumed_and_paused_again_is_tried_at_once(
    settings: setup.Settings, parts: Parts, plan: FeedPlan, tmp_path: Path
) -> None:
    inbox, log = ShutsUs(plan, TrustError("The login was refused.")), structlog.get_logger()
    left = replace(plan, open_inbox=inbox.open)
    drop(tmp_path, "a.csv")
    with pytest.raises(TrustError):
        list(poll_feed(parts, left))
    chores = Chores(Session(settings=settings, parts=parts), {"night": left}, Watched(log), None, log)
    inbox.logins = 0
    for _ in range(2):
        pause(parts, "night", "ops", "they refuse us")
        chores.finish_what_was_left()
        chores.finish_what_was_left()
        resume(parts, "night")
        chores.finish_what_was_left()
    assert inbox.logins == 2
