"""Held batches that came to rest with nothing sent: a person discarded them, or all of them came back corrected.

The ledger calls them `rejects` like any batch of which rows went back; what became of them stands in their remarks.
"""

import re
from datetime import datetime

from orderdrop.ledger.ledger import Batch

_GIVEN_UP = re.compile(
    r"Discarded at \d{4}-\d\d-\d\d \d\d:\d\d UTC: |All of it came back corrected as batch b-"
)


def discarded(at: datetime, reason: str) -> str:
    """What the remarks say of a batch that a person gave up."""
    return f"Discarded at {at:%Y-%m-%d %H:%M} UTC: {reason}"


def corrected(batch_id: str) -> str:
    """What the remarks say of a batch of which every row came back as another one."""
    return f"All of it came back corrected as batch {batch_id}; nothing is to be done."


def is_given_up(batch: Batch) -> bool:
    """Whether somebody has seen to a held batch, so that the rows that it gives back are no news."""
    return _GIVEN_UP.search(batch.remarks) is not None
