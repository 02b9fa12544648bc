"""A file of any encoding as blocks of UTF-8."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_ASCII = bytes(range(128))


def ends_in_line_end(path: Path) -> bool:
    """Whether the last character of a file, a Ctrl-Z aside, ends a line."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8))
        return file.read().replace(b"\0", b"").rstrip(b"\x1a").endswith((b"\n", b"\r"))


def is_single_byte(encoding: str) -> bool:
    """Whether every byte is one character, the ones of ASCII as usual."""
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
    shortcut = is_single_byte(encoding)
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
