"""Who reads polluted files right: orderdrop beside the csv module's sniffer, clevercsv, DuckDB's sniffer, charset-normalizer.

Three ways to end: right (headings and every row as a person sees them), told (an error, or rows that are refused by their
number), and wrong in silence (another table, and not a word). The corpus is that of tests/pollution.py; others are given
their best case: they read what they detect, and their first row is the headings.
"""

import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer
import clevercsv
import duckdb
from tests.pollution import Polluted, Row, corpus

from benchmarks import drops
from benchmarks.side_by_side import verdict
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.delimited import open_delimited
from orderdrop.tables.limits import Limits
from orderdrop.tables.open import open_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a reader made of a file: its rows with the headings first, and the numbers of rows that it refused."""

    rows: tuple[Row, ...]
    refused: frozenset[int] = frozenset()


COST_ROWS = 300_000
Reader = Callable[[Path], Seen]


def run(folder: Path) -> bool:
    """Print what each reader made of the corpus; whether ours beats every other and is never wrong in silence."""
    readers: dict[str, Reader] = {
        "orderdrop, nothing declared": _ours,
        "clevercsv": _clevercsv,
        "csv.Sniffer, UTF-8": _sniffer,
        "duckdb's sniffer": _duckdb,
        "charset-normalizer, then csv.Sniffer": _normalized,
    }
    files = [one for one in corpus() if not one.options and not one.by_mapping]
    print(f"\n{len(files)} polluted files: right / told / wrong in silence")
    counts: dict[str, Counter[str]] = {}
    for name, reader in readers.items():
        counts[name] = Counter(judged(one, reader, folder) for one in files)
        shown = " / ".join(f"{counts[name][how]:4}" for how in ("right", "told", "wrong"))
        print(f"  {name:<40} {shown}")
    ours = counts["orderdrop, nothing declared"]
    best = max(count["right"] for name, count in counts.items() if not name.startswith("orderdrop"))
    kept = verdict(
        "more files right than the best other reads, times", ours["right"] / best, 1.0, at_least=True
    )
    kept &= verdict("wrong in silence, files", ours["wrong"], 0, at_least=False)
    return _cost(folder) and kept


def _cost(folder: Path) -> bool:
    """What finding out how a file is written takes of reading it: processor time, best of five, in two encodings."""
    old = drops.csv_drop(folder / "drop-1252.csv", COST_ROWS)
    new = folder / "drop-utf-8.csv"
    new.write_bytes(old.read_bytes().decode("cp1252").encode())
    kept = [_cost_of(drop) for drop in (new, old)]  # all are told
    return all(kept)


def _cost_of(drop: Path) -> bool:
    options = FileOptions()
    opening = min(_seconds(lambda: open_delimited(drop, options, Limits())) for _ in range(5))
    reading = min(
        _seconds(lambda: sum(len(frame.cells) for frame in open_table(drop, options).frames))
        for _ in range(5)
    )
    print(
        f"\n{drop.stem}, {COST_ROWS:,} rows: found out in {opening:.3f} s, read in {reading:.3f} s, that included"
    )
    return verdict(
        "share of reading that goes into finding out", opening / (reading - opening), 0.10, at_least=False
    )


def _seconds(do: Callable[[], object]) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


def judged(one: Polluted, reader: Reader, folder: Path) -> str:
    """How one file ended with one reader."""
    path = folder / "drop.csv"
    path.write_bytes(one.content)
    try:
        seen = reader(path)
    except Exception:  # noqa: BLE001 - whatever a detector raises, it has said something
        return "right" if one.asks else "told"
    if one.asks:
        return "told" if seen.refused else "wrong"
    right = (one.headings, *one.rows)
    headless = one.headings == tuple(map(str, range(1, len(one.headings) + 1))) and seen.rows == one.rows
    if (seen.rows == right or headless) and seen.refused == one.refused:
        return "right"
    return "told" if seen.refused and set(seen.rows) <= set(right) else "wrong"


def _ours(path: Path) -> Seen:
    table = open_table(path, FileOptions())
    rows: list[Row] = [table.headings]
    refused: set[int] = set()
    for frame in table.frames:
        rows += frame.cells.itertuples(index=False, name=None)
        refused |= {problem.row for problem in frame.problems if problem.row is not None}
    return Seen(rows=tuple(rows), refused=frozenset(refused))


def _clevercsv(path: Path) -> Seen:
    return Seen(rows=_filled(clevercsv.read_table(str(path))))


def _sniffer(path: Path) -> Seen:
    return _sniffed(path.read_bytes().decode("utf-8-sig"))


def _normalized(path: Path) -> Seen:
    best = charset_normalizer.from_path(path).best()
    if best is None:
        raise ValueError(path)
    return _sniffed(str(best))


def _sniffed(text: str) -> Seen:
    dialect = csv.Sniffer().sniff(text[:65_536])
    return Seen(rows=_filled(list(csv.reader(io.StringIO(text, newline=""), dialect, strict=True))))


def _duckdb(path: Path) -> Seen:
    found = duckdb.read_csv(str(path), all_varchar=True)
    rows = [["" if cell is None else str(cell) for cell in row] for row in found.fetchall()]
    return Seen(rows=_filled([found.columns, *rows]))


def _filled(rows: Sequence[Sequence[str]]) -> tuple[Row, ...]:
    """The rows that are not blank: leaving those out is no fault."""
    return tuple(tuple(row) for row in rows if any(cell.strip() for cell in row))
