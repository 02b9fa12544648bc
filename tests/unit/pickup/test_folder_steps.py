"""Trying the way to a folder step by step."""

from pathlib import Path

import pytest

from orderdrop.pickup.folder_steps import folder_steps
from orderdrop.pickup.steps import Result, Step

P, F, N = Result.PASSED, Result.FAILED, Result.NOT_TRIED


def walked(folder: Path) -> list[Step]:
    ticks = iter(range(100))
    return list(folder_steps(folder, "*.csv", lambda: float(next(ticks))))


@pytest.mark.parametrize("claims", [False, True], ids=["a-new-inbox", "one-that-has-claims"])
def test_every_step_passes_and_nothing_is_left_behind(tmp_path: Path, claims: bool) -> None:
    (tmp_path / "orders.csv").touch()
    (tmp_path / ".hidden.csv").touch()
    if claims:
        (tmp_path / "processing").mkdir()
    before = sorted(tmp_path.rglob("*"))
    steps = walked(tmp_path)
    assert [step.name for step in steps] == ["Folder", "List", "Write", "Rename"]
    assert {step.result for step in steps} == {P}
    assert "of which 1 matches *.csv" in steps[1].told
    assert ("into processing/" in steps[3].told) == claims
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    assert walked(tmp_path)[1].told == "It has nothing in it yet."


@pytest.mark.parametrize(
    ("place", "results", "told"),
    [
        pytest.param("no/such", [F, N, N, N], "There is no folder", id="missing"),
        pytest.param("file", [F, N, N, N], "is not a folder", id="a-file"),
        pytest.param("/sys", [P, P, F, N], "Nothing could be written in /sys", id="no-right-to-write"),
        pytest.param("claims-is-a-link", [P, P, P, F], "A file could not be moved to", id="no-right-to-move"),
    ],
)
def test_what_does_not_work_is_said_with_the_next_step_and_the_rest_is_not_tried(
    tmp_path: Path, place: str, results: list[Result], told: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "claims-is-a-link").mkdir()
    (tmp_path / "claims-is-a-link" / "processing").symlink_to("/sys")
    steps = walked(tmp_path / place)
    assert [step.result for step in steps] == results
    failed = steps[results.index(F)]
    assert told in failed.told
    assert failed.next_step
    assert failed.error is not None
    assert not list(tmp_path.rglob(".orderdrop-test*"))
