"""Rows of text become typed values, judged: every problem of every row, whatever else is wrong with it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow

from orderdrop.checks import kinds, plan
from orderdrop.checks.arrow import ArrowArray, Ints, Mask, pa, pc, text_of, trimmed
from orderdrop.checks.commands import CommandColumn, command_column
from orderdrop.checks.evidence import Evidence
from orderdrop.checks.header import Binding
from orderdrop.checks.identifiers import COUNTRIES_BESIDE, damage, short_postal_codes
from orderdrop.checks.listing import Finding, Listing, bad_rows
from orderdrop.checks.plan import Field, Reads
from orderdrop.checks.reading import read
from orderdrop.checks.refused import naming_cells, with_refused
from orderdrop.core.headings import OWN_COLUMNS
from orderdrop.core.problems import Code, Problem, Severity
from orderdrop.core.shape import Shape
from orderdrop.frames import COMMAND, TextFrame, TypedFrame
from orderdrop.mapping.model import ColumnType
from orderdrop.mapping.model import Mapping as FileMapping

if TYPE_CHECKING:
    from orderdrop.checks.schema import Schema

LISTED_AT_MOST = 100_000
_OPEN_TO_QUESTIONS = (ColumnType.DATE, ColumnType.DATETIME, ColumnType.INTEGER, ColumnType.DECIMAL)


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
        """One frame of text to a frame of typed columns.

        `ignored` holds the frame's blank rows and those that the mapping skips; the reader's own problems come first
        in `problems` and are outside the cap. A row that the reader refused is a bad row of the order that it names.
        """
        raw = {str(name): text_of(frame.cells[name]) for name in frame.cells.columns}
        rows = frame.cells.index.to_numpy(dtype=np.int64)
        skipped = self._skipped(raw, len(rows))
        if skipped.any():
            raw = {name: text.filter(pa.array(~skipped)) for name, text in raw.items()}
        ignored = sorted({*frame.blank, *rows[skipped].tolist()})
        rows = rows[~skipped]
        work = _Rows(self._plan, self._schema, self._binding, raw, rows, self._evidence)
        values, findings = work.judged(self._commands)
        problems, unlisted = self._listing.problems(findings, rows)
        typed = TypedFrame(
            values=values,
            rows=rows,
            bad=bad_rows(findings, len(rows)),
            fingerprint=fingerprint(raw, len(rows)),
            ignored=tuple(ignored),
            problems=(*frame.problems, *problems),
            unlisted=unlisted,
        )
        return with_refused(typed, self._key, self._named(frame)) if frame.broken else typed

    def _named(self, frame: TextFrame) -> dict[int, Any]:
        """The orders of refused rows, by row, where they can be told; read like those of any other row."""
        raw, rows = naming_cells(frame, self._binding.sources.get(self._key, ()))
        if not len(rows):
            return {}
        work = _Rows(self._plan, self._schema, self._binding, raw, rows, Evidence())
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


class _Rows:
    """One frame on its way through the plan."""

    def __init__(
        self,
        todo: plan.Plan,
        schema: "Schema",
        binding: Binding,
        raw: Mapping[str, ArrowArray],
        rows: Ints,
        evidence: Evidence,
    ) -> None:
        self._todo = todo
        self._schema = schema
        self._raw = raw
        self._rows = rows
        self._count = len(rows)
        self._evidence = evidence
        self._binding = binding
        self._trimmed: dict[str, ArrowArray] = {}
        self._views: dict[str, ArrowArray] = {}
        self._findings: list[Finding] = []

    def judged(self, commands: CommandColumn | None) -> tuple[pyarrow.Table, list[Finding]]:
        """Values by place, and everything found; with `commands` also what each row asks for."""
        values: dict[str, ArrowArray] = {}
        several: dict[str, list[ArrowArray]] = {}
        for number, field in enumerate(self._todo.fields):
            for place, array in self._read(number, field):
                if place in self._todo.many:
                    several.setdefault(place, []).append(array)
                else:
                    values[place] = pc.coalesce(values[place], array) if place in values else array
        for place, constant in self._todo.constants.items():
            repeated = pa.repeat(constant[0], self._count)
            if place in several:
                several[place].append(repeated)
            else:
                values[place] = repeated
        values |= {place: _side_by_side(arrays) for place, arrays in several.items()}
        self._note_postal_codes(values)
        self._judge()
        if commands is not None:
            values = self._obeyed(commands, values)
        return pa.table(values), self._findings

    def _obeyed(self, column: CommandColumn, values: dict[str, ArrowArray]) -> dict[str, ArrowArray]:
        text, fields = self._column(column.column), self._todo.fields
        commands, wrong = column.commands(text, self._raw[column.column], len(fields))
        cancelling = column.cancelling(commands)
        self._findings = column.relevant(fields, [*self._findings, *wrong], cancelling)
        return column.emptied(values, cancelling) | {COMMAND: commands}

    def _read(self, number: int, field: Field) -> Iterator[tuple[str, ArrowArray]]:
        text = self._text(field)
        self._views[field.text_view] = text
        by_kind = {reads.kind: self._values(number, field, reads, text) for reads in field.reads}
        if field.identifies:
            self._note_damage(number, field, text)
        for target in field.targets:
            array = kinds.adapt(by_kind[target.kind], target.kind, target.leaf.wire)
            if target.view in self._schema.views:
                self._views[target.view] = array if array.type == pa.string() else array.cast(pa.string())
            yield target.leaf.place, array

    def _values(self, number: int, field: Field, reads: Reads, text: ArrowArray) -> ArrowArray:
        found = read(text, reads.reader)
        if field.columns and not field.template and reads.kind in _OPEN_TO_QUESTIONS:
            self._evidence.note(
                number, field.name, field.targets[0].leaf.place, reads.view, found, self._rows
            )
        for code, mask in found.flawed.items():
            self._find(number, field, code, np.flatnonzero(mask), reads.reader.parse)
        values = found.values
        if reads.default is not None:
            values = pc.if_else(pc.is_null(text), reads.default[0], values)
        self._views[reads.view] = values
        if field.number_view in self._schema.views and reads.kind is ColumnType.DECIMAL:
            self._views[field.number_view] = values.cast(pa.float64())
        return values

    def _judge(self) -> None:
        for at, failing in self._schema.failures(self._views).items():
            checked = self._todo.checked[at]
            field = self._todo.fields[checked.field]
            flaw = checked.flaw
            self._find(checked.field, field, flaw.code, failing, lambda _, flaw=flaw: flaw)

    def _note_damage(self, number: int, field: Field, text: ArrowArray) -> None:
        for at, flaw, severity in damage(text):
            self._find(number, field, flaw.code, at, lambda _, flaw=flaw: flaw, severity)
        if field.columns and not field.template:
            self._evidence.widths(number, field.name, field.targets[0].leaf.place, text, self._rows)

    def _note_postal_codes(self, values: Mapping[str, ArrowArray]) -> None:
        """Postal codes are judged last: whether one is too short depends on the country beside it."""
        for number, field in enumerate(self._todo.fields):
            for target in field.targets:
                node, _, name = target.leaf.place.rpartition(".")
                beside = (f"{node}.{other}".strip(".") for other in COUNTRIES_BESIDE.get(name, ()))
                country = next((values[place] for place in beside if place in values), None)
                if country is None or not field.columns or field.template:
                    continue
                for at, flaw in short_postal_codes(values[target.leaf.place], country):
                    self._find(number, field, flaw.code, at, lambda _, flaw=flaw: flaw, Severity.WARNING)

    def _find(
        self,
        number: int,
        field: Field,
        code: Code,
        at: Ints,
        explain: Any,
        severity: Severity = Severity.ERROR,
    ) -> None:
        if not len(at):
            return
        text = self._views[field.text_view]
        raw = self._raw[field.columns[0]] if field.columns and not field.template else text
        self._findings.append(
            Finding(
                field=number,
                name=field.name,
                columns=field.columns,
                place=field.targets[0].leaf.place,
                code=code,
                at=at,
                explain=explain,
                text=text,
                raw=raw,
                severity=severity,
            )
        )

    def _text(self, field: Field) -> ArrowArray:
        if field.template:
            return self._derived(field)
        return self._column(field.columns[0]) if field.columns else pa.nulls(self._count, pa.string())

    def _column(self, name: str) -> ArrowArray:
        if name not in self._trimmed:
            self._trimmed[name] = trimmed(self._raw[name])
        return self._trimmed[name]

    def _derived(self, field: Field) -> ArrowArray:
        """What the template gives; nothing where all its columns are blank, one space where a blank one left two."""
        parts: list[Any] = []
        filled: Any = pa.repeat(pa.scalar(False), self._count)
        for literal, heading in field.template:
            parts.append(pa.scalar(literal))
            if heading is not None and heading in self._binding.columns:
                text = self._column(self._binding.columns[heading])
                parts.append(pc.fill_null(text, ""))
                filled = pc.or_(filled, pc.is_valid(text))
        if len(parts) == len(field.template):  # the file has none of its columns
            return pa.nulls(self._count, pa.string())
        joined = pc.binary_join_element_wise(*parts, "")
        spaced = pc.replace_substring_regex(joined, " {2,}", " ")
        return trimmed(pc.if_else(filled, spaced, ""))


def _side_by_side(columns: list[ArrowArray]) -> ArrowArray:
    """One column as it is; of several a list in every row, null where all are blank."""
    if len(columns) == 1:
        return columns[0]
    count, width = len(columns[0]), len(columns)
    order = np.arange(count * width).reshape(width, count).T.ravel()
    flat = pa.concat_arrays(columns).take(pa.array(order))
    blank = np.logical_and.reduce([np.asarray(column.is_null()) for column in columns])
    starts = pa.array(np.arange(0, count * width + 1, width), pa.int32())
    return pa.ListArray.from_arrays(starts, flat, mask=pa.array(blank))


def fingerprint(raw: Mapping[str, ArrowArray], count: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """A hash of every row's cells, equal for exact duplicates; means nothing to another process.

    The cells are hashed in one piece together with their lengths; our own report's columns are left out.
    """
    cells = [text for name, text in raw.items() if name not in OWN_COLUMNS]
    if not cells or not count:
        return np.zeros(count, dtype=np.uint64)
    joined = pc.binary_join_element_wise(*cells, "\x1f").cast(pa.binary()).to_pylist()
    hashed = np.fromiter(map(hash, joined), dtype=np.int64, count=count).view(np.uint64)
    lengths = np.zeros(count, dtype=np.uint64)
    for cell in cells:
        lengths = lengths * np.uint64(1_000_003) + pc.binary_length(cell).to_numpy().astype(np.uint64)
    return hashed ^ (lengths * np.uint64(0x9E3779B97F4A7C15))
