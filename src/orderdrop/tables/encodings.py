"""Which encoding a text file is in, judged on the whole file and never guessed without a remark."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from orderdrop.core.problems import Code
from orderdrop.tables.careful import shown_encoding
from orderdrop.tables.limits import MIB
from orderdrop.tables.pieces import refused

FALLBACK = "cp1252"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ASCII = bytes(range(128))
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_CUT_SEQUENCE = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
# What Western European text in cp1252 is made of: letters, euro, dashes, curly quotes, degree, no-break space.
_WESTERN = frozenset(range(0xC0, 0x100)) | frozenset(
    bytes.fromhex(
        "80 85 8C 91 92 93 94 95 96 97 99 9C A0 A1 A3 A7 A9 AA AB AE B0 B1 B2 B3 B4 B5 B7 BA BB BC BD BE BF"
    )
)
_EVIDENCE_BYTES = 64 * 1024
_MIXED_FACTOR = 20  # this many bad bytes to one sound sequence: the sound ones are chance
_UTF16_SHARE = 0.3


@dataclass(slots=True)
class Utf8Evidence:
    """What a walk over all bytes found: sound UTF-8 sequences, bytes that are none, and the first of those."""

    sequences: int = 0
    bad: int = 0
    cut_end: bool = False
    first_byte: int = 0
    first_row: int = 0
    high: bytearray = field(default_factory=bytearray)  # runs of bytes from 0x80 up, separated by blanks

    @property
    def is_utf8(self) -> bool:
        """Whether the file as a whole is UTF-8, broken rows aside."""
        return self.bad <= self.sequences * _MIXED_FACTOR


def decide(path: Path, declared: str | None) -> tuple[str, list[str]]:
    """The encoding to read with and remarks; raises FileRefused where the declared or the only likely one is wrong."""
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
    where = f"byte 0x{evidence.first_byte:02X} on row {evidence.first_row}"
    if _looks_western(bytes(evidence.high)):
        guess = f"The file is not UTF-8 ({where}), so it was read as {FALLBACK}."
        return FALLBACK, [f"{guess} If letters look wrong, set `encoding:` under `file:` in the mapping."]
    raise refused(
        Code.FILE_ENCODING,
        f"The file is not UTF-8 ({where}) and does not look like Western European text either. Save it as UTF-8, or "
        "set its `encoding:` under `file:` in the mapping.",
        row=evidence.first_row,
    )


def _check_declared(path: Path, declared: str, marked: str | None) -> str:
    if declared in {"utf-8", "utf-8-sig"}:
        evidence = (
            examine(path) if marked in {None, "utf-8"} else Utf8Evidence(bad=1, first_byte=0xFF, first_row=1)
        )
        if not evidence.is_utf8:
            raise _not_utf8(evidence, marked)
        return "utf-8"
    if marked is not None and not declared.startswith(marked):
        raise _contradiction(declared, marked)
    if _is_single_byte(declared):
        evidence = examine(path)
        if evidence.sequences > 1 and evidence.bad == 0:
            raise _contradiction(declared, "utf-8")
    return declared


def _not_utf8(evidence: Utf8Evidence, marked: str | None) -> Exception:
    other = marked or (FALLBACK if _looks_western(bytes(evidence.high)) else None)
    step = f"Set `encoding: {other}`" if other else "Save it as UTF-8, or set its `encoding:`"
    return refused(
        Code.FILE_ENCODING,
        f"The file is not UTF-8 (byte 0x{evidence.first_byte:02X} on row {evidence.first_row}). "
        f"{step} under `file:` in the mapping.",
        row=evidence.first_row,
    )


def _contradiction(declared: str, found: str) -> Exception:
    return refused(
        Code.FILE_ENCODING,
        f"The mapping says `encoding: {declared}`, but the file is {shown_encoding(found)}; accented letters would turn "
        f"into nonsense. Set `encoding: {found}` under `file:` in the mapping.",
    )


def examine(path: Path) -> Utf8Evidence:
    """Walk over the whole file once; sound ASCII costs next to nothing."""
    evidence = Utf8Evidence()
    row = 1
    for block, final in _blocks(path):
        if not block.isascii():
            _examine_block(block, evidence, row, final=final)
        if evidence.bad == 0:
            row += _line_ends(block)
    if evidence.cut_end and evidence.bad == 0:
        # Cut off in the middle of a letter: UTF-8 all the same, the last row is the broken one.
        evidence.bad, evidence.sequences = 1, max(evidence.sequences, 1)
    return evidence


def _examine_block(block: bytes, evidence: Utf8Evidence, row: int, *, final: bool) -> None:
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = _CUT_SEQUENCE.search(block[-3:]) if final else None
        if cut is not None and len(block) - len(cut[0]) == error.start:
            evidence.cut_end = True
            evidence.sequences += len(_SEQUENCE.findall(block))
            return
        if evidence.bad == 0:
            evidence.first_byte = block[error.start]
            evidence.first_row = row + _line_ends(block[: error.start])
        sound = _SEQUENCE.findall(block)
        evidence.sequences += len(sound)
        evidence.bad += len(block.translate(None, _ASCII)) - sum(map(len, sound))
    else:
        evidence.sequences += len(block.decode("utf-8")) - len(block.translate(None, bytes(range(128, 256))))
    if len(evidence.high) < _EVIDENCE_BYTES:
        evidence.high += b" ".join(_HIGH_RUN.findall(block)) + b" "


def _blocks(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Blocks that never end inside a UTF-8 sequence, and whether each is the last."""
    carry = b""
    with path.open("rb") as file:
        block = file.read(MIB)
        while block:
            following = file.read(MIB)
            block = carry + block
            cut = _CUT_SEQUENCE.search(block[-3:]) if following else None
            carry = cut[0] if cut else b""
            yield block[: len(block) - len(carry)], not following
            block = following


