"""What there is to do for every row of one file, worked out once from mapping, shape and header."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orderdrop.checks import kinds, reading, templates
from orderdrop.checks.arrow import ArrowArray, ArrowType, pa
from orderdrop.checks.header import Binding
from orderdrop.checks.reading import Flaw, Reader, listed
from orderdrop.checks.rules import Rule
from orderdrop.core.problems import Code
from orderdrop.core.shape import Leaf, Shape, Wire
from orderdrop.errors import Fault, MappingError
from orderdrop.mapping.model import Column, ColumnType, Scalar
from orderdrop.mapping.model import Mapping as FileMapping

_IDENTIFIES = re.compile(
    r"(?:number|id|sku|reference|zip|postal_code|client_key|ean|gtin|upc|barcode|isbn)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """One way in which a field is read: the reader, what a blank cell means, and the name of its view."""

    kind: ColumnType
    reader: Reader
    default: ArrowArray | None
    view: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One place that a field fills, from which reading, and the name of the view that shows what it gets."""

    leaf: Leaf
    kind: ColumnType
    view: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column, or one template, on its way to its places.

    `name` is what sentences call it, `columns` are its headings in the file (none where the file lacks it), `template`
    is set for a derived place.
    """

    name: str
    columns: tuple[str, ...]
    reads: tuple[Reads, ...]
    targets: tuple[Target, ...]
    text_view: str
    number_view: str
    template: tuple[tuple[str, str | None], ...] = ()
    identifies: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A rule of the schema, the field that it is about, and what to say where it fails."""

    rule: Rule
    field: int
    flaw: Flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Fields from left to right as in the file, constants by place, every rule, and the places that take many values."""

    fields: tuple[Field, ...]
    constants: Mapping[str, ArrowArray]
    checked: tuple[Checked, ...]
    types: Mapping[str, ArrowType]
    many: frozenset[str] = frozenset()


def make(mapping: FileMapping, shape: Shape, binding: Binding, *, spreadsheet: bool) -> Plan:
    """Work out the plan. Raises MappingError where a default, constant or translation cannot be what its place takes."""
    fields: list[Field] = []
    checked: list[Checked] = []
    types: dict[str, ArrowType] = {}
    for heading, column, template in _left_to_right(mapping, binding):
        number = len(fields)
        field = _field(number, heading, column, template, mapping, shape, binding, spreadsheet=spreadsheet)
        fields.append(field)
        checked += [
            Checked(rule=rule, field=number, flaw=flaw) for rule, flaw in _rules(field, column, shape)
        ]
        types |= {field.text_view: pa.string(), field.number_view: pa.float64()}
        types |= {reads.view: reads.reader.type for reads in field.reads}
        types |= {target.view: pa.string() for target in field.targets}
    constants = {place: _constant(place, value, shape) for place, value in mapping.constants.items()}
    many = frozenset(target.leaf.place for field in fields for target in field.targets if target.leaf.many)
    return Plan(fields=tuple(fields), constants=constants, checked=tuple(checked), types=types, many=many)


def _left_to_right(
    mapping: FileMapping, binding: Binding
) -> Iterator[tuple[str, Column, tuple[tuple[str, str | None], ...]]]:
    at = {name: position for position, name in reversed(list(enumerate(binding.headings)))}
    columns = sorted(
        mapping.mapped().items(), key=lambda item: at.get(binding.columns.get(item[0], ""), len(at))
    )
    for heading, column in columns:
        yield heading, column, ()
    for place, template in mapping.derived.items():
        yield place, Column(to=place), tuple(templates.pieces(template))


def _field(
    number: int,
    heading: str,
    column: Column,
    template: tuple[tuple[str, str | None], ...],
    mapping: FileMapping,
    shape: Shape,
    binding: Binding,
    *,
    spreadsheet: bool,
) -> Field:
    named = [name for _, name in template if name is not None] if template else [heading]
    columns = tuple(dict.fromkeys(binding.columns[name] for name in named if name in binding.columns))
    leaves = [shape.leaf(place) or Leaf(place=place, wire=Wire.TEXT) for place in column.to]
    targets = tuple(
        Target(leaf=leaf, kind=kinds.kind_of(column.type, leaf.wire), view=f"{number} {leaf.place}")
        for leaf in leaves
    )
    reads = tuple(
        _reads(number, kind, heading, column, mapping.file.decimal, spreadsheet=spreadsheet)
        for kind in dict.fromkeys(target.kind for target in targets)
    )
    return Field(
        name=_name(heading, columns, named),
        columns=columns,
        reads=reads,
        targets=targets,
        text_view=f"{number} text",
        number_view=f"{number} number",
        template=template,
        identifies=any(t.kind is ColumnType.TEXT and _IDENTIFIES.search(t.leaf.place) for t in targets),
    )


def _name(heading: str, columns: tuple[str, ...], named: Sequence[str]) -> str:
    """What sentences call a field: its heading in the file; of a template all its headings."""
    if len(named) > 1:
        return f"{listed(columns or tuple(named))} together"
    return columns[0] if columns else heading


def _reads(
    number: int,
    kind: ColumnType,
    heading: str,
    column: Column,
    file_decimal: str | None,
    *,
    spreadsheet: bool,
) -> Reads:
    where = f"column `{heading}`"
    default = column.default
    if column.values is None:
        reader = kinds.reader_for(kind, column, file_decimal=file_decimal, spreadsheet=spreadsheet)
    else:
        table = {text: _written(kind, value, where) for text, value in column.values.items() if text.strip()}
        blank = next((value for text, value in column.values.items() if not text.strip()), None)
        default = blank if default is None else default
        reader = reading.lookup(table, kinds.type_of(kind))
    filled = None if default is None else pa.array([_written(kind, default, where)], kinds.type_of(kind))
    return Reads(kind=kind, reader=reader, default=filled, view=f"{number} as {kind}")


def _written(kind: ColumnType, value: Scalar, where: str) -> object:
    found = kinds.written_in_mapping(kind, value)
    if isinstance(found, Flaw):
        raise MappingError(
            "The mapping cannot be used:",
            [Fault(message=f'{where}: "{value}" does not fit: {found.expected}')],
        )
    return found


def _constant(place: str, value: Scalar, shape: Shape) -> ArrowArray:
    leaf = shape.leaf(place) or Leaf(place=place, wire=Wire.TEXT)
    kind = kinds.kind_of(ColumnType.TEXT, leaf.wire)
    written = _written(kind, value, f"constant `{place}`")
    if leaf.one_of and str(written) not in leaf.one_of:
        expected = f"allowed are {listed(leaf.one_of)}"
        raise MappingError(
            "The mapping cannot be used:",
            [Fault(message=f'constant `{place}`: "{value}" does not fit: {expected}')],
        )
    return kinds.adapt(pa.array([written], kinds.type_of(kind)), kind, leaf.wire)


def _rules(field: Field, column: Column, shape: Shape) -> Iterator[tuple[Rule, Flaw]]:
    """Rules that a column declares, then those of the places it fills."""
    first = field.reads[0]
    is_text = first.reader.type == pa.string()
    names_the_order = any(target.leaf.place == shape.key for target in field.targets)
    if (column.required or names_the_order) and first.default is None:
        yield _rule(field.text_view, Code.REQUIRED, None, "a value is needed in every row")
    if column.pattern is not None:
        yield _rule(
            field.text_view, Code.PATTERN, column.pattern, f"text of the form {column.pattern} is expected"
        )
    if column.one_of is not None:
        yield _allowed(field, column.one_of)
    numbers = first.view if first.kind is ColumnType.INTEGER else field.number_view
    if column.minimum is not None:
        yield _rule(numbers, Code.TOO_SMALL, column.minimum, f"{column.minimum:g} or more is expected")
    if column.maximum is not None:
        yield _rule(numbers, Code.TOO_LARGE, column.maximum, f"{column.maximum:g} or less is expected")
    if column.max_length is not None:
        yield _too_long(first.view if is_text else field.text_view, column.max_length)
    for target in field.targets:
        if target.leaf.one_of:
            yield _rule(
                target.view,
                Code.NOT_ALLOWED,
                target.leaf.one_of,
                f"allowed are {listed(target.leaf.one_of)}",
                target.leaf.one_of,
            )
        if target.leaf.max_length is not None:
            yield _too_long(target.view, target.leaf.max_length)


def _allowed(field: Field, one_of: tuple[Scalar, ...]) -> tuple[Rule, Flaw]:
    first = field.reads[0]
    shown = tuple("true" if one is True else "false" if one is False else str(one) for one in one_of)
    values = tuple(_written(first.kind, one, f"one_of of column `{field.name}`") for one in one_of)
    if first.kind is ColumnType.DECIMAL:
        view, limit = field.number_view, tuple(float(str(value)) for value in values)
        return _rule(view, Code.NOT_ALLOWED, limit, f"allowed are {listed(shown)}")
    known = shown if first.kind is ColumnType.TEXT else ()
    return _rule(first.view, Code.NOT_ALLOWED, values, f"allowed are {listed(shown)}", known)


def _too_long(view: str, most: int) -> tuple[Rule, Flaw]:
    return _rule(view, Code.TOO_LONG, most, f"at most {most} characters are allowed")


def _rule(
    view: str,
    code: Code,
    limit: str | float | tuple[object, ...] | None,
    expected: str,
    known: tuple[str, ...] = (),
) -> tuple[Rule, Flaw]:
    return Rule(view=view, code=code, limit=limit), Flaw(code=code, expected=expected, known=known)
