"""One frame's run through the plan: a typed value in every place, and everything found on the way."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow

from orderdrop.checks import kinds
from orderdrop.checks.arrow import ArrowArray, Ints, pa, pc, trimmed
from orderdrop.checks.commands import CommandColumn
from orderdrop.checks.evidence import Evidence
from orderdrop.checks.header import Binding
from orderdrop.checks.identifiers import COUNTRIES_BESIDE, damage, short_postal_codes
from orderdrop.checks.listing import Finding
from orderdrop.checks.plan import Field, Plan, Reads
from orderdrop.checks.reading import read
from orderdrop.core.problems import Code, Severity
from orderdrop.frames import COMMAND
from orderdrop.mapping.model import ColumnType

if TYPE_CHECKING:
    from orderdrop.checks.schema import Schema

_OPEN_TO_QUESTIONS = (ColumnType.DATE, ColumnType.DATETIME, ColumnType.INTEGER, ColumnType.DECIMAL)


class Run:
    """One frame on its way through the plan; what whole columns show is noted in `evidence`."""

    def __init__(
        self,
        todo: Plan,
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
