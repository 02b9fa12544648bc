"""Findings, a whole column at a time, become problems, one cell at a time, up to a stated cap."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from orderdrop.checks.arrow import ArrowArray, Ints, Mask, pa
from orderdrop.checks.reading import Flaw
from orderdrop.core.problems import Cell, Code, Problem, Severity

_CODES = {code: at for at, code in enumerate(Code)}
_MOST_NEAREST = 1_000  # distinct texts per judge for which a nearest value is looked up: it is slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Rows (by position) in which one field has one kind of problem.

    `explain` says for the trimmed text of a cell what was expected. `text` is the field's trimmed text, `raw` the
    cells as they stand (of a template: what it gave).
    """

    field: int
    name: str
    columns: tuple[str, ...]
    place: str
    code: Code
    at: Ints
    explain: Callable[[str], Flaw]
    text: ArrowArray
    raw: ArrowArray
    severity: Severity = Severity.ERROR


class Listing:
    """Lists problems by row and column, left to right; past the cap it only counts.

    The cap holds for all frames of a file together, so that the listing is the same however the file is cut.
    """

    def __init__(self, cap: int) -> None:
        self._left = cap
        self._nearest: dict[tuple[str, tuple[str, ...]], str | None] = {}

    def problems(
        self, findings: Sequence[Finding], rows: Ints
    ) -> tuple[tuple[Problem, ...], Mapping[str, int]]:
        """The problems to list and the number of the others by code. A cell has one problem of each code."""
        if not findings:
            return (), {}
        found = np.concatenate([finding.at for finding in findings])
        which = np.repeat(np.arange(len(findings)), [len(finding.at) for finding in findings])
        rank = np.array([_rank(finding) for finding in findings], dtype=np.int64)
        key = found * (rank.max() + 1) + rank[which]
        _, first = np.unique(key, return_index=True)
        found, which = found[first], which[first]
        shown, self._left = min(self._left, len(found)), max(0, self._left - len(found))
        rest = Counter(findings[at].code.value for at in which[shown:].tolist())
        return self._list(findings, found[:shown], which[:shown], rows), dict(sorted(rest.items()))

    def _list(self, findings: Sequence[Finding], found: Ints, which: Ints, rows: Ints) -> tuple[Problem, ...]:
        cells: list[tuple[str, str]] = [("", "")] * len(found)
        for number, finding in enumerate(findings):
            mine = np.flatnonzero(which == number)
            at = pa.array(found[mine])
            texts, raws = finding.text.take(at).to_pylist(), finding.raw.take(at).to_pylist()
            for slot, text, raw in zip(mine.tolist(), texts, raws, strict=True):
                cells[slot] = (text or "", raw or "")
        return tuple(
            self._problem(findings[number], row, *cell)
            for number, row, cell in zip(which.tolist(), rows[found].tolist(), cells, strict=True)
        )

    def _problem(self, finding: Finding, row: int, text: str, raw: str) -> Problem:
        flaw = finding.explain(text)
        is_what = f'is "{shown(text)}"' if text else "is blank"
        expected = flaw.expected + self._did_you_mean(text, flaw.known)
        return Problem(
            code=finding.code,
            message=f"{finding.name} {is_what}: {expected}.",
            cells=tuple(Cell(row=row, column=column) for column in finding.columns) or (Cell(row=row),),
            value=shown(raw, most=1_000, escape=False),
            path=finding.place,
            owner=flaw.owner,
            severity=finding.severity,
        )

    def _did_you_mean(self, text: str, known: tuple[str, ...]) -> str:
        if not known or len(text) > 60:
            return ""
        asked = (text, known)
        if asked not in self._nearest and len(self._nearest) < _MOST_NEAREST:
            folded = {one.casefold(): one for one in known}
            close = get_close_matches(text.casefold(), folded, n=1, cutoff=0.6)
            self._nearest[asked] = folded[close[0]] if close else None
        nearest = self._nearest.get(asked)
        return f'; did you mean "{nearest}"' if nearest is not None else ""


def bad_rows(findings: Sequence[Finding], count: int) -> Mask:
    """Which of `count` rows have a problem that stops them."""
    bad = np.zeros(count, dtype=bool)
    for finding in findings:
        if finding.severity is Severity.ERROR:
            bad[finding.at] = True
    return bad


def shown(text: str, most: int = 60, *, escape: bool = True) -> str:
    """A text fit for a sentence: long ones are cut, and what cannot be seen is written out."""
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in cut) if escape else cut


def _rank(finding: Finding) -> int:
    severity = 0 if finding.severity is Severity.ERROR else 1
    return (finding.field * len(_CODES) + _CODES[finding.code]) * 2 + severity
