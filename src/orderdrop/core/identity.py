"""Names that stay the same for the same thing, and names for new things that sort by time."""

import hashlib
from datetime import datetime
from random import Random

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o, u: people read these aloud


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes in hexadecimal; equal payloads and equal files have equal digests."""
    return hashlib.sha256(data).hexdigest()


def new_id(prefix: str, now: datetime, random: Random) -> str:
    """A new name such as `b-20261122-193000-7k3fq2`: sorts by time, short enough to say on the telephone."""
    tail = "".join(random.choice(_ALPHABET) for _ in range(6))
    return f"{prefix}-{now:%Y%m%d-%H%M%S}-{tail}"
