"""What a workbook says beside its values: errors, unsaved formulas, number formats, merged and hidden cells.

The parser of workbooks tells none of these, so each format has a scan of its own. Rows count from 1 as the sheet shows
them, columns from 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from orderdrop.tables.excel_numbers import Forms

Range: TypeAlias = tuple[int, int, int, int]
"""First row, first column, last row, last column."""


class Kind(StrEnum):
    """Why a cell, or a whole row, is marked."""

    ERROR = "error"  # the text is the error: #N/A
    FORMULA = "formula"  # without a saved result
    NUMBER = "number"  # longer than a workbook keeps; the text is what is left of it
    DAY = "day"  # the 29 February that 1900 did not have
    MERGED = "merged"  # covered by a merged range, which is the text
    HIDDEN = "hidden"  # the row, whatever its column


@dataclass(slots=True, kw_only=True)
class Marks:
    """What a scan of one sheet found.

    `shown` leads a cell (column, then row) to the form in which its number is shown: see `excel_numbers.shown_as`.
    `unplaced` counts errors and unsaved formulas of which the sheet does not say in which cell they stand.
    `blind_to` names, in words, what could not be looked for.
    """

    suspects: dict[int, dict[int, tuple[Kind, str]]] = field(default_factory=dict)
    shown: dict[int, dict[int, Forms]] = field(default_factory=dict)
    merged: Sequence[Range] = ()
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    unplaced: int = 0
    blind_to: frozenset[str] = frozenset()

    def suspect(self, row: int, column: int, kind: Kind, text: str = "") -> None:
        """Mark a cell; the first mark counts."""
        self.suspects.setdefault(row, {}).setdefault(column, (kind, text))

    def show(self, row: int, column: int, forms: Forms) -> None:
        """Say in which form the number of a cell is shown."""
        self.shown.setdefault(column, {})[row] = forms


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
