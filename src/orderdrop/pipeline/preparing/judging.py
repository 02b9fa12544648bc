"""The rows of a drop on their way to orders: judged table by table and counted; those that go no further are stored."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from orderdrop.checks.judge import Judge
from orderdrop.core.ahead import ahead
from orderdrop.core.outcomes import RowFate
from orderdrop.core.problems import Code, Problem
from orderdrop.core.progress import Event, Step, Watcher
from orderdrop.frames import Table, TypedFrame
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pipeline.preparing.bound import Bound
from orderdrop.pipeline.preparing.naming import with_orders
from orderdrop.pipeline.preparing.opening import Reading
from orderdrop.pipeline.preparing.scope import Scope


class Unsettled(Exception):  # noqa: N818 - a question to the mapping, not an error of ours
    """Columns that can be read in several ways; `problems` ask which."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(*(problem.message for problem in problems))
        self.problems = problems


@dataclass(slots=True, kw_only=True)
class Judging:
    """The judging of one drop. `read` rows came so far, `bad` of them were rejected; `remarks` are the reader's last words."""

    batch: Batch
    loaded: LoadedMapping
    ledger: Ledger
    scope: Scope
    watcher: Watcher
    go_on: Callable[[], None]
    read: int = 0
    bad: int = 0
    remarks: list[str] = field(default_factory=list)
    _unlisted: dict[str, int] = field(default_factory=dict)

    def frames(self, tables: Sequence[Bound], reading: Reading) -> Iterator[TypedFrame]:
        """The rows of every table, judged.

        Raises Unsettled behind the last one where the mapping must settle something first; some rows of a file that was
        prepared before say nothing about its columns, and ask nothing.
        """
        questions: list[Problem] = []
        for one in tables:
            judge = Judge(one.opened.mapping, self.loaded.shape, one.binding, spreadsheet=reading.spreadsheet)
            yield from self._judged(one.opened.table, judge)
            self.remarks += one.opened.table.told_later()
            questions += map(one.opened.told, judge.questions())
            self.ledger.add_problems(self.batch.id, list(map(one.opened.told, judge.doubts())))
        if questions and self.scope.rows is None and reading.joined is None:
            raise Unsettled(tuple(questions))

    def alone(self, fate: RowFate, rows: Sequence[int]) -> None:
        """Store the fate of rows that are in no order."""
        if rows:
            self.ledger.add_row_fates(self.batch.id, fate, rows)
            self.bad += len(rows) if fate is RowFate.REJECTED else 0

    def tell_unlisted(self) -> None:
        """Store how many problems were counted and not listed, by their kind."""
        found = [
            Problem(
                code=Code(code),
                message=f"{count:,} more problems of the kind {code} are counted here and not listed one by one.",
            )
            for code, count in self._unlisted.items()
        ]
        self.ledger.add_problems(self.batch.id, found)

    def _judged(self, table: Table, judge: Judge) -> Iterator[TypedFrame]:
        for taken in ahead(map(judge.take, table.frames)):
            self.go_on()
            refused = {
                problem.row for problem in taken.frame.problems if problem.row is not None and problem.blocks
            }
            typed = self.scope.of_orders(judge.judged(taken), self.loaded.shape.key)
            refused &= {problem.row for problem in typed.problems}
            if refused:
                refused.difference_update(typed.rows.tolist())  # those are bad rows of their orders
            self.read += len(typed.rows) + len(typed.ignored) + len(refused)
            self.alone(RowFate.IGNORED, typed.ignored)
            self.alone(RowFate.REJECTED, sorted(refused))
            self.ledger.add_problems(self.batch.id, with_orders(typed, self.loaded.shape.key))
            for code, count in typed.unlisted.items():
                self._unlisted[code] = self._unlisted.get(code, 0) + count
            done = Event(step=Step.PREPARING, batch=self.batch.id, name=self.batch.drop.name, done=self.read)
            self.watcher(done)
            yield typed
