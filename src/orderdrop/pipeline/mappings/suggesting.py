"""Suggesting a mapping for a file: look at it, ask the checks what they could read, and learn from earlier mappings."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from orderdrop.checks import places
from orderdrop.checks.kinds import kind_of, reader_for
from orderdrop.checks.reading import Flaw
from orderdrop.core.shape import Wire
from orderdrop.destinations.base import Destination, Guided
from orderdrop.errors import MappingError
from orderdrop.frames import Table, TextFrame
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.model import Column, FileOptions
from orderdrop.mapping.model import Mapping as FileMapping
from orderdrop.mapping.suggest.guessing import guess_guide
from orderdrop.mapping.suggest.guide import Guide
from orderdrop.mapping.suggest.sample import Sample
from orderdrop.mapping.suggest.suggest import Checks, suggest
from orderdrop.mapping.suggest.suggestion import Suggestion
from orderdrop.mapping.suggest.write import is_untouched
from orderdrop.tables.open import open_table

CHUNK_ROWS = 20_000
FIRST_ROWS = 1_000
BLOCK_ROWS = 50
"""Rows of one order mostly stand together: blocks, not single rows, are taken from all over the file."""
MOST_ROWS = 3_000
MOST_READ = 1_000_000


def suggest_mapping(
    file: Path,
    destination: Destination,
    earlier: Iterable[tuple[FileMapping, Destination]],
    name: str,
    options: FileOptions | None = None,
    *,
    source: str | None = None,
) -> Suggestion:
    """Suggest a mapping called `name` for one file and one destination.

    `options` say how the file is written where that cannot be found out, `source` what it is called where it was renamed.
    Raises FileRefused for a file that is no table.
    """
    sample = sample_of(open_table(file, options or FileOptions(), chunk_rows=CHUNK_ROWS), source or file.name)
    known = [(mapping, guide_of(there)) for mapping, there in earlier]
    return suggest(sample, destination.shape, guide_of(destination), known, _checks(sample.spreadsheet), name)


def name_after(file: str) -> str:
    """A mapping's name after the file that it reads: orders_2026.csv makes orders-2026."""
    plain = unicodedata.normalize("NFKD", Path(file).stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "mapping"


def guide_of(destination: Destination) -> Guide:
    """What a destination says of its places, or what their names say where it says nothing."""
    return destination.guide if isinstance(destination, Guided) else guess_guide(destination.shape)


def sample_of(table: Table, name: str) -> Sample:
    """The first rows of a table, and blocks of rows from all over it."""
    taken: list[TextFrame] = []
    rows = seen = 0
    whole, cut = True, False
    for frame in table.frames:
        size = len(frame.cells)
        room = min(size, FIRST_ROWS if not taken else BLOCK_ROWS, MOST_ROWS - rows)
        whole = whole and room == size
        start = (size - room) // 2 if taken else 0
        if room > 0:
            taken.append(replace(frame, cells=frame.cells.iloc[start : start + room]))
        rows += max(0, room)
        seen += size
        if seen >= MOST_READ:
            whole, cut = False, True
            break
    names = list(taken[0].cells.columns) if taken else []
    columns = tuple(
        tuple(str(cell) for frame in taken for cell in frame.cells[column].tolist()) for column in names
    )
    headings = tuple(str(heading) for heading in table.headings)
    return Sample(
        name=name,
        headings=headings,
        columns=columns or tuple(() for _ in headings),
        rows=rows,
        whole=whole,
        read_rows=seen if cut else None,
        spreadsheet=table.verdict.format not in ("csv", "fixed"),
        file_keys=tuple(_file_keys(table)),
        repeated=tuple(heading for heading in dict.fromkeys(headings) if headings.count(heading) > 1),
    )


def _file_keys(table: Table) -> Iterator[tuple[str, object]]:
    """What must be written down because another file of the feed might not show it as clearly."""
    verdict = table.verdict
    if verdict.sheet is not None:
        yield "sheet", verdict.sheet
    if verdict.encoding is not None and verdict.encoding.lower().replace("_", "-") not in (
        "utf-8",
        "utf-8-sig",
        "ascii",
    ):
        yield "encoding", verdict.encoding
    if verdict.header_row == 0:
        yield "header", False


def _checks(spreadsheet: bool) -> Checks:
    def reads(column: Column, wire: Wire | None, values: Sequence[str]) -> list[bool]:
        kind = kind_of(column.type, wire) if wire is not None else column.type
        parse = reader_for(kind, column, file_decimal=None, spreadsheet=spreadsheet).parse
        return [not isinstance(parse(value), Flaw) for value in values]

    def country(text: str) -> str | None:
        found = places.countries().parse(text)
        return found if isinstance(found, str) else None

    return Checks(reads=reads, country=country)


def earlier_mappings(
    folder: Path, load: Callable[[Path], LoadedMapping], find: Callable[[str], Destination]
) -> Iterator[tuple[FileMapping, Destination]]:
    """Every mapping of a folder that teaches: one with faults does not, nor a suggestion that nobody has changed."""
    for path in sorted(folder.glob("*.y*ml")) if folder.is_dir() else ():
        try:
            loaded = load(path)
        except MappingError:
            continue
        if is_untouched(loaded.text):
            continue
        yield loaded.mapping, find(loaded.mapping.destination)
