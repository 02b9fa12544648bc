"""Rows as people look at them: the sender's cells, and what there is to say of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orderdrop.core.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as it is read, with what there is to say of it: by heading, and of the row as a whole.

    `doubtful` are the headings of cells that are sent as they stand, and may not be what was meant; a row that is not
    `bad` has no others.
    """

    number: int
    cells: tuple[str, ...]
    by_cell: Mapping[str, tuple[str, ...]]
    doubtful: frozenset[str]
    whole: tuple[str, ...]
    bad: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table of a drop, "" for the first: its headings, and rows to look at."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]


def marked(
    number: int, cells: tuple[str, ...], headings: tuple[str, ...], problems: Sequence[Problem]
) -> Row:
    """A row with its problems, each at the cells that it names; the row as a whole has those that name none of it."""
    by_cell: dict[str, dict[str, None]] = {}
    blocked: set[str] = set()
    whole: dict[str, None] = {}
    for problem in problems:
        columns = [cell.column for cell in problem.cells if cell.row == number and cell.column in headings]
        for column in columns:
            by_cell.setdefault(str(column), {})[problem.message] = None
            if problem.blocks:
                blocked.add(str(column))
        if not columns:
            whole[problem.message] = None
    return Row(
        number=number,
        cells=cells,
        by_cell={name: tuple(said) for name, said in by_cell.items()},
        doubtful=frozenset(by_cell) - blocked,
        whole=tuple(whole),
        bad=any(problem.blocks for problem in problems),
    )
