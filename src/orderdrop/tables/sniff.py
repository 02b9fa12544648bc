"""What a file really is, judged by its first bytes and never by its name."""

import lzma
import re
import struct
import zipfile
import zlib
from enum import StrEnum
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from orderdrop.core.problems import Code
from orderdrop.errors import FileRefused
from orderdrop.tables.limits import MIB
from orderdrop.tables.pieces import refused


class Kind(StrEnum):
    """What can be read as a table."""

    TEXT = "text"
    XLSX = "xlsx"  # and .xlsm
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    GZIP = "gzip"
    ZIP = "zip"

    @property
    def is_workbook(self) -> bool:
        """Whether sheets are in it."""
        return self not in (Kind.TEXT, Kind.GZIP, Kind.ZIP)

    @property
    def is_archive(self) -> bool:
        """Whether files are in it."""
        return self in (Kind.GZIP, Kind.ZIP)


BROKEN_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(ValueError, KeyError, OverflowError, RuntimeError, NotImplementedError),
)
"""Everything that the standard library raises for an archive that is damaged, encrypted or packed in a way of its own."""
_HEAD_BYTES = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"BZh91AY&SY", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"{\\rtf", "a rich text document"),
    (b"\x09\x00\x04\x00", "a workbook of Excel 2"),
    (b"\x09\x02\x06\x00", "a workbook of Excel 3"),
    (b"\x09\x04\x06\x00", "a workbook of Excel 4"),
    (b"\x00\x00\x02\x00\x06\x04\x06\x00", "a Lotus 1-2-3 spreadsheet"),
    (b"\x00\x00\x02\x00\x04\x04\x06\x00", "a Lotus 1-2-3 spreadsheet"),
    (b"\x00\x00\x1a\x00", "a Lotus 1-2-3 spreadsheet"),
    (b"\xff\x00\x02\x00\x04\x04", "a Works spreadsheet"),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|script|meta|div)\b", re.IGNORECASE)
_XML = re.compile(rb"<\?xml|<!--|<[A-Za-z][\w.:-]*(?:\s+[\w.:-]+\s*=|\s*/?>)")
_JSON = re.compile(
    rb'\{\s*(?:"[^"\r\n]*"\s*:|\}\s*\Z)|\[\s*(?:[{\[]\s*["{\[\]}]|"[^"\r\n]*"\s*[,\]]|\]\s*\Z)'
)
_CONTROL = bytes(set(range(1, 32)) - {9, 10, 11, 12, 13, 26})
_ODF = b"application/vnd.oasis.opendocument"
_AS_XLSX = "Save it as .xlsx and send it again."
_SPREADSHEET_ML = b"urn:schemas-microsoft-com:office:spreadsheet"


def kind_of(path: Path) -> Kind:
    """Say what the file is by its content; raises FileRefused for what is empty or no table, naming the real type."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if not head or (not head.strip(b" \t\r\n\x00\x1a\xef\xbb\xbf") and not _content_follows(file)):
            raise refused(Code.FILE_EMPTY, "The file is empty. Export it again and check that it has rows.")
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
            return _kind_of_zip(path)
        if head.startswith(b"\x1f\x8b\x08"):
            return Kind.GZIP
        if head.startswith(_OLE):
            return _kind_of_ole(file, head)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            raise _not_a_table(name)
    if head[257:262] == b"ustar":
        raise _not_a_table("a tar archive", "Unpack it and send the files inside, or pack them as .zip.")
    if head.startswith(b"MZ") and b"\0" in head[:64]:
        raise _not_a_table("a program")
    _refuse_markup(head)
    return Kind.TEXT


def _content_follows(file: BinaryIO) -> bool:
    while block := file.read(MIB):
        if block.strip(b" \t\r\n\x00\x1a"):
            return True
    return False


def _not_a_table(
    name: str, step: str = "Send the rows as CSV or as an Excel workbook (.xlsx)."
) -> FileRefused:
    return refused(Code.FILE_NOT_A_TABLE, f"The file is {name}, not a table, whatever its name says. {step}")


def _kind_of_zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lower().lstrip("/") for name in archive.namelist()}
            mimetype = archive.read("mimetype") if "mimetype" in names and _small(archive) else b""
    except BROKEN_ZIP:
        raise refused(
            Code.FILE_UNREADABLE,
            "The file looks like a workbook or zip archive but is damaged or cut short. Save it again in Excel and "
            "send it once more.",
        ) from None
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "xl/workbook.bin" in names:
        return Kind.XLSB
    if mimetype.startswith(_ODF + b".spreadsheet"):
        return Kind.ODS
    if "[content_types].xml" in names and any(name.endswith("workbook.xml") for name in names):
        raise _not_a_table(
            "a workbook whose parts are not where they belong",
            "Open it in Excel, save it as .xlsx and send that.",
        )
    if "index/document.iwa" in names or "index.zip" in names:
        raise _not_a_table(
            "an Apple Numbers or Pages document", "Export it to Excel (.xlsx) or CSV and send that."
        )
    documents = {"word/document.xml": "a Word document", "ppt/presentation.xml": "a PowerPoint presentation"}
    for entry, name in documents.items():
        if entry in names:
            raise _not_a_table(name)
    if mimetype.startswith(_ODF):
        raise _not_a_table("an OpenDocument document")
    return Kind.ZIP


def _without_delimiter(text: bytes) -> bytes:
    """The control characters but one that stands in most lines, if it is the only one: a delimiter like \\x01 or \\x1f."""
    lines = text.splitlines() or [b""]
    delimiters = [
        bytes([one])
        for one in b"\x01\x02\x07\x1c\x1d\x1e\x1f"
        if 2 * sum(one in line for line in lines) >= len(lines)
    ]
    return _CONTROL.replace(delimiters[0], b"") if len(delimiters) == 1 else _CONTROL


def _small(archive: zipfile.ZipFile) -> bool:
    return archive.getinfo("mimetype").file_size < 1024


def _directory_at(head: bytes) -> int:
    """Where the list of a compound file's streams begins: MS-CFB, header."""
    shift = min(int.from_bytes(head[30:32], "little"), 12)
    return (int.from_bytes(head[48:52], "little") + 1) << shift


