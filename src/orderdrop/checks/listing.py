"""Findings, a whole column at a time, become problems, one cell at a time, up to a stated cap."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from orderdrop.checks.arrow import ArrowArray, Ints, Mask, pa
from orderdrop.checks.reading import Flaw
from orderdrop.core.problems import Cell, Code, Owner, Problem, Severity

_CODES = {code: at for at, code in enumerate(Code)}
_MOST_NEAREST = 50  # distinct texts per judge for which a nearest value is looked up: it is slow


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
        return self._list(findings, found[:shown], which[:shown], rows), _counted(findings, which[shown:])

    def _list(self, findings: Sequence[Finding], found: Ints, which: Ints, rows: Ints) -> tuple[Problem, ...]:
        listed: list[Problem | None] = [None] * len(found)
        for number, finding in enumerate(findings):
            mine = np.flatnonzero(which == number)
            at = pa.array(found[mine])
            texts, raws = finding.text.take(at).to_pylist(), finding.raw.take(at).to_pylist()
            sentences: dict[str | None, tuple[str, Owner]] = {}
            for slot, row, text, raw in zip(
                mine.tolist(), rows[found[mine]].tolist(), texts, raws, strict=True
            ):
                sentence = sentences.get(text)
                if sentence is None:
                    sentence = sentences[text] = self._sentence(finding, text or "")
                listed[slot] = Problem(
                    code=finding.code,
                    message=sentence[0],
                    cells=tuple([Cell(row=row, column=column) for column in finding.columns])
                    or (Cell(row=row),),
                    value=_cut(raw or "", 1_000),
                    path=finding.place if not finding.place.startswith("#") else None,
                    owner=sentence[1],
                    severity=finding.severity,
                )
        return tuple(problem for problem in listed if problem is not None)

    def _sentence(self, finding: Finding, text: str) -> tuple[str, Owner]:
        flaw = finding.explain(text)
        is_what = f'is "{shown(text)}"' if text else "is blank"
        nearest = self._nearest_to(text, flaw.known)
        ending = "." if nearest is None else f'; did you mean "{nearest}"?'
        return f"{finding.name} {is_what}: {flaw.expected}{ending}", flaw.owner

    def _nearest_to(self, text: str, known: tuple[str, ...]) -> str | None:
        if not known or len(text) > 60:
            return None
        asked = (text, known)
        if asked not in self._nearest and len(self._nearest) < _MOST_NEAREST:
            folded = {one.casefold(): one for one in known}
            close = get_close_matches(text.casefold(), folded, n=1, cutoff=0.75)
            self._nearest[asked] = folded[close[0]] if close else None
        return self._nearest.get(asked)


def bad_rows(findings: Sequence[Finding], count: int) -> Mask:
    """Which of `count` rows have a problem that stops them."""
    bad = np.zeros(count, dtype=bool)
    for finding in findings:
        if finding.severity is Severity.ERROR:
            bad[finding.at] = True
    return bad


def shown(text: str) -> str:
    """A text fit for a sentence: a long one is cut, and what cannot be seen is written out."""
    cut = _cut(text, 60)
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in cut)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _counted(findings: Sequence[Finding], which: Ints) -> dict[str, int]:
    counts = Counter[str]()
    for finding, count in zip(findings, np.bincount(which, minlength=len(findings)).tolist(), strict=True):
        counts[finding.code.value] += count
    return {code: count for code, count in sorted(counts.items()) if count}


def _rank(finding: Finding) -> int:
    severity = 0 if finding.severity is Severity.ERROR else 1
    return (finding.field * len(_CODES) + _CODES[finding.code]) * 2 + severity
