"""Which encoding a text file is in, judged on the whole file and never guessed without a remark."""

import codecs
from pathlib import Path

from orderdrop.core.problems import Code
from orderdrop.tables.careful import shown_encoding
from orderdrop.tables.letters import opinion
from orderdrop.tables.pieces import refused
from orderdrop.tables.transcoding import is_single_byte
from orderdrop.tables.utf8 import Utf8Evidence, examine, row_at

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF16_SHARE = 0.3


def decide(path: Path, declared: str | None) -> tuple[str, list[str]]:
    """The encoding to read with and remarks; raises FileRefused where the declared one is wrong, or none is likely enough
    to be read without a question."""
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    if declared is not None:
        return _check_declared(path, codecs.lookup(declared).name, marked), []
    if marked is not None:
        return marked, [f"The file begins with the mark of {shown_encoding(marked)}."]
    unmarked = _utf16_without_mark(head)
    if unmarked:
        return unmarked, [f"Every other byte is zero, so the file was read as {shown_encoding(unmarked)}."]
    evidence = examine(path)
    if evidence.is_utf8:
        broken = [f"{evidence.bad} bytes are not UTF-8; their rows are reported."] if evidence.bad else []
        return "utf-8", broken
    row = row_at(path, evidence.first_at)
    where = f"byte 0x{evidence.first_byte:02X} on row {row}"
    found = opinion(evidence.words, evidence.lines)
    if found.sure:
        encoding, word = found.ranked[0]
        shown = f' ("{word}")' if word else ""
        guess = f"The file is not UTF-8 ({where}), so it was read as {encoding}{shown}."
        return encoding, [f"{guess} If letters look wrong, set `encoding:` under `file:` in the mapping."]
    likely = " or ".join(f'{encoding} ("{word}")' for encoding, word in found.ranked)
    guess = f"it may be {likely}, by its letters" if likely else "its letters do not say what it is"
    raise refused(
        Code.FILE_ENCODING,
        f"The file is not UTF-8 ({where}); {guess}. Save it as UTF-8, or set its `encoding:` under `file:` in the "
        "mapping.",
        row=row,
    )


def _check_declared(path: Path, declared: str, marked: str | None) -> str:
    if declared in {"utf-8", "utf-8-sig"}:
        evidence = examine(path) if marked in {None, "utf-8"} else Utf8Evidence(bad=1, first_byte=0xFF)
        if not evidence.is_utf8:
            raise _not_utf8(path, evidence, marked)
        return "utf-8"
    if marked is not None and not declared.startswith(marked):
        raise _contradiction(declared, marked)
    if is_single_byte(declared):
        evidence = examine(path)
        if evidence.sequences > 1 and evidence.bad == 0:
            raise _contradiction(declared, "utf-8")
    return declared


def _not_utf8(path: Path, evidence: Utf8Evidence, marked: str | None) -> Exception:
    found = opinion(evidence.words, evidence.lines)
    other = marked or (found.ranked[0][0] if found.sure else None)
    step = f"Set `encoding: {other}`" if other else "Save it as UTF-8, or set its `encoding:`"
    row = row_at(path, evidence.first_at)
    return refused(
        Code.FILE_ENCODING,
        f"The file is not UTF-8 (byte 0x{evidence.first_byte:02X} on row {row}). {step} under `file:` in the mapping.",
        row=row,
    )


def _contradiction(declared: str, found: str) -> Exception:
    return refused(
        Code.FILE_ENCODING,
        f"The mapping says `encoding: {declared}`, but the file is {shown_encoding(found)}; accented letters would turn "
        f"into nonsense. Set `encoding: {found}` under `file:` in the mapping.",
    )


def _utf16_without_mark(head: bytes) -> str | None:
    half = len(head) // 2
    if half < 4:
        return None
    even, odd = head[0 : 2 * half : 2].count(0), head[1 : 2 * half : 2].count(0)
    if odd > _UTF16_SHARE * half and even < odd / 10:
        return "utf-16-le"
    if even > _UTF16_SHARE * half and odd < even / 10:
        return "utf-16-be"
    return None
