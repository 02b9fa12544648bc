"""Real disks in a folder, small or cut off: mounting them takes root and the right to mount."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.needs import lacking

NEEDED = "ORDERDROP_TESTS_NEED_DISKS"


@contextmanager
def small_disk(at: Path, size: str) -> Iterator[None]:
    """A disk of this size in a folder."""
    at.mkdir(parents=True, exist_ok=True)
    with _mounted(["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)], at):
        yield


def remounted(disk: Path, option: str) -> None:
    """Change an option of a disk: its size, or whether it may be written."""
    subprocess.run(["mount", "-o", f"remount,{option}", str(disk)], check=True, capture_output=True)


def new_image(path: Path, megabytes: int) -> Path:
    """A disk image with an empty file system."""
    if shutil.which("mkfs.ext4") is None:
        lacking("mkfs.ext4 is not installed (Debian: apt-get install e2fsprogs)", NEEDED)
    with path.open("wb") as file:
        file.truncate(megabytes * 1_000_000)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(path)], check=True, capture_output=True)
    return path


@contextmanager
def mounted_image(image: Path, at: Path) -> Iterator[None]:
    """A disk image in a folder; ext4 writes by itself only once a minute, so what nobody syncs is not in it."""
    with _mounted(["-o", "loop,commit=60", str(image), str(at)], at):
        yield


@contextmanager
def _mounted(arguments: list[str], at: Path) -> Iterator[None]:
    made = subprocess.run(["mount", *arguments], capture_output=True, check=False)
    if made.returncode:
        lacking("a disk cannot be mounted here (it takes root and the right to mount)", NEEDED)
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)
