"""One batch from its kept drop to its receipt; can be begun again at any point and ends the same.

received --prepare--> sending --deliver--> accepted | rejects | unfinished | pending
                  \\-> held | failed
"""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orderdrop.core.identity import new_id
from orderdrop.core.lineage import locate
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, Counts, OrderFate, conclude
from orderdrop.core.problems import Code, Owner, Problem, RaisedBy
from orderdrop.core.progress import Event, Step
from orderdrop.delivery.sender import deliver
from orderdrop.destinations.base import PathProblem
from orderdrop.errors import Busy
from orderdrop.ledger.ledger import Batch, Drop
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pipeline.batches.poison import TRIES, tried
from orderdrop.pipeline.batches.success import report_success
from orderdrop.pipeline.batches.superseding import supersede
from orderdrop.pipeline.batches.turns import await_turn, stand_back
from orderdrop.pipeline.history import receipt, report_folder
from orderdrop.pipeline.leases import Lease, leased
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preparing.opening import Reading, open_again
from orderdrop.pipeline.preparing.prepare import prepare
from orderdrop.reports.receipt import Receipt
from orderdrop.reports.write import write_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A batch that came to rest, and its receipt; `repeated` when its content had come before and nothing was done."""

    batch: Batch
    receipt: Receipt
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What the reports of a batch at rest say."""

    counts: Counts
    problems: list[Problem]
    finished_at: datetime | None


def reported(parts: Parts, batch: Batch) -> Reported:
    """What the reports of a batch say, as the ledger has it before more is done."""
    counts, problems = _says(parts, batch.id)
    return Reported(counts=counts, problems=problems, finished_at=batch.finished_at)


def _says(parts: Parts, batch_id: str) -> tuple[Counts, list[Problem]]:
    return parts.ledger.counts(batch_id), parts.ledger.problems(batch_id)


def register(
    parts: Parts, drop: Drop, loaded: LoadedMapping, account: str, *, force: bool = False
) -> tuple[Batch, bool]:
    """The batch that a drop becomes, and whether its content had become one before.

    Of two who bring the same content at the same moment one opens the batch. `force` opens a new one in any case.
    """
    with leased(parts, f"content:{account}:{loaded.mapping.mapping}:{drop.sha256}"):
        before = None if force else seen_before(parts, drop, loaded, account)
        return (before, True) if before is not None else (open_batch(parts, drop, loaded, account), False)


def seen_before(parts: Parts, drop: Drop, loaded: LoadedMapping, account: str) -> Batch | None:
    """The batch that this very content became under this very mapping and account, the latest if there are several."""
    same = parts.ledger.batches_of_content(drop.sha256, loaded.mapping.mapping, account)
    return next((b for b in reversed(same) if b.mapping_digest == loaded.digest and b.scope is None), None)


def open_batch(parts: Parts, drop: Drop, loaded: LoadedMapping, account: str) -> Batch:
    """Register a drop and the batch that it becomes; from here on nothing of it can be lost."""
    now = parts.clock()
    batch = Batch(
        id=new_id("b", now, parts.random),
        drop=drop,
        mapping=loaded.mapping.mapping,
        mapping_digest=loaded.digest,
        destination=loaded.mapping.destination,
        account=account,
        status=BatchStatus.RECEIVED,
        created_at=now,
        feed_done=drop.place is None,  # nobody to tell
    )
    parts.ledger.pin_mapping(loaded.digest, loaded.mapping.mapping, loaded.text, now)
    parts.ledger.open_batch(batch)
    parts.watcher(Event(step=Step.REGISTERED, batch=batch.id, name=drop.name))
    return batch


def work(parts: Parts, batch_id: str, *, reported: Reported | None = None) -> Finished:
    """Bring a batch to rest: prepare it if that is not done, send what is ready, write the reports.

    `reported` is what the reports say that lie there; while that is so none are written.
    One that breaks orderdrop again and again is set aside. Raises Busy when another orderdrop works on it, Stopped when
    the stop was asked for before it came to rest.
    """
    with leased(parts, f"batch:{batch_id}") as lease:
        batch = _reload(parts, batch_id)
        return tried(
            parts,
            batch,
            lambda: _worked(parts, batch, lease, reported),
            lambda how: _set_aside(parts, batch_id, how),
        )


def _worked(parts: Parts, batch: Batch, lease: Lease, reported: Reported | None) -> Finished:
    if batch.status is BatchStatus.RECEIVED:
        _prepare(parts, batch, lease)
        batch = _reload(parts, batch.id)
    superseded = supersede(parts, batch)
    if superseded is not None:
        report(parts, superseded)
    if batch.status in (BatchStatus.SENDING, BatchStatus.PENDING):
        _send(parts, batch, lease)
        batch = _reload(parts, batch.id)
    elif batch.finished_at is None and batch.status is not BatchStatus.HELD:
        parts.ledger.conclude(batch.id, batch.status, parts.clock(), batch.remarks)
        batch = _reload(parts, batch.id)
    if batch.status is not BatchStatus.HELD:  # also where a run died before it could
        report_success(parts, batch)
    if reported is not None and _says(parts, batch.id) == (reported.counts, reported.problems):
        lease.check_held()
        parts.ledger.conclude(batch.id, batch.status, reported.finished_at)  # as the reports say
        batch = _reload(parts, batch.id)
        return Finished(batch=batch, receipt=receipt(parts, batch))
    return Finished(batch=batch, receipt=report(parts, batch))


