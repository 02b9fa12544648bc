"""Rows become orders that fit their destination: nested, their partners looked for, held up against the contract.

Needs no ledger, so that a second process may do it for a part of a large drop (see `second`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

from orderdrop.core.lineage import Lineage, locate
from orderdrop.core.orders import Draft
from orderdrop.core.problems import Code, Problem, Severity
from orderdrop.destinations.base import Destination, Fitted, PathProblem
from orderdrop.orders import Nested, Nesting, Part, collector_paused
from orderdrop.pipeline.preparing.opening import Reading
from orderdrop.pipeline.preparing.partners import Partners


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Some orders: their drafts, the bytes to send by key, what is wrong, and the rows that are in no order.

    `first` is the number of the first of the drafts among all orders of the drop.
    """

    first: int
    drafts: Sequence[Draft]
    payloads: Mapping[str, bytes]
    problems: Sequence[Problem]
    rejected: Sequence[int]
    ignored: Sequence[int]


def packed(some: Built, *, payloads: bool) -> tuple[Any, ...]:
    """The same as columns of plain values, which travel between processes at a fraction of the cost.

    Without `payloads` the drafts lose theirs: whoever stores orders needs their bytes, and the rest only to ask it for
    the moment of an order.
    """
    drafts = some.drafts
    columns = (
        [draft.key for draft in drafts],
        [draft.payload for draft in drafts] if payloads else None,
        [draft.lineage.levels for draft in drafts],
        [draft.lineage.rows for draft in drafts],
        [draft.lineage.positions for draft in drafts],
        [draft.held for draft in drafts],
        [draft.command for draft in drafts],
    )
    return some.first, columns, some.payloads, some.problems, some.rejected, some.ignored


def unpacked(message: tuple[Any, ...]) -> Built:
    """What was packed."""
    first, (keys, built, *others), payloads, problems, rejected, ignored = message
    return Built(
        first=first,
        drafts=[
            Draft(key, payload, Lineage(levels=levels, rows=rows, positions=positions), held, command)
            for key, payload, levels, rows, positions, held, command in zip(
                keys, built or repeat({}), *others, strict=False
            )
        ],
        payloads=payloads,
        problems=problems,
        rejected=rejected,
        ignored=ignored,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """All that building needs; may be sent to another process."""

    nesting: Nesting
    partners: Partners
    destination: Destination
    reading: Reading

    def built(self, part: Part) -> Iterator[Built]:
        """The orders of a part. Uses the part up."""
        first = part.rows_before  # as many orders as rows, at most
        with collector_paused():
            for chunk in self.nesting.nested(part):
                some = self._built(chunk, first)
                first += len(some.drafts)
                yield some

    def _built(self, chunk: Nested, first: int) -> Built:
        problems = [replace(problem, cells=self.reading.home(problem.cells)) for problem in chunk.problems]
        rejected = list(chunk.rejected)
        lonely = self.partners.missing(chunk.drafts)
        problems += lonely.values()
        rejected += [cell.row for problem in lonely.values() for cell in problem.cells]
        whole = [draft for draft in chunk.drafts if draft.key not in lonely]
        sendable = [draft for draft in whole if not draft.held]
        checked = self.destination.validate([draft.payload for draft in sendable])
        payloads: dict[str, bytes] = {}
        broken: dict[str, Draft] = {}
        for draft, result in zip(sendable, checked, strict=True):
            if isinstance(result, bytes):
                payloads[draft.key] = result
                continue
            if isinstance(result, Fitted):
                payloads[draft.key] = result.body
                problems += [self._led_home(remark, draft, Severity.WARNING) for remark in result.remarks]
                continue
            found = [self._led_home(problem, draft) for problem in result]
            guilty = {cell.row for problem in found for cell in problem.cells}
            problems += found
            rejected += guilty
            broken[draft.key] = draft._replace(held=True, lineage=_without(draft.lineage, guilty))
        drafts = [broken.get(draft.key, draft) for draft in whole]
        return Built(
            first=first,
            drafts=[draft for draft in drafts if draft.lineage.rows],
            payloads=payloads,
            problems=problems,
            rejected=rejected,
            ignored=chunk.ignored,
        )

    def _led_home(self, problem: PathProblem, draft: Draft, severity: Severity = Severity.ERROR) -> Problem:
        cells = locate(problem.path, draft.lineage, self.reading.sources, problem.twins)
        return Problem(
            code=Code.CONTRACT,
            message=problem.message,
            cells=self.reading.home(cells),
            value=problem.value,
            order=draft.key,
            path=problem.path,
            severity=severity,
        )


def _without(lineage: Lineage, rows: set[int]) -> Lineage:
    """The lineage of the other rows."""
    kept = [(row, at) for row, at in zip(lineage.rows, lineage.positions, strict=True) if row not in rows]
    return replace(lineage, rows=tuple(row for row, _ in kept), positions=tuple(at for _, at in kept))
