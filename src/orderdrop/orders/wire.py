"""Typed columns become the JSON values that a leaf travels as, a column at a time.

What cannot become what the leaf takes travels as it is: the destination's contract names it, with its cell.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pycountry

from orderdrop.core.shape import Wire
from orderdrop.orders.block import Column

_SECONDS = pa.timestamp("s")  # without a zone: UTC, and no need for a zone database
_TEXTS = (Wire.TEXT, Wire.DECIMAL_TEXT, Wire.COUNTRY_ALPHA2, Wire.LANGUAGE, Wire.CURRENCY)
_LARGEST_INTEGER = 2**63 - 1


def on_the_wire(column: Column, wire: Wire) -> Column:
    """A column of frames as the leaf's JSON has it; nulls stay nulls.

    Numbers that came as decimal text stay text here; `json_values` makes them numbers.
    """
    if pa.types.is_list(column.type):  # several columns of one place that takes many
        return column
    if pa.types.is_date32(column.type):
        column = column if wire is Wire.ISO_DATE else column.cast(_SECONDS)
    if pa.types.is_timestamp(column.type):
        return _moments(column.cast(_SECONDS), wire)
    if wire is Wire.COUNTRY_ALPHA3:
        return _each_once(column.cast(pa.string()), _alpha3)
    if wire in _TEXTS or pa.types.is_date32(column.type):
        return column.cast(pa.string())
    return column


def json_values(column: Column, wire: Wire) -> list[Any]:
    """The values of a column that is on the wire as Python has them, None for null."""
    if wire in (Wire.NUMBER, Wire.INTEGER) and (
        pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    ):
        encoded = column.dictionary_encode()
        numbers = [_number(text) for text in map(str, encoded.dictionary.to_pylist())]
        return [None if code is None else numbers[code] for code in encoded.indices.to_pylist()]
    return column.to_pylist()


def _moments(column: Column, wire: Wire) -> Column:
    if wire in (Wire.UNIX_SECONDS, Wire.INTEGER, Wire.NUMBER):
        return column.cast(pa.int64())
    if wire is Wire.ISO_DATE:
        return column.cast(pa.date32()).cast(pa.string())
    return pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")


def _number(text: str) -> int | float | str:
    """The number that a decimal text means: whole ones as integers, as far as JSON's readers keep them exact."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    if abs(number) <= _LARGEST_INTEGER and number == number.to_integral_value():
        return int(number)
    return float(number)


_USED_BUT_NOT_IN_ISO = {"XK": "XKX"}  # Kosovo


def _alpha3(code: str) -> str:
    found = pycountry.countries.get(alpha_2=code.upper())
    return _USED_BUT_NOT_IN_ISO.get(code, code) if found is None else str(found.alpha_3)


def _each_once(column: Column, change: Callable[[str], str]) -> Column:
    """Change texts by a rule that is too slow for every row but not for every distinct text."""
    encoded = column.dictionary_encode()
    changed = pa.array([change(text) for text in map(str, encoded.dictionary.to_pylist())], pa.string())
    return changed.take(encoded.indices)
