"""When a whole batch waits for a person: too many bad rows, or far more or fewer rows than this feed usually has."""

from statistics import median

from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.mapping.model import Hold

USUAL_DROPS = 20
"""So many earlier drops of a feed say what is usual."""
USUAL_DROPS_AT_LEAST = 5
"""With fewer nothing is usual yet."""


def why_held(hold: Hold | None, batch: Batch, history: Ledger, bad: int, read: int) -> str | None:
    """Why a batch is held before anything is sent, None when it goes on. A rerun goes on: a person asked for it."""
    if hold is None or batch.scope is not None:
        return None
    found = []
    if hold.bad_rows_over is not None and hold.exceeded(bad, read):
        found.append(f"{bad} of {read} rows are bad, more than the mapping allows ({hold.bad_rows_over}).")
    usual = usual_rows(batch, history) if hold.volume_off is not None else None
    if usual is not None and hold.is_far_off(read, usual):
        found.append(
            f"The file has {read:,} rows; the drops of feed {batch.drop.feed} usually have {usual:,}, and the mapping "
            f"allows them to differ by {hold.volume_off}."
        )
    return " ".join(found) or None


def usual_rows(batch: Batch, history: Ledger) -> int | None:
    """How many rows a feed's drops usually have, None while there were too few of them to say."""
    if batch.drop.feed is None or batch.parent_id is not None:
        return None
    earlier = history.row_numbers(batch.drop.feed, batch.mapping, before=batch.id, limit=USUAL_DROPS)
    return round(median(earlier)) if len(earlier) >= USUAL_DROPS_AT_LEAST else None
