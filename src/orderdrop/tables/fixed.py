"""Records of a file whose columns have fixed widths: a line is a record, and every cell is cut out and trimmed."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from orderdrop.tables.pieces import BLANKS
from orderdrop.tables.records import END_OF_LINE, Record

_LINES = 100
_LEAST_LINES = 3
_LEAST_GAPS = 2


def likely_widths(lines: Sequence[str]) -> tuple[int, ...] | None:
    """The widths of columns that are lined up with spaces, as far as the lines show; None where they are not."""
    shown = [line.rstrip() for line in lines if line.strip()][:_LINES]
    if len(shown) < _LEAST_LINES or any("\t" in line for line in shown):
        return None
    width = max(map(len, shown))
    blank = [all(line[at : at + 1] in ("", " ") for line in shown) for at in range(width)]
    starts = [at for at in range(1, width) if blank[at - 1] and not blank[at]]
    wide_gaps = sum("  " in line for line in shown)
    if len(starts) < _LEAST_GAPS or wide_gaps < len(shown) / 2:
        return None
    return tuple(end - start for start, end in pairwise([0, *starts, width]))


def split_fixed(text: str, widths: Sequence[int], *, comment: str | None, final: bool) -> Iterator[Record]:
    """Yield the complete lines of `text` as records.

    A line that ends early has blank cells at its end, as editors trim them away; the last one of the file, where it has
    no line end either, may be cut and has the whole cells only. Text past the last column is a cell too many.
    """
    edges = [0, *accumulate(widths)]
    position, size = 0, len(text)
    while position < size:
        line = END_OF_LINE.search(text, position)
        if line is None and not final:
            return
        stop, after = line.span() if line else (size, size)
        raw = text[position:stop]
        if comment is not None and raw.startswith(comment):
            cells = []
        else:
            cells = [raw[start:end].strip(BLANKS) for start, end in pairwise(edges)]
            if raw[edges[-1] :].strip(BLANKS):
                cells.append(raw[edges[-1] :].strip(BLANKS))
            if line is None and len(raw) < edges[-1] and raw.strip(BLANKS):
                cells = cells[: sum(edge <= len(raw) for edge in edges[1:])]
        yield Record(cells, position, stop, after)
        position = after
