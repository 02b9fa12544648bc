"""Preparing a batch: read, check, nest, hold up against the contract. The same for a run, a rerun and a preview.

Nothing is sent here. Everything found goes into a ledger: the real one for a run, one in memory for a preview.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import orjson

from orderdrop.checks.header import Binding, bind
from orderdrop.checks.judge import Judge
from orderdrop.core.lineage import Lineage, locate
from orderdrop.core.orders import Draft
from orderdrop.core.outcomes import BatchStatus, OrderFate, RowFate
from orderdrop.core.problems import Code, Problem, Severity
from orderdrop.core.progress import Event, Step, Watcher
from orderdrop.destinations.base import Destination, Fitted, PathProblem
from orderdrop.errors import FileRefused
from orderdrop.frames import Table, TypedFrame
from orderdrop.frames import Verdict as TableVerdict
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.model import FileOptions
from orderdrop.orders import Nested, nest, sources_after_fallback
from orderdrop.pipeline.corrections import peek_at_correction
from orderdrop.pipeline.holding import why_held
from orderdrop.pipeline.joining import Joined, continuation, with_joined
from orderdrop.pipeline.naming import with_orders
from orderdrop.pipeline.scope import Scope
from orderdrop.pipeline.standing import Standing
from orderdrop.tables.open import open_table, reopen


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is remembered of how a drop was read: enough to read it again just so, and to lead errors home."""

    table: TableVerdict
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spreadsheet: bool = False  # cells came out of a workbook, if only by way of our own reject report
    joined: Joined | None = None  # rows of the batch that this one continues

    def to_json(self) -> str:
        """As the ledger keeps it."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def from_json(cls, text: str) -> "Reading":
        """As it was."""
        data = orjson.loads(text)
        table = {**data["table"], "remarks": tuple(data["table"]["remarks"])}
        return cls(
            table=TableVerdict(**table),
            sources={place: tuple(names) for place, names in data["sources"].items()},
            spreadsheet=bool(data.get("spreadsheet", False)),
            joined=Joined.from_data(data.get("joined")),
        )


def prepare(
    batch: Batch,
    path: Path,
    loaded: LoadedMapping,
    destination: Destination,
    *,
    into: Ledger,
    accepted_by: Ledger,
    spill_folder: Path,
    watcher: Watcher,
    go_on: Callable[[], None] = lambda: None,
) -> BatchStatus:
    """Read one drop and store what became of every row; gives the status with which the batch goes on.

    `into` gets orders, problems and row fates; `accepted_by` knows what the account accepted before. A file that cannot
    be read, or has the wrong headings, becomes FAILED with its problems; nothing of it is built. `go_on` is asked
    between frames and raises when the preparation must end; it can be begun again.
    """
    return _Preparation(
        batch, path, loaded, destination, into, accepted_by, spill_folder, watcher, go_on
    ).run()


class _Preparation:
    """One preparation under way: what was counted so far and where the results go."""

    def __init__(
        self,
        batch: Batch,
        path: Path,
        loaded: LoadedMapping,
        destination: Destination,
        into: Ledger,
        accepted_by: Ledger,
        spill_folder: Path,
        watcher: Watcher,
        go_on: Callable[[], None],
    ) -> None:
        self._batch = batch
        self._path = path
        self._loaded = loaded
        self._mapping = loaded.mapping
        self._destination = destination
        self._ledger = into
        self._accepted_by = accepted_by
        self._spill_folder = spill_folder
        self._watcher = watcher
        self._go_on = go_on
        self._rows_read = 0
        self._rows_bad = 0
        self._sequence = 0
        self._unlisted: dict[str, int] = {}
        self._remarks: list[str] = []
        self._scope = Scope.of(batch)
        self._standing = Standing(
            batch=batch,
            accepted_by=accepted_by,
            updated_at=loaded.mapping.place_of_updated_at(),
            excluded=excluded_before(accepted_by, batch),
        )

    def run(self) -> BatchStatus:
        self._ledger.begin_preparation(self._batch.id)
        try:
            table, correction_of = peek_at_correction(
                open_table(self._path, self._mapping.file, wanted=self._mapping.headings())
            )
        except FileRefused as refused:
            return self._refuse([refused.problem], verdict="")
        binding = bind(
            self._mapping, table.headings, has_header=self._mapping.file.header, key=self._loaded.shape.key
        )
        reading = Reading(
            table=table.verdict,
            sources=sources_after_fallback(self._loaded.shape, binding.sources),
            spreadsheet=self._spreadsheet(table, correction_of),
            joined=self._joined_before(),
        )
        if any(problem.blocks for problem in binding.problems):
            return self._refuse(list(binding.problems), verdict=reading.to_json())
        self._ledger.add_problems(self._batch.id, binding.problems)
        key_headings = binding.sources.get(self._loaded.shape.key, ())
        try:
            reading = self._continue(correction_of, reading, key_headings)
            if reading.joined is not None or self._scope.rows is not None:
                table = self._scope.narrowed(lambda: self._read_again(reading), key_headings)
            self._build(table, binding, reading)
        except FileRefused as refused:
            self._ledger.begin_preparation(self._batch.id)
            return self._refuse([refused.problem], verdict=reading.to_json())
        return self._finish(reading)

    def _refuse(self, problems: list[Problem], verdict: str) -> BatchStatus:
        self._ledger.add_problems(self._batch.id, problems)
        remarks = next((problem.message for problem in problems if problem.blocks), "")
        self._ledger.finish_preparation(
            self._batch.id, rows_read=0, verdict=verdict, status=BatchStatus.FAILED, remarks=remarks
        )
        return BatchStatus.FAILED

    def _joined_before(self) -> Joined | None:
        """What a rerun of a correction reads besides its drop."""
        parent = (
            self._accepted_by.batch(self._batch.parent_id)
            if self._batch.scope and self._batch.parent_id
            else None
        )
        return Reading.from_json(parent.verdict).joined if parent is not None and parent.verdict else None

    def _continue(self, named: str | None, reading: Reading, key_headings: tuple[str, ...]) -> Reading:
        """Join a corrected report with the batch that it came from; a rerun has its parent already."""
        if named is None or self._batch.scope is not None:
            return reading
        parent = self._accepted_by.batch(named)
        if parent is None or parent.account != self._batch.account or not parent.verdict:
            self._remarks.append(
                f"The file says that it corrects batch {named}, which is not known for this account: it was read like "
                "any other file."
            )
            return reading
        options, verdict = self._mapping.file, parent.verdict
        found = continuation(
            parent,
            self._accepted_by,
            self._read_again(reading),
            lambda: _original(Path(parent.drop.kept_at), options, Reading.from_json(verdict)),
            key_headings,
        )
        self._ledger.adopt(self._batch.id, parent.id)
        self._remarks.append(found.remarks)
        self._standing.still_open = found.still_open
        self._batch = replace(self._batch, parent_id=parent.id)
        self._standing.excluded = excluded_before(self._accepted_by, self._batch)
        return replace(reading, joined=found.joined)

    def _read_again(self, reading: Reading) -> Table:
        return read_as(self._path, self._mapping.file, reading)

    def _build(self, table: Table, binding: Binding, reading: Reading) -> None:
        judge = Judge(self._mapping, self._loaded.shape, binding, spreadsheet=reading.spreadsheet)
        nested = nest(
            self._typed(table, judge),
            self._loaded.shape,
            on_bad_row=self._mapping.on_bad_row,
            on_duplicate_row=self._mapping.on_duplicate_row,
            sources=binding.sources,
            spill_folder=self._spill_folder,
        )
        for chunk in nested:
            self._go_on()
            self._store(chunk, reading.sources)

    def _spreadsheet(self, table: Table, correction_of: str | None) -> bool:
        """Whether dates and numbers may stand as workbooks have them; a correction is as its original was."""
        original = self._accepted_by.batch(correction_of) if correction_of else None
        if original is not None and original.verdict:
            return Reading.from_json(original.verdict).spreadsheet
        return table.verdict.format != "csv"

    def _typed(self, table: Table, judge: Judge) -> Iterator[TypedFrame]:
        for frame in table.frames:
            self._go_on()
            refused = {
                problem.row for problem in frame.problems if problem.row is not None and problem.blocks
            }
            typed = self._scope.of_orders(judge.judge(frame), self._loaded.shape.key)
            refused &= {problem.row for problem in typed.problems}
            self._rows_read += len(typed.rows) + len(typed.ignored) + len(refused)
            self._alone(RowFate.IGNORED, typed.ignored)
            self._alone(RowFate.REJECTED, sorted(refused))
            self._ledger.add_problems(self._batch.id, with_orders(typed, self._loaded.shape.key))
            for code, count in typed.unlisted.items():
                self._unlisted[code] = self._unlisted.get(code, 0) + count
            self._watcher(
                Event(
                    step=Step.PREPARING,
                    batch=self._batch.id,
                    name=self._batch.drop.name,
                    done=self._rows_read,
                )
            )
            yield typed

    def _alone(self, fate: RowFate, rows: Sequence[int]) -> None:
        if rows:
            self._ledger.add_row_fates(self._batch.id, fate, rows)
            self._rows_bad += len(rows) if fate is RowFate.REJECTED else 0

    def _store(self, chunk: Nested, sources: Mapping[str, tuple[str, ...]]) -> None:
        sendable = [draft for draft in chunk.drafts if not draft.held]
        checked = self._destination.validate([draft.payload for draft in sendable])
        payloads: dict[str, bytes] = {}
        problems = list(chunk.problems)
        rejected = list(chunk.rejected)
        broken: dict[str, Draft] = {}
        for draft, result in zip(sendable, checked, strict=True):
            if isinstance(result, bytes):
                payloads[draft.key] = result
                continue
            if isinstance(result, Fitted):
                payloads[draft.key] = result.body
                problems += [_led_home(remark, draft, sources, Severity.WARNING) for remark in result.remarks]
                continue
            found = [_led_home(problem, draft, sources) for problem in result]
            guilty = {cell.row for problem in found for cell in problem.cells}
            problems += found
            rejected += guilty
            broken[draft.key] = replace(draft, held=True, lineage=without(draft.lineage, guilty))
        drafts = [broken.get(draft.key, draft) for draft in chunk.drafts]
        self._alone(RowFate.REJECTED, rejected)
        self._alone(RowFate.IGNORED, chunk.ignored)
        orders, why_not = self._standing.settle(
            [draft for draft in drafts if draft.lineage.rows], payloads, self._sequence
        )
        self._sequence += len(orders)
        self._ledger.add_problems(self._batch.id, [*problems, *why_not])
        self._ledger.add_orders(self._batch.id, orders)

    def _finish(self, reading: Reading) -> BatchStatus:
        for code, count in self._unlisted.items():
            message = (
                f"{count:,} more problems of the kind {code} are counted here and not listed one by one."
            )
            self._ledger.add_problems(self._batch.id, [Problem(code=Code(code), message=message)])
        status = BatchStatus.SENDING
        why = why_held(
            self._mapping.hold_batch_when, self._batch, self._accepted_by, self._rows_bad, self._rows_read
        )
        if why is not None:
            self._ledger.set_fates(self._batch.id, [OrderFate.READY], OrderFate.HELD)
            status = BatchStatus.HELD
            self._remarks.append(why)
        self._ledger.finish_preparation(
            self._batch.id,
            rows_read=self._rows_read,
            verdict=reading.to_json(),
            status=status,
            remarks=" ".join(filter(None, (self._batch.remarks, *self._remarks))),
        )
        return status


def open_again(batch: Batch, path: Path, loaded: LoadedMapping) -> Table:
    """Open the drop of a batch that has a verdict, read as it was read first."""
    return read_as(path, loaded.mapping.file, Reading.from_json(batch.verdict or ""))


def read_as(path: Path, options: FileOptions, reading: Reading) -> Table:
    """Read a drop just so, with the rows of an earlier one that belong to it."""
    table, _ = peek_at_correction(reopen(path, options, reading.table))
    joined = reading.joined
    if (
        joined is None or not Path(joined.path).is_file()
    ):  # else it is past its retention, and its rows with it
        return table
    return with_joined(
        table, joined, lambda: read_as(Path(joined.path), options, Reading.from_json(joined.reading))
    )


def _original(path: Path, options: FileOptions, reading: Reading) -> Table:
    """The drop that a correction came from; without rows once it is past its retention."""
    if path.is_file():
        return read_as(path, options, reading)
    return Table(verdict=reading.table, headings=(), frames=iter(()))


def excluded_before(ledger: Ledger, batch: Batch) -> dict[str, str]:
    """The orders that were taken out of the batches which this one continues, and why."""
    chain: list[str] = []
    parent_id = batch.parent_id
    while parent_id is not None and parent_id not in chain:
        chain.append(parent_id)
        parent = ledger.batch(parent_id)
        parent_id = parent.parent_id if parent is not None else None
    return {exclusion.order_key: exclusion.reason for exclusion in ledger.exclusions(chain)}


def without(lineage: Lineage, rows: set[int]) -> Lineage:
    """The lineage of the other rows."""
    kept = [(row, at) for row, at in zip(lineage.rows, lineage.positions, strict=True) if row not in rows]
    return replace(lineage, rows=tuple(row for row, _ in kept), positions=tuple(at for _, at in kept))


def _led_home(
    problem: PathProblem,
    draft: Draft,
    sources: Mapping[str, tuple[str, ...]],
    severity: Severity = Severity.ERROR,
) -> Problem:
    return Problem(
        code=Code.CONTRACT,
        message=problem.message,
        cells=locate(problem.path, draft.lineage, sources, problem.twins),
        value=problem.value,
        order=draft.key,
        path=problem.path,
        severity=severity,
    )