def _line_ends(block: bytes) -> int:
    return block.count(b"\n") or block.count(b"\r")


def _looks_western(high: bytes) -> bool:
    runs = high.split()
    letters = b"".join(runs)
    if not letters:
        return False
    western = sum(byte in _WESTERN for byte in letters)
    long_runs = sum(len(run) > 2 for run in runs)
    return western >= 0.9 * len(letters) and long_runs <= 0.1 * len(runs)


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


def _is_single_byte(encoding: str) -> bool:
    try:
        return len(bytes(range(256)).decode(encoding, "replace")) == 256 and _ASCII.decode(encoding).isascii()
    except (UnicodeError, LookupError):
        return False


def utf8_blocks(path: Path, encoding: str, block_bytes: int) -> Iterator[tuple[bytes, bool]]:
    """The file as blocks of UTF-8 and whether each is the last, without byte order marks and without a final Ctrl-Z.

    Bytes that have no meaning in `encoding` become lone surrogates, so that their rows can be named; a file that is
    UTF-8 already is passed on as it is.
    """
    with path.open("rb") as file:
        size = max(block_bytes, 16)  # the first block must hold the marks
        parts = _as_is(file, size) if encoding == "utf-8" else _transcoded(file, encoding, size)
        start, previous = True, b""
        for part in parts:
            block = _without_marks(part) if start else part
            start = start and not block
            if previous:
                yield previous, False
            previous = block
        yield previous.rstrip(b"\x1a"), True


def _without_marks(block: bytes) -> bytes:
    while block.startswith(codecs.BOM_UTF8):
        block = block[3:]
    return block


def _as_is(file: BinaryIO, block_bytes: int) -> Iterator[bytes]:
    while block := file.read(block_bytes):
        yield block


def _transcoded(file: BinaryIO, encoding: str, block_bytes: int) -> Iterator[bytes]:
    codecs.register_error("orderdrop.mark", _mark)
    decoder = codecs.getincrementaldecoder(encoding)("orderdrop.mark")
    shortcut = _is_single_byte(encoding)
    while block := file.read(block_bytes):
        if shortcut and block.isascii():
            yield block
        else:
            yield decoder.decode(block).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Turn each undecodable byte into U+DC00 plus the byte, so that its row can be found and named."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end
