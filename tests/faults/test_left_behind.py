"""What is left behind or in the way: copies of killed runs, an archive on another disk, nobody who reads what we say."""

import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from tests.acceptance.site import COMMAND, Site
from tests.disks import remounted, small_disk
from tests.faults.place import Place
from tests.integration.death import Died, die

from orderdrop.core.progress import Step
from orderdrop.errors import SourceUnavailable
from orderdrop.ledger.ledger import Batch
from orderdrop.pipeline.upkeep.sweeping import sweep


def aged(path: Path, *, hours: float) -> Path:
    seen = path.stat().st_mtime - hours * 3600
    os.utime(path, (seen, seen))
    return path


def test_D30_P1_what_killed_runs_left_goes_after_a_day_and_what_batches_need_stays(place: Place) -> None:
    place.drop("orders.csv", 1)
    place.poll()
    place.drop("killed.csv", 2)
    place.at(Step.FETCHED, die)  # the copy is whole, and nobody knows of it
    with pytest.raises(Died):
        place.poll()
    var = place.folder / "var"
    kept = set((var / "drops").iterdir())
    (needed,) = {Path(batch.drop.kept_at) for batch in opened(place)}
    half = var / "drops" / "d-killed.part"
    half.write_text("half a file")
    temporary = place.folder / "tmp"
    (temporary / "orderdrop-read").mkdir(parents=True)
    (temporary / "orderdrop-read" / "rows.arrow").write_text("rows")
    (temporary / "somebody-else").mkdir()
    (var / "spill" / "b-killed").mkdir(parents=True)
    parts = place.parts()
    try:
        assert sweep(parts, temporary) == []
        place.ahead = timedelta(hours=25)
        swept = set(sweep(parts, temporary))
        assert sweep(parts, temporary) == []
    finally:
        parts.close()
    (orphan,) = kept - {needed}
    assert swept == {orphan, half, var / "spill" / "b-killed", temporary / "orderdrop-read"}
    assert not any(path.exists() for path in swept)
    assert needed.exists()
    assert (temporary / "somebody-else").exists()
    assert [receipt["orders"]["accepted"] for receipt in place.poll()] == [1]


def test_P1_what_is_still_written_into_is_not_swept(place: Place) -> None:
    spill = place.folder / "var" / "spill" / "b-working"
    spill.mkdir(parents=True)
    (spill / "new").touch()
    aged(spill, hours=30)
    parts = place.parts()
    try:
        assert sweep(parts, place.folder) == []
    finally:
        parts.close()


def opened(place: Place) -> list[Batch]:
    parts = place.parts()
    try:
        return list(parts.ledger.batches())
    finally:
        parts.close()


def test_D19_an_archive_on_another_disk_gets_the_file_whole_and_overwrites_nothing(place: Place) -> None:
    place.feed["reply"] = True
    with small_disk(place.inbox / "archive", "1m"):
        for number in (1, 2):
            place.drop("orders.csv", number)
            (receipt,) = place.poll()
            assert receipt["status"] == "accepted"
        assert [path for path in place.files() if path.endswith(".csv")] == [
            "archive/DAY/orders (2).csv",
            "archive/DAY/orders.csv",
        ]
        (second,) = place.inbox.glob("archive/*/orders (2).csv")
        assert second.read_text() == place.text(2)
        assert place.poll() == []


def test_D19_an_archive_on_another_disk_that_is_full_keeps_nothing_and_the_file_stays(place: Place) -> None:
    with small_disk(place.inbox / "archive", "32k"):
        (place.inbox / "orders.csv").write_text(place.text(1) + ";;;\n" * 20_000)
        for _ in range(2):
            with pytest.raises(SourceUnavailable, match="No space left on device"):
                place.poll()
        assert [path for path in place.files() if path.startswith("archive/")] == []
        assert place.posts() == {1: 1}
        remounted(place.inbox / "archive", "size=4m")
        assert [receipt["orders"]["accepted"] for receipt in place.poll()] == [1]
        assert place.posts() == {1: 1}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("run", "night"), 0, id="nothing-waits"),
        pytest.param(("run", "nobody"), 3, id="no-such-feed"),
        pytest.param(("batches", "show", "b-1"), 2, id="no-such-batch"),
        pytest.param(("rejects", "b-1", "-o", "x.pdf"), 2, id="wrongly-called"),
    ],
)
def test_P23_where_nobody_can_be_told_anything_the_exit_code_still_tells(
    arguments: tuple[str, ...], code: int, site: Site
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=site.folder,
            stdout=subprocess.DEVNULL,
            stderr=full,
            timeout=60,
            check=False,
        )
    assert done.returncode == code
