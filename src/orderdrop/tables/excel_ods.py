"""A scan of one sheet of an OpenDocument spreadsheet, which says in words how every number is shown.

Runs inside the child process only. A document type is refused, so that no entity can grow or reach outside.
"""

import re
import zipfile
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from orderdrop.tables.excel_marks import Kind, Marks, Range
from orderdrop.tables.excel_numbers import Forms

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)|Err:\d{3}")
_WHOLE = re.compile(r"\d{1,15}(?:\.0+)?")
# Letters right before the digits, or signs between them: as `excel_numbers` judges the formats of Excel.
_IDENTIFIES = re.compile(r"(?:.*[^\W\d_][-_/#]?)?\d+(?:[-/_:]\d+)*")
_BLOCK_BYTES = 1024 * 1024
_COLUMNS = 16_384
_ROWS = 1_048_576
_SHOWN_CHARS = 64
_REPEATED = 1_000_000


class DoctypeError(ValueError):
    """The document declares a type or entities of its own."""


def scan(path: str, sheet: str) -> Marks:
    """What the sheet says beside its values. Raises DoctypeError, and ValueError for XML that is not well-formed."""
    walk = _Walk(sheet)
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as file:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.StartElementHandler = walk.start
        parser.EndElementHandler = walk.end
        parser.CharacterDataHandler = walk.text
        try:
            while not walk.done and (block := file.read(_BLOCK_BYTES)):
                parser.Parse(block, False)
        except expat.ExpatError as error:
            raise ValueError(str(error)) from None
    walk.marks.merged = walk.merged
    return walk.marks


def _refuse(*_: Any) -> None:
    raise DoctypeError("a document type is declared")


class _Walk:
    """The place in the sheet, while its elements go by."""

    def __init__(self, sheet: str) -> None:
        self.marks = Marks()
        self.merged: list[Range] = []
        self.done = False
        self._sheet = sheet
        self._inside = False
        self._depth = 0  # of tables within the sheet's own
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._row_hidden = self._row_filled = False
        self._cell: dict[str, str] | None = None
        self._shown: list[str] = []
        self._skipped = 0  # levels of annotations and drawings, whose text is not the cell's
        self._paragraphs = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == _TABLE + "table":
            if self._inside:
                self._depth += 1
            else:
                self._inside = attributes.get(_TABLE + "name") == self._sheet
            return
        if not self._inside or self._depth:
            return
        if name in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            self._columns = _count(attributes.get(_TABLE + "number-columns-repeated"), _COLUMNS)
            self._cell, self._shown = attributes, []
        elif name == _TABLE + "table-row":
            self._rows = _count(attributes.get(_TABLE + "number-rows-repeated"), _ROWS)
            self._row_hidden = attributes.get(_TABLE + "visibility", "visible") != "visible"
            self._row_filled, self._column = False, 0
        elif name == _TABLE + "table-column":
            self._hide_columns(attributes)
        elif self._cell is not None and name in (_OFFICE + "annotation", _TABLE + "shapes"):
            self._skipped += 1
        elif self._cell is not None and name == _TEXT + "p" and not self._skipped:
            self._paragraphs += 1
            if self._shown:
                self._shown.append("\n")

    def end(self, name: str) -> None:
        """An element ends."""
        if not self._inside:
            return
        if name == _TABLE + "table":
            self.done = not self._depth
            self._inside = bool(self._depth)
            self._depth -= 1 if self._depth else 0
        elif self._depth:
            return
        elif name in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            self._end_of_cell()
        elif name == _TABLE + "table-row":
            if self._row_hidden and self._row_filled:
                self.marks.hidden_rows.update(range(self._row + 1, self._row + 1 + self._rows))
            self._row = min(self._row + self._rows, _ROWS)
        elif name in (_OFFICE + "annotation", _TABLE + "shapes") and self._skipped:
            self._skipped -= 1
        elif name == _TEXT + "p" and self._paragraphs:
            self._paragraphs -= 1

    def text(self, data: str) -> None:
        """What stands between two tags."""
        if self._paragraphs and not self._skipped:
            self._shown.append(data)

    def _hide_columns(self, attributes: dict[str, str]) -> None:
        count = _count(attributes.get(_TABLE + "number-columns-repeated"), _COLUMNS)
        if attributes.get(_TABLE + "visibility", "visible") != "visible":
            self.marks.hidden_columns.update(range(self._column, self._column + count))
        self._column = min(self._column + count, _COLUMNS)

    def _end_of_cell(self) -> None:
        cell, shown = self._cell or {}, "".join(self._shown)
        kind = cell.get(_OFFICE + "value-type")
        formula = (_TABLE + "formula") in cell
        self._row_filled |= bool(kind or formula or shown)
        covers = [
            _count(cell.get(_TABLE + f"number-{what}-spanned"), most)
            for what, most in (("rows", _ROWS), ("columns", _COLUMNS))
        ]
        if covers != [1, 1]:
            row, column = self._row + 1, self._column
            self.merged.append((row, column, row + covers[0] - 1, column + covers[1] - 1))
        if cell.get(_CALC + "value-type") == "error" or (
            _ERROR.fullmatch(shown) and (formula or kind != "string")
        ):
            self._each(lambda row, column: self.marks.suspect(row, column, Kind.ERROR, shown))
        elif formula and kind is None:
            self._each(lambda row, column: self.marks.suspect(row, column, Kind.FORMULA))
        elif kind == "float" and (forms := _forms(cell.get(_OFFICE + "value", ""), shown)):
            self._each(lambda row, column: self.marks.show(row, column, forms))
        self._cell = None
        self._column = min(self._column + self._columns, _COLUMNS)

    def _each(self, mark: Callable[[int, int], None]) -> None:
        if self._rows * self._columns > _REPEATED:
            raise ValueError("a cell is repeated over more than a sheet of orders could have")
        for row in range(self._row + 1, self._row + 1 + self._rows):
            for column in range(self._column, self._column + self._columns):
                mark(row, column)


def _count(text: str | None, most: int) -> int:
    return min(max(int(text), 1), most) if text and text.isdecimal() else 1


def _forms(value: str, shown: str) -> Forms:
    """The text that is shown, where it tells more than the number itself."""
    if not _WHOLE.fullmatch(value) or len(shown) > _SHOWN_CHARS or not _IDENTIFIES.fullmatch(shown):
        return ()
    number, digits = str(int(float(value))), re.sub(r"\D", "", shown)
    return (("", shown),) if shown != number and digits.lstrip("0") == number.lstrip("0") else ()
