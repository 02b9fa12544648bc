"""A file that is larger than the settings allow is refused before it is fetched."""

from orderdrop.core.identity import digest, new_id
from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.problems import Code, Problem
from orderdrop.ledger.ledger import Batch, Drop
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pickup.inbox import Claim
from orderdrop.pipeline.parts import FeedPlan, Parts

_MEGABYTE = 1_000_000


def refuse_unread(parts: Parts, feed: FeedPlan, claim: Claim, size: int, loaded: LoadedMapping) -> Batch:
    """The batch of a file that is too large: failed from the beginning, with nothing kept of it.

    Its digest is of its place, for its content was never read: the same file under a new name is refused anew.
    """
    now, mapping = parts.clock(), loaded.mapping
    told = Problem(
        code=Code.FILE_TOO_LARGE,
        message=f"The file has {size / _MEGABYTE:,.0f} MB; files of up to {feed.largest_file_bytes / _MEGABYTE:,.0f} MB are "
        "taken (`largest_file` in the settings). Nothing of it was read. Send it in several files.",
    )
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
        mapping=mapping.mapping,
        mapping_digest=loaded.digest,
        destination=mapping.destination,
        account=feed.account,
        status=BatchStatus.FAILED,
        created_at=now,
        verdict="",
        remarks=told.message,
    )
    parts.ledger.pin_mapping(loaded.digest, mapping.mapping, loaded.text, now)
    parts.ledger.open_batch(batch)
    parts.ledger.add_problems(batch.id, [told])
    return batch
