"""What a mapping can be tried on, and which file would be worth a rerun under it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.outcomes import BatchStatus
from orderdrop.ledger.ledger import Batch, Drop
from orderdrop.pipeline.mappings.checking import check, last_rejected, recent_drops, try_on_file, would_pass
from orderdrop.pipeline.mappings.mapping_folder import MappingFolder
from orderdrop.pipeline.parts import Parts

NOW = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
MAPPING = """\
mapping: small
destination: shipup
columns:
  Order: {to: merchant_id, required: true}
  SKU: {to: line_items.merchant_id, required: true}
"""


@dataclass
class Past:
    """A ledger that remembers some batches, and the folder of their mapping."""

    parts: Parts
    folder: MappingFolder

    def batch(self, number: int, status: BatchStatus, **what: object) -> Batch:
        """A batch of the mapping as it was once; `sha256`, `kept`, `digest`, `mapping` and `parent` may be told."""
        kept = self.parts.workdir / f"drop-{number}"
        kept.parent.mkdir(exist_ok=True)
        if what.get("kept", True):
            kept.write_text("Order,SKU\nA-1,X\n")
        at = NOW + timedelta(minutes=number)
        drop = Drop(
            id=f"d-{number}", feed="acme", name=f"{number}.csv", sha256=str(what.get("sha256", number)), size=16,
            arrived_at=at, kept_at=str(kept), place=None,
        )  # fmt: skip
        parent = what.get("parent")
        one = Batch(
            id=f"b-{number}", drop=drop, mapping=str(what.get("mapping", "small")), mapping_digest=str(what.get("digest", "old")),
            destination="shipup", account="local", status=BatchStatus.RECEIVED, created_at=at,
            parent_id=str(parent) if parent is not None else None,
        )  # fmt: skip
        self.parts.ledger.open_batch(one)
        self.parts.ledger.conclude(one.id, status, at)
        return one


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "small.yaml").write_text(MAPPING)
    settings = setup.load(None, {}, tmp_path)
    parts = wiring.build(settings, ledger=wiring.scratch_ledger(), random=Random(7))
    yield Past(parts=parts, folder=wiring.mapping_folder(settings))
    parts.close()


def test_a_text_is_told_by_its_faults_or_by_what_it_does(past: Past) -> None:
    good = check(past.folder, MAPPING, "small")
    assert good.loaded is not None
    assert any("goes to `merchant_id`" in one.text for one in good.sentences)
    bad = check(past.folder, MAPPING.replace("merchant_id", "merchantid", 1), "small")
    assert bad.loaded is None
    assert not bad.sentences
    assert {(one.file, one.line) for one in bad.faults} >= {("small.yaml", 4)}


def test_what_can_be_tried_on_is_the_newest_first_and_each_content_once(past: Past) -> None:
    past.batch(1, BatchStatus.ACCEPTED)
    past.batch(2, BatchStatus.REJECTS, sha256="twice")
    past.batch(3, BatchStatus.REJECTS, sha256="twice")
    past.batch(4, BatchStatus.REJECTS, kept=False)
    assert [one.id for one in recent_drops(past.parts, ["acme"])] == ["b-3", "b-1"]
    assert [one.id for one in recent_drops(past.parts, ["acme"], limit=1)] == ["b-3"]
    assert recent_drops(past.parts, ["other"]) == []


def test_the_newest_file_that_came_back_is_worth_a_rerun_under_another_version(past: Past) -> None:
    past.batch(1, BatchStatus.REJECTS)
    past.batch(2, BatchStatus.REJECTS)
    past.batch(3, BatchStatus.ACCEPTED)
    past.batch(4, BatchStatus.REJECTS, mapping="other")
    found = last_rejected(past.parts, "small")
    assert found is not None
    assert found.id == "b-2"


@pytest.mark.parametrize(
    "what",
    [
        pytest.param({"kept": False}, id="its-file-is-not-kept"),
        pytest.param({"digest": "today"}, id="it-ran-under-this-version"),
        pytest.param({"rerun": True}, id="it-was-rerun"),
    ],
)
def test_nothing_is_worth_a_rerun_that_would_bring_nothing(what: dict[str, object], past: Past) -> None:
    past.batch(1, BatchStatus.REJECTS)
    today = past.parts.mapping("small").digest
    digest = {"digest": today} if what.get("digest") == "today" else {}
    past.batch(2, BatchStatus.REJECTS, **{**what, **digest})
    if what.get("rerun"):
        past.batch(3, BatchStatus.ACCEPTED, parent="b-2", digest=today)
    assert last_rejected(past.parts, "small") is None


def test_a_batch_that_cannot_be_rerun_says_nothing_of_what_would_pass(past: Past) -> None:
    held = replace(past.batch(1, BatchStatus.HELD), status=BatchStatus.HELD)
    assert would_pass(past.parts, held) is None


def test_a_file_that_is_no_table_is_told_and_not_raised(past: Past, tmp_path: Path) -> None:
    loaded = check(past.folder, MAPPING, "small").loaded
    assert loaded is not None
    (tmp_path / "x").write_bytes(b"<?php echo 1;")
    tried = try_on_file(past.parts, loaded, tmp_path / "x", "x.csv")
    assert tried.seen.receipt["status"] == "failed"
    assert tried.seen.rows == ()
