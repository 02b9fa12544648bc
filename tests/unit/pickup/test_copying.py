import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderdrop.errors import SourceUnavailable
from orderdrop.pickup.copying import save


def whole(received: int) -> None:
    """Every size is right."""


def short(received: int) -> None:
    raise SourceUnavailable(f"only {received} bytes")


def test_a_copy_has_the_size_and_hash_of_its_bytes(tmp_path: Path) -> None:
    fetched = save([b"ab", b"", b"c"], tmp_path / "copy", whole)
    assert (fetched.size, fetched.sha256) == (3, hashlib.sha256(b"abc").hexdigest())
    assert (tmp_path / "copy").read_bytes() == b"abc"


def test_a_short_copy_is_thrown_away(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="only 3 bytes"):
        save([b"abc"], tmp_path / "copy", short)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [SourceUnavailable("lost"), KeyboardInterrupt(), ConnectionResetError()])
def test_a_copy_that_breaks_off_leaves_nothing_and_passes_the_error_on(
    tmp_path: Path, error: BaseException
) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"abc"
        raise error

    with pytest.raises(type(error)) as caught:
        save(chunks(), tmp_path / "copy", whole)
    assert caught.value is error
    assert list(tmp_path.iterdir()) == []


def test_a_failed_copy_leaves_the_earlier_one(tmp_path: Path) -> None:
    save([b"first"], tmp_path / "copy", whole)
    with pytest.raises(SourceUnavailable):
        save([b"second"], tmp_path / "copy", short)
    assert (tmp_path / "copy").read_bytes() == b"first"


def test_a_part_of_a_killed_run_does_not_disturb(tmp_path: Path) -> None:
    (tmp_path / "copy.part").write_bytes(b"longer than the file itself")
    save([b"abc"], tmp_path / "copy", whole)
    assert (tmp_path / "copy").read_bytes() == b"abc"


def test_a_full_disk_is_ours_and_said_so(tmp_path: Path) -> None:
    (tmp_path / "copy.part").symlink_to("/dev/full")
    with pytest.raises(SourceUnavailable, match=r"No space left on device\. Make room"):
        save([b"x"], tmp_path / "copy", whole)
    assert list(tmp_path.iterdir()) == []