def _set_aside(parts: Parts, batch_id: str, how: str) -> Finished:
    """Bring a batch to rest over which orderdrop breaks: what was sent stands, nothing more of it is tried."""
    batch, ledger, now = _reload(parts, batch_id), parts.ledger, parts.clock()
    told = broken_over(batch, how)
    if batch.status is BatchStatus.RECEIVED:
        ledger.begin_preparation(batch.id)
        ledger.add_problems(batch.id, [told])
        ledger.finish_preparation(
            batch.id, rows_read=0, verdict="", status=BatchStatus.STUCK, remarks=told.message
        )
        ledger.conclude(batch.id, BatchStatus.STUCK, now)
    else:
        ledger.add_problems(batch.id, [told])
        if batch.status.resumes:
            ledger.reopen(batch.id, now)
            ledger.set_fates(batch.id, [OrderFate.READY, OrderFate.PENDING], OrderFate.UNSENT)
            ledger.conclude(batch.id, conclude(ledger.counts(batch.id)), now)
    parts.watcher(Event(step=Step.PUT_OFF, batch=batch.id, name=batch.drop.name, facts={"why": told.message}))
    batch = _reload(parts, batch_id)
    try:
        return Finished(batch=batch, receipt=report(parts, batch))
    except Exception:  # noqa: BLE001 - it may be the reports that it breaks; the ledger has them all the same
        return Finished(batch=batch, receipt=receipt(parts, batch))


def report(parts: Parts, batch: Batch) -> Receipt:
    """Write the reports of a batch anew, from the ledger and the kept drop."""
    path = Path(batch.drop.kept_at)
    written = write_all(
        parts.ledger,
        batch,
        report_folder(parts, batch),
        (lambda: open_again(batch, path, pinned(parts, batch))) if batch.verdict else None,
    )
    parts.watcher(Event(step=Step.REPORTED, batch=batch.id, name=batch.drop.name))
    return written.receipt


def pinned(parts: Parts, batch: Batch) -> LoadedMapping:
    """The very version of the mapping under which a batch was opened."""
    text = parts.ledger.mapping_text(batch.mapping_digest)
    if text is None:  # every batch pins its mapping when it is opened
        raise AssertionError(f"batch {batch.id} has no pinned mapping")
    return parts.mapping_from_text(text, f"{batch.mapping} (as of batch {batch.id})")


def _prepare(parts: Parts, batch: Batch, lease: Lease) -> None:
    spill_folder = parts.workdir / "spill" / batch.id
    shutil.rmtree(spill_folder, ignore_errors=True)  # what a dead run left there
    status = prepare(
        batch,
        Path(batch.drop.kept_at),
        pinned(parts, batch),
        parts.destination(batch.destination),
        into=parts.ledger,
        accepted_by=parts.ledger,
        spill_folder=spill_folder,
        watcher=parts.watcher,
        go_on=lease.check,
    )
    shutil.rmtree(spill_folder, ignore_errors=True)
    parts.watcher(
        Event(step=Step.PREPARED, batch=batch.id, name=batch.drop.name, facts={"status": status.value})
    )


def _send(parts: Parts, batch: Batch, lease: Lease) -> None:
    await_turn(parts, batch, lease, work)
    lease.check()
    parts.ledger.reopen(batch.id, parts.clock())
    stand_back(parts, batch)
    _deliver(parts, batch, lease, (OrderFate.READY, OrderFate.PENDING))
    # what another one, let at this batch too, had made ready again meanwhile
    _deliver(parts, batch, lease, (OrderFate.READY,))
    if lease.lost or parts.ledger.orders(batch.id, (OrderFate.READY, OrderFate.SENDING), limit=1):
        lease.check()
        raise Busy(  # concluded now, they would be called unsent, and no poll would take them up
            f"Another orderdrop has orders of batch {batch.id} under way, so it is not done yet.",
            next_step="Nothing is lost: run the same again.",
        )
    counts = parts.ledger.counts(batch.id)
    parts.ledger.conclude(batch.id, conclude(counts), parts.clock(), batch.remarks)


def _deliver(parts: Parts, batch: Batch, lease: Lease, of: Collection[OrderFate]) -> None:
    """Send and follow what there is to do; nothing where no order has one of these fates, or the work must end."""
    if lease.is_set() or not parts.ledger.orders(batch.id, of, limit=1):
        return
    line = parts.line(batch.account)
    reading = Reading.from_json(batch.verdict or "{}")
    deliver(
        batch,
        parts.ledger,
        line.destination,
        line.carrier,
        pace=line.pace,
        breaker=line.breaker,
        clock=parts.clock,
        random=parts.random,
        watcher=parts.watcher,
        stop=lease,
        locate=lambda order, problem: led_home(order, problem, reading),
        concurrency=line.concurrency,
        # a rerun goes on whatever is refused: a person has seen why and asked for it
        stop_after_refusals=line.stop_after_refusals if batch.scope is None else None,
    )


def led_home(order: StoredOrder, problem: PathProblem, reading: Reading) -> Problem:
    """A refusal of the API as a problem of the cells that caused it."""
    return Problem(
        code=Code.REFUSED,
        message=problem.message,
        cells=reading.home(locate(problem.path, order.lineage, reading.sources, problem.twins)),
        value=problem.value,
        order=order.key,
        path=problem.path,
        raised_by=RaisedBy.API,
    )


def broken_over(batch: Batch, how: str) -> Problem:
    """That orderdrop broke over a batch too often."""
    return Problem(
        code=Code.STUCK,
        message=(
            f"orderdrop broke {TRIES} times over {batch.drop.name} ({how}), so it was set aside and the other files go on. "
            "This is a fault of orderdrop, not of the file: give both to its maintainers. To try again, run: "
            f"orderdrop rerun {batch.id}"
        ),
        owner=Owner.OPS,
    )


def _reload(parts: Parts, batch_id: str) -> Batch:
    batch = parts.ledger.batch(batch_id)
    if batch is None:
        raise AssertionError(f"batch {batch_id} was opened and is not in the ledger")
    return batch
