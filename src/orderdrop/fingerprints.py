"""Fingerprints of rows of text: numbers that are equal where every cell is equal, for whole columns at once.

Arrow and numpy do all of it, without the interpreter's lock, so that other threads read, judge and write meanwhile.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow
import pyarrow.compute

Fingerprints: TypeAlias = "npt.NDArray[np.uint64]"
if TYPE_CHECKING:
    Column: TypeAlias = "pyarrow.Array[Any]"
else:
    Column = pyarrow.Array  # takes a parameter in its stubs only

_pa: Any = pyarrow  # whose stubs refuse text beside arrays
_ROWS_AT_A_TIME = 2_000  # what they say side by side stays in the processor's cache, and below arrow's 2 GB
_SEPARATOR = "\x1f"
_WORD_BYTES = 8
# by how many bytes the last word of a row has: what fills it up, or a word of nothing
_FILLING = _pa.array(["\0" * (_WORD_BYTES - over) for over in range(_WORD_BYTES)])
_STEP = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(33)
_FACTORS = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)


def fingerprints(columns: Sequence[Column]) -> Fingerprints:
    """One for each row of some columns of text without nulls; the same whatever rows are beside it, in any process."""
    found = np.empty(len(columns[0]), dtype=np.uint64)
    for first in range(0, len(found), _ROWS_AT_A_TIME):
        some = [column.slice(first, _ROWS_AT_A_TIME) for column in columns]
        found[first : first + _ROWS_AT_A_TIME] = _of_some(some)
    return found


def _of_some(columns: Sequence[Column]) -> Fingerprints:
    sizes = np.full(len(columns[0]), len(columns), dtype=np.int64)  # a separator behind each cell
    lengths = np.zeros(len(sizes), dtype=np.uint64)
    for column in columns:
        length = _pa.compute.binary_length(column).to_numpy()
        sizes += length
        lengths = lengths * np.uint64(1_000_003) + length.astype(np.uint64)
    filling = _FILLING.take(_pa.array(sizes % _WORD_BYTES))
    _, offsets, data = _pa.compute.binary_join_element_wise(*columns, filling, _SEPARATOR).buffers()
    starts = np.frombuffer(offsets, np.int32, count=len(sizes) + 1).astype(np.int64) // _WORD_BYTES
    sums = _sums(np.frombuffer(data, np.uint64, count=starts[-1]), starts)
    return sums ^ lengths * _STEP  # a separator within a cell would make two rows look alike


def _sums(words: Fingerprints, starts: npt.NDArray[np.int64]) -> Fingerprints:
    """Per row the sum of its words, each mixed with its place: the last step of MurmurHash3 of 128 bits."""
    place = np.arange(len(words)) - np.repeat(starts[:-1], np.diff(starts))
    mixed = words + place.astype(np.uint64) * _STEP
    for factor in _FACTORS:
        mixed ^= mixed >> _SHIFT
        mixed *= factor
    mixed ^= mixed >> _SHIFT
    return np.add.reduceat(mixed, starts[:-1])
