"""Promise 2 under chaos, in small: every kind of site, one kill each; `make chaos KILLS=200` does it at length."""

from pathlib import Path

from tests.chaos.campaign import run

KILLS = 12


def test_whatever_is_killed_whenever_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    result = run(kills=KILLS, seed=20261122, folder=tmp_path)
    assert result.kills.total() >= KILLS
    assert result.sites == 12
    assert result.verdict.orders > 0
    assert (result.verdict.lost, result.verdict.doubled, result.verdict.needless) == ([], [], [])
    assert result.verdict.wrong == []
