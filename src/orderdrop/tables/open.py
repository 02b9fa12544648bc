"""Opening a drop: bytes become headings and frames of text, and a verdict that says how it was read."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from orderdrop.core.neutral import printable
from orderdrop.core.problems import Code
from orderdrop.frames import Table, Verdict
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.archives import unpack
from orderdrop.tables.delimited import open_delimited
from orderdrop.tables.excel import open_workbook
from orderdrop.tables.limits import Limits
from orderdrop.tables.members import decided, kept_alive, open_members, refuse_nested
from orderdrop.tables.passing import without_what_is_no_data
from orderdrop.tables.pieces import Piece, frames, refused, unique_names
from orderdrop.tables.sniff import Kind, kind_of

CHUNK_ROWS = 100_000
_TEXT_FORMATS = ("csv", "fixed")
_SHOWN = {
    Kind.XLSX: "an Excel workbook",
    Kind.XLSB: "a binary Excel workbook (.xlsb)",
    Kind.XLS: "an old Excel workbook (.xls)",
    Kind.ODS: "an OpenDocument spreadsheet (.ods)",
}
_SUFFIXES_OF = {
    Kind.XLSX: (".xlsx", ".xlsm", ".xltx", ".xltm"),
    Kind.XLSB: (".xlsb",),
    Kind.XLS: (".xls", ".xlt"),
    Kind.ODS: (".ods", ".ots"),
}
_SUFFIXES = tuple(suffix for suffixes in _SUFFIXES_OF.values() for suffix in suffixes)


def open_table(
    path: Path,
    options: FileOptions,
    *,
    wanted: Sequence[str] = (),
    used: Sequence[str] | None = None,
    chunk_rows: int = CHUNK_ROWS,
    limits: Limits | None = None,
) -> Table:
    """Open a drop: the content decides what it is, `options` how it is read, and the verdict says both.

    `wanted` are the headings, aliases included, that the mapping names: the heading row and the sheet are found by
    them. Empty where no mapping is known. `used` are those whose cells are sent or decide something: in any other column
    of a workbook an error in a cell costs nothing.

    Cells are `pa.string()` columns, kept exactly as they stand. Frames have `chunk_rows` rows read each, blank and
    refused ones included; the last may be shorter. Memory stays flat however long the file is.

    Raises FileRefused, with a sentence for the sender and the next step, for a file that is empty, has no rows below
    the headings, is no table, cannot be decoded, or is a workbook that is protected, damaged or too large.
    """
    return _open(path, options, chunk_rows, limits or Limits(), wanted=wanted, used=used)


def _open(
    path: Path,
    options: FileOptions,
    chunk_rows: int,
    bounds: Limits,
    *,
    wanted: Sequence[str] = (),
    used: Sequence[str] | None = None,
    before: Verdict | None = None,
) -> Table:
    """`before` is the verdict of an earlier reading, which is repeated."""
    kind = kind_of(path)
    if kind.is_archive:
        return _open_archive(path, kind, options, chunk_rows, bounds, wanted=wanted, used=used, before=before)
    if before is not None:
        options = decided(options, before)
    remarks = _check_format(kind, path, options)
    if kind.is_workbook:
        unused = before.unused if before is not None else None
        opened = open_workbook(path, options, bounds, kind=kind, wanted=wanted, used=used, unused=unused)
    else:
        opened = open_delimited(path, options, bounds, wanted=wanted)
    verdict = replace(opened.verdict, remarks=(*remarks, *opened.verdict.remarks))
    pieces, told_later = without_what_is_no_data(opened, options)
    names = unique_names(opened.headings)
    return Table(
        verdict=before or verdict,
        headings=opened.headings,
        frames=frames(_with_content(pieces), names, chunk_rows),
        told_later=lambda: (*opened.told, *told_later()),
    )


def _open_archive(
    path: Path,
    kind: Kind,
    options: FileOptions,
    chunk_rows: int,
    bounds: Limits,
    *,
    wanted: Sequence[str],
    used: Sequence[str] | None,
    before: Verdict | None,
) -> Table:
    patterns = options.member
    again = before is not None and before.member is not None
    if before is not None and before.member is not None:
        patterns = (before.member, *(one.member for one in before.further if one.member))
    unpacked = unpack(path, kind, patterns, bounds, exact=again and kind is Kind.ZIP)
    refuse_nested(unpacked, kind)
    if len(unpacked.members) > 1:
        opened, told = open_members(unpacked, options, bounds, wanted, before)
        pieces = _with_content(opened.pieces)
        return Table(
            verdict=opened.verdict,
            headings=opened.headings,
            frames=frames(pieces, unique_names(opened.headings), chunk_rows),
            told_later=told,
        )
    (member,) = unpacked.members
    table = _open(member.path, options, chunk_rows, bounds, wanted=wanted, used=used, before=before)
    remark = f'The file is a {kind.value} archive; the file "{printable(member.name)}" in it was read.'
    verdict = replace(table.verdict, member=member.name, remarks=(remark, *table.verdict.remarks))
    return replace(table, verdict=before or verdict, frames=kept_alive(table.frames, unpacked))


def reopen(
    path: Path,
    options: FileOptions,
    verdict: Verdict,
    *,
    chunk_rows: int = CHUNK_ROWS,
    limits: Limits | None = None,
) -> Table:
    """Read a drop exactly as `verdict` says it was read the first time, whatever detection would say today."""
    return _open(path, options, chunk_rows, limits or Limits(), before=verdict)


def _check_format(kind: Kind, path: Path, options: FileOptions) -> list[str]:
    declared = options.format
    if declared in _TEXT_FORMATS and kind.is_workbook:
        raise refused(
            Code.FILE_NOT_A_TABLE,
            f"The file is {_SHOWN[kind]}, but the mapping says `format: {declared}`. Save it as CSV, or remove `format:` "
            "under `file:` in the mapping.",
        )
    if declared is not None and declared not in _TEXT_FORMATS and not kind.is_workbook:
        raise refused(
            Code.FILE_NOT_A_TABLE,
            f"The file is plain text, but the mapping says `format: {declared}`. Save it as .{declared}, or remove "
            "`format:` under `file:` in the mapping.",
        )
    suffix = path.suffix.lower()
    if kind.is_workbook and suffix in {".csv", ".txt", ".tsv"}:
        return [f"The name ends in {suffix}, but the file is {_SHOWN[kind]} and was read as one."]
    if kind.is_workbook and suffix in _SUFFIXES and suffix not in _SUFFIXES_OF[kind]:
        return [f"The name ends in {suffix}, but the file is {_SHOWN[kind]} and was read as one."]
    if not kind.is_workbook and suffix in _SUFFIXES:
        return [f"The name ends in {suffix}, but the file is plain text and was read as CSV."]
    return []


def _with_content(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces, once one of them is known to hold a row that is not blank."""
    opening: list[Piece] = []
    for piece in pieces:
        opening.append(piece)
        if piece.has_content:
            return chain(opening, pieces)
    raise refused(
        Code.FILE_NO_ROWS,
        "The file has headings but no rows below them. If that is right there is nothing to do; otherwise export it "
        "again.",
    )
