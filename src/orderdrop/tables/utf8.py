"""How much of a file is UTF-8: a walk over all its bytes, which also keeps some words and lines that are not."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from orderdrop.tables.limits import MIB

_CUT_SEQUENCE = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
_WORD = re.compile(rb"[A-Za-z\x80-\xff']*[\x80-\xff][A-Za-z\x80-\xff']*")
_BLOCK_BYTES = MIB // 4  # fits the processor's cache
_WORD_REACH = 24
_WORDS_A_BLOCK = 50
_WORDS = 1_000
_LINES = 50
_LINE_BYTES = 2_000
_MIXED_FACTOR = 20  # this many bad bytes to one sound sequence: the sound ones are chance


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
    if evidence.bad == 0:
        try:
            block.decode("utf-8")
        except UnicodeDecodeError as error:
            cut = _CUT_SEQUENCE.search(block[-3:]) if final else None
            if cut is not None and len(block) - len(cut[0]) == error.start:
                evidence.cut_end = True
                evidence.sequences += _sequences(block)[0]
                return
            evidence.first_byte = block[error.start]
            evidence.first_at = at + error.start
        else:
            evidence.sequences += _leads(block)
            return
    sequences, bad = _sequences(block)
    evidence.sequences += sequences
    evidence.bad += bad
    if bad:
        _collect_words(block, evidence)


def _leads(block: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(block, dtype=np.uint8) >= 0xC2))


def _sequences(block: bytes) -> tuple[int, int]:
    """How many sound UTF-8 sequences a block has, and how many bytes past ASCII belong to none."""
    data = np.frombuffer(block, dtype=np.uint8)
    past = data >= 0x80
    neighbours = past[:-1] & past[1:]
    if not neighbours.any():  # no sequence is of one byte
        return 0, int(np.count_nonzero(past))
    starts = np.flatnonzero(neighbours)
    lead = data[starts]
    sound = np.ones(len(starts), dtype=bool)
    counts = []
    for step, (first, last) in enumerate(((0xC2, 0xDF), (0xE0, 0xEF), (0xF0, 0xF4)), start=1):
        at = starts + step
        sound &= at < len(data)
        sound &= (data[np.minimum(at, len(data) - 1)] & 0xC0) == 0x80
        counts.append(int(np.count_nonzero((lead >= first) & (lead <= last) & sound)))
    return sum(counts), int(np.count_nonzero(past)) - 2 * counts[0] - 3 * counts[1] - 4 * counts[2]


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
        block = file.read(_BLOCK_BYTES)
        while block:
            following = file.read(_BLOCK_BYTES)
            block = carry + block
            cut = _CUT_SEQUENCE.search(block[-3:]) if following else None
            carry = cut[0] if cut else b""
            yield block[: len(block) - len(carry)], not following
            block = following
