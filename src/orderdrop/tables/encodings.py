"""Which encoding a text file is in, judged on the whole file and never guessed without a remark."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from orderdrop.core.problems import Code
from orderdrop.tables.careful import shown_encoding
from orderdrop.tables.letters import opinion
from orderdrop.tables.limits import MIB
from orderdrop.tables.pieces import refused

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ASCII = bytes(range(128))
_CUT_SEQUENCE = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
_WORD = re.compile(rb"[A-Za-z\x80-\xff']*[\x80-\xff][A-Za-z\x80-\xff']*")
_WORD_REACH = 24
_WORDS_A_BLOCK = 200
_WORDS = 3_000
_LINES = 50
_LINE_BYTES = 2_000
_MIXED_FACTOR = 20  # this many bad bytes to one sound sequence: the sound ones are chance
_UTF16_SHARE = 0.3


@dataclass(slots=True)
class Utf8Evidence:
    """What a walk over all bytes found: sound UTF-8 sequences, bytes that are none, and where the first of those is.

    `words` are some words with bytes past ASCII and how often they stand there, `lines` some lines with such.
    """

    sequences: int = 0
    bad: int = 0
    cut_end: bool = False
    first_byte: int = 0
    first_at: int = 0
    words: Counter[bytes] = field(default_factory=Counter)
    lines: list[bytes] = field(default_factory=list)

    @property
    def is_utf8(self) -> bool:
        """Whether the file as a whole is UTF-8, broken rows aside."""
        return self.bad <= self.sequences * _MIXED_FACTOR


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
    if _is_single_byte(declared):
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


def examine(path: Path) -> Utf8Evidence:
    """Walk over the whole file; sound text costs next to nothing, any other is walked over twice."""
    evidence = Utf8Evidence()
    if _is_sound(path, evidence):
        return evidence
    evidence = Utf8Evidence()
    at = 0
    for block, final in _blocks(path):
        if not block.isascii():
            _examine_block(block, evidence, at, final=final)
        at += len(block)
    if evidence.cut_end and evidence.bad == 0:
        # Cut off in the middle of a letter: UTF-8 all the same, the last row is the broken one.
        evidence.bad, evidence.sequences = 1, max(evidence.sequences, 1)
    return evidence


def ends_in_line_end(path: Path) -> bool:
    """Whether the last character of a file, a Ctrl-Z aside, ends a line."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8))
        return file.read().replace(b"\0", b"").rstrip(b"\x1a").endswith((b"\n", b"\r"))


def _is_sound(path: Path, evidence: Utf8Evidence) -> bool:
    try:
        for block, _ in _blocks(path):
            if not block.isascii():
                block.decode("utf-8")
                evidence.sequences = evidence.sequences or _leads(block)  # a few will do
    except UnicodeDecodeError:
        return False
    return True


def row_at(path: Path, position: int) -> int:
    """The number of the row in which a byte stands."""
    with path.open("rb") as file:
        newlines = returns = 0
        while position > 0 and (block := file.read(min(MIB, position))):
            newlines += block.count(b"\n")
            returns += block.count(b"\r")
            position -= len(block)
    return 1 + (newlines or returns)


def _examine_block(block: bytes, evidence: Utf8Evidence, at: int, *, final: bool) -> None:
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = _CUT_SEQUENCE.search(block[-3:]) if final else None
        if cut is not None and len(block) - len(cut[0]) == error.start:
            evidence.cut_end = True
            evidence.sequences += _sequences(block)[0]
            return
        if evidence.bad == 0:
            evidence.first_byte = block[error.start]
            evidence.first_at = at + error.start
        sequences, bad = _sequences(block)
        evidence.sequences += sequences
        evidence.bad += bad
        _collect_words(block, evidence)
    else:
        evidence.sequences += _leads(block)


def _leads(block: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(block, dtype=np.uint8) >= 0xC2))


def _sequences(block: bytes) -> tuple[int, int]:
    """How many sound UTF-8 sequences a block has, and how many bytes past ASCII belong to none."""
    data = np.frombuffer(block, dtype=np.uint8)
    places = np.flatnonzero(data >= 0x80)
    lead = data[places]
    follows = np.zeros((3, len(places)), dtype=bool)  # whether the 1, 2, 3 bytes behind go on with a sequence
    for step in range(3):
        reach = step + 1
        if len(places) > reach:
            near = places[reach:] == places[:-reach] + reach
            follows[step, :-reach] = near & ((lead[reach:] & 0xC0) == 0x80)
            if step:
                follows[step] &= follows[step - 1]
    two = (lead >= 0xC2) & (lead <= 0xDF) & follows[0]
    three = (lead >= 0xE0) & (lead <= 0xEF) & follows[1]
    four = (lead >= 0xF0) & (lead <= 0xF4) & follows[2]
    counts = [int(np.count_nonzero(found)) for found in (two, three, four)]
    return sum(counts), len(places) - 2 * counts[0] - 3 * counts[1] - 4 * counts[2]


def _collect_words(block: bytes, evidence: Utf8Evidence) -> None:
    if evidence.words.total() >= _WORDS:
        return
    places = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) >= 0x80)
    for place in places[:: max(1, len(places) // _WORDS_A_BLOCK)][:_WORDS_A_BLOCK].tolist():
        start = max(0, place - _WORD_REACH)
        around = block[start : place + _WORD_REACH]
        word = next((found for found in _WORD.finditer(around) if found.end() > place - start), None)
        if word is not None:
            evidence.words[word[0].strip(b"'")] += 1
        if len(evidence.lines) < _LINES:
            begin = max(block.rfind(b"\n", 0, place), block.rfind(b"\r", 0, place)) + 1
            end = block.find(b"\n", place)
            line = block[begin : end if end >= 0 else len(block)].rstrip(b"\r")
            if len(line) <= _LINE_BYTES:
                evidence.lines.append(line)


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
