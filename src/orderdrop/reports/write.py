"""Writing every report of a batch into its folder."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from orderdrop.frames import Table
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.mapping.model import FileOptions
from orderdrop.reports import page, rejects, workbook
from orderdrop.reports.places import ASKED_SUFFIXES, report_paths
from orderdrop.reports.receipt import Receipt, receipt_of
from orderdrop.reports.rows import RejectRow, Remarks, own_positions, reject_rows, returned

REJECTS = ("rejects_csv", "rejects_xlsx", "rejects_json")
ROWS_IN_MEMORY_MAX = 50_000
"""Past so many rows that go back, the drop is read again for every form instead of holding them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The receipt and where each report lies, None for those that there was no need for."""

    receipt: Receipt
    paths: dict[str, Path | None]


def write_all(
    ledger: Ledger,
    batch: Batch,
    folder: Path,
    open_again: Callable[[], Table] | None,
    options: FileOptions,
) -> Written:
    """Write all reports of a batch from the ledger and its kept drop; each appears whole or not at all.

    `open_again` reads the drop as it was read first, None when it could not be read at all. `options` are those of the
    mapping, under which the reject report must be readable again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = report_paths(folder, batch.drop.name)
    wanted = returned(ledger, batch) if open_again else {}
    written: dict[str, Path | None] = dict(paths)
    if wanted and open_again:
        write_rows(batch.id, open_again, wanted, paths, options)
    else:
        for kind in REJECTS:
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
    open_again: Callable[[], Table],
    wanted: Mapping[int, Remarks],
    paths: Mapping[str, Path],
    options: FileOptions,
    *,
    kind: str = "rejects",
) -> None:
    """Write some rows of the drop, with what is said about them, in every form.

    Few are held in memory, many are read from the drop once a form. `kind` begins the names in `paths`.
    """
    table = open_again()
    kept = list(reject_rows(table, wanted)) if len(wanted) <= ROWS_IN_MEMORY_MAX else None
    headings = tuple(table.headings[index] for index in own_positions(table.headings))
    verdict = table.verdict
    dialect = replace(  # of a workbook's rows as CSV: what the mapping asks for
        verdict,
        encoding=verdict.encoding or options.encoding,
        delimiter=verdict.delimiter or options.delimiter,
        quote=verdict.quote or options.quote,
    )
    blank_lines = (options.header_row or 1) - 1 if options.header else 0
    position = options.sheet if isinstance(options.sheet, int) else 1

    def rows() -> Iterable[RejectRow]:
        return kept if kept is not None else reject_rows(open_again(), wanted)

    forms: dict[str, Callable[[Path], None]] = {
        f"{kind}_csv": lambda path: rejects.write_csv(path, headings, dialect, blank_lines, batch_id, rows()),
        f"{kind}_xlsx": lambda path: workbook.write_xlsx(
            path,
            verdict.sheet or kind.capitalize(),
            headings,
            verdict.header_row > 0,
            blank_lines,
            batch_id,
            rows(),
            position=position,
        ),
        f"{kind}_json": lambda path: rejects.write_json(path, headings, batch_id, rows()),
    }
    for name, write in forms.items():
        temporary = _temporary(paths[name])
        write(temporary)
        temporary.replace(paths[name])


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _write_text(path: Path, text: str) -> None:
    temporary = _temporary(path)
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
