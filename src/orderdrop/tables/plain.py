"""A table for people: as plain CSV, and its verdict in sentences."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from orderdrop.core.problems import Problem
from orderdrop.frames import Table, Verdict
from orderdrop.tables.careful import shown_encoding
from orderdrop.tables.detect import shown_delimiter


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of the rows: written, blank, and refused by the reader."""

    written: int
    blank: int
    refused: int


class _UnixLines:
    """Ends rows in \\n; the csv module leaves a lone \\r unquoted unless its own line end has one."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, row: str) -> int:
        return self._out.write(row.removesuffix("\r\n") + "\n")


def write_plain(table: Table, out: TextIO, *, on_problem: Callable[[Problem], None] | None = None) -> Written:
    """Write the headings and every readable row to `out` as comma-separated text, rows ending in \\n.

    Blank and refused rows are left out and counted; each problem is handed to `on_problem` as it comes.
    """
    writer = csv.writer(_UnixLines(out), lineterminator="\r\n")
    writer.writerow(table.headings)
    written = blank = refused = 0
    for frame in table.frames:
        columns = [frame.cells[name].tolist() for name in frame.cells.columns]
        writer.writerows(zip(*columns, strict=True))
        written += len(frame.cells)
        blank += len(frame.blank)
        refused += len({problem.row for problem in frame.problems})
        for problem in frame.problems:
            if on_problem is not None:
                on_problem(problem)
    return Written(written=written, blank=blank, refused=refused)


def describe(verdict: Verdict) -> list[str]:
    """The verdict as lines of text: what was decided first, then the remarks."""
    lines = [f"format: {verdict.format}"]
    if verdict.sheet is not None:
        lines.append(f"sheet: {verdict.sheet}")
    if verdict.encoding is not None:
        lines.append(f"encoding: {shown_encoding(verdict.encoding)}")
    if verdict.delimiter is not None:
        lines.append(f"delimiter: {shown_delimiter(verdict.delimiter)}")
    if verdict.format == "csv":
        lines.append(f"quote: {verdict.quote or 'none'}")
    if verdict.escape is not None:
        lines.append(f"escape: {verdict.escape}")
    lines.append(f"headings: {_headings(verdict)}")
    return [*lines, *verdict.remarks]


def _headings(verdict: Verdict) -> str:
    if not verdict.header_row:
        return "none, columns by position"
    if verdict.header_rows > 1:
        return f"rows {verdict.header_row} to {verdict.header_row + verdict.header_rows - 1}"
    return f"row {verdict.header_row}"
