"""Rows of text become typed values, judged: every problem of every row, whatever else is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from orderdrop.checks import plan
from orderdrop.checks.arrow import ArrowArray, Ints, Mask, pa, pc, text_of
from orderdrop.checks.commands import command_column
from orderdrop.checks.evidence import Evidence
from orderdrop.checks.header import Binding
from orderdrop.checks.listing import Listing, bad_rows
from orderdrop.checks.refused import naming_cells, with_refused
from orderdrop.checks.run import Run
from orderdrop.core.headings import OWN_COLUMNS
from orderdrop.core.problems import Problem
from orderdrop.core.shape import Shape
from orderdrop.fingerprints import Fingerprints, fingerprints
from orderdrop.frames import TextFrame, TypedFrame
from orderdrop.mapping.model import Mapping as FileMapping

LISTED_AT_MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A frame that is ready to be judged: `raw` cells by column, `rows` and `fingerprint` of the rows that count."""

    frame: TextFrame
    raw: Mapping[str, ArrowArray]
    rows: Ints
    fingerprint: Fingerprints
    ignored: tuple[int, ...]


class Judge:
    """Judges the frames of one file, in order.

    `spreadsheet` says that the file is a workbook, whose true dates and numbers arrive in ISO form and with a point
    whatever the mapping declares. Up to `listing_cap` problems of the whole file are listed, the rest are counted.
    Raises MappingError where the mapping gives a value that its place does not take.
    """

    def __init__(
        self,
        mapping: FileMapping,
        shape: Shape,
        binding: Binding,
        *,
        spreadsheet: bool,
        listing_cap: int = LISTED_AT_MOST,
    ) -> None:
        from orderdrop.checks.schema import Schema  # a quarter of a second that only judging has to pay

        self._plan = plan.make(mapping, shape, binding, spreadsheet=spreadsheet)
        self._schema = Schema([checked.rule for checked in self._plan.checked], self._plan.types)
        self._binding = binding
        self._commands = command_column(mapping, shape, binding)
        self._key = shape.key
        self._skip = {
            binding.columns[heading]: pa.array(list(texts), pa.string())
            for heading, texts in mapping.file.skip_rows_where.items()
            if heading in binding.columns
        }
        self._listing = Listing(listing_cap)
        self._evidence = Evidence()

    def questions(self) -> tuple[Problem, ...]:
        """What only the mapping can settle, by all frames judged so far: one problem for each column."""
        return self._evidence.questions()

    def doubts(self) -> tuple[Problem, ...]:
        """What whole columns show that may be wrong and stops nothing: one warning for each column."""
        return self._evidence.doubts()

    def judge(self, frame: TextFrame) -> TypedFrame:
        """One frame of text to a frame of typed columns, see `take` and `judged`."""
        return self.judged(self.take(frame))

    def take(self, frame: TextFrame) -> Taken:
        """Make a frame ready to be judged. Another thread may take the next one while one is judged."""
        raw = {str(name): text_of(frame.cells[name]) for name in frame.cells.columns}
        rows = frame.cells.index.to_numpy(dtype=np.int64)
        skipped = self._skipped(raw, len(rows))
        if skipped.any():
            raw = {name: text.filter(pa.array(~skipped)) for name, text in raw.items()}
        return Taken(
            frame=frame,
            raw=raw,
            rows=rows[~skipped],
            fingerprint=_fingerprint(raw, len(rows) - int(skipped.sum())),
            ignored=tuple(sorted({*frame.blank, *rows[skipped].tolist()})),
        )

    def judged(self, taken: Taken) -> TypedFrame:
        """A frame of typed columns; frames come in the order of the file.

        `ignored` holds the frame's blank rows and those that the mapping skips; the reader's own problems come first
        in `problems` and are outside the cap. A row that the reader refused is a bad row of the order that it names.
        """
        frame, rows = taken.frame, taken.rows
        work = Run(self._plan, self._schema, self._binding, taken.raw, rows, self._evidence)
        values, findings = work.judged(self._commands)
        problems, unlisted = self._listing.problems(findings, rows)
        typed = TypedFrame(
            values=values,
            rows=rows,
            bad=bad_rows(findings, len(rows)),
            fingerprint=taken.fingerprint,
            ignored=taken.ignored,
            problems=(*frame.problems, *problems),
            unlisted=unlisted,
        )
        return with_refused(typed, self._key, self._named(frame)) if frame.broken else typed

    def _named(self, frame: TextFrame) -> dict[int, Any]:
        """The orders of refused rows, by row, where they can be told; read like those of any other row."""
        raw, rows = naming_cells(frame, self._binding.sources.get(self._key, ()))
        if not len(rows):
            return {}
        work = Run(self._plan, self._schema, self._binding, raw, rows, Evidence())
        values, findings = work.judged(None)
        wrong = {
            at
            for finding in findings
            if any(target.leaf.place == self._key for target in self._plan.fields[finding.field].targets)
            for at in finding.at.tolist()
        }
        names = zip(rows.tolist(), values[self._key], strict=True)
        return {row: name for at, (row, name) in enumerate(names) if name.is_valid and at not in wrong}

    def _skipped(self, raw: Mapping[str, ArrowArray], count: int) -> Mask:
        skipped = np.zeros(count, dtype=bool)
        for column, texts in self._skip.items():
            found = pc.is_in(pc.utf8_trim_whitespace(raw[column]), value_set=texts)
            skipped |= found.to_numpy(zero_copy_only=False)
        return skipped


def _fingerprint(raw: Mapping[str, ArrowArray], count: int) -> Fingerprints:
    """Of every row's cells, equal for exact duplicates; our own report's columns are left out."""
    cells = [text for name, text in raw.items() if name not in OWN_COLUMNS]
    return fingerprints(cells) if cells else np.zeros(count, dtype=np.uint64)
