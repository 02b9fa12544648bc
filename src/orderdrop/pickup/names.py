"""What a file is called on its way: odd names are passed over, claims are unique, archives never overwrite.

Names come from outside, so they are only ever the last part of a place *inside* the inbox; local copies get names of
our own.
"""

import re
import unicodedata
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import PurePosixPath
from random import Random

PROCESSING = "processing"

LONGEST_NAME_BYTES = 220
"""File systems stop at 255 bytes; a claim adds 25, and a reply beside an archived file up to 30."""

_CLAIMED = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}__(?P<name>.+)", re.DOTALL)


def why_odd(name: str) -> str | None:
    """Why a name from outside is passed over, in words for a log; None when it is a plain file name."""
    if name in {"", ".", ".."}:
        return "the name is empty or means a folder"
    if "/" in name or "\\" in name:
        return "the name contains a path separator"
    if any(unicodedata.category(character) == "Cs" for character in name):
        return "the name is not UTF-8"
    if any(unicodedata.category(character) == "Cc" for character in name):
        return "the name contains a control character"
    if len(name.encode()) > LONGEST_NAME_BYTES:
        return f"the name is longer than {LONGEST_NAME_BYTES} bytes"
    return None


def claim_place(name: str, now: float, random: Random) -> str:
    """Where a claimed file lies, such as `processing/20261122T193000Z-5f1c0a__orders.csv`: unique, sorts by time."""
    moment = datetime.fromtimestamp(now, UTC)
    return f"{PROCESSING}/{moment:%Y%m%dT%H%M%SZ}-{random.getrandbits(24):06x}__{name}"


def name_in_claim(file_name: str) -> str | None:
    """The original name of a file in `processing/`; None when no claim of ours put it there."""
    match = _CLAIMED.fullmatch(file_name)
    if match is None or why_odd(match["name"]) is not None:
        return None
    return match["name"]


def free_name(name: str, taken: Collection[str]) -> str:
    """The name itself, or the next numbered one when it is taken: `orders.csv`, `orders (2).csv`, `orders (3).csv`."""
    highest = _highest(name, taken)
    return name if highest == 0 else _numbered(name, highest + 1)


def latest_name(name: str, taken: Collection[str]) -> str | None:
    """The name that `free_name` gave out last; None when it gave out none yet."""
    highest = _highest(name, taken)
    return _numbered(name, highest) if highest else None


def _numbered(name: str, number: int) -> str:
    path = PurePosixPath(name)
    return name if number == 1 else f"{path.stem} ({number}){path.suffix}"


def _highest(name: str, taken: Collection[str]) -> int:
    if name not in taken:
        return 0
    path = PurePosixPath(name)
    pattern = re.compile(rf"{re.escape(path.stem)} \((\d{{1,9}})\){re.escape(path.suffix)}", re.DOTALL)
    return max((int(match[1]) for match in map(pattern.fullmatch, taken) if match), default=1)
