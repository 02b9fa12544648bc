"""Which orders of a drop a batch takes over: all of them, or for a rerun those that were chosen from its parent."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from orderdrop.core.rows import expand
from orderdrop.frames import Table, TextFrame, TypedFrame
from orderdrop.ledger.ledger import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a rerun takes over: the orders to which `rows` belong (None: all), of these only `orders` (None: all).

    Orders are taken over whole: a part of an order would be sent as if it were the order.
    """

    only: str = "all"
    rows: str | None = None
    orders: tuple[str, ...] | None = None

    @classmethod
    def of(cls, batch: Batch) -> "Scope":
        """The scope of a batch; a batch that is no rerun takes everything."""
        if batch.scope is None:
            return cls()
        data = orjson.loads(batch.scope)
        orders = data["orders"]
        return cls(only=data["only"], rows=data["rows"], orders=None if orders is None else tuple(orders))

    def to_json(self) -> str:
        """As the ledger keeps it."""
        return orjson.dumps(asdict(self)).decode()

    def narrowed(
        self, open_: Callable[[], list[Table]], key_headings: Sequence[tuple[str, ...]]
    ) -> list[Table]:
        """The tables with the rows of the chosen orders only; reads them once before, to learn which rows belong to them."""
        if self.rows is None:
            return open_()
        chosen = np.array(expand(self.rows), dtype=np.int64)
        keys: set[str] = set()
        for table, headings in zip(open_(), key_headings, strict=True):
            for frame in table.frames:
                rows = frame.cells.index.to_numpy(dtype=np.int64)
                named = key_texts(frame, headings).filter(_mask(np.isin(rows, chosen)))
                keys.update(filter(None, named.to_pylist()))
        names = pa.array(sorted(keys), pa.string())
        return [
            replace(table, frames=_only(table.frames, chosen, names, headings))
            for table, headings in zip(open_(), key_headings, strict=True)
        ]

    def of_orders(self, typed: TypedFrame, key: str) -> TypedFrame:
        """The rows of the orders that were asked for by name."""
        if self.orders is None:
            return typed
        if key in typed.values.column_names:
            named = typed.values[key].cast(pa.string())
            keep = pc.is_in(named, value_set=pa.array(self.orders, pa.string())).to_numpy()
        else:
            keep = np.zeros(len(typed.rows), dtype=np.bool_)
        rows = typed.rows[keep]
        kept = set(rows.tolist())
        return replace(
            typed,
            values=typed.values.filter(_mask(keep)),
            rows=rows,
            bad=typed.bad[keep],
            fingerprint=typed.fingerprint[keep],
            ignored=(),
            problems=tuple(problem for problem in typed.problems if problem.row in kept),
        )


def key_texts(frame: TextFrame, headings: tuple[str, ...]) -> "pa.Array[pa.StringScalar]":
    """What names the order in each row, as it stands in the file but for blanks around it; "" where nothing does."""
    there = [name for name in headings if name in frame.cells.columns]
    if not there:
        return pa.array([""] * len(frame.cells), pa.string())
    texts = [pc.utf8_trim_whitespace(pa.array(frame.cells[name], pa.string())) for name in there]
    if len(texts) == 1:
        return texts[0]
    return pa.array(["\x1f".join(map(str, parts)) for parts in zip(*texts, strict=True)], pa.string())


def _only(
    frames: Iterator[TextFrame],
    chosen: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    names: "pa.Array[pa.StringScalar]",
    headings: tuple[str, ...],
) -> Iterator[TextFrame]:
    by_number = frozenset(chosen.tolist())
    for frame in frames:
        rows = frame.cells.index.to_numpy(dtype=np.int64)
        of_order = pc.is_in(key_texts(frame, headings), value_set=names).to_numpy(zero_copy_only=False)
        yield replace(
            frame,
            cells=frame.cells[of_order | np.isin(rows, chosen)],
            blank=tuple(row for row in frame.blank if row in by_number),
            problems=tuple(problem for problem in frame.problems if problem.row in by_number),
            broken={row: texts for row, texts in frame.broken.items() if row in by_number},
        )


def _mask(keep: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> "pa.Array[pa.BooleanScalar]":
    return pa.array(keep, pa.bool_())
