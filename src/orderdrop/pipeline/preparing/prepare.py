"""Preparing a batch: read, check, nest, hold up against the contract. The same for a run, a rerun and a preview.

Nothing is sent here. Everything found goes into a ledger: the real one for a run, one in memory for a preview.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from orderdrop.core.outcomes import BatchStatus, OrderFate, RowFate
from orderdrop.core.problems import Problem
from orderdrop.core.progress import Event, Step, Watcher
from orderdrop.destinations.base import Destination
from orderdrop.errors import FileRefused
from orderdrop.frames import Table
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.mapping.load import LoadedMapping
from orderdrop.orders import Nesting, Policy, sources_after_fallback
from orderdrop.pipeline.preparing.bound import Bound, bound, erasures, sources_of
from orderdrop.pipeline.preparing.building import Builder, Built
from orderdrop.pipeline.preparing.came_back import continuation
from orderdrop.pipeline.preparing.changes import changed_since
from orderdrop.pipeline.preparing.continuing import (
    continues,
    excluded_before,
    original_drop,
    read_before,
    spreadsheet,
    was_joined,
    why_alone,
)
from orderdrop.pipeline.preparing.first_fates import FirstFates
from orderdrop.pipeline.preparing.holding import why_held
from orderdrop.pipeline.preparing.judging import Judging, Unsettled
from orderdrop.pipeline.preparing.not_corrected import refused_again
from orderdrop.pipeline.preparing.opening import Opened, Reading, open_drop, reopen_drop
from orderdrop.pipeline.preparing.partners import Partners
from orderdrop.pipeline.preparing.scope import Scope
from orderdrop.pipeline.preparing.second import built


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
        batch=batch,
        path=path,
        loaded=loaded,
        destination=destination,
        ledger=into,
        accepted_by=accepted_by,
        spill_folder=spill_folder,
        watcher=watcher,
        go_on=go_on,
    ).run()


@dataclass(slots=True, kw_only=True)
class _Preparation:
    """One preparation under way: what was counted so far and where the results go."""

    batch: Batch
    path: Path
    loaded: LoadedMapping
    destination: Destination
    ledger: Ledger
    accepted_by: Ledger
    spill_folder: Path
    watcher: Watcher
    go_on: Callable[[], None]
    _remarks: list[str] = field(default_factory=list)
    _judging: Judging = field(init=False)
    _first_fates: FirstFates = field(init=False)

    def __post_init__(self) -> None:
        commands = self.loaded.mapping.commands
        self._judging = Judging(
            batch=self.batch,
            loaded=self.loaded,
            ledger=self.ledger,
            scope=Scope.of(self.batch),
            watcher=self.watcher,
            go_on=self.go_on,
        )
        self._first_fates = FirstFates(
            batch=self.batch,
            accepted_by=self.accepted_by,
            updated_at=self.loaded.mapping.place_of_updated_at(),
            excluded=excluded_before(self.accepted_by, self.batch),
            refuses_unknown=commands is None or commands.unknown_orders == "refuse",
        )

    def run(self) -> BatchStatus:
        self.ledger.begin_preparation(self.batch.id)
        try:
            opened, correction_of = open_drop(self.path, self.loaded.mapping)
        except FileRefused as refused:
            return self._refuse([refused.problem], verdict="")
        tables = [bound(one, self.loaded.shape) for one in opened]
        reading = self._reading(tables, correction_of)
        problems = [one.opened.told(problem) for one in tables for problem in one.binding.problems]
        problems += self._changed(correction_of, reading)
        if any(problem.blocks for problem in problems):
            return self._refuse(problems, verdict=reading.to_json())
        self.ledger.add_problems(self.batch.id, problems)
        try:
            reading = self._continue(correction_of, reading, self._keys(tables[0]))
            if reading.joined is not None or self._judging.scope.rows is not None:
                tables = self._again(tables, reading)
            if reading.not_read and correction_of:  # which has one table
                tables = [self._refusing(tables[0], reading.not_read, correction_of)]
            self._build(tables, reading)
        except FileRefused as refused:
            self.ledger.begin_preparation(self.batch.id)
            return self._refuse([refused.problem], verdict=reading.to_json())
        except Unsettled as asked:
            self.ledger.begin_preparation(self.batch.id)
            return self._refuse([*problems, *asked.problems], verdict=reading.to_json())
        return self._finish(reading)

    def _changed(self, correction_of: str | None, reading: Reading) -> list[Problem]:
        found = changed_since(self.batch, reading, self.accepted_by) if correction_of is None else []
        for problem in found:
            facts: dict[str, str | int | float] = {"what": problem.message}
            self.watcher(
                Event(step=Step.CHANGED, batch=self.batch.id, name=self.batch.drop.name, facts=facts)
            )
        return found

    def _keys(self, table: Bound) -> tuple[str, ...]:
        return table.binding.sources.get(self.loaded.shape.key, ())

    def _reading(self, tables: Sequence[Bound], correction_of: str | None) -> Reading:
        first, *further = (one.opened.table for one in tables)
        before = read_before(self.batch, self.accepted_by)
        return Reading(
            table=first.verdict,
            sources=sources_after_fallback(self.loaded.shape, sources_of(tables)),
            spreadsheet=spreadsheet(first, correction_of, self.accepted_by),
            joined=before.joined if before is not None else None,
            not_read=before.not_read if before is not None else "",
            further=tuple(table.verdict for table in further),
            headings=tuple(one.opened.table.headings for one in tables) if further else (),
        )

    def _again(self, tables: Sequence[Bound], reading: Reading) -> list[Bound]:
        """The same tables from their first rows on, with the rows of the chosen orders only."""
        opened = self._judging.scope.narrowed(
            lambda: [one.table for one in self._read_again(reading)], [self._keys(one) for one in tables]
        )
        return [_with(one, table) for one, table in zip(tables, opened, strict=True)]

    def _refusing(self, one: Bound, rows: str, named: str) -> Bound:
        return _with(one, refused_again(one.opened.table, rows, self.accepted_by, named))

    def _refuse(self, problems: list[Problem], verdict: str) -> BatchStatus:
        self.ledger.add_problems(self.batch.id, problems)
        self.ledger.finish_preparation(
            self.batch.id, rows_read=0, verdict=verdict, status=BatchStatus.FAILED, remarks=_why(problems)
        )
        return BatchStatus.FAILED

    def _continue(self, named: str | None, reading: Reading, key_headings: tuple[str, ...]) -> Reading:
        """Join a corrected report with the batch that it came from, unless what is rerun was joined with it already."""
        if named is None or was_joined(self.batch, self.accepted_by):
            return reading
        if reading.further:  # a report of several tables has whole orders, and is read like any other drop
            return reading
        parent = self.accepted_by.batch(named)
        if parent is None or not continues(parent, self.batch):
            self._remarks.append(why_alone(named, parent))
            return reading
        mapping, verdict = self.loaded.mapping, parent.verdict or ""
        found = continuation(
            parent,
            self.accepted_by,
            self._read_again(reading)[0].table,
            lambda: original_drop(Path(parent.drop.kept_at), mapping, Reading.from_json(verdict)),
            key_headings,
        )
        if self.batch.scope is None:  # a rerun continues what it reruns
            self.ledger.adopt(self.batch.id, parent.id)
        self._remarks.append(found.remarks)
        self._first_fates.still_open = found.still_open
        self.batch = replace(self.batch, parent_id=parent.id)
        self._first_fates.excluded = excluded_before(self.accepted_by, self.batch)
        return replace(reading, joined=found.joined, not_read=found.not_read, whole=found.left == 0)

    def _read_again(self, reading: Reading) -> list[Opened]:
        return reopen_drop(self.path, self.loaded.mapping, reading)

    def _build(self, tables: Sequence[Bound], reading: Reading) -> None:
        mapping = self.loaded.mapping
        nesting = Nesting(
            shape=self.loaded.shape,
            policy=Policy(on_bad_row=mapping.on_bad_row, on_duplicate_row=mapping.on_duplicate_row),
            sources=sources_of(tables),
            erases=erasures(tables, self.loaded.shape),
            spill_folder=self.spill_folder,
        )
        builder = Builder(
            nesting=nesting,
            partners=Partners.of(mapping),
            destination=self.destination,
            reading=reading,
        )
        with (
            nesting.parts(self._judging.frames(tables, reading)) as parts,
            closing(built(builder, parts)) as found,
        ):
            for some in found:
                self.go_on()
                self._store(some)

    def _store(self, some: Built) -> None:
        self._judging.alone(RowFate.REJECTED, some.rejected)
        self._judging.alone(RowFate.IGNORED, some.ignored)
        orders, why_not = self._first_fates.decide(some.drafts, some.payloads, some.first)
        self.ledger.add_problems(self.batch.id, [*some.problems, *why_not])
        self.ledger.add_orders(self.batch.id, orders)

    def _finish(self, reading: Reading) -> BatchStatus:
        judged = self._judging
        self.go_on()  # who stood still must not close what another has begun anew
        judged.tell_unlisted()
        status = BatchStatus.SENDING
        why = why_held(
            self.loaded.mapping.hold_batch_when, self.batch, self.accepted_by, judged.bad, judged.read
        )
        if why is not None:
            self.ledger.set_fates(self.batch.id, [OrderFate.READY], OrderFate.HELD)
            status = BatchStatus.HELD
        self.ledger.finish_preparation(
            self.batch.id,
            rows_read=judged.read,
            verdict=reading.to_json(),
            status=status,
            remarks=" ".join(filter(None, (self.batch.remarks, *self._remarks, *judged.remarks, why))),
        )
        return status


def _with(bound_table: Bound, table: Table) -> Bound:
    return replace(bound_table, opened=replace(bound_table.opened, table=table))


def _why(problems: Sequence[Problem]) -> str:
    """Why a file is refused as a whole: the first problem in its words, and how many more there are."""
    first, *others = (problem.message for problem in problems if problem.blocks)
    if not others:
        return first
    more = "is 1 further problem" if len(others) == 1 else f"are {len(others)} further problems"
    return f"{first} There {more}."
