"""The reject report as CSV and JSON: the sender's own rows, ready to correct and drop again."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import orjson

from orderdrop.core.headings import OWN_COLUMNS
from orderdrop.core.neutral import neutralise
from orderdrop.core.rows import in_table
from orderdrop.frames import Verdict
from orderdrop.reports.receipt import problem_entry
from orderdrop.reports.rows import RejectRow


def write_csv(
    path: Path,
    headings: Sequence[str],
    verdict: Verdict,
    blank_lines: int,
    batch_id: str,
    rows: Iterable[RejectRow],
) -> None:
    """Write the report in the sender's own dialect, so that the same mapping reads it again.

    Encoding and delimiter are the drop's (UTF-8 gets a byte order mark, which Excel needs); a file without headings
    stays without; `blank_lines` stand above the headings where the mapping says on which row they are. Cells that a
    spreadsheet program would run as a formula are made harmless.
    """
    encoding = verdict.encoding or "utf-8"
    if encoding.lower().replace("_", "-") in ("utf-8", "ascii", "us-ascii"):
        encoding = "utf-8-sig"
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=verdict.delimiter or ",", quotechar=verdict.quote or '"')
        writer.writerows([[""] * (len(headings) + len(OWN_COLUMNS))] * blank_lines)
        if verdict.header_row:
            writer.writerow([*map(neutralise, headings), *OWN_COLUMNS])
        for row in rows:
            own = (str(in_table(row.row)[1]), row.remarks.text(), row.remarks.fix_by(), batch_id)
            writer.writerow(list(map(neutralise, (*row.cells, *own, *row.surplus))))


def write_json(
    path: Path, batch_id: str, tables: Iterable[tuple[Sequence[str], Iterable[RejectRow]]]
) -> None:
    """Write the report for programs: one object a row, with the problems as the receipt has them.

    `tables` are the headings and rows of each table of the drop; rows of a further one say which (`table`, from 2).
    """
    with path.open("wb") as file:
        file.write(b'{"batch": %s, "rows": [' % orjson.dumps(batch_id))
        entries = chain.from_iterable(_entries(headings, rows) for headings, rows in tables)
        for index, entry in enumerate(entries):
            file.write(b"\n" if index == 0 else b",\n")
            file.write(orjson.dumps(entry))
        file.write(b"\n]}\n")


def _entries(headings: Sequence[str], rows: Iterable[RejectRow]) -> Iterator[dict[str, object]]:
    names = _names(headings)
    for row in rows:
        table, number = in_table(row.row)
        yield {
            "row": number,
            **({"table": table + 1} if table else {}),
            "fate": row.remarks.fate,
            "order": row.remarks.order,
            "cells": dict(zip(names, row.cells, strict=True)),
            "surplus": row.surplus,
            "remarks": row.remarks.text(),
            "fix_by": row.remarks.fix_by(),
            "problems": [problem_entry(problem) for problem in row.remarks.problems],
        }


def _names(headings: Sequence[str]) -> list[str]:
    """The headings as keys: one that stands twice is followed by its position."""
    return [
        heading if heading not in headings[:index] else f"{heading} ({index + 1})"
        for index, heading in enumerate(headings)
    ]
