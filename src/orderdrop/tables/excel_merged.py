"""Cells merged over several rows: the value stands in the first of them only, and is filled down where that is declared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from orderdrop.tables.excel_marks import Range, column_letters


@dataclass(slots=True, kw_only=True)
class Merged:
    """The ranges of more than one row, by their first column; cells merged within one row cover nothing below them.

    `values` keeps the text of a range that reaches into later chunks.
    """

    ranges: dict[int, list[Range]]
    fill: bool
    values: dict[Range, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        parsed: Sequence[tuple[tuple[int, int], tuple[int, int]]],
        scanned: Sequence[Range],
        *,
        end: tuple[int, int] | None,
        fill: bool,
    ) -> Self:
        """The ranges that the parser knows, or else those that the scan found; `end` is the last cell of the sheet, from 0."""
        known = [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in parsed] or scanned
        last_row, last_column = (end[0] + 1, end[1]) if end else (0, -1)
        ranges: dict[int, list[Range]] = {}
        for top, left, bottom, right in sorted(known):
            clipped = (top, left, min(bottom, last_row), min(right, last_column))
            if clipped[2] > top and left <= clipped[3]:
                ranges.setdefault(left, []).append(clipped)
        return cls(ranges=ranges, fill=fill)

    def count(self) -> int:
        """How many ranges there are."""
        return sum(map(len, self.ranges.values()))

    def filled(self, column: int, texts: Sequence[str], first: int) -> Sequence[str]:
        """A column in which every row of a range has the value of its first row, where that is declared."""
        if not self.fill or column not in self.ranges:
            return texts
        behind = first + len(texts)
        changed = list(texts)
        for one in self.ranges[column]:
            top, _, bottom, _ = one
            if first <= top < behind:
                self.values[one] = texts[top - first]
            for row in range(max(top + 1, first), min(bottom + 1, behind)):
                changed[row - first] = self.values.get(one, "")  # what a covered cell holds, nobody sees
        return changed

    def covered(self, first: int, chunk: Sequence[Sequence[Any]]) -> Iterator[tuple[int, int, str]]:
        """Row, column and range of every cell of a range that was not filled down and has rows with content below its first.

        The first row counts too: what belongs to it is in the rows below, and must not be sent without them.
        """
        if self.fill:
            return
        behind = first + len(chunk)
        for ranges in self.ranges.values():
            for top, left, bottom, right in ranges:
                shown = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
                rows = range(max(top, first), min(bottom + 1, behind))
                below = [row for row in rows if row > top and any(map(_has_content, chunk[row - first]))]
                if not below and first <= top and bottom < behind:
                    continue
                if first <= top < behind:
                    yield top, left, shown
                for row in below:
                    for column in range(left, right + 1):
                        yield row, column, shown


def _has_content(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None
