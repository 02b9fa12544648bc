"""Where every node of a payload came from, at no cost per leaf.

A row's position in each list level and a table of place -> headings are enough to lead any path of the payload back
to its cells: `fulfillments.0.trackers.1.carrier_code` is place `fulfillments.trackers.carrier_code` at positions (0, 1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orderdrop.core.problems import Cell

ABSENT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """One order's rows and their positions.

    `levels` are list places, outermost first. `positions[i][j]` is the index of row `rows[i]` in `levels[j]`,
    ABSENT where the row gives that list nothing.
    """

    levels: tuple[str, ...]
    rows: tuple[int, ...]
    positions: tuple[tuple[int, ...], ...]

    def rows_at(self, path: str) -> tuple[int, ...]:
        """The rows that made the node at a path; a position that no row has is passed over, not an error."""
        wanted = [
            (self.levels.index(place), index) for place, index in indexed_lists(path) if place in self.levels
        ]
        found = tuple(
            row
            for row, at in zip(self.rows, self.positions, strict=True)
            if all(at[level] == index for level, index in wanted)
        )
        return found or self.rows

    def made(self, path: str) -> bool:
        """Whether a row made every list element that the path goes through."""
        lists = indexed_lists(path)
        if any(place not in self.levels for place, _ in lists):
            return False
        wanted = [(self.levels.index(place), index) for place, index in lists]
        return any(all(at[level] == index for level, index in wanted) for at in self.positions)


def indexed_lists(path: str) -> list[tuple[str, int]]:
    """The list positions that a path names, outermost first: "a.0.b.2.c" -> [("a", 0), ("a.b", 2)]."""
    found: list[tuple[str, int]] = []
    place: list[str] = []
    for part in path.split("."):
        if part.isdecimal() and place:
            found.append((".".join(place), int(part)))
        else:
            place.append(part)
    return found


def place_of(path: str) -> str:
    """A path without its list positions."""
    return ".".join(part for part in path.split(".") if not part.isdecimal())


def locate(
    path: str | None,
    lineage: Lineage,
    sources: Mapping[str, Sequence[str]],
    twins: Sequence[str] = (),
) -> tuple[Cell, ...]:
    """Lead a payload path back to the cells that caused it.

    `sources` maps a place to the headings that filled it. A place that no column fills, and a path that stops at a
    node, lead to the node's rows as a whole; no path at all leads to every row of the order. `twins` are other paths
    of the same value, which a destination copied: the first of all that a column filled and rows made is the one.
    """
    if path and twins:
        path = _original((path, *twins), lineage, sources)
    rows = lineage.rows_at(path) if path else lineage.rows
    headings = sources.get(place_of(path), ()) if path else ()
    return tuple(Cell(row=row, column=heading) for row in rows for heading in (headings or (None,)))


def _original(paths: Sequence[str], lineage: Lineage, sources: Mapping[str, Sequence[str]]) -> str:
    made = [path for path in paths if lineage.made(path)]
    return next((path for path in made if sources.get(place_of(path))), made[0] if made else paths[0])
