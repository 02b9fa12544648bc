"""What the log says of notices: each once, and a channel that is not reached only when that has lasted."""

from pathlib import Path

import pytest
from structlog.testing import CapturingLogger
from tests.unit.pipeline.telling.watching import DAY, HOUR, MINUTE, World

from orderdrop.cli.heralding import Herald
from orderdrop.core.outcomes import BatchStatus
from orderdrop.errors import Busy, LedgerUnavailable


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(workdir=tmp_path)


@pytest.fixture
def log() -> CapturingLogger:
    return CapturingLogger()


@pytest.fixture
def herald(world: World, log: CapturingLogger) -> Herald:
    return Herald(world.parts, world.telling, log)


def said(log: CapturingLogger) -> list[tuple[str, object]]:
    return [(call.method_name, call.args[-1]) for call in log.calls]


def test_a_notice_is_one_line(world: World, herald: Herald, log: CapturingLogger) -> None:
    world.drop(1, BatchStatus.FAILED)
    herald.look()
    herald.look()
    (call,) = log.calls
    assert (call.method_name, call.args) == ("info", ("notice",))
    assert call.kwargs == {
        "cause": "failed",
        "of": "acme",
        "title": "[orderdrop] acme: a file could not be used",
    }


def test_a_channel_that_is_not_reached_is_an_error_after_a_while_and_once(
    world: World, herald: Herald, log: CapturingLogger
) -> None:
    world.channel.fails = "no answer"
    world.drop(1, BatchStatus.FAILED)
    for _ in range(20):
        herald.look()
        world.now += MINUTE
    assert said(log) == [("info", "notice"), ("error", "notice_not_sent")]
    assert log.calls[-1].kwargs["why"] == "no answer"
    for _ in range(4):
        world.now += DAY
        herald.look()
    assert said(log)[2:] == [("error", "notice_given_up")]


def test_after_a_restart_what_waits_is_tried_at_once_and_later_at_its_time(
    world: World, herald: Herald
) -> None:
    world.channel.fails = "no answer"
    world.drop(1, BatchStatus.FAILED)
    herald.look()
    herald.look()
    assert len(world.channel.refused) == 1
    Herald(world.parts, world.telling, CapturingLogger()).look()
    assert len(world.channel.refused) == 2


def test_a_ledger_that_cannot_be_written_is_told_once_and_its_end_too(world: World, herald: Herald) -> None:
    for _ in range(3):
        herald.ledger_is(LedgerUnavailable("The ledger cannot grow: the disk is full."))
        world.now += HOUR
        herald.look()
    assert world.titles() == ["the ledger cannot be written"]
    herald.ledger_is(None)
    world.now += HOUR
    herald.look()
    assert world.titles()[-1] == "the ledger can be written again"


def test_a_lease_of_another_process_says_nothing_of_the_ledger(world: World, herald: Herald) -> None:
    herald.ledger_is(Busy("somebody else is at it"))
    world.now += HOUR
    herald.look()
    assert world.titles() == []


def test_notices_of_long_ago_are_let_go(world: World, herald: Herald) -> None:
    world.drop(1, BatchStatus.FAILED)
    herald.look()
    world.now += 91 * DAY
    herald.forget()
    assert world.ledger.sendings(limit=9) == []
