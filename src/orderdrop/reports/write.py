"""Writing every report of a batch into its folder."""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from orderdrop.frames import Verdict
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.mapping.model import FileOptions
from orderdrop.reports import page, rejects, workbook
from orderdrop.reports.places import ASKED_SUFFIXES, report_paths
from orderdrop.reports.receipt import Receipt, receipt_of
from orderdrop.reports.rows import RejectRow, Remarks, Source, own_positions, reject_rows, returned

REJECTS = ("rejects_csv", "rejects_xlsx", "rejects_json")
ROWS_IN_MEMORY_MAX = 50_000
"""Past so many rows that go back, the drop is read again for every form instead of holding them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The receipt and where each report lies, None for those that there was no need for."""

    receipt: Receipt
    paths: dict[str, Path | None]


def write_all(
    ledger: Ledger, batch: Batch, folder: Path, open_again: Callable[[], Sequence[Source]] | None
) -> Written:
    """Write all reports of a batch from the ledger and its kept drop; each appears whole or not at all.

    `open_again` opens the tables of the drop as they were read first, None when it could not be read at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = report_paths(folder, batch.drop.name)
    wanted = returned(ledger, batch) if open_again else {}
    written: dict[str, Path | None] = dict(paths)
    if wanted and open_again:
        there = write_rows(batch.id, open_again, wanted, paths)
    else:
        there = ()
    for kind in REJECTS:
        if kind not in there:
            paths[kind].unlink(missing_ok=True)
            written[kind] = None
    for kind in ASKED_SUFFIXES:  # written when the API was asked
        written[kind] = paths[kind] if paths[kind].is_file() else None
    shown = {kind: str(path) if path else None for kind, path in written.items()}
    receipt = receipt_of(ledger, batch, shown)
    _write_text(paths["receipt"], json.dumps(receipt, indent=2, ensure_ascii=False) + "\n")
    _write_text(paths["receipt_html"], page.as_html(receipt))
    _write_text(paths["receipt_text"], page.as_text(receipt))
    return Written(receipt=receipt, paths=written)


def write_rows(
    batch_id: str,
    open_again: Callable[[], Sequence[Source]],
    wanted: Mapping[int, Remarks],
    paths: Mapping[str, Path],
    *,
    kind: str = "rejects",
) -> tuple[str, ...]:
    """Write some rows of the drop, with what is said about them, in every form; the names of those that were written.

    Few are held in memory, many are read from the drop once a form. `kind` begins the names in `paths`. A drop of
    several tables has no CSV: the workbook has a sheet for each.
    """
    found = _Rows(open_again, wanted)
    first, headings = found.sources[0], found.headings[0]
    forms: dict[str, Callable[[Path], None]] = {
        f"{kind}_csv": lambda path: rejects.write_csv(
            path, headings, _dialect(first), _blank_lines(first.options), batch_id, found.by_table()[0]
        ),
        f"{kind}_xlsx": lambda path: workbook.write_xlsx(path, found.pages(kind), batch_id),
        f"{kind}_json": lambda path: rejects.write_json(
            path, batch_id, zip(found.headings, found.by_table(), strict=True)
        ),
    }
    if len(found.sources) > 1:
        del forms[f"{kind}_csv"]
    for name, write in forms.items():
        temporary = _temporary(paths[name])
        write(temporary)
        temporary.replace(paths[name])
    return tuple(forms)


class _Rows:
    """The rows that go back, table by table: held where they are few, read again each time where they are many."""

    def __init__(self, open_again: Callable[[], Sequence[Source]], wanted: Mapping[int, Remarks]) -> None:
        self._open_again = open_again
        self._wanted = wanted
        self.sources = open_again()
        self.headings = [
            tuple(source.table.headings[index] for index in own_positions(source.table.headings))
            for source in self.sources
        ]
        few = len(wanted) <= ROWS_IN_MEMORY_MAX
        self._held = [list(rows) for rows in self._read(self.sources)] if few else None

    def by_table(self) -> list[Iterable[RejectRow]]:
        return [*self._held] if self._held is not None else self._read(self._open_again())

    def pages(self, kind: str) -> list[workbook.Page]:
        return [
            _page(source, headings, rows, kind)
            for source, headings, rows in zip(self.sources, self.headings, self.by_table(), strict=True)
        ]

    def _read(self, sources: Sequence[Source]) -> list[Iterable[RejectRow]]:
        return [reject_rows(source.table, self._wanted) for source in sources]


def _page(source: Source, headings: Sequence[str], rows: Iterable[RejectRow], kind: str) -> workbook.Page:
    options, verdict = source.options, source.table.verdict
    return workbook.Page(
        sheet=verdict.sheet or source.name or kind.capitalize(),
        headings=headings,
        rows=rows,
        header=verdict.header_row > 0,
        blank_lines=_blank_lines(options),
        position=options.sheet if isinstance(options.sheet, int) else 1,
    )


def _blank_lines(options: FileOptions) -> int:
    return (options.header_row or 1) - 1 if options.header else 0


def _dialect(source: Source) -> Verdict:
    """How the table is written; of a workbook's rows as CSV: what the mapping asks for."""
    verdict, options = source.table.verdict, source.options
    return replace(
        verdict,
        encoding=verdict.encoding or options.encoding,
        delimiter=verdict.delimiter or options.delimiter,
        quote=verdict.quote or options.quote,
    )


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _write_text(path: Path, text: str) -> None:
    temporary = _temporary(path)
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
