"""What `orderdrop health` shows of things that wait for a person."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.pipeline.telling.watching import DAY, MINUTE, World

from orderdrop.cli.attention import attention
from orderdrop.cli.session import Session
from orderdrop.core.outcomes import BatchStatus
from orderdrop.settings import load

SETTINGS = """\
accounts: {shop-eu: {destination: shipup, base_url: "http://127.0.0.1", key: any}}
feeds: {acme: {source: in, mapping: m, account: shop-eu, expected: {by: "13:00"}}}
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "orderdrop.yaml").write_text(SETTINGS)
    return World(workdir=tmp_path / "var")


def shown(world: World) -> list[str]:
    return list(attention(Session(settings=load(None, {}, world.workdir.parent), parts=world.parts)))


def test_nothing_waits_where_all_is_well(world: World) -> None:
    world.drop(1)
    assert shown(world) == []


def test_a_batch_that_waits_for_a_person_is_named_with_the_command_that_shows_it(world: World) -> None:
    world.drop(1, BatchStatus.HELD)
    assert shown(world) == ["Batch b-1 (1.csv) is held: see `orderdrop batches show b-1`."]


def test_a_file_that_did_not_come_is_missed_though_nobody_is_told(world: World) -> None:
    assert shown(world) == []  # none was ever expected of a feed that is new
    world.drop(1)
    world.now += DAY
    assert shown(world) == []
    world.now += timedelta(hours=1)
    (line,) = shown(world)
    assert line.startswith("A file of feed acme has not come: expected by Tue 2026-11-24 13:00 (UTC);")
    assert line.endswith("; the last one, 1.csv, came on Mon 2026-11-23 12:00 UTC.")


def test_a_channel_that_has_not_been_reached_for_a_while_is_named_with_what_waits(world: World) -> None:
    world.channel.fails = "no answer"
    world.drop(1, BatchStatus.FAILED)
    world.look()
    assert shown(world) == []
    for _ in range(9):
        world.look(after=MINUTE)
    assert shown(world) == [
        "Channel ops is not reached, 1 notice waits for it: no answer. See `orderdrop notices`."
    ]