def _kind_of_ole(file: BinaryIO, head: bytes) -> Kind:
    content = head + file.read(64 * MIB)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise refused(
            Code.FILE_PASSWORD,
            "The workbook is protected with a password. Save it without one (File, Info, Protect Workbook) and send "
            "it again.",
        )
    if "WordDocument".encode("utf-16-le") in content:
        raise _not_a_table("an old Word document")
    if "PowerPoint Document".encode("utf-16-le") in content:
        raise _not_a_table("an old PowerPoint presentation")
    if "Workbook".encode("utf-16-le") in content or "Book\0".encode("utf-16-le") in content:
        return Kind.XLS
    if "MatOST".encode("utf-16-le") in content or "WksSSWorkBook".encode("utf-16-le") in content:
        raise _not_a_table("a Works document", _AS_XLSX)
    if "__properties_version1.0".encode("utf-16-le") in content:
        raise _not_a_table("an Outlook message", "Send the file that is attached to it.")
    if len(head) < 512 or _directory_at(head) >= file.seek(0, SEEK_END):
        raise refused(
            Code.FILE_UNREADABLE,
            "The file looks like an old Excel workbook (.xls) but is damaged or cut short. Save it again in Excel and send "
            "it once more.",
        )
    raise _not_a_table("an old Office document")


def _refuse_markup(head: bytes) -> None:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = (
        head.replace(b"\0", b"")
        .removeprefix(b"\xef\xbb\xbf")
        .removeprefix(b"\xff\xfe")
        .removeprefix(b"\xfe\xff")
    )
    text = text.lstrip(b" \t\r\n")
    if text[:5].lower() == b"<?php" or text.startswith(b"#!/"):
        raise _not_a_table("a program (a script)")
    if text.startswith(b"<?xml") and _SPREADSHEET_ML in text and b"<html" not in text[:2048].lower():
        raise _not_a_table(
            "an XML spreadsheet of Excel 2003", "Open it in Excel, save it as .xlsx and send that."
        )
    if _HTML.match(text) or (_XML.match(text) and _HTML.search(text[:2048]) and b"</" in text):
        raise _not_a_table("a web page (HTML)", "Open it in Excel, save it as .xlsx or CSV, and send that.")
    if text.startswith(b"<?xml") and _ODF + b".spreadsheet" in text:
        raise _not_a_table("a flat OpenDocument spreadsheet (.fods)", _AS_XLSX)
    if text[:13].lower() == b"mime-version:":
        raise _not_a_table(
            "a web page in one file (MHTML)", "Open it in Excel, save it as .xlsx or CSV, and send that."
        )
    # A heading may be <id>; an element is closed somewhere.
    if text.startswith(b"<?xml") or (_XML.match(text) and (b"</" in text or b"/>" in text)):
        raise _not_a_table("an XML document")
    if _JSON.match(text):
        raise _not_a_table("a JSON document")
    controls = 0 if wide else len(text) - len(text.translate(None, _without_delimiter(text)))
    zeros = head.count(0)
    alternating = max(head[0::2].count(0), head[1::2].count(0)) > 0.9 * zeros
    if controls > max(3, len(text) // 50) or (zeros > len(head) // 3 and not wide and not alternating):
        raise _not_a_table("binary data")
