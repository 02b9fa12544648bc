"""A scan of one sheet of an .xlsx or .xlsm workbook: its XML walked once, as bytes.

Calamine shows errors and formulas without a saved result as blank, which would lose a value silently, and knows
neither number formats nor hidden rows. Runs inside the child process only: the file is hostile until shown otherwise.
"""

import html
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

from orderdrop.tables.excel_marks import Kind, Marks, column_index
from orderdrop.tables.excel_numbers import Forms, form_of

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_NUMBER_FORMAT = re.compile(r"<(?:\w+:)?numFmt\s[^>]*>")
_CELL_STYLES = re.compile(r"<(?:\w+:)?cellXfs[\s>].*?</(?:\w+:)?cellXfs>", re.DOTALL)
_CELL_STYLE = re.compile(r"<(?:\w+:)?xf[\s/>][^>]*")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\s([^>]*?\bt=["']e["'][^>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v[^>]*>([^<]*)<""",
    re.DOTALL,
)
_UNSAVED = re.compile(
    rb"<(?:\w+:)?c(?=[\s>])([^>]*[^>/]|)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_STYLE = re.compile(rb"""\bs=["']([0-9]{1,6})["']""")
_TEXT_RESULT = re.compile(rb"""\bt=["']str["']""")
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s([^>]*?\bhidden=["'](?:1|true)["'][^>/]*)>""")
_ROW_NUMBER = re.compile(rb"""\br=["']([0-9]{1,7})["']""")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
_BLOCK_BYTES = 4 * 1024 * 1024
_ROW_BYTES = 64 * 1024 * 1024  # a row longer than this is scanned only in part
_STYLES_BYTES = 32 * 1024 * 1024
_COLUMNS = 16_384
_HOW_SHOWN = "how its numbers are shown"


def scan(path: str, sheet: str) -> Marks | None:
    """What the sheet says beside its values; None where its part cannot be found, so that nothing can be said."""
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return None
        marks = Marks()
        forms = _forms(archive, marks)
        shown = _Shown.of(forms) if forms else None
        prefixed: bool | None = None
        for block in _blocks(archive, part):
            if prefixed is None:  # as far as the element around all rows
                prefixed = b":sheetData" in block
            # rfind says the same as `in`, in half the time
            if block.rfind(b'="e"') >= 0 or (block.rfind(b"'") >= 0 and block.rfind(b"='e'") >= 0):
                for match in _ERROR.finditer(block):
                    _suspect(marks, match[1], Kind.ERROR, match[2].decode("utf-8", "replace"))
            if block.rfind(b":f" if prefixed else b"<f") >= 0:
                for match in _UNSAVED.finditer(block):
                    # t="str" with an empty value is a formula whose result is the empty text.
                    if not _TEXT_RESULT.search(match[1]):
                        _suspect(marks, match[1], Kind.FORMULA)
            if block.rfind(b"hidden=") >= 0:
                _hidden(block, marks)
            if shown is not None:
                shown.note(block, marks)
        return marks


def _suspect(marks: Marks, attributes: bytes, kind: Kind, text: str = "") -> None:
    place = _PLACE.search(attributes)
    if place is None:
        marks.unplaced += 1
    else:
        marks.suspect(int(place[2]), column_index(place[1].decode()), kind, text)


def _hidden(block: bytes, marks: Marks) -> None:
    for row in _HIDDEN_ROW.finditer(block):
        number = _ROW_NUMBER.search(row[1])
        if number is None:
            marks.blind_to |= {"which of its rows are hidden"}
        else:
            marks.hidden_rows.add(int(number[1]))
    for match in _COLUMN.finditer(block):
        column = _attributes(match[0].decode("utf-8", "replace"))
        first, last = column.get("min", ""), column.get("max", "")
        if column.get("hidden") in ("1", "true") and first.isdecimal() and last.isdecimal():
            marks.hidden_columns.update(range(int(first) - 1, min(int(last), _COLUMNS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What finds the cells of the styles that have a form: `usual` as nearly every program writes them, `any_way` else.

    A block in which `marks_of` the styles stand more often than `usual` finds them is walked the slow way.
    """

    forms: Mapping[int, Forms]
    usual: re.Pattern[bytes]
    any_way: re.Pattern[bytes]
    marks_of: Sequence[bytes]

    @classmethod
    def of(cls, forms: Mapping[int, Forms]) -> Self:
        numbers = "|".join(map(str, forms))
        return cls(
            forms=forms,
            usual=re.compile(rf'<c r="([A-Z]{{1,3}})([0-9]{{1,7}})" s="({numbers})"([^>]*)>'.encode()),
            any_way=re.compile(rf"""<(?:\w+:)?c\s([^>]*?\bs=["'](?:{numbers})["'][^>/]*)>""".encode()),
            marks_of=[f's="{number}"'.encode() for number in forms],
        )

    def note(self, block: bytes, marks: Marks) -> None:
        """Mark the cells of a block that are not blank."""
        found = self.usual.findall(block)
        if len(found) == sum(map(block.count, self.marks_of)) and block.rfind(b"s='") < 0:
            columns: dict[bytes, dict[int, Forms]] = defaultdict(dict)
            by_style = {str(style).encode(): forms for style, forms in self.forms.items()}
            for letters, number, style, rest in found:
                if rest[-1:] != b"/":
                    columns[letters][int(number)] = by_style[style]
            for letters, rows in columns.items():
                marks.shown.setdefault(_index(letters), {}).update(rows)
            return
        for attributes in self.any_way.findall(block):
            place, named = _PLACE.search(attributes), _STYLE.search(attributes)
            if place is None:
                marks.blind_to |= {_HOW_SHOWN}
            elif named is not None:
                marks.show(int(place[2]), _index(place[1]), self.forms[int(named[1])])


@cache
def _index(letters: bytes) -> int:
    return column_index(letters.decode())


def _forms(archive: zipfile.ZipFile, marks: Marks) -> dict[int, Forms]:
    """The forms of the cell styles that have one, by the style's position."""
    part = named_parts(archive).get("xl/styles.xml")
    if part is None:
        return {}
    if archive.getinfo(part).file_size > _STYLES_BYTES:
        marks.blind_to |= {_HOW_SHOWN}
        return {}
    text = archive.read(part).decode("utf-8", "replace")
    codes = {
        code.get("numFmtId"): code.get("formatCode", "")
        for code in map(_attributes, _NUMBER_FORMAT.findall(text))
    }
    cells = _CELL_STYLES.search(text)
    styles = _CELL_STYLE.findall(cells[0]) if cells else []
    found = {
        at: form_of(codes.get(_attributes(style).get("numFmtId"), "")) for at, style in enumerate(styles)
    }
    return {at: forms for at, forms in found.items() if forms}


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    carry = b""
    with archive.open(part) as file:
        while block := file.read(_BLOCK_BYTES):
            block = carry + block
            cut = block.rfind(b"row>") + 1
            carry = block[cut:] if cut else block[-_ROW_BYTES:]
            yield block[:cut]
    yield carry


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    names = named_parts(archive)
    targets = relations(archive, names.get("xl/_rels/workbook.xml.rels"))
    for found in _elements(archive, names.get("xl/workbook.xml"), _SHEET):
        if found.get("name") == sheet:
            identity = next((value for key, value in found.items() if key.endswith(":id")), "")
            target = targets.get(identity, "").replace("\\", "/")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return names.get(part.lower())
    return None


def relations(archive: zipfile.ZipFile, part: str | None) -> dict[str, str]:
    """Where the identities of a part of relations lead."""
    return {found.get("Id", ""): found.get("Target", "") for found in _elements(archive, part, _RELATION)}


def named_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The parts of a workbook by their names in lower case and with slashes, whatever the program that wrote them."""
    return {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}


def _elements(
    archive: zipfile.ZipFile, part: str | None, pattern: re.Pattern[str]
) -> Iterator[dict[str, str]]:
    if part is None:
        return
    text = archive.read(part).decode("utf-8", "replace")
    for match in pattern.finditer(text):
        yield _attributes(match[0])


def _attributes(element: str) -> dict[str, str]:
    return {key: html.unescape(double or single) for key, double, single in _ATTRIBUTE.findall(element)}
