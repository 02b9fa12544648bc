"""Preparing 100,000 rows (read, check, nest, hold up against the contract; no sending) against what people write and against bare arrow."""

import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pyarrow.csv
from python_calamine import CalamineWorkbook

from benchmarks import drops, naive
from benchmarks.side_by_side import Comparison, Way, compare, verdict
from orderdrop import settings, wiring
from orderdrop.core.outcomes import BatchStatus
from orderdrop.frames import Table
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.mapping.model import FileOptions
from orderdrop.pipeline.batches.batch import open_batch
from orderdrop.pipeline.drops import keep_local
from orderdrop.pipeline.preparing.prepare import prepare
from orderdrop.tables.open import open_table, reopen

MAPPINGS = Path(__file__).parents[1] / "mappings"
_TIMES = 5  # that a file is read a round: one reading takes a fifth of a second


def run(folder: Path, count: int) -> bool:
    """Print every comparison; whether all bounds are kept."""
    clean = drops.csv_drop(folder / "clean.csv", count)
    bad = drops.csv_drop(folder / "bad.csv", count, bad_share=0.01)
    utf8 = folder / "utf8.csv"
    utf8.write_text(clean.read_text("cp1252"), "utf-8")
    book = drops.xlsx_drop(folder / "clean.xlsx", count)
    ours = Way(
        name=f"orderdrop, {count:,} rows of {len(drops.HEADINGS)} columns",
        run=lambda: prepared(folder, clean),
    )
    script = Way(
        name="read_csv, groupby, iterrows, dict and jsonschema an order", run=lambda: naive.prepare(clean)
    )
    bare = Way(name="pyarrow.csv read, to_pylist, orjson dump", run=lambda: _bare_csv(clean))
    kept = [
        _least("prepare, against the script that people write", ours, script, 20.0, other_rounds=1),
        _most("prepare, against reading and dumping with nothing in between", ours, bare, 10.0),
        _most(
            "1% bad rows, against none", Way(name="1% bad rows", run=lambda: prepared(folder, bad)), ours, 1.5
        ),
        _most(
            "a workbook read to frames of text, against calamine reading it bare",
            Way(name="orderdrop's reader", run=lambda: _frames(book)),
            Way(name="calamine, iter_rows", run=lambda: _bare_workbook(book)),
            2.0,
        ),
        *(_detection(title, drop) for title, drop in (("cp1252", clean), ("UTF-8", utf8))),
    ]
    return all(kept)


def _detection(title: str, drop: Path) -> bool:
    """What it costs to find out how a file is written, against reading it as it was read before."""
    verdict_of_it = open_table(drop, FileOptions()).verdict
    result = compare(
        f"a CSV in {title} read, its encoding and dialect detected, against those known",
        Way(name="detected and read", run=lambda: _rows(lambda: open_table(drop, FileOptions()))),
        Way(name="read as it was before", run=lambda: _rows(lambda: reopen(drop, FileOptions(), verdict_of_it))),
        unit="rows",
        rounds=7,
    )  # fmt: skip
    return verdict("times the time", 1 / result.ratio, 1.1, at_least=False)


def _rows(opened: Callable[[], Table]) -> int:
    """Read a table a few times over; so many rows."""
    return sum(len(frame.cells) for _ in range(_TIMES) for frame in opened().frames)


def _least(title: str, ours: Way, other: Way, bound: float, *, other_rounds: int | None = None) -> bool:
    result: Comparison = compare(title, ours, other, unit="rows", other_rounds=other_rounds)
    return verdict("times as fast", result.ratio, bound, at_least=True)


def _most(title: str, ours: Way, other: Way, bound: float) -> bool:
    result: Comparison = compare(title, ours, other, unit="rows")
    return verdict("times the time", 1 / result.ratio, bound, at_least=False)


class _Unkept(MemoryLedger):
    """Takes what preparing finds and lets it go: the ledger's own cost is not what is measured here."""

    def add_orders(self, batch_id: str, orders: object) -> None:
        """Let go."""

    def add_problems(self, batch_id: str, problems: object) -> None:
        """Let go."""


def prepared(
    folder: Path,
    drop: Path,
    *,
    mapping: str = "acme-shipments",
    mappings: Path = MAPPINGS,
    received: Callable[[float], None] = lambda _: None,
) -> int:
    """Prepare one drop in full; the number of rows. `received` is told in how many seconds it was copied and synced to disk."""
    chosen = settings.Settings(workdir=folder / "work", mappings=mappings)
    ledger = _Unkept()
    parts = wiring.build(chosen, ledger=ledger)
    loaded = parts.mapping(mapping)
    began = time.perf_counter()
    kept = keep_local(parts, drop)
    received(time.perf_counter() - began)
    batch = open_batch(parts, kept, loaded, "none")
    status = prepare(
        batch, Path(kept.kept_at), loaded, parts.destination("shipup"), into=ledger, accepted_by=ledger,
        spill_folder=folder / "spill", watcher=parts.watcher,
    )  # fmt: skip
    assert status is BatchStatus.SENDING, status
    Path(kept.kept_at).unlink()
    done = ledger.batch(batch.id)
    return done.rows_read if done else 0


def _bare_csv(drop: Path) -> int:
    table = pyarrow.csv.read_csv(
        drop,
        read_options=pyarrow.csv.ReadOptions(encoding="cp1252"),
        parse_options=pyarrow.csv.ParseOptions(delimiter=";"),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(drops.HEADINGS, pyarrow.string())
        ),
    )
    for row in table.to_pylist():
        orjson.dumps(row)
    return int(table.num_rows)


def _frames(book: Path) -> int:
    return sum(len(frame.cells) for frame in open_table(book, FileOptions()).frames)


def _bare_workbook(book: Path) -> int:
    return sum(1 for _ in CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).iter_rows()) - 1
