"""Sets of physical row numbers, written the way people write them: "2-4,9"."""

from collections.abc import Iterable, Iterator


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
