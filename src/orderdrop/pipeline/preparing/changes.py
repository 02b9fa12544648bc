"""A feed whose files are written otherwise overnight: what is different from the last file that was accepted."""

from collections.abc import Iterator

from orderdrop.core.outcomes import BatchStatus
from orderdrop.core.problems import Code, Owner, Problem, Severity
from orderdrop.frames import Verdict
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.pipeline.preparing.opening import Reading
from orderdrop.tables.careful import shown_encoding
from orderdrop.tables.detect import shown_delimiter

_LOOKED_AT = 50
_READ = (
    BatchStatus.SENDING,
    BatchStatus.PENDING,
    BatchStatus.ACCEPTED,
    BatchStatus.REJECTS,
    BatchStatus.UNFINISHED,
)


def changed_since(batch: Batch, reading: Reading, history: Ledger) -> list[Problem]:
    """A warning for each table that is written otherwise than in the feed's last drop that was read under the same mapping.

    Nothing for a drop without a feed, a rerun, or a correction: these come by hand.
    """
    if batch.drop.feed is None or batch.scope is not None or batch.parent_id is not None:
        return []
    last = last_read(batch, history)
    if last is None or not last.verdict:
        return []
    before = Reading.from_json(last.verdict)
    problems = []
    for now, then in zip((reading.table, *reading.further), (before.table, *before.further), strict=False):
        differences = list(_differences(then, now))
        if differences:
            problems.append(_told(last, differences))
    return problems


def last_read(batch: Batch, history: Ledger) -> Batch | None:
    """The newest earlier drop of the same feed that was read under the same mapping."""
    earlier = history.batches(feed=batch.drop.feed, before=batch.id, limit=_LOOKED_AT, statuses=_READ)
    return next(
        (
            one
            for one in earlier
            if one.mapping == batch.mapping and one.verdict and one.scope is None and one.parent_id is None
        ),
        None,
    )


def _told(last: Batch, differences: list[str]) -> Problem:
    return Problem(
        code=Code.FILE_CHANGED,
        message=f"The file is written otherwise than the feed's last one ({last.drop.name}, batch {last.id}): "
        f"{'; '.join(differences)}. If that is not meant, ask the sender what has changed; if it is, nothing needs doing.",
        owner=Owner.OPS,
        severity=Severity.WARNING,
    )


def _differences(then: Verdict, now: Verdict) -> Iterator[str]:
    pairs = (
        ("the format", then.format, now.format),
        ("the encoding", _encoding(then), _encoding(now)),
        ("the delimiter", _delimiter(then), _delimiter(now)),
        ("the quote", _character(then.quote, then), _character(now.quote, now)),
        ("the escape", _character(then.escape, then), _character(now.escape, now)),
        ("the row of the headings", str(then.header_row or "none"), str(now.header_row or "none")),
        ("the number of heading rows", str(then.header_rows), str(now.header_rows)),
        ("the sheet", then.sheet, now.sheet),
    )
    for what, before, after in pairs:
        if before is not None and after is not None and before != after:
            yield f"{what} was {before} and is {after}"
    if then.last_line_end and now.last_line_end is False:
        yield "the last row had a line end and has none, so it may be cut"


def _encoding(verdict: Verdict) -> str | None:
    return shown_encoding(verdict.encoding) if verdict.encoding is not None else None


def _delimiter(verdict: Verdict) -> str | None:
    return shown_delimiter(verdict.delimiter) if verdict.delimiter is not None else None


def _character(character: str | None, verdict: Verdict) -> str | None:
    """A quote or escape as it is shown; None where the format has none of them."""
    return (character or "none") if verdict.format == "csv" else None
