"""A workbook on its way through the child process that parses it: checked before, and its answer put into words."""

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from orderdrop.core.problems import Code
from orderdrop.errors import FileRefused
from orderdrop.mapping.model import FileOptions, SheetWith
from orderdrop.tables.limits import Limits
from orderdrop.tables.pieces import refused
from orderdrop.tables.sniff import BROKEN_ZIP, Kind

_CHILD = "orderdrop.tables.excel_child"
_MANIFEST = "META-INF/manifest.xml"
_MANIFEST_BYTES = 1024 * 1024
_PROLOG_BYTES = 64 * 1024
_ROOT = re.compile(rb"<[A-Za-z_]")
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def parse(
    path: Path, kind: Kind, options: FileOptions, limits: Limits, wanted: Sequence[str]
) -> tuple[pa.RecordBatchStreamReader, dict[str, Any]]:
    """The rows of the chosen sheet and what the child says of it; raises FileRefused where there is nothing to read."""
    if kind is not Kind.XLS:
        _check_archive(path, kind, limits)
    sheet = options.sheet
    with tempfile.TemporaryDirectory(prefix="orderdrop-") as folder:
        out = Path(folder) / "rows.arrow"
        request = {
            "path": str(_named_after(kind, path, Path(folder))),
            "kind": str(kind),
            "sheet": None if isinstance(sheet, SheetWith) else sheet,
            "headings": sheet.headings if isinstance(sheet, SheetWith) else (),
            "wanted": list(wanted),
            "fill": options.merged == "fill",
            "out": str(out),
            "memory_bytes": limits.workbook_memory_bytes,
            "seconds": limits.workbook_seconds,
        }
        try:
            child = subprocess.run(  # noqa: S603 - our own interpreter and module, arguments as a list
                [sys.executable, "-m", _CHILD],
                input=json.dumps(request).encode(),
                capture_output=True,
                timeout=limits.workbook_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _unreadable(f"could not be read within {limits.workbook_seconds:g} seconds") from None
        facts = _answer(child)
        # The open file outlives its folder: nothing is left behind however the reading ends.
        return pa.ipc.open_stream(pa.OSFile(str(out), "rb")), facts


def _named_after(kind: Kind, path: Path, folder: Path) -> Path:
    """The file under the suffix of what it is: calamine goes by it, and takes a wrong one for damage."""
    link = folder / f"book.{kind}"
    try:
        link.symlink_to(path.resolve())
    except OSError:  # a system without such links
        return path.resolve()
    return link


def password() -> FileRefused:
    """The refusal of a workbook that only a password opens."""
    return refused(
        Code.FILE_PASSWORD,
        "The workbook is protected with a password. Save it without one (File, Info, Protect Workbook) and send it "
        "again.",
    )


def _check_archive(path: Path, kind: Kind, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_size(path, entries, limits)
            if any(entry.flag_bits & 1 for entry in entries) or _is_encrypted_ods(archive):
                raise password()
            for entry in entries:
                name = entry.filename.lower()
                # LibreOffice declares a document type in macros, which nobody parses here.
                if name == "content.xml" or (kind is not Kind.ODS and name.endswith((".xml", ".rels"))):
                    _check_prolog(archive, entry)
    except BROKEN_ZIP:
        raise _unreadable("is damaged or cut short") from None


def _is_encrypted_ods(archive: zipfile.ZipFile) -> bool:
    """OpenDocument encrypts its parts one by one, and says so in its manifest."""
    if _MANIFEST not in archive.namelist():
        return False
    with archive.open(_MANIFEST) as manifest:
        return b"encryption-data" in manifest.read(_MANIFEST_BYTES)


def _check_size(path: Path, entries: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    unzipped = sum(entry.file_size for entry in entries)
    ratio = unzipped / max(1, path.stat().st_size)
    bomb = unzipped > limits.workbook_ratio_from_bytes and ratio > limits.workbook_ratio
    if len(entries) > limits.workbook_entries or unzipped > limits.workbook_unzipped_bytes or bomb:
        raise refused(
            Code.FILE_TOO_LARGE,
            f"The workbook would unpack to {unzipped / 1024**2:,.0f} MiB in {len(entries):,} parts, which is more than "
            "is read. Copy the table alone into a new workbook, or send it as CSV.",
        )


def _check_prolog(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a document type, which no workbook needs: entities of its own can grow without bound or reach outside."""
    with archive.open(entry) as part:
        prolog = part.read(_PROLOG_BYTES).replace(b"\0", b"")
    root = _ROOT.search(prolog)
    if _DOCTYPE.search(prolog, 0, root.start() if root else len(prolog)):
        raise _unreadable("declares a document type (DOCTYPE), which no program for spreadsheets writes")
    if root is None and prolog.strip():
        raise _unreadable("is damaged")


def _answer(child: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(child.stdout)
    except ValueError:
        raise _unreadable(
            "made the reader give up; it may be damaged or hold a cell far away from the table"
        ) from None
    sheets = ", ".join(f'"{name}"' for name in facts.get("sheets", ())) or "none"
    match facts.get("error"):
        case None | "":
            return facts
        case "password":
            raise password()
        case "no_sheet":
            raise refused(
                Code.FILE_UNREADABLE,
                f"The workbook does not have the sheet that the mapping names; its visible sheets are {sheets}. Rename "
                "the sheet, or correct `sheet:` under `file:` in the mapping.",
            )
        case "no_headings":
            raise refused(
                Code.FILE_UNREADABLE,
                "No visible sheet of the workbook has all the headings that the mapping names under `sheet:`; its "
                f"visible sheets are {sheets}. Correct the headings, or `sheet:` under `file:` in the mapping.",
            )
        case "no_visible":
            raise refused(Code.FILE_EMPTY, _no_visible(facts["hidden_sheets"]))
        case "alike":
            raise refused(
                Code.FILE_AMBIGUOUS,
                f"The sheets {sheets} have the same of the mapping's headings, so it cannot be told which one is meant. "
                "Name it with `sheet:` under `file:` in the mapping, or send a workbook with one of them.",
            )
        case "unplaced":
            raise _unreadable(
                f"has {facts['count']} cells with errors or unsaved formulas and does not say where they are"
            )
        case _:
            raise _unreadable("is damaged")


def _no_visible(hidden: Sequence[str]) -> str:
    if not hidden:
        return (
            "The workbook has no sheet with cells, only charts or macros. Send the sheet that holds the rows."
        )
    names = ", ".join(f'"{name}"' for name in hidden)
    return (
        f"All sheets of the workbook are hidden: {names}. Unhide the one that is meant, or name it with `sheet:` under "
        "`file:` in the mapping."
    )


def _unreadable(what: str) -> FileRefused:
    return refused(
        Code.FILE_UNREADABLE,
        f"The workbook {what}. Open it in Excel, copy the table into a new workbook, save that as .xlsx and send it.",
    )
