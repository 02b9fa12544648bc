"""Every typed column as the JSON that a leaf takes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.core.shape import Wire
from orderdrop.orders.block import Column
from orderdrop.orders.wire import json_values, on_the_wire

_MOMENT = pa.array([datetime(2026, 11, 22, 19, 30, tzinfo=UTC), None], pa.timestamp("s", "UTC"))
_DAY = pa.array([date(2026, 11, 22), None], pa.date32())


@pytest.mark.parametrize(
    ("column", "wire", "expected"),
    [
        pytest.param(_MOMENT, Wire.UNIX_SECONDS, 1795375800, id="moment-as-seconds"),
        pytest.param(_MOMENT, Wire.ISO_DATETIME, "2026-11-22T19:30:00Z", id="moment-as-text"),
        pytest.param(_MOMENT, Wire.ISO_DATE, "2026-11-22", id="moment-as-its-utc-day"),
        pytest.param(_MOMENT, Wire.TEXT, "2026-11-22T19:30:00Z", id="moment-in-a-text-leaf"),
        pytest.param(_DAY, Wire.UNIX_SECONDS, 1795305600, id="day-as-midnight-utc"),
        pytest.param(_DAY, Wire.ISO_DATETIME, "2026-11-22T00:00:00Z", id="day-as-midnight-text"),
        pytest.param(_DAY, Wire.ISO_DATE, "2026-11-22", id="day"),
        pytest.param(pa.array([7, None]), Wire.INTEGER, 7, id="integer"),
        pytest.param(pa.array([7, None]), Wire.TEXT, "7", id="integer-in-a-text-leaf"),
        pytest.param(pa.array(["007", None]), Wire.TEXT, "007", id="leading-zeros-stay"),
        pytest.param(pa.array(["1E+05", None]), Wire.TEXT, "1E+05", id="what-looks-like-a-number-stays-text"),
        pytest.param(pa.array(["12.50", None]), Wire.DECIMAL_TEXT, "12.50", id="decimal-text"),
        pytest.param(pa.array(["12.50", None]), Wire.NUMBER, 12.5, id="number"),
        pytest.param(pa.array(["12.00", None]), Wire.NUMBER, 12, id="whole-number"),
        pytest.param(
            pa.array(["a dozen", None]), Wire.NUMBER, "a dozen", id="no-number-is-left-to-the-contract"
        ),
        pytest.param(pa.array(["NaN", None]), Wire.NUMBER, "NaN", id="nan-is-no-number"),
        pytest.param(pa.array([True, None]), Wire.BOOLEAN, True, id="boolean"),
        pytest.param(pa.array(["fr", None]), Wire.COUNTRY_ALPHA3, "FRA", id="country-of-three-letters"),
        pytest.param(pa.array(["XK", None]), Wire.COUNTRY_ALPHA3, "XKX", id="kosovo-which-iso-does-not-have"),
        pytest.param(
            pa.array(["ZZ", None]), Wire.COUNTRY_ALPHA3, "ZZ", id="unknown-country-is-left-to-the-contract"
        ),
        pytest.param(pa.array(["FR", None]), Wire.COUNTRY_ALPHA2, "FR", id="country-of-two-letters"),
        pytest.param(pa.array(["EUR", None]), Wire.CURRENCY, "EUR", id="currency"),
    ],
)
def test_a_value_travels_as_its_leaf_takes_it_and_a_blank_stays_blank(
    column: Column, wire: Wire, expected: Any
) -> None:
    first, second = json_values(on_the_wire(column, wire), wire)
    assert (first, type(first), second) == (expected, type(expected), None)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_decimal_becomes_the_number_that_reads_back_as_the_same_decimal(number: Decimal) -> None:
    (found,) = json_values(on_the_wire(pa.array([str(number)]), Wire.NUMBER), Wire.NUMBER)
    assert Decimal(repr(found)) == number
    assert isinstance(found, int) == (number == number.to_integral_value())
