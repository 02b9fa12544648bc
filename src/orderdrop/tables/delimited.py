"""Opening a plain file: its encoding, how it is written and where its headings stand are settled before its rows stream."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from orderdrop.core.problems import Code
from orderdrop.errors import FileRefused
from orderdrop.frames import Verdict
from orderdrop.mapping.model import FileOptions
from orderdrop.tables import encodings, transcoding
from orderdrop.tables.blocks import read_pieces
from orderdrop.tables.candidates import COMMON, SAMPLE_RECORDS
from orderdrop.tables.careful import Layout, decode, encoded_size
from orderdrop.tables.detect import detect
from orderdrop.tables.dialect import Headings, find_headings, no_headings, sep_line
from orderdrop.tables.limits import Limits
from orderdrop.tables.pieces import BLANKS, Opened, refused
from orderdrop.tables.records import END_OF_LINE, Dialect

_OWN_REPORT = re.compile(r"^.*?_row[\"']?(?P<delimiter>[^\w\"'])[\"']?_problems\b.*\b_batch\b", re.MULTILINE)


def open_delimited(
    path: Path,
    options: FileOptions,
    limits: Limits,
    *,
    wanted: Sequence[str] = (),
    careful: bool = False,
    rows_before: int = 0,
) -> Opened:
    """Decide how the file is written and stream its rows; raises FileRefused where it cannot be read at all, or where
    it could be read in two ways.

    `careful` leaves out the fast reading, which must never change a result. `rows_before` is how many rows were read
    before this file; its own are numbered on from there.
    """
    encoding, remarks = encodings.decide(path, options.encoding)
    sample, final = _sample(path, encoding, limits)
    transcoded = encoding != "utf-8"
    text, _ = decode(sample, transcoded)
    options = _of_own_report(text, options)
    declared, start = sep_line(text) if options.format != "fixed" else (None, 0)
    if declared is not None:
        remarks.append(f"A first line `sep={declared}` was skipped; spreadsheets do not count it as a row.")
    _refuse_blank(text[start:], options, final=final)
    dialect, detected = _dialect(text[start:], options, wanted, declared, final=final)
    layout = Layout(
        headings=(), physical_width=0, dialect=dialect, encoding=encoding, transcoded=transcoded, limits=limits,
        widths=options.widths or (),
    )  # fmt: skip
    headings = _headings(text, start, layout, options, wanted, final=final)
    layout = replace(layout, headings=headings.cells, physical_width=headings.physical_width)
    layout = replace(layout, padded=_padded(text[headings.after :], layout, final=final))
    verdict = Verdict(
        format="fixed" if layout.widths else "csv",
        encoding=encoding,
        delimiter=None if layout.widths else dialect.delimiter,
        quote=None if layout.widths else dialect.quote,
        escape=None if layout.widths else dialect.escape,
        header_row=headings.row,
        header_rows=max(1, len(headings.lines)),
        last_line_end=transcoding.ends_in_line_end(path),
        remarks=(*remarks, *detected, *headings.remarks),
    )
    skip = encoded_size(text[: headings.after], transcoded)
    pieces = read_pieces(path, layout, skip, rows_before + headings.next_row, careful=careful)
    return Opened(verdict, headings.cells, pieces, headings.lines)


def _sample(path: Path, encoding: str, limits: Limits) -> tuple[bytes, bool]:
    """The first blocks, more where they hold nothing but blanks, and whether they are the whole file."""
    sample = b""
    for block, final in transcoding.utf8_blocks(path, encoding, min(limits.block_bytes, limits.sample_bytes)):
        sample += block
        enough = len(sample) >= limits.sample_bytes and sample.strip()
        if final or enough or len(sample) > limits.leading_blank_bytes:
            return sample, final
    return sample, True


def _of_own_report(text: str, options: FileOptions) -> FileOptions:
    """The options for our own reject report, which comes back as we wrote it: without titles, trailers and widths."""
    found = _OWN_REPORT.search(text[:65_536])
    if found is None:
        return options
    plain = FileOptions(
        encoding=options.encoding, delimiter=found["delimiter"], skip_rows_where=options.skip_rows_where
    )
    row = len(END_OF_LINE.findall(text, 0, found.start())) + 1
    quote = options.quote if options.quote != "none" else '"'
    return plain.model_copy(update={"quote": quote, "escape": "none", "header_row": row})


def _refuse_blank(text: str, options: FileOptions, *, final: bool) -> None:
    if final and not text.strip(BLANKS + "".join(COMMON) + (options.delimiter or "")):
        raise _only_blank_rows()


def _only_blank_rows() -> FileRefused:
    return refused(
        Code.FILE_EMPTY, "The file has only blank rows. Export it again and check that it has rows."
    )


def _dialect(
    text: str, options: FileOptions, wanted: Sequence[str], declared: str | None, *, final: bool
) -> tuple[Dialect, list[str]]:
    if options.widths:
        return Dialect(delimiter="\n", quote=None, comment=options.comment), []
    return detect(text, options, wanted, final=final, declared=declared)


def _headings(
    text: str, start: int, layout: Layout, options: FileOptions, wanted: Sequence[str], *, final: bool
) -> Headings:
    # The sample may end in the middle of a record, or between \r and \n.
    whole = text if final else text.rstrip("\r")
    for complete in (final, True):
        records = layout.records(whole[start:], final=complete)
        if options.header:
            found = find_headings(whole, start, records, options, wanted, layout.limits)
        else:
            found = no_headings(records, start, layout.limits)
        if found is not None:
            return replace(found, cells=_as_many(found, layout)) if layout.widths else found
    if options.header_row is not None and text.strip(BLANKS):
        raise refused(
            Code.FILE_NO_ROWS,
            f"The mapping expects the headings in row {options.header_row}, but the file ends before it. Correct "
            "`header_row:` under `file:` in the mapping, or send the whole file.",
        )
    raise _only_blank_rows()


def _padded(text: str, layout: Layout, *, final: bool) -> frozenset[int]:
    """The numbers of cells past the headings that are usual: delimiters at the end of the headings, or of most rows."""
    rows = [
        record.cells for record in islice(layout.records(text, final=final), SAMPLE_RECORDS) if record.cells
    ]
    wider = Counter(len(cells) for cells in rows if len(cells) > layout.width)
    usual = {width for width, count in wider.items() if 2 * count >= len(rows)}
    return frozenset(usual | ({layout.physical_width} - {layout.width}))


def _as_many(found: Headings, layout: Layout) -> tuple[str, ...]:
    """A heading for each column of fixed width, the last ones blank where the heading row ends early."""
    return (*found.cells, *[""] * len(layout.widths))[: len(layout.widths)]
