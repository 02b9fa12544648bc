"""What only a local folder can meet; the rest of its promises are in tests/contract/test_inbox.py."""

import os
from pathlib import Path

import pytest

from orderdrop.errors import SourceUnavailable
from orderdrop.pickup.folder import FolderInbox
from orderdrop.pickup.inbox import Claim


@pytest.fixture
def inbox(tmp_path: Path) -> FolderInbox:
    (tmp_path / "inbox").mkdir()
    return FolderInbox(tmp_path / "inbox")


def claimed(root: Path, content: bytes = b"1") -> Claim:
    (root / "processing").mkdir(exist_ok=True)
    claim = Claim(name="orders.csv", place="processing/20261122T193000Z-abcdef__orders.csv")
    (root / claim.place).write_bytes(content)
    return claim


def test_a_crash_between_the_halves_of_a_move_is_mended(inbox: FolderInbox, tmp_path: Path) -> None:
    root = tmp_path / "inbox"
    claim = claimed(root)
    (root / "failed").mkdir()
    (root / "failed" / "orders.csv").write_bytes(b"older")
    os.link(root / claim.place, root / "failed" / "orders (2).csv")
    assert inbox.archive(claim, "failed") == "failed/orders (2).csv"
    assert sorted(path.name for path in (root / "failed").iterdir()) == ["orders (2).csv", "orders.csv"]
    assert inbox.claims() == []


def test_a_link_in_place_of_a_claim_is_not_followed(inbox: FolderInbox, tmp_path: Path) -> None:
    root = tmp_path / "inbox"
    claim = claimed(root)
    (root / claim.place).unlink()
    (root / claim.place).symlink_to("/etc/passwd")
    with pytest.raises(SourceUnavailable, match=r"did not give us orders\.csv"):
        inbox.fetch(claim, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_file_in_the_way_of_a_folder_is_said(inbox: FolderInbox, tmp_path: Path) -> None:
    (tmp_path / "inbox" / "archive").write_bytes(b"a file")
    with pytest.raises(
        SourceUnavailable, match=r"would not let us move orders\.csv to archive/2026-11-22/: "
    ):
        inbox.archive(claimed(tmp_path / "inbox"), "archive/2026-11-22")
    assert len(inbox.claims()) == 1


def test_growing_while_it_is_copied_is_noticed(tmp_path: Path) -> None:
    root = tmp_path / "inbox"
    root.mkdir()
    claim = claimed(root, b"x" * 3_000_000)
    # the copy's temp file is the source itself: what is written there makes the source grow
    (tmp_path / "copy.part").symlink_to(root / claim.place)
    with pytest.raises(SourceUnavailable, match=r"orders\.csv changed while we copied it"):
        FolderInbox(root).fetch(claim, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
