"""Files that are refused before anything of them is read: too large, or nothing is set up that could read them."""

from orderdrop.core.identity import digest, new_id
from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.problems import Code, Problem
from orderdrop.ledger.ledger import NO_MAPPING, Batch, Drop
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pickup.inbox import Claim
from orderdrop.pipeline.parts import FeedPlan, Parts

_MEGABYTE = 1_000_000


def too_large(size: int, largest: int) -> Problem:
    """That a file has more bytes than the settings let in."""
    return Problem(
        code=Code.FILE_TOO_LARGE,
        message=f"The file has {size / _MEGABYTE:,.0f} MB; files of up to {largest / _MEGABYTE:,.0f} MB are "
        "taken (`largest_file` in the settings). Nothing of it was read. Send it in several files.",
    )


def refuse_unread(
    parts: Parts, feed: FeedPlan, claim: Claim, size: int, told: Problem, loaded: LoadedMapping | None
) -> Batch:
    """The batch of a file that is not read: failed from the beginning, with nothing kept of it; `loaded` where there is a mapping.

    Its digest is of its place, for its content was never read: the same file under a new name is refused anew.
    """
    now = parts.clock()
    drop_id = new_id("d", now, parts.random)
    batch = Batch(
        id=new_id("b", now, parts.random),
        drop=Drop(
            id=drop_id,
            feed=feed.name,
            name=claim.name,
            sha256=digest(f"not read: {feed.name} {claim.place}".encode()),
            size=size,
            arrived_at=now,
            kept_at=str(parts.workdir / "drops" / drop_id),
            place=claim.place,
        ),
        mapping=feed.mapping,
        mapping_digest=NO_MAPPING if loaded is None else loaded.digest,
        destination=parts.destination_of(feed.account),
        account=feed.account,
        status=BatchStatus.FAILED,
        created_at=now,
        verdict="",
        remarks=told.message,
    )
    if loaded is not None:
        parts.ledger.pin_mapping(loaded.digest, feed.mapping, loaded.text, now)
    parts.ledger.open_batch(batch)
    parts.ledger.add_problems(batch.id, [told])
    return batch
