"""Small batches in a ledger in memory, and small tables, for the tests of the reports."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.arrays import ArrowExtensionArray

from orderdrop.core.lineage import Lineage
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate, RowFate
from orderdrop.core.problems import Cell, Code, Owner, Problem, RaisedBy
from orderdrop.frames import Table, TextFrame, Verdict
from orderdrop.ledger.ledger import Batch, Drop
from orderdrop.ledger.memory import MemoryLedger

NOW = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
CSV = Verdict(format="csv", encoding="cp1252", delimiter=";", quote='"')


def ledger_with(
    *,
    name: str = "drop.csv",
    rejected: Sequence[int] = (),
    orders: Mapping[str, tuple[OrderFate, Sequence[int]]] | None = None,
    problems: Sequence[Problem] = (),
    read: int = 0,
    status: BatchStatus = BatchStatus.REJECTS,
) -> tuple[MemoryLedger, Batch]:
    """A ledger that holds one finished batch."""
    ledger = MemoryLedger()
    drop = Drop(id="d-1", feed="acme", name=name, sha256="ab" * 32, size=99, arrived_at=NOW, kept_at="/gone")
    batch = Batch(
        id="b-1", drop=drop, mapping="acme", mapping_digest="cd" * 32, destination="shipup", account="shop",
        status=BatchStatus.RECEIVED, created_at=NOW, finished_at=NOW, remarks="",
    )  # fmt: skip
    ledger.open_batch(batch)
    ledger.add_row_fates(batch.id, RowFate.REJECTED, rejected)
    stored = [
        StoredOrder(
            id=f"b-1.{index}", batch_id="b-1", sequence=index, key=key, digest=None, payload=None, fate=fate,
            lineage=Lineage(levels=(), rows=tuple(rows), positions=((),) * len(rows)), reference=None,
        )
        for index, (key, (fate, rows)) in enumerate((orders or {}).items())
    ]  # fmt: skip
    ledger.add_orders(batch.id, stored)
    ledger.add_problems(batch.id, problems)
    ledger.finish_preparation(batch.id, rows_read=read, verdict="{}", status=status)
    found = ledger.batch(batch.id)
    assert found is not None
    return ledger, found


def problem(
    row: int | None,
    column: str | None,
    message: str,
    *,
    order: str | None = None,
    api: bool = False,
    owner: Owner = Owner.SENDER,
    value: str | None = None,
    rows: Sequence[int] = (),
) -> Problem:
    """A problem of one cell, or of the same column in several rows."""
    numbers = [row, *rows] if row is not None else list(rows)
    return Problem(
        code=Code.REFUSED if api else Code.REQUIRED,
        message=message,
        cells=tuple(Cell(row=number, column=column) for number in numbers),
        value=value,
        order=order,
        raised_by=RaisedBy.API if api else RaisedBy.CHECK,
        owner=owner,
    )


def column(texts: Sequence[str]) -> ArrowExtensionArray:
    """A column of text."""
    values: Any = pa.array(texts, pa.string())
    return ArrowExtensionArray(values)


def table(
    headings: Sequence[str],
    rows: Mapping[int, Sequence[str]],
    *,
    verdict: Verdict = CSV,
    broken: Mapping[int, tuple[str, ...]] | None = None,
    refused: Sequence[Problem] = (),
) -> Table:
    """A table of one frame; `rows` by physical row number."""
    names = [f"{name} ({at})" if name in headings[:at] else name for at, name in enumerate(headings)]
    cells = {name: column([row[at] for row in rows.values()]) for at, name in enumerate(names)}
    index = pd.Index(list(rows), dtype="int64", name="row")
    frame = TextFrame(cells=pd.DataFrame(cells, index=index), problems=tuple(refused), broken=broken or {})
    return Table(verdict=verdict, headings=tuple(headings), frames=iter([frame]))
