"""Rows become orders that fit their destination: nested, their partners looked for, held up against the contract.

Needs no ledger, so that a second process may do it for a part of a large drop (see `second`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from orderdrop.core.lineage import Lineage, locate
from orderdrop.core.orders import Draft
from orderdrop.core.problems import Code, Problem, Severity
from orderdrop.destinations.base import Destination, Fitted, PathProblem
from orderdrop.orders import Nested, Nesting, Part
from orderdrop.pipeline.opening import Reading
from orderdrop.pipeline.partners import Partners


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Some orders: their drafts (with their payload only where its moment is asked for), the bytes to send by key, what
    is wrong, and the rows that are in no order."""

    drafts: Sequence[Draft]
    payloads: Mapping[str, bytes]
    problems: Sequence[Problem]
    rejected: Sequence[int]
    ignored: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """All that building needs; may be sent to another process. `moments_at` is the place that says when an order changed."""

    nesting: Nesting
    partners: Partners
    destination: Destination
    reading: Reading
    moments_at: str | None = None

    def built(self, part: Part) -> Iterator[Built]:
        """The orders of a part. Uses the part up."""
        return map(self._built, self.nesting.nested(part))

    def _built(self, chunk: Nested) -> Built:
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
            broken[draft.key] = replace(draft, held=True, lineage=_without(draft.lineage, guilty))
        drafts = [broken.get(draft.key, draft) for draft in whole]
        return Built(
            drafts=[self._light(draft) for draft in drafts if draft.lineage.rows],
            payloads=payloads,
            problems=problems,
            rejected=rejected,
            ignored=chunk.ignored,
        )

    def _light(self, draft: Draft) -> Draft:
        return draft if self.moments_at is not None else replace(draft, payload={})

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
