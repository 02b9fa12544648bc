"""Which reader suits a column and the place it goes to, and the form in which the place takes the values."""

from collections.abc import Mapping
from datetime import UTC

from orderdrop.checks import places, reading
from orderdrop.checks.arrow import ArrowArray, ArrowType, pa, pc
from orderdrop.checks.booleans import booleans
from orderdrop.checks.contacts import emails, urls
from orderdrop.checks.dates import dates, datetimes
from orderdrop.checks.numbers import decimals, integers
from orderdrop.checks.phones import phones
from orderdrop.checks.reading import Flaw, Reader
from orderdrop.core.problems import Code
from orderdrop.core.shape import Wire
from orderdrop.mapping.model import Column, ColumnType, Scalar

_OF_WIRE = {
    Wire.TEXT: ColumnType.TEXT, Wire.INTEGER: ColumnType.INTEGER, Wire.NUMBER: ColumnType.DECIMAL,
    Wire.DECIMAL_TEXT: ColumnType.DECIMAL, Wire.BOOLEAN: ColumnType.BOOLEAN, Wire.UNIX_SECONDS: ColumnType.DATETIME,
    Wire.ISO_DATETIME: ColumnType.DATETIME, Wire.ISO_DATE: ColumnType.DATE, Wire.COUNTRY_ALPHA2: ColumnType.COUNTRY,
    Wire.COUNTRY_ALPHA3: ColumnType.COUNTRY, Wire.LANGUAGE: ColumnType.LANGUAGE, Wire.CURRENCY: ColumnType.CURRENCY,
}  # fmt: skip
_TIMES = (ColumnType.DATE, ColumnType.DATETIME)


def kind_of(declared: ColumnType, wire: Wire) -> ColumnType:
    """What a column's text is read as on its way to a place.

    Plain text becomes what the place takes, and of dates and times the place decides which; any other declared type
    stands.
    """
    if declared is ColumnType.TEXT or (declared in _TIMES and _OF_WIRE[wire] in _TIMES):
        return _OF_WIRE[wire]
    return declared


def reader_for(kind: ColumnType, column: Column, *, file_decimal: str | None, spreadsheet: bool) -> Reader:
    """The reader of a kind under a column's options."""
    mark = column.decimal or file_decimal
    match kind:
        case ColumnType.TEXT:
            return reading.identity()
        case ColumnType.INTEGER:
            return integers(mark, column.unit)
        case ColumnType.DECIMAL:
            return decimals(mark, spreadsheet=spreadsheet, units=column.unit)
        case ColumnType.BOOLEAN:
            return booleans()
        case ColumnType.DATE:
            return dates(column.format, column.zone(), spreadsheet=spreadsheet)
        case ColumnType.DATETIME:
            return datetimes(column.format, column.zone(), spreadsheet=spreadsheet)
        case ColumnType.EMAIL:
            return emails()
        case ColumnType.PHONE:
            return phones(column.region)
        case ColumnType.COUNTRY:
            return places.countries()
        case ColumnType.URL:
            return urls()
        case ColumnType.LANGUAGE:
            return places.languages()
        case ColumnType.CURRENCY:
            return places.currencies()


def written_in_mapping(kind: ColumnType, value: Scalar) -> object:
    """A value as a mapping writes it (numbers with a point, dates as ISO 8601), or the Flaw that it has."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        text = f"{value:.12f}".rstrip("0").rstrip(".")
    else:
        text = str(value).strip()
    if not text:
        return Flaw(code=Code.REQUIRED, expected="a value is expected")
    match kind:
        case ColumnType.DECIMAL:
            return decimals(None, spreadsheet=True).parse(text)
        case ColumnType.DATE:
            return dates((), UTC, spreadsheet=True).parse(text)
        case ColumnType.DATETIME:
            return datetimes((), UTC, spreadsheet=True).parse(text)
        case _:
            return reader_for(kind, _PLAIN, file_decimal=None, spreadsheet=False).parse(text)


_PLAIN = Column(to="-")


def type_of(kind: ColumnType) -> ArrowType:
    """The arrow type of a kind's values."""
    types: Mapping[ColumnType, ArrowType] = {
        ColumnType.INTEGER: pa.int64(),
        ColumnType.BOOLEAN: pa.bool_(),
        ColumnType.DATE: pa.date32(),
        ColumnType.DATETIME: pa.timestamp("s", tz="UTC"),
    }
    return types.get(kind, pa.string())


def adapt(values: ArrowArray, kind: ColumnType, wire: Wire) -> ArrowArray:
    """Values in the form that a place takes: what is not text becomes canonical text for a place that takes text.

    Countries stay alpha-2 and moments stay moments: the payload is written later.
    """
    if kind in (ColumnType.TEXT, _OF_WIRE[wire]):
        return values
    if kind is ColumnType.DATETIME:
        local = values.cast(pa.int64()).cast(pa.timestamp("s")).cast(pa.string())
        return pc.binary_join_element_wise(pc.replace_substring(local, " ", "T"), "Z", "")
    return values.cast(pa.string())
