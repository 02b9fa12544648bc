"""Files as evidence of how a mapping fits: read and judged as in a run, and counted instead of built."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from orderdrop.checks.header import bind
from orderdrop.checks.judge import Judge
from orderdrop.core.headings import OWN_COLUMNS
from orderdrop.core.problems import Code
from orderdrop.errors import FileRefused
from orderdrop.frames import TextFrame
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.seen import VALUES_MAX, ColumnSeen, Seen
from orderdrop.pickup.sets import given, kept_beside
from orderdrop.pipeline.preparing.opening import Opened, open_drop

ROWS_MAX = 50_000
"""So many rows of a table show what it is like."""
_TOLD_AS_BLANK = frozenset({Code.REQUIRED, Code.KEY_MISSING})


def gather(loaded: LoadedMapping, drops: Iterable[Sequence[Path]]) -> Seen:
    """What some drops show of a mapping, each the files of one set; one that is refused is part of the evidence.

    Raises UsageError for a file that is no table of the mapping.
    """
    seen = Seen()
    for first, *further in drops:
        seen.files.append(first.name)
        with _laid_out(loaded, first, further) as path:
            try:
                opened, _ = open_drop(path, loaded.mapping)
                for one in opened:
                    _table(one, loaded, seen)
            except FileRefused as refused:
                seen.refused[first.name] = refused.problem.message
    return seen


@contextmanager
def _laid_out(loaded: LoadedMapping, first: Path, further: Sequence[Path]) -> Iterator[Path]:
    """A set as drops are kept: the copies of further files beside the first one's."""
    partners = given(loaded.mapping, further)
    if not partners:
        yield first
        return
    with TemporaryDirectory(prefix="orderdrop-check-") as folder:
        path = Path(folder) / first.name
        shutil.copyfile(first, path)
        for table, file in partners.items():
            shutil.copyfile(file, kept_beside(path, table))
        yield path


def _table(one: Opened, loaded: LoadedMapping, seen: Seen) -> None:
    mapping, headings = one.mapping, one.table.headings
    binding = bind(mapping, headings, has_header=mapping.file.header, key=loaded.shape.key)
    in_mapping = {theirs: ours for ours, theirs in binding.columns.items()}
    for heading in mapping.mapped():
        column = seen.columns.setdefault((one.name, heading), ColumnSeen())
        column.found = column.found or heading in binding.columns
    if mapping.file.header:
        others = seen.others.setdefault(one.name, {})
        others |= {
            name: None for name in headings if name.strip() and name not in {*in_mapping, *OWN_COLUMNS}
        }
    if not any(heading in binding.columns for heading in mapping.mapped()):
        return
    judge = Judge(
        mapping, loaded.shape, binding, spreadsheet=one.table.verdict.format not in ("csv", "fixed")
    )
    rows = 0
    for frame in one.table.frames:
        _count_cells(one, frame, in_mapping, seen)
        _count_misfits(one.name, frame, judge, in_mapping, seen)
        _count_not_read(frame, seen)
        rows += len(frame.cells) + len(frame.broken)
        if rows >= ROWS_MAX:
            seen.cut = True
            break
    seen.rows += rows
    seen.asked += [problem.message for problem in judge.questions()]


def _count_cells(one: Opened, frame: TextFrame, in_mapping: dict[str, str], seen: Seen) -> None:
    skips = one.mapping.file.skip_rows_where
    cells = frame.cells
    for theirs, ours in in_mapping.items():
        if ours in skips and theirs in cells.columns:
            text = cells[theirs].str.strip()
            for wanted in skips[ours]:
                is_one = text == wanted
                seen.skipped[ours, wanted] += int(is_one.sum())
                cells, text = cells[~is_one], text[~is_one]
    for theirs, ours in in_mapping.items():
        column = seen.columns.get((one.name, ours))
        if column is None or theirs not in cells.columns:
            continue
        counted = cells[theirs].str.strip().value_counts()
        column.rows += len(cells)
        column.blank += int(counted.get("", 0))
        for value, count in islice(counted.items(), VALUES_MAX):
            if str(value):
                column.values[str(value)] += int(count)
        column.has_more_values = column.has_more_values or len(counted) > VALUES_MAX


def _count_not_read(frame: TextFrame, seen: Seen) -> None:
    seen.not_read += len(frame.broken)
    for problem in frame.problems:
        if problem.row in frame.broken:
            seen.not_read_says = seen.not_read_says or problem.message


def _count_misfits(name: str, frame: TextFrame, judge: Judge, in_mapping: dict[str, str], seen: Seen) -> None:
    for problem in judge.judge(frame).problems:
        column = seen.columns.get((name, in_mapping.get(problem.column or "", "")))
        if column is None or problem.code in _TOLD_AS_BLANK or not problem.blocks:
            continue
        column.failing[problem.code.value] += 1
        column.says.setdefault(problem.code.value, problem.message)
