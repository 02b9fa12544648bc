"""Physical row numbers: sets of them, written the way people write them ("2-4,9"), and rows of a drop's further tables.

A row of a drop's first table is its own number. Where a drop has several tables, a row of the n-th (from 0) is
numbered n * TABLE_ROWS higher, so that one number names a row of the whole drop and both parts can be read from it.
"""

from collections.abc import Iterable, Iterator

TABLE_ROWS = 100_000_000
"""More rows than a table may have."""


def in_drop(table: int, row: int) -> int:
    """The number that a row of the drop's n-th table (from 0) goes by."""
    return table * TABLE_ROWS + row


def in_table(row: int) -> tuple[int, int]:
    """The table (from 0) that a row belongs to, and its physical number there."""
    return divmod(row, TABLE_ROWS)


def said(row: int) -> str:
    """A row as sentences name it: "7", or "7 of table 2"."""
    table, number = in_table(row)
    return f"{number} of table {table + 1}" if table else str(number)


def told(rows: Iterable[int]) -> str:
    """Rows of a drop for people: "2-4,9", with further tables behind: "2 and 3-4 of table 2"."""
    tables: dict[int, list[int]] = {}
    for row in sorted(set(rows)):
        table, number = in_table(row)
        tables.setdefault(table, []).append(number)
    parts = [
        f"{compact(numbers)} of table {table + 1}" if table else compact(numbers)
        for table, numbers in tables.items()
    ]
    return " and ".join(parts)


def compact(rows: Iterable[int]) -> str:
    """Write row numbers as ranges, ascending and without repeats: [4, 2, 3, 9] -> "2-4,9"."""
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges(rows))


def ranges(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of every unbroken run, ascending."""
    first = last = None
    for row in sorted(set(rows)):
        if first is None or last is None:
            first = last = row
        elif row == last + 1:
            last = row
        else:
            yield first, last
            first = last = row
    if first is not None and last is not None:
        yield first, last


def expand(text: str) -> list[int]:
    """Read what `compact` wrote; the empty text is the empty set."""
    rows: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        rows.extend(range(int(first), int(last or first) + 1))
    return rows
