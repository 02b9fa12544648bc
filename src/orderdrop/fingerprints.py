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
_BYTES = 8  # of a word
_PADDING = _pa.array(
    ["\0" * (_BYTES - over) for over in range(_BYTES)]
)  # up to whole words, by the rest; never none
_SEPARATOR = "\x1f"
_ROWS_AT_A_TIME = 2_000  # their words stay in the processor's cache
_STEP = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(33)
_FACTORS = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)


def fingerprints(columns: Sequence[Column]) -> Fingerprints:
    """One for each row of some columns of text without nulls; the same whatever rows are beside it, in any process."""
    lengths = np.zeros(len(columns[0]), dtype=np.uint64)
    if not len(lengths):
        return lengths
    sizes = np.full(len(lengths), len(columns), dtype=np.int64)
    for column in columns:
        length = _pa.compute.binary_length(column).to_numpy()
        sizes += length
        lengths = lengths * np.uint64(1_000_003) + length.astype(np.uint64)
    padding = _PADDING.take(_pa.array(sizes % _BYTES))
    words, starts = _words(_pa.compute.binary_join_element_wise(*columns, padding, _SEPARATOR))
    found = np.empty(len(lengths), dtype=np.uint64)
    for first in range(0, len(found), _ROWS_AT_A_TIME):
        some = starts[first : first + _ROWS_AT_A_TIME + 1]
        found[first : first + len(some) - 1] = _sums(words[some[0] : some[-1]], some - some[0])
    return found ^ lengths * _STEP  # a separator within a cell would make two rows look alike


def _words(texts: Any) -> tuple[Fingerprints, npt.NDArray[np.int64]]:
    """The bytes of texts of whole words as words, and where each begins, with the end of the last."""
    _, offsets, data = texts.buffers()
    starts = np.frombuffer(offsets, np.int32, count=len(texts) + 1).astype(np.int64) // _BYTES
    return np.frombuffer(data, np.uint64, count=starts[-1]), starts


def _sums(words: Fingerprints, starts: npt.NDArray[np.int64]) -> Fingerprints:
    """Per row the sum of its words, each mixed with its place: the last step of MurmurHash3 of 128 bits."""
    place = np.arange(len(words)) - np.repeat(starts[:-1], np.diff(starts))
    mixed = words + place.astype(np.uint64) * _STEP
    for factor in _FACTORS:
        mixed ^= mixed >> _HALF
        mixed *= factor
    mixed ^= mixed >> _HALF
    return np.add.reduceat(mixed, starts[:-1])
