"""Cells that calamine shows as blank though a person sees something: Excel errors, and formulas without a saved result.

Calamine gives "" for both, which would lose a value silently, so the sheet's XML is walked once as bytes. Runs inside
the child process only: the file is hostile until shown otherwise.
"""

import html
import re
import zipfile
from collections.abc import Iterator

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\s([^>]*?\bt=["']e["'][^>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v[^>]*>([^<]*)<""",
    re.DOTALL,
)
_UNSAVED = re.compile(
    rb"<(?:\w+:)?c\s([^>]*[^>/])>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_TEXT_RESULT = re.compile(rb"""\bt=["']str["']""")
_BLOCK_BYTES = 4 * 1024 * 1024
UNSAVED = "formula"


def suspects(path: str, sheet: str) -> dict[int, tuple[int, str]] | None:
    """Physical row: column index from 0 and the error's text, `UNSAVED` for a formula without result; one per row.

    None where the sheet's part cannot be found, so nothing can be said.
    """
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return None
        found: dict[int, tuple[int, str]] = {}
        for block in _blocks(archive, part):
            if b'="e"' in block or b"='e'" in block:
                for match in _ERROR.finditer(block):
                    _note(found, match[1], match[2].decode("utf-8", "replace"))
            if b"<f" in block or b":f" in block:
                for match in _UNSAVED.finditer(block):
                    # t="str" with an empty value is a formula whose result is the empty text.
                    if not _TEXT_RESULT.search(match[1]):
                        _note(found, match[1], UNSAVED)
        return found


def _note(found: dict[int, tuple[int, str]], attributes: bytes, text: str) -> None:
    place = _PLACE.search(attributes)
    if place is not None:
        found.setdefault(int(place[2]), (column_index(place[1].decode()), text))


def column_index(letters: str) -> int:
    """The index from 0 of a column as a spreadsheet letters it: "A" -> 0, "AA" -> 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letters(index: int) -> str:
    """The letters of a column by its index from 0: 0 -> "A", 26 -> "AA"."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    carry = b""
    with archive.open(part) as file:
        while block := file.read(_BLOCK_BYTES):
            block = carry + block
            cut = max(block.rfind(b"</row>"), block.rfind(b":row>")) + 1
            carry = block[cut:] if cut else block[-_BLOCK_BYTES:]
            yield block[:cut]
    yield carry


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    names = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}
    relations = {
        found.get("Id"): found.get("Target", "")
        for found in _elements(archive, names.get("xl/_rels/workbook.xml.rels"), _RELATION)
    }
    for found in _elements(archive, names.get("xl/workbook.xml"), _SHEET):
        if found.get("name") == sheet:
            identity = next((value for key, value in found.items() if key.endswith(":id")), "")
            target = relations.get(identity, "").replace("\\", "/")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return names.get(part.lower())
    return None


def _elements(
    archive: zipfile.ZipFile, part: str | None, pattern: re.Pattern[str]
) -> Iterator[dict[str, str]]:
    if part is None:
        return
    text = archive.read(part).decode("utf-8", "replace")
    for match in pattern.finditer(text):
        yield {key: html.unescape(double or single) for key, double, single in _ATTRIBUTE.findall(match[0])}
