"""Whole columns of dates at once, for layouts in which every number has its fixed place: %d/%m/%Y %H:%M.

Works on the bytes of the column, so nothing depends on the C library or the time zone files of the machine. Whatever
is not exactly as laid out, or lies on a day on which the clocks change, is left to the plain reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

import numpy as np

from orderdrop.checks.arrow import ArrowArray, Ints, Mask, pa

_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
_DAY_SECONDS = 86_400
_PIVOT = 69  # two-digit years from here on are of the last century, as strptime has it
_FIRST, _END = np.datetime64("1900-01-02", "D"), np.datetime64("2199-12-31", "D")  # a day's margin for zones

_NAT = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    width: int
    fields: tuple[tuple[str, int], ...]
    literals: tuple[tuple[int, int], ...]


def fast_dates(text: ArrowArray, layouts: Sequence[str]) -> ArrowArray:
    """Days of the cells that are exactly as laid out, null elsewhere."""
    seconds, found = _local_seconds(text, layouts)
    days = np.where(found, seconds // _DAY_SECONDS, 0).astype(np.int32)
    return pa.array(days, pa.int32(), mask=~found).cast(pa.date32())


def fast_datetimes(text: ArrowArray, layouts: Sequence[str], zone: tzinfo) -> ArrowArray:
    """Moments of the cells that are exactly as laid out and on a day without a change of clocks, null elsewhere."""
    seconds, found = _local_seconds(text, layouts)
    days, of_row = np.unique(seconds[found] // _DAY_SECONDS, return_inverse=True)
    offsets = np.array([_steady_offset(int(day), zone) for day in days], dtype=np.int64)[of_row]
    utc = np.zeros(len(text), dtype=np.int64)
    utc[found] = seconds[found] - offsets
    sure = found.copy()
    sure[found] = offsets != _NAT
    return pa.array(utc, pa.int64(), mask=~sure).cast(pa.timestamp("s", tz="UTC"))


def alike_under(text: ArrowArray, layouts: Sequence[str]) -> Ints:
    """A number for cells that the same of some layouts read, and read alike or not; -1 for cells that none reads."""
    number = np.zeros(len(text), dtype=np.int64)
    least, most = np.full(len(text), np.iinfo(np.int64).max), np.full(len(text), _NAT)
    for place, layout in enumerate(layouts):
        seconds, found = _local_seconds(text, [layout])
        number += found.astype(np.int64) << place
        least[found], most[found] = np.minimum(least, seconds)[found], np.maximum(most, seconds)[found]
    numbers: Ints = np.where(number > 0, number * 2 + (least == most), -1)
    return numbers


def _steady_offset(day: int, zone: tzinfo) -> int:
    """The zone's offset in seconds all through a local day, or a mark where it changes."""
    midnight = datetime(1970, 1, 1) + timedelta(days=day)  # noqa: DTZ001 - local time of any zone
    offsets = {
        (midnight + timedelta(hours=hours)).replace(tzinfo=zone, fold=fold).utcoffset()
        for hours in (0, 12, 24)
        for fold in (0, 1)
    }
    offset = offsets.pop()
    return _NAT if offsets or offset is None else int(offset.total_seconds())


def _local_seconds(text: ArrowArray, layouts: Sequence[str]) -> tuple[Ints, Mask]:
    """Seconds since 1970 on the local clock; a cell that a second layout might read otherwise is not found."""
    compiled = [_compile(layout) for layout in layouts]
    seconds = np.zeros(len(text), dtype=np.int64)
    found = np.zeros(len(text), dtype=bool)
    refused = np.zeros(len(text), dtype=bool)
    if any(layout is None for layout in compiled):
        return seconds, found
    valid = text.is_valid().to_numpy(zero_copy_only=False)
    offsets = (
        np.frombuffer(text.buffers()[1], np.int32, len(text) + 1, text.offset * 4)
        if len(text)
        else np.zeros(1, np.int32)
    )
    widths = np.diff(offsets)
    for layout in compiled:
        assert layout is not None
        rows = np.flatnonzero(valid & (widths == layout.width))
        if not len(rows):
            continue
        read, good = _read(_cells(text, offsets, rows, layout.width), layout)
        rows, read = rows[good], read[good]
        refused[rows[found[rows] & (seconds[rows] != read)]] = True
        seconds[rows], found[rows] = read, True
    return seconds, found & ~refused


def _cells(text: ArrowArray, offsets: Any, rows: Any, width: int) -> Any:
    """Equally wide cells as a matrix of bytes."""
    data = np.frombuffer(text.buffers()[2], np.uint8)
    if len(rows) == len(text) and offsets[-1] - offsets[0] == width * len(rows):
        return data[offsets[0] : offsets[-1]].reshape(len(rows), width)
    return data[offsets[:-1][rows].astype(np.int64)[:, None] + np.arange(width)]


def _read(cells: Any, layout: _Layout) -> tuple[Ints, Mask]:
    good = np.ones(len(cells), dtype=bool)
    for at, byte in layout.literals:
        good &= cells[:, at] == byte
    numbers = {"Y": 1970, "m": 1, "d": 1, "H": 0, "M": 0, "S": 0}
    columns: dict[str, Ints] = {}
    for name, at in layout.fields:
        digits = cells[:, at : at + _WIDTHS[name]] - np.uint8(48)
        good &= (digits <= 9).all(axis=1)
        columns[name] = digits.astype(np.int64) @ (10 ** np.arange(_WIDTHS[name])[::-1])
    if "y" in columns:
        columns["Y"] = columns["y"] + np.where(columns["y"] < _PIVOT, 2000, 1900)
    year, month, day, hour, minute, second = (
        columns.get(name, np.full(len(cells), default, dtype=np.int64)) for name, default in numbers.items()
    )
    good &= (month >= 1) & (month <= 12) & (hour <= 23) & (minute <= 59) & (second <= 59)
    first = ((year - 1970).astype("M8[Y]").astype("M8[M]") + (np.clip(month, 1, 12) - 1)).astype("M8[M]")
    in_month = ((first + 1).astype("M8[D]") - first.astype("M8[D]")).astype(np.int64)
    good &= (day >= 1) & (day <= in_month)
    days = first.astype("M8[D]") + (day - 1)
    good &= (days >= _FIRST) & (days < _END)
    return days.astype(np.int64) * _DAY_SECONDS + hour * 3600 + minute * 60 + second, good


def _compile(layout: str) -> _Layout | None:
    """Where each number stands, or None for a layout with anything else in it."""
    fields: list[tuple[str, int]] = []
    literals: list[tuple[int, int]] = []
    at, rest = 0, layout
    while rest:
        if rest[0] == "%":
            name = rest[1:2]
            if name not in _WIDTHS or name in dict(fields):
                return None
            fields.append((name, at))
            at, rest = at + _WIDTHS[name], rest[2:]
        elif (rest[0].isascii() and not rest[0].isalpha()) or rest[0] == "T":
            literals.append((at, ord(rest[0])))
            at, rest = at + 1, rest[1:]
        else:
            return None
    names = {name for name, _ in fields}
    if {"m", "d"} - names or len({"Y", "y"} & names) != 1:
        return None
    return _Layout(width=at, fields=tuple(fields), literals=tuple(literals))
