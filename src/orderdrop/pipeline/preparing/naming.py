"""Problems of single rows learn which order the row belongs to, so that its siblings can say why they wait."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from orderdrop.core.problems import Problem
from orderdrop.frames import TypedFrame


def with_orders(typed: TypedFrame, key: str) -> tuple[Problem, ...]:
    """The frame's problems, each with the order that its row names; `key` is the place that names the order."""
    if not typed.problems or not len(typed.rows) or key not in typed.values.column_names:
        return typed.problems
    rows = np.array([problem.row or 0 for problem in typed.problems])
    at = np.minimum(np.searchsorted(typed.rows, rows), len(typed.rows) - 1)
    names = typed.values[key].take(pa.array(at, pa.int64())).to_pylist()
    return tuple(
        replace(problem, order=str(name)) if there and name is not None and problem.order is None else problem
        for problem, there, name in zip(typed.problems, typed.rows[at] == rows, names, strict=True)
    )
