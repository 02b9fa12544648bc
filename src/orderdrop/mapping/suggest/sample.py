"""What the suggester looks at: the headings and some rows, and each column on its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

_DISTINCT_MOST = 250
_LONGEST = 200  # characters of a cell: what is longer is a text whatever comes behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Some rows of a file as text, column by column, and how the file was read.

    `rows` are those that were looked at; `whole` says whether they are all that the file has. `file_keys` are lines under
    `file:` that the mapping needs so that the file is read the same way again.
    """

    name: str
    headings: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    rows: int
    whole: bool = True
    read_rows: int | None = None  # how far the file was read, where it goes on behind
    spreadsheet: bool = False
    file_keys: tuple[tuple[str, object], ...] = ()
    repeated: tuple[str, ...] = ()  # headings that stand twice or more


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One column: its cells trimmed and cut, and the distinct ones that are not blank, in order of appearance."""

    heading: str
    cells: tuple[str, ...] = field(repr=False)
    values: tuple[str, ...]
    filled: int
    distinct: int

    @property
    def blank_share(self) -> float:
        """How much of the column is blank."""
        return 1 - self.filled / len(self.cells) if self.cells else 1.0


def profile(heading: str, cells: Sequence[str]) -> Profile:
    """Look at one column."""
    trimmed = tuple(cell.strip()[:_LONGEST] for cell in cells)
    distinct = tuple(dict.fromkeys(cell for cell in trimmed if cell))
    return Profile(
        heading=heading,
        cells=trimmed,
        values=distinct[:_DISTINCT_MOST],
        filled=sum(1 for cell in trimmed if cell),
        distinct=len(distinct),
    )
