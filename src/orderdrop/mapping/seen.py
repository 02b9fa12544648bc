"""What files show of a mapping's columns: how many cells are blank, which values there are, which of them fit."""

from collections import Counter
from dataclasses import dataclass, field

VALUES_MAX = 1_000
"""So many different values of a column are told apart; then only that there are more."""


@dataclass(slots=True, kw_only=True)
class ColumnSeen:
    """One column in all files; `failing` counts by problem code the cells that do not fit, `says` has a message of each."""

    found: bool = False
    rows: int = 0
    blank: int = 0
    values: Counter[str] = field(default_factory=Counter)
    has_more_values: bool = False
    failing: Counter[str] = field(default_factory=Counter)
    says: dict[str, str] = field(default_factory=dict)

    @property
    def filled(self) -> int:
        """How many cells are not blank."""
        return self.rows - self.blank


@dataclass(slots=True, kw_only=True)
class Seen:
    """What some files show. Columns by the table's name ("" for the first) and their heading in the mapping.

    `others` are headings of the files that the mapping does not name, `skipped` counts the rows of each
    `skip_rows_where`, `refused` says of files that could not be read why, `asked` is what only the mapping can settle.
    Of the `rows` so many could not be read as `not_read` counts; `not_read_says` has the message of the first.
    `cut`: only the first rows were looked at.
    """

    files: list[str] = field(default_factory=list)
    rows: int = 0
    not_read: int = 0
    not_read_says: str = ""
    cut: bool = False
    columns: dict[tuple[str, str], ColumnSeen] = field(default_factory=dict)
    others: dict[str, dict[str, None]] = field(default_factory=dict)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
