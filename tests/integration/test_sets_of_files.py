"""A feed whose drops are sets of files: taken when complete, together, and whole after a kill at any step."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.death import Died, dies_at
from tests.integration.judge import Judge

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.progress import Step
from orderdrop.errors import SetupError
from orderdrop.pickup.folder import FolderInbox
from orderdrop.pickup.inbox import Claim, Entry
from orderdrop.pipeline.batches.batch import Finished
from orderdrop.pipeline.feeds.feed import poll
from orderdrop.pipeline.feeds.overdue import overdue
from orderdrop.pipeline.parts import FeedPlan

MAPPING = """\
mapping: two
destination: shipup
columns:
  Order: {{to: merchant_id, required: true}}
  Mail: {{to: email, type: email}}
join:
  lines:
    files: "{files}"
    columns:
      Order no: {{to: merchant_id, required: true}}
      SKU: {{to: line_items.merchant_id, required: true}}
"""
SETTINGS = """\
workdir: var
mappings: .
accounts:
  local: {{destination: shipup, base_url: "{base_url}", key: any, rate: unlimited, endpoint: single}}
feeds:
  night: {{source: inbox, files: "orders_*.csv", mapping: two, account: local, settle: {{{settle}}}, reply: true}}
"""
AT_ONCE = "looks: 1, age: 0s"
STEPS = [
    Step.CLAIMED, Step.FETCHED, Step.REGISTERED, Step.PREPARED, Step.ATTEMPTS_RECORDED, Step.OUTCOMES_RECORDED,
    Step.REPORTED, Step.ARCHIVED, Step.REPLIED,
]  # fmt: skip


@pytest.fixture
def folder(judge: Judge, tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    _set_up(judge, tmp_path)
    return tmp_path


def _set_up(judge: Judge, folder: Path, settle: str = AT_ONCE, files: str = "lines_*.csv") -> None:
    (folder / "orderdrop.yaml").write_text(SETTINGS.format(base_url=judge.base_url, settle=settle))
    (folder / "two.yaml").write_text(MAPPING.format(files=files))


def _poll(folder: Path, die_at: Step | None = None, ahead: timedelta = timedelta()) -> list[Finished]:
    settings = setup.load(folder / "orderdrop.yaml", {}, folder)

    parts = wiring.build(settings, watcher=dies_at(die_at), clock=lambda: datetime.now(UTC) + ahead)
    try:
        return list(poll(parts, wiring.feed_plan(settings, "night")))
    finally:
        parts.close()


def _drop(folder: Path, name: str, *rows: str) -> None:
    heading = "Order,Mail" if name.startswith("orders") else "Order no,SKU"
    (folder / "inbox" / name).write_text("\n".join([heading, *rows]) + "\n")


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "inbox").iterdir() if path.is_file())


def _archived(folder: Path) -> set[str]:
    return {path.name for path in (folder / "inbox" / "archive").rglob("*.csv")}


def test_a_set_is_taken_when_its_last_file_has_come(folder: Path, judge: Judge) -> None:
    _drop(folder, "orders_1.csv", "S1-A,a@b.co")
    _drop(folder, "lines_2.csv", "S1-B,X")
    assert _poll(folder) == []
    assert _left(folder) == ["lines_2.csv", "orders_1.csv"]
    _drop(folder, "lines_1.csv", "S1-A,X", "S1-A,Y")
    (finished,) = _poll(folder)
    assert finished.batch.status is BatchStatus.ACCEPTED
    assert (finished.receipt["drop"]["name"], finished.receipt["rows"]["read"]) == ("orders_1.csv", 3)
    assert _left(folder) == ["lines_2.csv"]
    assert {"orders_1.csv", "lines_1.csv"} <= _archived(folder)
    assert judge.posts(prefix="S1-") == {"S1-A": 1}


@pytest.mark.parametrize("step", STEPS)
def test_a_set_that_a_kill_left_at_any_step_ends_whole(step: Step, folder: Path, judge: Judge) -> None:
    key = f"S2-{step.value}"
    _drop(folder, "orders_1.csv", f"{key},a@b.co")
    _drop(folder, "lines_1.csv", f"{key},X")
    with pytest.raises(Died):
        _poll(folder, die_at=step)
    finished = _poll(folder)
    assert [one.batch.status for one in finished] == [BatchStatus.ACCEPTED]
    assert _left(folder) == []
    assert {"orders_1.csv", "lines_1.csv"} <= _archived(folder)
    assert not list((folder / "inbox" / "processing").iterdir())
    assert key in judge.held(key)


def test_a_run_that_died_between_the_claims_of_a_set_is_finished(folder: Path) -> None:
    _drop(folder, "orders_1.csv", "S3-A,a@b.co")
    _drop(folder, "lines_1.csv", "S3-A,X")
    inbox = FolderInbox(folder / "inbox", "orders_*.csv")
    (first,) = inbox.look()
    assert inbox.claim(first) is not None
    (finished,) = _poll(folder)
    assert finished.batch.status is BatchStatus.ACCEPTED
    assert _left(folder) == []


def test_with_a_done_file_the_first_file_alone_needs_one(folder: Path, judge: Judge) -> None:
    _set_up(judge, folder, settle='done_file: "{name}.done"')
    _drop(folder, "orders_1.csv", "S4-A,a@b.co")
    _drop(folder, "lines_1.csv", "S4-A,X")
    assert _poll(folder) == []
    (folder / "inbox" / "orders_1.csv.done").touch()
    assert [one.batch.status for one in _poll(folder)] == [BatchStatus.ACCEPTED]
    assert _left(folder) == []


def test_the_same_set_again_is_answered_with_its_first_receipt(folder: Path, judge: Judge) -> None:
    for _ in range(2):
        _drop(folder, "orders_1.csv", "S5-A,a@b.co")
        _drop(folder, "lines_1.csv", "S5-A,X")
        (finished,) = _poll(folder)
    assert finished.repeated
    assert judge.posts(prefix="S5-") == {"S5-A": 1}
    assert _left(folder) == []
    assert len(list((folder / "var" / "drops").iterdir())) == 2


def test_more_stars_than_the_feed_has_are_a_fault_of_the_set_up(folder: Path, judge: Judge) -> None:
    _set_up(judge, folder, files="lines_*_*.csv")
    _drop(folder, "orders_1.csv", "S6-A,a@b.co")
    with pytest.raises(
        SetupError, match=r"`files: lines_\*_\*.csv` of table `lines` in mapping `two` has more \*"
    ):
        _poll(folder)


class _Vanishing(FolderInbox):
    """A folder from which the second file goes when the first is claimed."""

    def claim(self, entry: Entry) -> Claim | None:
        claim = super().claim(entry)
        for partner in self._folder.glob("lines_*"):
            partner.unlink()
        return claim


def test_a_set_that_falls_apart_while_it_is_claimed_goes_back(folder: Path, judge: Judge) -> None:
    _drop(folder, "orders_1.csv", "S7-A,a@b.co")
    _drop(folder, "lines_1.csv", "S7-A,X")
    settings = setup.load(folder / "orderdrop.yaml", {}, folder)
    parts = wiring.build(settings)
    plan = wiring.feed_plan(settings, "night")
    vanishing = FeedPlan(
        name=plan.name, mapping=plan.mapping, account=plan.account, settle=plan.settle, reply=plan.reply, files=plan.files,
        open_inbox=lambda: _Vanishing(folder / "inbox", "orders_*.csv"),
    )  # fmt: skip
    try:
        assert list(poll(parts, vanishing)) == []
    finally:
        parts.close()
    assert _left(folder) == ["orders_1.csv"]
    assert not judge.posts(prefix="S7-")


def test_what_waits_for_its_partner_longer_than_the_feed_allows_is_told_until_it_comes(folder: Path) -> None:
    _drop(folder, "orders_1.csv", "S8-A,a@b.co")
    _drop(folder, "lines_2.csv", "S8-B,X")
    assert _poll(folder) == []
    assert list(overdue(folder / "var", "night")) == []
    assert _poll(folder, ahead=timedelta(days=2)) == []
    assert [(one.name, one.why) for one in overdue(folder / "var", "night")] == [
        ("lines_2.csv", "the first file of its set has not come"),
        ("orders_1.csv", "lines_1.csv of its set has not come"),
    ]
    _drop(folder, "lines_1.csv", "S8-A,X")
    assert len(_poll(folder, ahead=timedelta(days=2))) == 1
    assert [one.name for one in overdue(folder / "var", "night")] == ["lines_2.csv"]
