"""Arrow arrays as this room uses them.

pyarrow's published stubs refuse much that pyarrow does (arrays beside scalars, masks made by numpy), so its compute
functions and arrays are left untyped here, in one place.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow
import pyarrow.compute

if TYPE_CHECKING:
    import pandas as pd

ArrowArray: TypeAlias = Any
"""A pyarrow.Array in one piece."""

ArrowType: TypeAlias = Any
"""A pyarrow.DataType."""

Mask: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

pc: Any = pyarrow.compute
pa: Any = pyarrow
NO_TEXT: Any = pyarrow.scalar(None, pyarrow.string())


def text_of(column: "pd.Series[Any]") -> ArrowArray:
    """The arrow array behind a column of text, in one piece."""
    array = pa.array(column.array, from_pandas=True)
    if isinstance(array, pyarrow.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.nulls(0, pa.string())
    return array if array.type == pa.string() else array.cast(pa.string())


def trimmed(text: ArrowArray) -> ArrowArray:
    """Text without white space around it; what remains blank is null."""
    bare = pc.utf8_trim_whitespace(text)
    blank = pc.equal(bare, "")
    return pc.if_else(blank, NO_TEXT, bare) if pc.any(blank).as_py() else bare


def may_hold(text: ArrowArray, sign: bytes) -> bool:
    """Whether some text may hold a sign; costs next to nothing where none does."""
    letters = text.buffers()[2]
    return letters is not None and sign in letters.to_pybytes()


def where_matching(text: ArrowArray, pattern: str) -> ArrowArray:
    """The texts in which arrow's engine finds a pattern, null elsewhere."""
    return pc.if_else(pc.match_substring_regex(text, pattern), text, NO_TEXT)


def bools(mask: ArrowArray) -> Mask:
    """A mask of arrow's, without nulls, as numpy has it."""
    array: Mask = mask.to_numpy(zero_copy_only=False)
    return array


def spread(encoded: ArrowArray, verdicts: list[bool]) -> Mask:
    """A verdict on every distinct value, to every cell of a dictionary-encoded array."""
    cells: Mask = np.array(verdicts, dtype=bool)[encoded.indices.to_numpy(zero_copy_only=False)]
    return cells
